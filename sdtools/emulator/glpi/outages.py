"""When GLPI does not answer as itself: switched off, under maintenance, without its database."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from ipaddress import IPv4Address

from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.settings import is_on
from sdtools.emulator.glpi.wire import BAD_GATEWAY, Answer, RequestError, not_found

__all__ = ["Outages", "refuse_shut", "without_table"]

_PAGE = (
    '<!DOCTYPE html>\n<html lang="">\n<head>\n   <title>{title} - Smart</title>\n</head></html>\n'
)
_CALLER = "127.0.0.1"  # the desk is reached on loopback only


@dataclass(slots=True, kw_only=True)
class Outages:
    """What is down, of what lies around GLPI: set and cleared by who runs the embedded desk."""

    database: bool = False  # GLPI's own page, with status 200 (FACTS 1)
    php: bool = False  # the web server's 502
    shut: str = ""  # why the settings shut the API, as last read
    read_at: tuple[int, int] = (-1, -1)  # how often they had been written then


def _page(title: str) -> Answer:
    content = _PAGE.format(title=title).encode()
    return Answer(status=200, content=content, media="text/html; charset=UTF-8")


def _may_call(database: GlpiDatabase) -> bool:
    """Tell whether an active API client's range of addresses holds the caller's."""
    address = int(IPv4Address(_CALLER))
    for client in database.rows("APIClient", "is_active = 1"):
        start, end = client["ipv4_range_start"], client["ipv4_range_end"]
        if start is None or end is None or int(start) <= address <= int(end):
            return True
    return False


def _shut(database: GlpiDatabase) -> str:
    """Say why the API is shut by its settings; nothing if it is open."""
    if is_on(database, "maintenance_mode"):
        return "maintenance"
    if not is_on(database, "enable_api"):
        return "off"
    return "" if _may_call(database) else "address"


def refuse_shut(database: GlpiDatabase, outages: Outages) -> Answer | None:
    """Give the page that stands in for GLPI, if any; raise its 400 where the API is shut."""
    if outages.php:
        return Answer(status=502, content=BAD_GATEWAY, media="text/html")
    if outages.database:
        return _page("Mysql Error")
    writes = (database.writes["Config"], database.writes["APIClient"])
    if outages.read_at != writes:
        outages.read_at, outages.shut = writes, _shut(database)
    if outages.shut == "maintenance":
        return _page("MAINTENANCE MODE")
    if outages.shut == "off":
        raise RequestError(400, "ERROR", "API disabled", documented=False)
    if outages.shut:
        message = (
            "There isn't an active API client matching your IP address in the configuration "
            f"({_CALLER})"
        )
        raise RequestError(400, "ERROR_NOT_ALLOWED_IP", message, documented=False)
    return None


def without_table(error: sqlite3.OperationalError, parts: tuple[str, ...]) -> Answer:
    """Answer a call whose table is missing: three ways, by the kind of call (FACTS 3)."""
    found = re.fullmatch(r"no such table: (\w+)", str(error))
    if found is None:
        raise error
    if parts[0] == "search":
        text = f"Table 'glpi.{found[1]}' doesn't exist"
        body = f'{text}["ERROR_SQL","Unexpected SQL Error : {text}"]'
        return Answer(status=500, content=body.encode())
    if len(parts) == 1:
        raise RequestError(400, "ERROR", f"sort param is not a field of {found[1]}")
    raise not_found()
