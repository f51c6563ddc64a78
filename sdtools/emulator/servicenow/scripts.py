"""The ``javascript:`` values of encoded queries: a short list, never run as code (FACTS 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sdtools.emulator.servicenow.context import Context, stamp

__all__ = ["BadValueError", "UnknownScriptError", "resolved"]

_PREFIX = "javascript:"
_CALL = re.compile(r"gs\.(\w+)\((.*)\)$")
_DAY = timedelta(days=1)
_TICK = timedelta(seconds=1)
_AGO = MappingProxyType({"daysAgo": _DAY, "hoursAgo": _DAY / 24, "minutesAgo": _DAY / 1440})


class UnknownScriptError(Exception):
    """The value is a script that is not on the list: its term is invalid."""


class BadValueError(Exception):
    """The value is none that the column can have: no row meets its term."""


def resolved(value: str, context: Context) -> str:
    """Give a query's value with a script replaced by what it stands for; times are UTC."""
    if not value.startswith(_PREFIX):
        return value
    found = _CALL.match(value.removeprefix(_PREFIX).strip().rstrip(";"))
    if found is None:
        raise UnknownScriptError
    name, inside = found.groups()
    arguments = tuple(part.strip().strip("'\"") for part in inside.split(",")) if inside else ()
    if name == "getUserID":
        return context.account.sys_id
    if name == "getUserName":
        return context.account.user_name
    now = context.clock.now().astimezone(context.account.zone)
    try:
        return stamp(_moment(name, arguments, now, context.account.zone))
    except OverflowError:
        raise BadValueError from None
    except (ValueError, IndexError):
        raise UnknownScriptError from None


def _moment(name: str, arguments: tuple[str, ...], now: datetime, zone: ZoneInfo) -> datetime:
    if name == "dateGenerate":
        time = {"start": "00:00:00", "end": "23:59:59"}.get(arguments[1], arguments[1])
        return datetime.fromisoformat(f"{arguments[0]} {time}").replace(tzinfo=zone)
    if name in _AGO:
        return now.astimezone(UTC) - int(arguments[0]) * _AGO[name]
    if name in {"now", "nowDateTime"}:
        return now
    if name in {"daysAgoStart", "daysAgoEnd"}:
        begin = _midnight(now) - int(arguments[0]) * _DAY
        return begin if name.endswith("Start") else begin + _DAY - _TICK
    found = re.fullmatch(r"(beginning|end)Of(\w+)", name)
    if found is None or found[2] not in _PERIODS:
        raise UnknownScriptError
    begin, end = _period(found[2], _midnight(now))
    return begin if found[1] == "beginning" else end - _TICK


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


_PERIODS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "Today": ("days", 0),
        "Yesterday": ("days", -1),
        "Tomorrow": ("days", 1),
        "ThisWeek": ("weeks", 0),
        "LastWeek": ("weeks", -1),
        "NextWeek": ("weeks", 1),
        "ThisMonth": ("months", 0),
        "LastMonth": ("months", -1),
        "NextMonth": ("months", 1),
        "ThisQuarter": ("quarters", 0),
        "LastQuarter": ("quarters", -1),
        "ThisYear": ("years", 0),
        "LastYear": ("years", -1),
        "Last7Days": ("last", 7),
        "Last30Days": ("last", 30),
    }
)
_MONTHS = MappingProxyType({"months": 1, "quarters": 3, "years": 12})


def _period(word: str, today: datetime) -> tuple[datetime, datetime]:
    unit, shift = _PERIODS[word]
    if unit == "last":
        return today - shift * _DAY, today + _DAY
    if unit == "days":
        return today + shift * _DAY, today + (shift + 1) * _DAY
    if unit == "weeks":
        monday = today - today.weekday() * _DAY + shift * 7 * _DAY
        return monday, monday + 7 * _DAY
    months = _MONTHS[unit]
    first = (today.year * 12 + today.month - 1) // months * months + shift * months
    return _month(today, first), _month(today, first + months)


def _month(today: datetime, number: int) -> datetime:
    return today.replace(year=number // 12, month=number % 12 + 1, day=1)
