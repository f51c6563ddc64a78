"""The embedded ServiceNow's tables: names, columns in wire order, labels, parents.

A column is written ``name`` (string), ``name=text`` (string with a default), ``name>table``
(reference), or ``name:kind`` with kind ``i`` integer, ``ic`` integer choice, ``c`` string choice,
``b`` boolean, ``d`` date and time, ``u`` date and time that displays UNKNOWN when empty, ``D``
date, ``t`` duration, ``j`` journal, ``l`` list of sys_ids, ``n`` class name, ``p`` password; a
default after ``=``, in which ``~`` is a space.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sdtools.emulator.servicenow.columns_other import OTHERS
from sdtools.emulator.servicenow.columns_system import SYSTEM
from sdtools.emulator.servicenow.columns_task import TASKS

__all__ = ["DATES", "TABLES", "Column", "Table"]

_KINDS = {
    "": "string",
    "i": "integer",
    "ic": "integer",
    "c": "choice",
    "b": "boolean",
    "d": "glide_date_time",
    "u": "due_date",
    "D": "glide_date",
    "t": "glide_duration",
    "j": "journal",
    "l": "glide_list",
    "n": "sys_class_name",
    "p": "password",
}
DATES = frozenset({"glide_date_time", "due_date", "glide_date", "glide_duration"})
_CREATED = "sys_id sys_created_on:d sys_created_by sys_tags"
_UPDATED = "sys_updated_on:d sys_updated_by sys_mod_count:i=0"
_WRITTEN_ONCE = frozenset({"sys_journal_field", "sys_audit"})  # no sys_updated_on (FACTS 12)
_LABELS = {
    "caller_id": "Caller",
    "close_code": "Resolution code",
    "close_notes": "Resolution notes",
    "cmdb_ci": "Configuration item",
    "comments": "Additional comments",
    "hold_reason": "On hold reason",
    "opened_at": "Opened",
    "problem_id": "Problem",
    "short_description": "Short description",
    "sys_class_name": "Task type",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: ``type`` is the dictionary's word, ``choice`` true where values are listed."""

    name: str
    type: str  # string, integer, reference, glide_date_time, boolean, choice, journal...
    reference: str  # the table referred to; "" if none
    choice: bool
    default: str
    label: str

    @property
    def sql_type(self) -> str:
        """Give the declaration of the column in SQLite."""
        if self.type == "integer":
            return "INTEGER"
        exact = self.type in {"reference", "boolean", "sys_class_name"} or self.type in DATES
        return "TEXT" if exact or self.name in {"sys_id", "element_id"} else "TEXT COLLATE NOCASE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with its inherited columns; tables of a hierarchy share the root's storage."""

    name: str
    label: str
    parent: str  # "" for a root
    prefix: str  # of its numbers: "INC"; "" if it has none
    display: str  # the column that stands for a record; "" shows the sys_id
    columns: Mapping[str, Column]
    lineage: tuple[str, ...]  # itself, its parent, ... the root

    @property
    def root(self) -> str:
        """Name the table that stores the rows."""
        return self.lineage[-1]

    @property
    def children(self) -> tuple[str, ...]:
        """Name the table itself and every table that extends it."""
        return tuple(name for name, table in TABLES.items() if self.name in table.lineage)


def _column(word: str) -> Column:
    found = re.fullmatch(r"(\w+)(?:>(\w+)|:(\w+))?(?:=(.*))?", word)
    if found is None:
        raise ValueError(f"column {word!r} is not written as the table notation asks")
    name, reference, mark, default = found.groups()
    return Column(
        name=name,
        type="reference" if reference else _KINDS[mark or ""],
        reference=reference or "",
        choice=mark in {"c", "ic"},
        default=(default or ("false" if mark == "b" else "")).replace("~", " "),
        label=_LABELS.get(name, name.replace("_", " ").capitalize()),
    )


def _table(name: str, declared: Mapping[str, tuple[str, str, str, str, str]]) -> Table:
    lineage = [name]
    while declared[lineage[-1]][0]:
        lineage.append(declared[lineage[-1]][0])
    notation = " ".join(declared[ancestor][4] for ancestor in reversed(lineage))
    stamps = _CREATED if name in _WRITTEN_ONCE else f"{_CREATED} {_UPDATED}"
    columns = {column.name: column for column in map(_column, f"{stamps} {notation}".split())}
    parent, label, prefix, display, _ = declared[name]
    return Table(
        name=name,
        label=label,
        parent=parent,
        prefix=prefix,
        display=display,
        columns=MappingProxyType(columns),
        lineage=tuple(lineage),
    )


_DECLARED = {**TASKS, **OTHERS, **SYSTEM}
TABLES: Mapping[str, Table] = MappingProxyType(
    {name: _table(name, _DECLARED) for name in _DECLARED}
)
