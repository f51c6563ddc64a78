"""Desks of ``sdtools.yaml``: what their shape cannot say about them, and their settings."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from sdtools.config.misfits import secret_mistake
from sdtools.config.secret import Secret, is_reference
from sdtools.config.settings import (
    ApiKeyLogin,
    BasicLogin,
    DeskSettings,
    GlpiAccess,
    KnownErrorSettings,
    OauthLogin,
    ServiceNowAccess,
    VipSettings,
)
from sdtools.config.shape import DeskShape, GlpiShape, ServiceNowShape
from sdtools.errors import Mistake
from sdtools.yamlfile import Document

__all__ = ["desk_mistakes", "desk_settings"]

_EXAMPLES = {
    "glpi": "https://glpi.example.org/apirest.php",
    "servicenow": "https://example.service-now.com",
}
_WAYS = (
    "write user: and password:, or api_key:, or oauth: with grant password (and user: and "
    "password:) or client_credentials"
)


def desk_mistakes(document: Document, name: str, desk: DeskShape) -> Iterator[Mistake]:
    """Give what is wrong with a desk although every key has the right shape."""
    parts = urlsplit(desk.url)
    path = ("desks", name, "url")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        hint = f"write the address of the API: {_EXAMPLES[desk.kind]}"
        yield document.mistake(path, "bad-url", f"{desk.url!r} is not the url of a desk", hint)
    elif parts.username or parts.password:
        hint = "leave user and password out; write env: references instead"
        yield secret_mistake(document, path, "the url holds a secret", hint)
    elif isinstance(desk, ServiceNowShape):
        yield from _instance(document, path, parts)
    if isinstance(desk, ServiceNowShape):
        yield from _login(document, ("desks", name), desk)


def _instance(document: Document, path: tuple[str, ...], parts: SplitResult) -> Iterator[Mistake]:
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        hint = f"write https://{parts.netloc}"
        yield document.mistake(path, "plain-http", "plain http would show the password", hint)
    if parts.path.strip("/") or parts.query or parts.fragment:
        hint = f"write the address of the instance alone: {parts.scheme}://{parts.netloc}"
        yield document.mistake(path, "bad-url", "the url goes on after the host", hint)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _login(document: Document, path: tuple[str, ...], desk: ServiceNowShape) -> Iterator[Mistake]:
    """Give what keeps us from knowing the one way to log in."""
    account = [key for key, given in (("user", desk.user), ("password", desk.password)) if given]
    ways = [key for key, given in (("api_key", desk.api_key), ("oauth", desk.oauth)) if given]
    where = ".".join(path)
    if not account and not ways:
        yield document.mistake(path, "no-login", f"{where} does not say how to log in", _WAYS)
    elif len(ways) > 1 or (desk.api_key and account):
        given = ", ".join((*account, *ways))
        message = f"{where} says more than one way to log in: {given}"
        yield document.mistake((*path, "api_key"), "two-logins", message, _WAYS, key=True)
    elif desk.oauth and desk.oauth.grant == "client_credentials" and account:
        hint = f"remove {' and '.join(account)}, or write grant: password"
        message = f"{where}: the grant client_credentials takes no account"
        yield document.mistake((*path, account[0]), "two-logins", message, hint, key=True)
    elif len(account) == 1 or (desk.oauth and desk.oauth.grant == "password" and not account):
        missing = [key for key in ("user", "password") if key not in account]
        message = " and ".join(f"'{where}.{key}'" for key in missing)
        verb = "is" if len(missing) == 1 else "are"
        yield document.mistake(path, "missing-key", f"{message} {verb} missing", "add it")


def desk_settings(
    folder: Path, name: str, desk: DeskShape, common_rules: list[str]
) -> DeskSettings:
    """Return the settings of a desk; paths are relative to ``folder``."""
    known = desk.known_errors
    return DeskSettings(
        name=name,
        kind=desk.kind,
        url=desk.url.rstrip("/"),
        access=_glpi(folder, desk) if isinstance(desk, GlpiShape) else _servicenow(folder, desk),
        vip=VipSettings(**desk.vip.model_dump()) if desk.vip else None,
        known_errors=KnownErrorSettings(
            **known.model_dump(exclude={"file"}),
            file=folder / known.file if known.file else None,
        ),
        rules=tuple(folder / rules for rules in desk.rules or common_rules),
        robots=tuple(desk.robots),
        timezone=desk.timezone,
    )


def _glpi(folder: Path, desk: GlpiShape) -> GlpiAccess:
    return GlpiAccess(
        user_token=Secret(reference=desk.user_token, folder=folder),
        app_token=Secret(reference=desk.app_token, folder=folder) if desk.app_token else None,
        entity=desk.entity,
    )


def _servicenow(folder: Path, desk: ServiceNowShape) -> ServiceNowAccess:
    return ServiceNowAccess(login=_login_of(folder, desk), scope=desk.scope)


def _login_of(folder: Path, desk: ServiceNowShape) -> BasicLogin | OauthLogin | ApiKeyLogin:
    if desk.api_key:
        return ApiKeyLogin(key=Secret(reference=desk.api_key, folder=folder))
    account = (
        BasicLogin(
            user=_text(folder, desk.user),
            password=Secret(reference=desk.password, folder=folder),
        )
        if desk.password
        else None
    )
    if desk.oauth:
        return OauthLogin(
            client_id=_text(folder, desk.oauth.client_id),
            client_secret=Secret(reference=desk.oauth.client_secret, folder=folder),
            account=account,
        )
    if account:
        return account
    raise AssertionError(desk.kind)  # desk_mistakes has refused it


def _text(folder: Path, text: str) -> str | Secret:
    return Secret(reference=text, folder=folder) if is_reference(text) else text
