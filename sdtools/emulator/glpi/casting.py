"""From an input to column values: what GLPI and MySQL make of types, dates and text (FACTS 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdtools.emulator.glpi.tables import TABLES, Column, Table, Value
from sdtools.emulator.glpi.text import escaped, is_date_form, is_real_date, whole_number
from sdtools.emulator.glpi.wire import CrashError, RefusedError

__all__ = ["Given", "Values", "cast"]

Given = Mapping[str, Any]  # one item of "input": any JSON
Values = dict[str, Value]

# PHP computes with these before MySQL sees them: what is no number ends in an error nobody catches.
_COMPUTED = frozenset({"urgency", "impact"})
_NAME_LENGTH = 255
_DAYS_ONLY = frozenset({("Holiday", "begin_date"), ("Holiday", "end_date")})
_TIMES_ONLY = frozenset({("CalendarSegment", "begin"), ("CalendarSegment", "end")})


def _number(table: Table, column: Column, value: object) -> Value:
    number = whole_number(value)
    if number is not None:
        return number
    if column.name in _COMPUTED and value is not None:
        raise CrashError
    if value is None or (value == "" and column.name.endswith("_id")):
        if column.nullable:
            return None
        if "_id" in column.name:
            return 0
        raise RefusedError(f"Column '{column.name}' cannot be null")
    if isinstance(value, list | dict):
        raise CrashError
    raise RefusedError(
        f"Incorrect integer value: '{value}' for column "
        f"`glpi`.`{table.sql_name}`.`{column.name}` at row 1"
    )


def _date(table: Table, column: Column, value: object) -> Value:
    if value in {None, "", "NULL", "null"}:
        return None
    text = str(value)
    place = (table.itemtype, column.name)
    if place in _TIMES_ONLY:
        return text
    if not is_date_form(text, with_time=place not in _DAYS_ONLY):
        raise RefusedError("Incorrect value for date field.")
    if not is_real_date(text):
        raise RefusedError(
            f"Incorrect datetime value: '{text}' for column "
            f"`glpi`.`{table.sql_name}`.`{column.name}` at row 1"
        )
    return text


def _text(column: Column, value: object) -> Value:
    if isinstance(value, list | dict):
        raise CrashError
    if value is None or str(value).lower() == "null":  # the word becomes SQL NULL (FACTS 10)
        return None if column.nullable else ""
    text = escaped(str(value).lstrip(" \t\n\r").replace("\r\n", "\n"))
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
