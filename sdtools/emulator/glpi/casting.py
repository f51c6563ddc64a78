"""From an input to column values: what GLPI and MySQL make of types, dates and text (FACTS 8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
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
_NAME_LENGTH = 255
_TIME = "%Y-%m-%d %H:%M:%S"
# The only date that GLPI looks at itself: what any other holds is MySQL's business.
_CHECKED = frozenset((itemtype, "date") for itemtype in ("Ticket", "Problem", "Change"))
_DAYS_ONLY = frozenset({("Holiday", "begin_date"), ("Holiday", "end_date")})
_TIMES_ONLY = frozenset({("CalendarSegment", "begin"), ("CalendarSegment", "end")})


def _number(table: Table, column: Column, value: object) -> Value:
    number = whole_number(value)
    if number is not None:
        return number
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
        return text
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
