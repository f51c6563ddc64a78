"""Search options: the numbered columns of ``search`` and ``listSearchOptions`` (FACTS 6).

One option is a line ``number|label|path.field|datatype|marks``. The path names the item types that
are joined on the way: ``Type``; ``column>Type`` through a column of its own, which the uid shows;
``column-Type`` through one it does not; ``column<Type`` for children that point back by that
column; ``Type[column=1]`` for some of them. ``field@`` is computed, ``field@of`` from a column.
Marks: g several values, h judged after grouping, q judged in a subquery, f compared by the field
instead of the id, N not searchable, D not shown; searchtypes: c contains, e equals, en with its
opposite, m all four, w equals and contains. A line ``# key Label`` begins a group.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from sdtools.emulator.glpi.names import TREES
from sdtools.emulator.glpi.options_assets import ASSET_OPTIONS
from sdtools.emulator.glpi.options_directory import DIRECTORY_OPTIONS
from sdtools.emulator.glpi.options_itil import ITIL_OPTIONS
from sdtools.emulator.glpi.options_management import MANAGEMENT_OPTIONS
from sdtools.emulator.glpi.tables import TABLES, table_name

__all__ = ["Option", "Step", "groups_and_options", "options_of"]

_NOTATIONS: Mapping[str, str] = {
    **ITIL_OPTIONS, **ASSET_OPTIONS, **DIRECTORY_OPTIONS, **MANAGEMENT_OPTIONS,
}  # fmt: skip
_NAMED = "# common Characteristics\n1|Name|name|itemlink|\n86|Child entities|is_recursive|bool|e\n"
_BOTH = ("contains", "notcontains")
_SAME = ("equals", "notequals")
_DATED = ("equals", "notequals", "lessthan", "morethan", "contains", "notcontains")
_BY_MARK = {"c": _BOTH, "e": ("equals",), "en": _SAME, "m": (*_BOTH, *_SAME),
            "w": ("equals", *_BOTH)}  # fmt: skip
_BY_DATATYPE = {
    "mio": _BOTH, "count": _BOTH, "number": _BOTH, "integer": _BOTH, "bool": (*_SAME, *_BOTH),
    "right": _SAME, "itemtypename": _SAME, "date": _DATED, "datetime": _DATED,
    "date_delay": _DATED,
}  # fmt: skip
_STEP = re.compile(r"(?:(\w+)([<>-]))?([\w\\]+)(?:\[(\w+)=(\d+)\])?")
_TREE_TYPES = frozenset(TREES) | {"DocumentCategory", "BusinessCriticity", "SoftwareCategory"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One join on the way to an option's field."""

    itemtype: str
    column: str = ""  # "" for the usual foreign key
    back: bool = False  # the joined rows point back by that column
    shown: bool = False  # the uid names the column
    condition: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One numbered column: where its value comes from and how it may be searched."""

    itemtype: str
    number: int
    name: str
    steps: tuple[Step, ...]
    field: str
    computed: str | None  # of which column; "" of the whole row
    datatype: str
    marks: str

    @property
    def grouped(self) -> bool:
        """Tell whether several values are concatenated, which makes them text."""
        return "g" in self.marks

    @property
    def having(self) -> bool:
        """Tell whether it is judged after grouping."""
        return "h" in self.marks

    @property
    def subquery(self) -> bool:
        """Tell whether a criterion asks for the ids that have such a link."""
        return "q" in self.marks

    @property
    def by_field(self) -> bool:
        """Tell whether ``equals`` compares the field, not the id of the joined item."""
        return "f" in self.marks or not self.steps

    @property
    def hidden(self) -> bool:
        """Tell whether it can be shown and not searched."""
        return "N" in self.marks

    @property
    def undisplayable(self) -> bool:
        """Tell whether it can be searched and not shown."""
        return "D" in self.marks

    @property
    def first(self) -> str:
        """Give the item type that is joined first, if any."""
        return self.steps[0].itemtype if self.steps else ""

    @property
    def target(self) -> str:
        """Give the item type that holds the field."""
        return self.steps[-1].itemtype if self.steps else self.itemtype

    @property
    def table(self) -> str:
        """Give the table that holds the field, as listSearchOptions names it."""
        return table_name(self.target.replace("Glpi\\", ""))

    @property
    def uid(self) -> str:
        """Give the option's name across GLPIs: ``Ticket.Ticket_User.User.name``."""
        columns = [step.column for step in self.steps if step.shown]
        types = [step.itemtype for step in self.steps]
        if types == [self.itemtype]:
            types = []
        return ".".join([self.itemtype, *columns, *types, self.field])

    @property
    def searchtypes(self) -> tuple[str, ...]:
        """Give what GLPI advertises: by the definition, the datatype, the field, in that order."""
        wanted = self.marks.translate({ord(mark): None for mark in "ghqfND"})
        if wanted:
            return _BY_MARK[wanted]
        if self.datatype in _BY_DATATYPE:
            return _BY_DATATYPE[self.datatype]
        if self.field == "id":
            return _SAME
        if self.field in {"name", "completename"}:
            under = ("under", "notunder") if self.target in _TREE_TYPES else ()
            return (*_BOTH, *_SAME, *under)
        return _BOTH

    def wire(self) -> dict[str, object]:
        """Give what listSearchOptions tells."""
        return {
            "name": self.name,
            "table": self.table,
            "field": self.field,
            "datatype": self.datatype,
            "nosearch": self.hidden,
            "nodisplay": self.undisplayable,
            "available_searchtypes": list(self.searchtypes),
            "uid": self.uid,
        }


