"""From an input to column values: what GLPI and MySQL make of types, dates and text (FACTS 8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sdtools.emulator.glpi.tables import TABLES, Column, Table, Value
from sdtools.emulator.glpi.text import escaped, is_date_form, is_real_date, whole_number
from sdtools.emulator.glpi.wire import CrashError, RefusedError

__all__ = ["Given", "Values", "cast"]

Given = Mapping[str, Any]  # one item of "input": any JSON
Values = dict[str, Value]

# PHP computes with these, or wants a whole number, before MySQL sees them: what is none ends in an
# error nobody catches. A number with rubbish behind it is one for the first, not for the second.
_COMPUTED = frozenset({"urgency", "impact"})
_LOOKED_UP = frozenset({"itilcategories_id"})
_BEGINS_AS_NUMBER = re.compile(r"\s*[+-]?\d")
_WITHOUT_TIME = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?")
_NAME_LENGTH = 255
_INT, _TINY = 2**31, 2**7
_FOREIGN = re.compile(r"_id(_(?!search_option)|$)")
# Item types with columns of other sizes (octets, addresses).
_OTHERWISE = frozenset({"NetworkPort", "APIClient"})
_TIME = "%Y-%m-%d %H:%M:%S"
# The only date that GLPI looks at itself: what any other holds is MySQL's business.
_CHECKED = frozenset((itemtype, "date") for itemtype in ("Ticket", "Problem", "Change"))
_DAYS_ONLY = frozenset({("Holiday", "begin_date"), ("Holiday", "end_date")})
_TIMES_ONLY = frozenset({("CalendarSegment", "begin"), ("CalendarSegment", "end")})


def _rounded(value: object) -> int | None:
    """Give a whole number as MySQL stores it: halves go away from zero."""
    number = whole_number(value)
    if number is None or isinstance(value, bool | int):
        return number
    exact = Decimal(str(value).strip())
    return int(exact.to_integral_value(ROUND_HALF_UP))


def _fitting(table: Table, column: Column, number: int) -> int:
    """Give a number back, or raise what MySQL says of one that its column cannot hold.

    GLPI 10.0's schema: foreign keys are unsigned, flags are tinyint, the rest are int.
    """
    lowest, highest = -_INT, _INT - 1
    if column.name.startswith("is_"):
        lowest, highest = -_TINY, _TINY - 1
    elif column.name == "id" or _FOREIGN.search(column.name):
        lowest, highest = 0, 2 * _INT - 1
    strange = table.itemtype in _OTHERWISE or (table.itemtype == "Entity" and number < 0)
    if strange or lowest <= number <= highest:
        return number
    raise RefusedError(f"Out of range value for column '{column.name}' at row 1")


def _number(table: Table, column: Column, value: object) -> Value:
    number = _rounded(value)
    if number is not None:
        return _fitting(table, column, number)
    if _dies(column.name, value):
        raise CrashError
    if value is None or (value == "" and column.name.endswith("_id")):
        if column.nullable:
            return None
        if "_id" in column.name:
            return 0
        raise RefusedError(f"Column '{column.name}' cannot be null")
    if isinstance(value, list | dict):
        raise CrashError
    if _BEGINS_AS_NUMBER.match(str(value)):
        raise RefusedError(f"Data truncated for column '{column.name}' at row 1")
    raise _incorrect("integer", table, column, value)


def _dies(name: str, value: object) -> bool:
    """Tell whether PHP dies of a value that is no number (FACTS 9)."""
    if name in _LOOKED_UP:
        return value not in (None, "")
    numeric = isinstance(value, str) and _BEGINS_AS_NUMBER.match(value)
    return name in _COMPUTED and value is not None and not numeric


def _incorrect(kind: str, table: Table, column: Column, value: object) -> RefusedError:
    place = f"`glpi`.`{table.sql_name}`.`{column.name}`"
    return RefusedError(f"Incorrect {kind} value: '{value}' for column {place} at row 1")


def _date(table: Table, column: Column, value: object) -> Value:
    if isinstance(value, list | dict):
        raise CrashError
    if value in {None, "", "NULL", "null"}:
        return None
    text, place = str(value), (table.itemtype, column.name)
    if place in _TIMES_ONLY:
        found = _TIME_OF_DAY.fullmatch(text)
        if found is None:
            raise _incorrect("time", table, column, value)
        return ":".join(f"{int(part or 0):02}" for part in found.groups())
    if place in _CHECKED and not is_date_form(text, with_time=True):
        raise RefusedError("Incorrect value for date field.")
    if _WITHOUT_TIME.match(text) is None or not is_real_date(text):
        raise _incorrect("datetime", table, column, value)
    return f"{datetime.fromisoformat(text):{'%Y-%m-%d' if place in _DAYS_ONLY else _TIME}}"


def _written(value: object) -> str:
    """Give a JSON value as PHP writes it: true is 1, 5.0 is 5."""
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _text(column: Column, value: object) -> Value:
    if isinstance(value, list | dict):
        raise CrashError
    if value is None or str(value).lower() == "null":  # the word becomes SQL NULL (FACTS 10)
        return None if column.nullable else ""
    text = escaped(_written(value).replace("\r\n", "\n"))
    return text[:_NAME_LENGTH] if column.name == "name" else text


def _decimal(value: object) -> Value:
    try:
        return f"{float(str(value)):.4f}"
    except ValueError:
        return "0.0000"


def cast(itemtype: str, given: Given) -> Values:
    """Give the known columns of an input as they would be stored; unknown keys are dropped."""
    table = TABLES[itemtype]
    found: Values = {}
    for name, value in given.items():
        column = table.columns.get(name)
        if column is None:
            continue
        if column.kind == "int":
            found[name] = _number(table, column, value)
        elif column.kind == "date":
            found[name] = _date(table, column, value)
        elif column.kind == "decimal":
            found[name] = _decimal(value)
        else:
            found[name] = _text(column, value)
    return found
