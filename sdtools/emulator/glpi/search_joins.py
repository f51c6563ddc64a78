"""The joins of a search: from a searched row to the rows that hold an option's field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.names import foreign_key
from sdtools.emulator.glpi.search_options import Option, Step
from sdtools.emulator.glpi.tables import TABLES

__all__ = ["Joins"]

_LINKED = ("tickets_id_1", "tickets_id_2")


@dataclass(slots=True, kw_only=True)
class Joins:
    """Lazily indexed tables of one search."""

    context: Context
    itemtype: str
    _indexes: dict[tuple[str, str], dict[object, list[Row]]] = field(default_factory=dict)

    def indexed(self, itemtype: str, column: str) -> dict[object, list[Row]]:
        """Give an item type's rows by the value of a column."""
        place = (itemtype, column)
        if place not in self._indexes:
            found: dict[object, list[Row]] = defaultdict(list)
            for row in self.context.database.rows(itemtype):
                found[row[column]].append(row)
            self._indexes[place] = found
        return self._indexes[place]

    def item(self, itemtype: str, items_id: object) -> Row | None:
        """Give an item by its id."""
        found = self.indexed(itemtype, "id").get(items_id)
        return found[0] if found else None

    def rows(self, option: Option, row: Row) -> list[Row]:
        """Give the rows at the end of an option's path; several, one or none."""
        found, itemtype = [row], self.itemtype
        for step in option.steps:
            if step.itemtype not in TABLES:
                return []  # nothing of the kind is kept here
            found = [one for above in found for one in self._joined(itemtype, step, above)]
            itemtype = step.itemtype
        return found

    def _joined(self, itemtype: str, step: Step, row: Row) -> Iterable[Row]:
        found = self._linked(itemtype, step, row)
        if step.condition is None:
            return found
        column, value = step.condition
        if column == "last":
            return found[-1:]
        return [one for one in found if one[column] == value]

    def _linked(self, itemtype: str, step: Step, row: Row) -> Sequence[Row]:
        """Follow one step: a key of the row, a key back to it, or an item type with an id."""
        columns = TABLES[step.itemtype].columns
        column = step.column or foreign_key(step.itemtype)
        if not step.back and column in row:
            return self.indexed(step.itemtype, "id").get(row[column], ())
        back = step.column if step.back else foreign_key(itemtype)
        if back in columns:
            return self.indexed(step.itemtype, back).get(row["id"], ())
        if _LINKED[0] in columns:
            found = [
                one for name in _LINKED for one in self.indexed(step.itemtype, name)[row["id"]]
            ]
            return sorted(found, key=lambda one: int(one["id"] or 0))
        if "itemtype" in columns and "items_id" in columns:
            near = self.indexed(step.itemtype, "items_id").get(row["id"], ())
            return [one for one in near if one["itemtype"] == itemtype]
        return ()
