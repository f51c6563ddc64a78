"""What must be right before anything is done: the address, the credentials, who we are."""

from __future__ import annotations

from urllib.parse import urlsplit

from sdtools.connectors.http import is_loopback
from sdtools.connectors.servicenow.answers import Row, text
from sdtools.connectors.servicenow.options import ApiKey, Basic, Credentials, OAuth
from sdtools.errors import ConfigError, DeskRefusedError

__all__ = ["check_credentials", "instance_url", "own_id"]


def instance_url(name: str, url: str) -> str:
    """Return the address of an instance; raise ConfigError for one that cannot be meant."""
    parts = urlsplit(url.strip())
    whole = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    if not whole or parts.path.strip("/") or parts.query:
        raise ConfigError(
            f"desk {name}: the url is not that of a ServiceNow instance",
            "write it as in https://example.service-now.com, without a path or user name",
        )
    found = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme == "http" and not is_loopback(found):
        raise ConfigError(
            f"desk {name}: passwords and tickets would travel in the clear",
            "use an https:// url; plain http is for this machine alone",
        )
    return found


def check_credentials(name: str, credentials: Credentials) -> None:
    """Refuse credentials that cannot work; they themselves are not shown."""
    match credentials:
        case ApiKey(key=key):
            if not key.isascii() or not key.isprintable() or key.strip() != key or not key:
                raise ConfigError(
                    f"desk {name}: api_key is empty, or holds blanks or foreign characters",
                    "copy it again; a file must not end with an empty line",
                )
        case OAuth() if not (credentials.client_id and credentials.client_secret):
            raise ConfigError(f"desk {name}: oauth needs client_id and client_secret")
        case OAuth(grant="password") if not (credentials.user and credentials.password):
            raise ConfigError(f"desk {name}: the grant password needs user and password")
        case Basic() if not (credentials.user and credentials.password):
            raise ConfigError(f"desk {name}: user and password are needed")
        case _:
            return


def own_id(desk: str, me: Row) -> str:
    """Return the id of our own account; raise DeskRefusedError when its record does not show."""
    found = text(me, "sys_id")
    if not found:
        raise DeskRefusedError(
            f"desk {desk}: the account may not see its own user record",
            "let its role read sys_user: what it does could not be told from what people do",
        )
    return found
