"""The values of search columns: fetched once per search, shaped as GLPI shapes them (FACTS 6)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sdtools.emulator.glpi.actors import LINKS
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.names import TREES, foreign_key, target_of
from sdtools.emulator.glpi.search_options import Option
from sdtools.emulator.glpi.tables import TABLES

__all__ = ["Values", "raw", "shown"]

_ACTOR_COLUMN = {"User": "users_id", "Group": "groups_id", "Supplier": "suppliers_id"}


@dataclass(slots=True, kw_only=True)
class Values:
    """Lazily fetched tables of one search."""

    context: Context
    itemtype: str
    _named: dict[str, dict[object, Row]] = field(default_factory=dict)
    _hanging: dict[str, dict[object, list[Row]]] = field(default_factory=dict)

    def item(self, itemtype: str, items_id: object) -> Row | None:
        """Give another item by its id."""
        if itemtype not in self._named:
            rows = self.context.database.rows(itemtype)
            self._named[itemtype] = {row["id"]: row for row in rows}
        return self._named[itemtype].get(items_id)

    def name(self, itemtype: str, items_id: object) -> str | None:
        """Give the (full) name of another item."""
        row = self.item(itemtype, items_id)
        if row is None:
            return None
        return str(row["completename"] if itemtype in TREES else row["name"])

    def hanging(self, itemtype: str, row: Row) -> list[Row]:
        """Give the rows of an item type that hang on a searched row."""
        if itemtype not in self._hanging:
            grouped: dict[object, list[Row]] = defaultdict(list)
            key = foreign_key(self.itemtype)
            by_type = key not in TABLES[itemtype].columns
            for one in self.context.database.rows(itemtype):
                if not by_type:
                    grouped[one[key]].append(one)
                elif one["itemtype"] == self.itemtype:
                    grouped[one["items_id"]].append(one)
            self._hanging[itemtype] = grouped
        return self._hanging[itemtype].get(row["id"], [])


def _few(found: list[Any]) -> Any:
    """Give none, one or several values as GLPI does: null, the value, a list."""
    unique = list(dict.fromkeys(found))
    return unique if len(unique) > 1 else (unique[0] if unique else None)


def _actor_ids(values: Values, kind: str, role: int, row: Row) -> list[Any]:
    table = LINKS[values.itemtype].get(kind)
    if table is None:
        return []
    links = values.hanging(table, row)
    return sorted(int(link[_ACTOR_COLUMN[kind]] or 0) for link in links if link["type"] == role)


def _late(values: Values, column: str, row: Row) -> int:
    due, solved = row[column], row["solvedate"]
    if due is None:
        return 0
    end = solved if column == "time_to_resolve" else row["takeintoaccountdate"]
    return int(str(end or values.context.now()) > str(due))


def _hanging_value(values: Values, child: str, column: str, row: Row) -> Any:
    rows = values.hanging(child, row)
    if column == "count":
        return len(rows)
    target, _, field_name = column.rpartition(":")
    if not target:
        return _few([one[field_name] for one in rows])
    items = [values.item(target, one[foreign_key(target)]) for one in rows]
    found = [item[field_name] for item in items if item]
    return _few([str(one) for one in found])


def _through(values: Values, path: str, row: Row) -> Any:
    link, _, target = path.partition(":")
    rows = values.hanging(link, row)
    if target in TABLES:
        return _few([values.name(target, one[foreign_key(target)]) for one in rows])
    return _few([one[target] for one in rows])


def raw(values: Values, option: Option, row: Row) -> Any:
    """Give what criteria compare: ids of what is linked, plain values else."""
    kind, _, rest = option.source.partition(":")
    if kind == "column":
        return row[rest]
    if kind == "actor":
        actor, role = rest.split(":")
        return _actor_ids(values, actor, int(role), row)
    return shown(values, option, row)


def shown(values: Values, option: Option, row: Row) -> Any:
    """Give what the answer holds."""
    kind, _, rest = option.source.partition(":")
    if kind == "actor":
        actor, role = rest.split(":")
        ids = _actor_ids(values, actor, int(role), row)
        if actor == "User":
            return _few([str(one) for one in ids if one])
        return _few([values.name(actor, one) for one in ids])
    if kind == "hanging":
        child, _, column = rest.partition(":")
        return _hanging_value(values, child, column, row)
    if kind == "late":
        return _late(values, rest, row)
    if kind == "through":
        return _through(values, rest, row)
    target = target_of(rest)
    if target == "User":
        return str(row[rest]) if row[rest] else None
    return values.name(target, row[rest]) if target else row[rest]
