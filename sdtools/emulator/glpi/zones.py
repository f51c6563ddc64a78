"""A session's own time zone: what it reads and sends is local, what is stored is the server's."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sdtools.emulator.glpi.casting import Given
from sdtools.emulator.glpi.context import Context, moment, naive
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.text import is_date_form, is_real_date

__all__ = ["arriving", "leaving", "local"]


def _moved(value: object, source: ZoneInfo, target: ZoneInfo) -> object:
    """Give a time of one zone in another; anything else (a day, a time of day) stays."""
    if not isinstance(value, str) or not is_date_form(value, with_time=True):
        return value
    return naive(moment(value, source), target) if is_real_date(value) else value


def local(context: Context, value: object) -> object:
    """Give a stored time as the session reads it."""
    zone = context.session.zone
    return value if zone is None else _moved(value, context.zone, zone)


def leaving(context: Context, itemtype: str, row: Row) -> Row:
    """Give a stored row as the session reads it."""
    if context.session.zone is None:
        return row
    kinds = TABLES[itemtype].columns
    found: Row = dict(row)
    for name, value in row.items():
        if name in kinds and kinds[name].kind == "date":
            text = local(context, value)
            found[name] = text if isinstance(text, str) else None
    return found


def arriving(context: Context, itemtype: str, given: Given) -> Given:
    """Give an input with its times as they are stored."""
    zone = context.session.zone
    if zone is None:
        return given
    kinds = TABLES[itemtype].columns
    moved: Mapping[str, object] = {
        name: _moved(value, zone, context.zone)
        for name, value in given.items()
        if name in kinds and kinds[name].kind == "date"
    }
    return {**given, **moved}