def _step(text: str) -> Step:
    found = _STEP.fullmatch(text)
    if found is None:
        raise ValueError(f"join {text!r} is not written as the option notation asks")
    column, way, itemtype, name, value = found.groups()
    return Step(
        itemtype=itemtype,
        column=column or "",
        back=way == "<",
        shown=way == ">",
        condition=(name, int(value)) if name else None,
    )


def _option(itemtype: str, line: str) -> Option:
    number, label, path, datatype, marks = line.split("|")
    *steps, field = path.split(".")
    field, at, of = field.partition("@")
    return Option(
        itemtype=itemtype,
        number=int(number),
        name=label,
        steps=tuple(map(_step, steps)),
        field=field,
        computed=of if at else None,
        datatype=datatype,
        marks=marks,
    )


_NEEDED = frozenset({
    "is_recursive", "comment", "name", "date_mod", "date_creation", "product_number",
    "picture_front", "picture_rear",
})  # fmt: skip


def _exists(option: Option) -> bool:
    """Tell whether an item type has the column of an option that shared notations name."""
    table = TABLES.get(option.itemtype)
    if table is None or option.computed is not None:
        return True
    if not option.steps:
        return option.field not in _NEEDED or option.field in table.columns
    own = "entities_id" if option.steps[0] == Step(itemtype="Entity") else None
    return own is None or own in table.columns


@cache
def groups_and_options(itemtype: str) -> tuple[tuple[str, str] | Option, ...]:
    """Give an item type's groups (key, label) and options, in GLPI's order."""
    found: list[tuple[str, str] | Option] = []
    for line in _NOTATIONS.get(itemtype, _NAMED).splitlines():
        if line.startswith("# "):
            key, _, label = line.removeprefix("# ").partition(" ")
            found.append((key, label))
        elif line.strip():
            option = _option(itemtype, line.strip())
            if _exists(option):
                found.append(option)
    return tuple(found)


@cache
def options_of(itemtype: str) -> Mapping[int, Option]:
    """Give an item type's options by number."""
    found = groups_and_options(itemtype)
    return MappingProxyType({one.number: one for one in found if isinstance(one, Option)})
