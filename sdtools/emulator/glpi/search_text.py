"""What a search's text means: LIKE patterns, numbers and relative dates, as GLPI reads them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sdtools.emulator.glpi.database import folded
from sdtools.emulator.glpi.text import decoded

__all__ = ["absolute_date", "equal_in_sql", "is_null_word", "like", "number_of"]

_WHOLE_DAYS = ("BEGIN", "LAST")
_UNITS = frozenset({"YEAR", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE"})
_WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_MONTHS = 12


def is_null_word(text: str) -> bool:
    """Tell whether a text asks for what is not set."""
    return text in {"NULL", "null"}


def like(value: object, needle: str) -> bool | None:
    """Judge ``contains``; None for what is not set, as SQL's LIKE does.

    ``^`` and ``$`` anchor, ``%`` is a wildcard; the needle is decoded and the stored text is not.
    """
    text = folded(decoded(needle))
    if is_null_word(needle) or text.strip() == "":
        return value is None or (is_null_word(needle) and value == "")
    if value is None:
        return None
    if text == "^":
        return True
    if text in {"^$", "$"}:
        return value == ""
    start = "" if text.startswith("^") else ".*"
    end = "" if text.endswith("$") else ".*"
    body = re.escape(text.removeprefix("^").removesuffix("$").strip()).replace("%", ".*")
    return re.fullmatch(start + body + end, folded(value), re.DOTALL) is not None


def number_of(text: str) -> float | None:
    """Give a text as PHP's ``is_numeric`` takes it; None if it does not."""
    found = re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", text)
    return float(text) if found else None


def equal_in_sql(value: object, needle: str) -> bool | None:
    """Compare as MySQL's ``=`` does: a number with a text's leading number, text without case."""
    if value is None:
        return None
    if isinstance(value, int):
        found = re.match(r"\s*[+-]?\d+(\.\d+)?", needle)
        return value == (float(found[0]) if found else 0)
    return folded(value).rstrip() == folded(needle).rstrip()


def _moved(now: datetime, number: int, unit: str) -> datetime:
    """Move as PHP's mktime does: months keep the day and run over into the next."""
    if unit in {"YEAR", "MONTH"}:
        months = now.year * _MONTHS + now.month - 1 + number * (_MONTHS if unit == "YEAR" else 1)
        first = now.replace(year=months // _MONTHS, month=months % _MONTHS + 1, day=1)
        return first + timedelta(days=now.day - 1)
    if unit == "WEEK":
        return now + timedelta(weeks=number)
    if unit == "DAY":
        return now + timedelta(days=number)
    return now + (timedelta(hours=number) if unit == "HOUR" else timedelta(minutes=number))


def absolute_date(text: str, now: datetime) -> str:
    """Read NOW, TODAY, -7DAY, BEGINMONTH, LASTMONDAY; anything else stays as it is.

    Days, beginnings and weekdays mean a whole day; weeks, months and years keep the minute.
    """
    if text == "NOW":
        return f"{now:%Y-%m-%d %H:%M:%S}"
    if text == "TODAY":
        return f"{now:%Y-%m-%d}"
    if text in {"BEGINMONTH", "BEGINYEAR"}:
        month = 1 if text == "BEGINYEAR" else now.month
        return f"{now.replace(day=1, month=month):%Y-%m-%d}"
    if text.startswith("LAST") and text.removeprefix("LAST") in _WEEKDAYS:
        back = (now.weekday() - _WEEKDAYS.index(text.removeprefix("LAST"))) % 7 or 7
        return f"{now - timedelta(days=back):%Y-%m-%d}"
    found = re.fullmatch(r"(-?)(\d+)(\w+)", text)
    if found is None or found[3] not in _UNITS:
        return text
    moved = _moved(now.replace(second=0), int(found[1] + found[2]), found[3])
    return f"{moved:%Y-%m-%d}" if found[3] == "DAY" else f"{moved:%Y-%m-%d %H:%M:%S}"
