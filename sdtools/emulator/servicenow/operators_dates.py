"""Operators on dates: ranges, days, parts of dates, distances from now or from another column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sdtools.emulator.servicenow.columns_sql import require_readable, value_sql, walk
from sdtools.emulator.servicenow.context import stamp
from sdtools.emulator.servicenow.encoded import Term
from sdtools.emulator.servicenow.scripts import BadValueError, UnknownScriptError
from sdtools.emulator.servicenow.sides import NOTHING, Piece, Side

__all__ = ["DATE_OPERATORS", "between"]

_UNITS = MappingProxyType(
    {
        "second": timedelta(seconds=1),
        "minute": timedelta(minutes=1),
        "hour": timedelta(hours=1),
        "dayofweek": timedelta(days=1),
        "day": timedelta(days=1),
        "week": timedelta(weeks=1),
    }
)
_MOST_DIGITS = 18  # of a number that the database can hold
_MONTHS = MappingProxyType({"month": 1, "quarter": 3, "year": 12})
_SQL_UNITS = MappingProxyType({"week": ("days", 7), "quarter": ("months", 3)})
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_SIGNS = MappingProxyType({"EE": "=", "GT": ">", "GE": ">=", "LT": "<", "LE": "<="})


def between(side: Side, term: Term) -> Piece:
    """Take a range with both its ends."""
    first, _, last = term.value.partition("@")
    low, high = side.value(first), side.value(last)
    if low is None or high is None:
        return NOTHING, ()
    return f"({side.sql} <> '' AND {side.sql} BETWEEN ? AND ?)", (low, high)


def _on(side: Side, term: Term) -> Piece:
    _, _, limits = term.value.partition("@")  # the label before it only serves the screen
    return between(side, Term(path=term.path, operator="BETWEEN", value=limits))


def _not_on(side: Side, term: Term) -> Piece:
    sql, values = _on(side, term)
    return f"NOT ({sql})", values


def _relative(operator: str) -> Callable[[Side, Term], Piece]:
    def compared(side: Side, term: Term) -> Piece:
        found = re.fullmatch(r"@(\w+)@(ago|ahead)@(\d+)", term.value)
        if found is None:
            raise UnknownScriptError
        limit = stamp(_away(side, found))
        return f"({side.sql} <> '' AND {side.sql} {operator} ?)", (limit,)

    return compared


def _on_that_day(side: Side, term: Term) -> Piece:
    """Take the whole day that lies so far away, in the user's zone."""
    found = re.fullmatch(r"@(\w+)@(ago|ahead)@(\d+)", term.value)
    if found is None:
        raise UnknownScriptError
    day = _away(side, found).astimezone(side.context.account.zone)
    begin = day.replace(hour=0, minute=0, second=0, microsecond=0)
    values = stamp(begin), stamp(begin + timedelta(days=1))
    return f"({side.sql} >= ? AND {side.sql} < ?)", values


def _away(side: Side, found: re.Match[str]) -> datetime:
    """Give the moment that lies so far from now; no calendar goes as far as any number."""
    try:
        count = int(found[3]) * (-1 if found[2] == "ago" else 1)
        return _moved(side.context.clock.now(), found[1], count)
    except (OverflowError, ValueError):
        raise BadValueError from None


def _moved(at: datetime, unit: str, count: int) -> datetime:
    if unit in _UNITS:
        return at + _UNITS[unit] * count
    if unit not in _MONTHS:
        raise UnknownScriptError
    months = at.year * 12 + at.month - 1 + _MONTHS[unit] * count
    year, month = divmod(months, 12)
    first = at.replace(year=year, month=month + 1, day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(at.day, last.day))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Distance:
    """Another column and a span before or after it (``b@day@before@1``)."""

    other: str  # SQL
    limit: str  # SQL of the other column moved by the span, which is bound
    span: str
    before: bool


def _distance(side: Side, term: Term) -> _Distance:
    found = re.fullmatch(r"([\w.]+)@(\w+)@(before|after)@(\d+)", term.value)
    steps = walk(side.table, found[1]) if found else None
    if found is None or steps is None or found[2] not in {*_UNITS, *_MONTHS}:
        raise UnknownScriptError
    require_readable(side.context.account, steps)
    unit, factor = _SQL_UNITS.get(found[2], (f"{found[2]}s", 1))
    other, before = value_sql(steps), found[3] == "before"
    span = f"{'-' if before else '+'}{int(found[4]) * factor} {unit}"
    return _Distance(other=other, limit=f"datetime({other}, ?)", span=span, before=before)


def _more_than(side: Side, term: Term) -> Piece:
    """Take what lies further from another column than a span."""
    to = _distance(side, term)
    far = f"{side.sql} {'<' if to.before else '>'} {to.limit}"
    return f"({side.sql} <> '' AND {to.other} <> '' AND {far})", (to.span,)


def _less_than(side: Side, term: Term) -> Piece:
    """Take what lies between another column and a span from it."""
    to = _distance(side, term)
    ends = f"{to.limit} AND {to.other}" if to.before else f"{to.other} AND {to.limit}"
    return f"({side.sql} <> '' AND {to.other} <> '' AND {side.sql} BETWEEN {ends})", (to.span,)


def _date_part(side: Side, term: Term) -> Piece:
    """Compare a part of a date, read in the user's zone."""
    found = re.search(r"gs\.datePart\('(\w+)',\s*'(\w+)',\s*'(\w\w)'\)", term.value)
    if found is None or found[3] not in _SIGNS:
        raise UnknownScriptError
    part, text = found[1].lower(), found[2].lower()
    wanted = _part_number(part, text)
    offset = side.context.clock.now().astimezone(side.context.account.zone).utcoffset()
    shift = f"{int((offset or timedelta()).total_seconds()):+d} seconds"
    sql = f"CAST(strftime('{_PARTS[part]}', {side.sql}, ?) AS INTEGER)"
    if part == "quarter":
        sql = f"((CAST(strftime('%m', {side.sql}, ?) AS INTEGER) + 2) / 3)"
    return f"({side.sql} <> '' AND {sql} {_SIGNS[found[3]]} ?)", (shift, wanted)


_PARTS = MappingProxyType(
    {
        "dayofweek": "%w",
        "month": "%m",
        "quarter": "%m",
        "year": "%Y",
        "week": "%W",
        "hour": "%H",
        "dayofmonth": "%d",
    }
)


def _part_number(part: str, text: str) -> int:
    if part not in _PARTS:
        raise UnknownScriptError
    if part == "dayofweek" and text in _WEEKDAYS:
        return _WEEKDAYS.index(text)
    if part == "month" and text in _MONTH_NAMES:
        return _MONTH_NAMES.index(text) + 1
    if not text.isdecimal():
        raise UnknownScriptError
    if len(text) > _MOST_DIGITS:
        raise BadValueError
    return int(text)


DATE_OPERATORS: Mapping[str, Callable[[Side, Term], Piece]] = MappingProxyType(
    {
        "ON": _on,
        "NOTON": _not_on,
        "RELATIVEGT": _relative(">"),
        "RELATIVEGE": _relative(">="),
        "RELATIVELT": _relative("<"),
        "RELATIVELE": _relative("<="),
        "RELATIVEEE": _on_that_day,
        "MORETHAN": _more_than,
        "LESSTHAN": _less_than,
        "DATEPART": _date_part,
    }
)
