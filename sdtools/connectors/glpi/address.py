"""The address and the tokens of a GLPI, as people copy them into the configuration."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sdtools.errors import ConfigError

__all__ = ["api_url", "checked_token", "front_of"]

_API = "/apirest.php"
_IN_API = re.compile(r"/(?:apirest\.php|api\.php(?:/v[\d.]+)?)(?=/|$)")
_PAGE = re.compile(r"/(index\.php|front/.*)$")  # of GLPI in a browser


def api_url(name: str, url: str) -> str:
    """Return the API's address; raise ConfigError for one that is no web server's."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ConfigError(
            f"desk {name}: the url is not one of a web server",
            "write it as in https://glpi.example.org/apirest.php, without a user name",
        )
    return f"{parts.scheme}://{parts.netloc}{_api_path(parts.path)}"


def front_of(url: str) -> str:
    """Return the address of GLPI's own pages."""
    return _IN_API.split(url)[0]


def _api_path(path: str) -> str:
    """Return the API's path for what people copy: it, GLPI's own address, or one of its pages."""
    if found := _IN_API.search(path):
        return path[: found.end()]
    front = _PAGE.sub("", path).rstrip("/")
    return front if front.endswith(".php") else f"{front}{_API}"


def checked_token(name: str, what: str, token: str) -> str:
    """Refuse a token that no header can carry; the token itself is not shown."""
    if token.strip() != token or not token.isascii() or not token.isprintable():
        raise ConfigError(
            f"desk {name}: {what} holds blanks, line ends or foreign characters",
            "copy it again; a file must not end with an empty line",
        )
    return token
