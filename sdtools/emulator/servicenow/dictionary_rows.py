"""What an instance says about its own tables: one row a table, one a column."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sdtools.emulator.servicenow.tables import TABLES, Table

__all__ = ["dictionary_rows"]

_Fresh = tuple[str, dict[str, object]]
# Tables of every instance that this one does not serve: they are only named.
_OTHER_TABLES = {"alm_asset": "Asset", "bsm_chart": "BSM Map", "cmdb": "Base Configuration Item"}
_WORDS = {"choice": "string", "due_date": "due_date", "sys_class_name": "sys_class_name"}


def dictionary_rows() -> Iterator[_Fresh]:
    """Yield table and columns: the tables first, then what each adds to its parent."""
    for name, label in _OTHER_TABLES.items():
        yield _object(name, label, "")
    for table in TABLES.values():
        yield _object(table.name, table.label, table.parent)
    for table in TABLES.values():
        yield from _columns(table)


def _fixed(*words: str) -> str:
    return hashlib.md5("\n".join(words).encode(), usedforsecurity=False).hexdigest()


def _object(name: str, label: str, parent: str) -> _Fresh:
    above = _fixed("sys_db_object", parent) if parent else ""
    row: dict[str, object] = {"sys_id": _fixed("sys_db_object", name), "name": name}
    return "sys_db_object", row | {"label": label, "super_class": above, "sys_name": label}


def _columns(table: Table) -> Iterator[_Fresh]:
    yield _entry(table.name, "", internal_type="collection", column_label=table.label)
    inherited = TABLES[table.parent].columns if table.parent else {}
    for column in table.columns.values():
        if column.name not in inherited:
            yield _entry(
                table.name,
                column.name,
                internal_type=_WORDS.get(column.type, column.type),
                column_label=column.label,
                reference=column.reference,
                default_value=column.default,
                display=column.name == table.display,
            )


def _entry(table: str, element: str, **columns: object) -> _Fresh:
    found = _fixed("sys_dictionary", table, element)
    row: dict[str, object] = {"sys_id": found, "name": table, "element": element}
    return "sys_dictionary", {**row, "sys_name": element or table, **columns}
