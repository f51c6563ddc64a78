"""How search columns look in an answer, and by what they sort (FACTS 6)."""

from __future__ import annotations

from typing import Any

from sdtools.emulator.glpi.database import Row, collated
from sdtools.emulator.glpi.search_computed import computed
from sdtools.emulator.glpi.search_joins import Joins
from sdtools.emulator.glpi.search_options import Option
from sdtools.emulator.glpi.tables import Value
from sdtools.emulator.glpi.zones import local

__all__ = ["shown", "sort_key", "values_of"]


def _is_people(option: Option) -> bool:
    return option.target == "User" and option.field == "name" and option.itemtype != "User"


def _field(option: Option) -> str:
    """Give the column that is shown: several people come as ids (FACTS 6)."""
    return "id" if option.grouped and _is_people(option) else option.field


def values_of(joins: Joins, option: Option, row: Row) -> list[Value]:
    """Give an option's values, one for each joined row that differs, in the order of their ids."""
    if not option.steps and option.computed is None:
        return [row.get(option.field)]  # most columns of most searches
    rows = joins.rows(option, row)
    if option.computed is not None:
        return [computed(option, rows, joins.context.now())]
    column = _field(option)
    unique = {one["id"]: one.get(column) for one in rows if column in one}
    found = [unique[one] for one in sorted(unique, key=lambda one: int(one or 0))]
    return list(dict.fromkeys(found)) if column == "id" else found


def _single(joins: Joins, option: Option, row: Row) -> Value:
    """Give the one value of an option that is not grouped."""
    found = values_of(joins, option, row)
    value = found[0] if found else None
    if option.datatype != "datetime":
        return value
    text = local(joins.context, value)
    return text if isinstance(text, str) else None


def shown(joins: Joins, option: Option, row: Row) -> Any:
    """Give what the answer holds: nothing, one value, or a list; grouped ones are text."""
    if option.datatype == "count":
        return len(joins.rows(option, row))
    if option.field != "tickets_id_1" and (option.computed is not None or not option.grouped):
        return _single(joins, option, row)
    if option.field == "tickets_id_1":
        values: list[Any] = [one["tickets_id_1"] for one in joins.rows(option, row)]
    else:
        values = values_of(joins, option, row)
    if option.datatype == "datetime":
        values = [local(joins.context, one) for one in values]
    found = [None if value is None else str(value) for value in values]
    return found if len(found) > 1 else (found[0] if found else None)


def _person_key(joins: Joins, option: Option, row: Row) -> Any:
    names = [
        tuple(collated(one[column] or "") for column in ("realname", "firstname", "name"))
        for one in joins.rows(option, row)
    ]
    return (bool(names), names[:1])


def sort_key(joins: Joins, option: Option, row: Row) -> Any:
    """Give what a row sorts by: unset ones first, text as MySQL's unicode collation orders it."""
    if _is_people(option):
        return _person_key(joins, option, row)
    value = shown(joins, option, row)
    if isinstance(value, list):
        value = "$$##$$".join(str(one) for one in value)
    if value is None:
        return (False, 0)
    return (True, value if isinstance(value, int) else collated(value))
