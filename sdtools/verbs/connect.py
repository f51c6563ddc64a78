"""From the configuration of a desk to the desk itself: the one place that knows the kinds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sdtools.config.secret import Secret
from sdtools.config.settings import (
    ApiKeyLogin,
    BasicLogin,
    DeskSettings,
    GlpiAccess,
    OauthLogin,
    ServiceNowAccess,
)
from sdtools.connectors.desk import Desk
from sdtools.connectors.http import May, Wait, always, sleep
from sdtools.errors import UsageError
from sdtools.model.world import Consequences
from sdtools.store.codec import Codec
from sdtools.store.database import Database
from sdtools.store.mirror import Mirror

if TYPE_CHECKING:
    from sdtools.connectors.servicenow import options as servicenow

__all__ = ["connect", "keep_consequences", "kept_consequences"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arithmetic:
    """What the mirror keeps of a desk itself."""

    account_id: str
    document: str


def connect(settings: DeskSettings, wait: Wait = sleep, may: May = always) -> Desk:
    """Return the desk, not yet entered: nothing is sent before ``with``.

    ``wait`` takes the seconds between two tries of a request; ``may`` is asked before each write.
    """
    match settings.access:
        case GlpiAccess() as access:
            return _glpi(settings, access, wait, may)
        case ServiceNowAccess() as access:
            return _servicenow(settings, access, wait, may)


def _glpi(settings: DeskSettings, access: GlpiAccess, wait: Wait, may: May) -> Desk:
    from sdtools.connectors.glpi.desk import glpi_desk  # a pass over one kind loads one kind
    from sdtools.connectors.glpi.options import KnownErrorSource, Vip

    vip = settings.vip
    known = settings.known_errors
    return glpi_desk(
        settings.name,
        url=settings.url,
        app_token=access.app_token.reveal() if access.app_token else "",
        user_token=access.user_token.reveal(),
        entity=access.entity,
        vip=Vip(category=vip.category, group=vip.group, title=vip.title) if vip else None,
        known_errors=KnownErrorSource(
            category=known.category, entity=known.entity, problems=known.problems
        ),
        timezone=settings.timezone,
        wait=wait,
        may=may,
    )


def _servicenow(settings: DeskSettings, access: ServiceNowAccess, wait: Wait, may: May) -> Desk:
    from sdtools.connectors.servicenow import options as servicenow
    from sdtools.connectors.servicenow.desk import servicenow_desk

    vip = settings.vip
    known = settings.known_errors
    return servicenow_desk(
        settings.name,
        url=settings.url,
        credentials=_credentials(access.login),
        scope=access.scope,
        vip=servicenow.Vip(group=vip.group, title=vip.title) if vip else None,
        known_errors=servicenow.KnownErrorSource(
            category=known.category,
            knowledge_base=known.knowledge_base,
            problems=known.problems,
        ),
        timezone=settings.timezone,
        wait=wait,
        may=may,
    )


def _credentials(login: BasicLogin | OauthLogin | ApiKeyLogin) -> servicenow.Credentials:
    from sdtools.connectors.servicenow import options as servicenow

    match login:
        case BasicLogin(user=user, password=password):
            return servicenow.Basic(user=_plain(user), password=password.reveal())
        case ApiKeyLogin(key=key):
            return servicenow.ApiKey(key=key.reveal())
        case OauthLogin(client_id=client, client_secret=secret, account=account):
            return servicenow.OAuth(
                grant="password" if account else "client_credentials",
                client_id=_plain(client),
                client_secret=secret.reveal(),
                user=_plain(account.user) if account else "",
                password=account.password.reveal() if account else "",
            )


def _plain(text: str | Secret) -> str:
    return text if isinstance(text, str) else text.reveal()


def keep_consequences(
    database: Database, settings: DeskSettings, desk: Desk, now: datetime
) -> None:
    """Keep what deciding needs to know of the desk, for judging without asking it."""
    kept = _Arithmetic(
        account_id=desk.account_id, document=_codec(settings.kind).dump(desk.consequences)
    )
    Mirror(database, settings.name).replace_arithmetic(_ARITHMETIC.dump(kept), now)


def kept_consequences(database: Database, settings: DeskSettings) -> tuple[str, Consequences]:
    """Return our account's id and the desk's arithmetic as last pulled."""
    document = Mirror(database, settings.name).arithmetic()
    if document is None:
        message = f"desk {settings.name} has never been pulled"
        raise UsageError(message, f"run: sdtools pull {settings.name}")
    kept = _ARITHMETIC.load(document)
    return kept.account_id, _codec(settings.kind).load(kept.document)


_ARITHMETIC = Codec(_Arithmetic)


@cache
def _codec(kind: str) -> Codec[Any]:
    """Return the codec of what a kind of desk computes by itself."""
    if kind == "glpi":
        from sdtools.connectors.glpi.consequences import GlpiConsequences

        return Codec(GlpiConsequences)
    from sdtools.connectors.servicenow.consequences import ServiceNowConsequences

    return Codec(ServiceNowConsequences)
