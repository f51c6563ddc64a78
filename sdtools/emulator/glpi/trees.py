"""Trees (categories, places, groups, entities...): paths, levels, moves (CommonTreeDropdown)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sdtools.emulator.glpi.casting import Values
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.names import TREES
from sdtools.emulator.glpi.tables import Value
from sdtools.emulator.glpi.wire import RefusedError

__all__ = ["children_of", "forget_sons", "moved", "placed", "replanted"]

_ROOT = 0


def _is_node(itemtype: str, items_id: Value) -> bool:
    """Tell whether an id can be a node's: 0 is one among entities alone."""
    return isinstance(items_id, int) and (items_id > _ROOT or itemtype == "Entity")


def _above(context: Context, itemtype: str, items_id: Value) -> Row | None:
    return context.database.row(itemtype, items_id) if _is_node(itemtype, items_id) else None


def _ancestors(context: Context, itemtype: str, row: Row) -> list[Value]:
    """Give the ids above a node, the topmost first; a tree that bites its tail ends there."""
    found: list[Value] = []
    parent = row[TREES[itemtype]]
    while parent not in found and (above := _above(context, itemtype, parent)):
        found.insert(0, parent)
        parent = above[TREES[itemtype]]
    return found


def _php_map(ids: Iterable[Value]) -> str:
    """Write ids as PHP does an array with each id at its own key: 0, 1, 2... are a list."""
    found = list(ids)
    shown = found if found == list(range(len(found))) else {str(one): one for one in found}
    return json.dumps(shown, separators=(",", ":"))


def _path(context: Context, itemtype: str, name: str, parent: Value) -> Values:
    """Give name, parent, path and level of a node; an unknown parent is none."""
    above, column = _above(context, itemtype, parent), TREES[itemtype]
    if above is None:
        return {"name": name, column: _ROOT, "completename": name, "level": 1}
    path, level = f"{above['completename']} > {name}", int(above["level"] or 0) + 1
    return {"name": name, column: parent, "completename": path, "level": level}


def placed(context: Context, itemtype: str, values: Values) -> Values:
    """Give the columns that a new node has by its place."""
    name = str(values.get("name") or "").strip()
    found = _path(context, itemtype, name, values.get(TREES[itemtype]))
    return found | {"ancestors_cache": _php_map(_ancestors(context, itemtype, found))}


def children_of(
    context: Context, itemtype: str, items_id: Value, tail: str = "ORDER BY id"
) -> list[Row]:
    """Give the nodes right below a node."""
    where = f'"{TREES[itemtype]}" = ? AND id <> 0'
    return context.database.rows(itemtype, where, (items_id,), tail)


def _subtree(context: Context, itemtype: str, items_id: Value) -> list[Value]:
    """Give a node with all below it: its children by name, then level by level."""
    below = children_of(context, itemtype, items_id, "ORDER BY name, id")
    found: dict[Value, None] = {items_id: None}
    while below:
        fresh = [one["id"] for one in below if one["id"] not in found]
        found.update(dict.fromkeys(fresh))
        below = [child for one in fresh for child in children_of(context, itemtype, one)]
    return list(found)


def forget_sons(context: Context, itemtype: str, row: Row) -> None:
    """Empty what a node and those above it remember of what is below them."""
    if "sons_cache" in row:
        for one in (row["id"], *_ancestors(context, itemtype, row)):
            context.database.update(itemtype, one, {"sons_cache": None})


def moved(context: Context, itemtype: str, row: Row, values: Values) -> Values:
    """Give an update with what follows from it for the node; raise if it went below itself.

    GLPI 10.0.12 takes a node whose name comes without its parent out of its tree (mended later,
    pull request 18253).
    """
    parent, name = values.get(TREES[itemtype]), values.get("name")
    if parent is not None:
        below = _subtree(context, itemtype, row["id"])
        if parent in below:
            raise RefusedError("")
        if "sons_cache" in row:
            context.database.update(itemtype, row["id"], {"sons_cache": _php_map(below)})
        if parent != row[TREES[itemtype]]:
            found = _path(context, itemtype, _trimmed(row, name), parent)
            above = _ancestors(context, itemtype, found)
            return values | found | {"ancestors_cache": _php_map(above)}
    if name is None or name == row["name"]:
        return values
    found = _path(context, itemtype, _trimmed(row, name), parent)
    if itemtype == "Entity" and row["id"] == _ROOT:
        found[TREES[itemtype]] = None
    return values | found


def _trimmed(row: Row, name: Value) -> str:
    return str(row["name"] or "" if name is None else name).strip()


def replanted(context: Context, itemtype: str, old: Row, changed: Values) -> None:
    """Let all below a node follow its new name or place; ``old`` is the node before."""
    column = TREES[itemtype]
    if not {"name", column} & changed.keys():
        return
    _rename_below(context, itemtype, old["id"], again=column in changed)
    row = context.database.row(itemtype, old["id"])
    if column not in changed or row is None or "sons_cache" not in row:
        return
    for parent in (old[column], row[column]):
        above = _above(context, itemtype, parent)
        if above:
            forget_sons(context, itemtype, above)
    below = _php_map(_subtree(context, itemtype, row["id"]))
    context.database.update(itemtype, row["id"], {"sons_cache": below})


def _rename_below(context: Context, itemtype: str, items_id: Value, *, again: bool) -> None:
    """Write path and, ``again``, level of all below a node; nobody counts it as a change."""
    above = context.database.row(itemtype, items_id)
    if above is None:
        return
    for child in children_of(context, itemtype, items_id):
        found: Values = {"completename": f"{above['completename']} > {child['name'] or ''}"}
        if again:
            found |= {"level": int(above["level"] or 0) + 1, "ancestors_cache": None}
        known = {name: value for name, value in found.items() if name in child}
        context.database.update(itemtype, child["id"], known)
        _rename_below(context, itemtype, child["id"], again=again)
