"""The embedded GLPI's tables: item type to columns, in the order GLPI 10.0.12 returns them.

A column is written ``name`` (whole number, 0), ``name=5`` (whole number, 5), ``name~`` (whole
number or null), ``name?`` (text or null), ``name'`` (text, empty), ``name!-2`` (text, "-2"),
``name@`` (date or time text, or null), ``name$`` (decimal as text, as MySQL gives it).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sdtools.emulator.glpi.columns_assets import ASSETS
from sdtools.emulator.glpi.columns_directory import DIRECTORY
from sdtools.emulator.glpi.columns_dropdowns import DROPDOWNS
from sdtools.emulator.glpi.columns_itil import ITIL
from sdtools.emulator.glpi.columns_more import MORE

__all__ = ["TABLES", "Column", "Table", "Value", "table_name"]

Value = int | str | None  # what a cell holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its kind and what an absent value becomes."""

    name: str
    kind: str  # "int", "text", "date", "decimal"
    default: Value
    nullable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One item type and its columns, in wire order."""

    itemtype: str
    sql_name: str  # as GLPI's error texts name it: "glpi_groups_tickets"
    columns: Mapping[str, Column]

    def row(self, values: Mapping[str, object]) -> tuple[object, ...]:
        """Give a whole row in column order: unknown keys dropped, defaults filled."""
        return tuple(values.get(column.name, column.default) for column in self.columns.values())


_MARKS = {
    "": ("int", 0, False),
    "~": ("int", None, True),
    "?": ("text", None, True),
    "'": ("text", "", False),
    "@": ("date", None, True),
    "$": ("decimal", "0.0000", False),
}


def _column(word: str) -> Column:
    found = re.fullmatch(r"(\w+)(?:([~?'@$])|=(-?\d+)|!(.+))?", word)
    if found is None:
        raise ValueError(f"column {word!r} is not written as the table notation asks")
    name, mark, number, text = found.groups()
    if number is not None:
        return Column(name=name, kind="int", default=int(number), nullable=False)
    if text is not None:
        return Column(name=name, kind="text", default=text, nullable=False)
    kind, default, nullable = _MARKS[mark or ""]
    return Column(name=name, kind=kind, default=default, nullable=nullable)


def _plural(word: str) -> str:
    """Give GLPI's plural: ``categories``, ``statuses``, ``aliases``."""
    if re.search(r"(ss|us|as)$", word):
        return f"{word}es"
    return re.sub(r"(?<![aeiou])y$", "ie", word) + "s"


def table_name(itemtype: str) -> str:
    """Give GLPI's table name of an item type."""
    special = {"RuleTicket": "rules", "RuleCriteria": "rulecriterias", "Software": "softwares"}
    if itemtype in special:
        return f"glpi_{special[itemtype]}"
    parts = [part.lower() for part in itemtype.split("_")]
    plurals = [_plural(part) for part in parts]
    return "glpi_" + "_".join(plurals)


def _table(itemtype: str, notation: str) -> Table:
    columns = {column.name: column for column in map(_column, notation.split())}
    return Table(
        itemtype=itemtype, sql_name=table_name(itemtype), columns=MappingProxyType(columns)
    )


_NOTATIONS = ITIL | DIRECTORY | ASSETS | MORE | DROPDOWNS
TABLES: Mapping[str, Table] = MappingProxyType(
    {itemtype: _table(itemtype, notation) for itemtype, notation in _NOTATIONS.items()}
)
