"""Links: actors to tickets, and tickets to problems, articles, items and each other."""

from __future__ import annotations

import re

from sdtools.emulator.glpi.access import sees
from sdtools.emulator.glpi.actors import ASSIGN, LINKS, Actor, exists, has_assignee, log_actor
from sdtools.emulator.glpi.casting import Given, Values, cast
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.history import log_linked, log_unlinked
from sdtools.emulator.glpi.itil import (
    CLOSED,
    NEW,
    SOLVED,
    answer,
    assigned_status,
    change,
    touch,
)
from sdtools.emulator.glpi.names import foreign_key
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.wire import NO_RIGHT, RefusedError

__all__ = [
    "add_actor_link",
    "add_link",
    "delete_actor_link",
    "delete_link",
    "parent_of",
    "replace_actor",
    "unassigned",
    "visible_parent",
]

_NEW_OF_A_CHANGE = frozenset({1, 7, 9, 10})  # GLPI asks changes, whatever the item
_STAYING = frozenset({SOLVED, CLOSED})
_ADDRESS, _NOBODY = re.compile(r"[^@\s]+@[^@\s]+"), "nobody@example.org"
_TOUCHING = frozenset({"Item_Ticket", "Ticket_Ticket", "Document_Item"})
_OF_ANYTHING = frozenset({"Document_Item", "KnowbaseItem_Item"})
_COLUMN = {"User": "users_id", "Group": "groups_id", "Supplier": "suppliers_id"}


def visible_parent(context: Context, itemtype: str, items_id: object) -> Row:
    """Give the parent; one that is missing or hidden is a missing right (FACTS 2)."""
    row = context.database.row(itemtype, items_id) if itemtype in LINKS else None
    if row is None or not sees(context, itemtype, row):
        raise RefusedError(NO_RIGHT)
    return row


def parent_of(row: Row) -> tuple[str, object] | None:
    """Give the item a child row hangs on."""
    if row.get("itemtype") in LINKS and "items_id" in row:
        return str(row["itemtype"]), row["items_id"]
    for itemtype in LINKS:
        if row.get(foreign_key(itemtype)):
            return itemtype, row[foreign_key(itemtype)]
    return None


def add_actor_link(context: Context, itemtype: str, given: Given) -> int:
    """Link a user, group or supplier; the first assignee makes a new ticket assigned."""
    values = cast(itemtype, given)
    parent_type = next(name for name, links in LINKS.items() if itemtype in links.values())
    kind = next(key for key, name in LINKS[parent_type].items() if name == itemtype)
    parent = visible_parent(context, parent_type, values.get(foreign_key(parent_type)))
    actor = Actor(
        kind=kind, items_id=int(values.get(_COLUMN[kind]) or 0), role=int(values.get("type") or 1)
    )
    by_mail = kind == "User" and not actor.items_id and values.get("alternative_email")
    if not _ADDRESS.fullmatch(str(values.get("alternative_email") or _NOBODY)):
        raise RefusedError("Invalid email address")
    if not by_mail and not (exists(context.database, actor) and _in_reach(context, actor, parent)):
        raise RefusedError(NO_RIGHT)
    where = f'"{foreign_key(parent_type)}" = ? AND "{_COLUMN[kind]}" = ? AND type = ?'
    same = (parent["id"], actor.items_id, actor.role)
    if not by_mail and context.database.count(itemtype, where, same):
        raise RefusedError("")
    item = (parent_type, parent["id"])
    if actor.role == ASSIGN:
        wanted: Values = {"status": assigned_status(parent_type)} if parent["status"] == NEW else {}
        if parent_type == "Ticket":
            answer(context, parent)
        change(context, parent_type, context.database.row(*item) or parent, wanted)
    values.setdefault("use_notification", 1)
    link = context.database.insert(itemtype, values)
    log_actor(context, item, actor)
    touch(context, *item)
    return link


def _in_reach(context: Context, actor: Actor, parent: Row) -> bool:
    """Tell whether a group belongs to the ticket's entity (or to one above, recursively)."""
    if actor.kind != "Group":
        return True
    group = context.database.row("Group", actor.items_id)
    return bool(group and (group["entities_id"] == parent["entities_id"] or group["is_recursive"]))


def unassigned(context: Context, item: tuple[str, object]) -> bool:
    """Make new again what has no assignee left; tell whether that is so.

    GLPI 10.0, CommonITILActor::post_deleteFromDB: whoever was unlinked, and whatever it was.
    """
    parent = context.database.row(*item)
    if parent is None or has_assignee(context.database, item):
        return False
    if parent["status"] in _STAYING:
        return False
    if parent["status"] not in _NEW_OF_A_CHANGE:
        change(context, item[0], parent, {"status": NEW}, answers=False)
    return True


def delete_actor_link(context: Context, itemtype: str, row: Row) -> None:
    """Remove a link; without assignees an assigned ticket is new again."""
    item = parent_of(row)
    kind = next(k for links in LINKS.values() for k, name in links.items() if name == itemtype)
    context.database.delete(itemtype, "id = ?", (row["id"],))
    if item is None:
        return
    log_unlinked(context, item, (kind, row[_COLUMN[kind]]))
    if not unassigned(context, item):
        touch(context, *item)


def replace_actor(context: Context, itemtype: str, row: Row, given: Given) -> None:
    """Put somebody else in a link: in the history, but no touch (GLPI FACTS 14)."""
    values = cast(itemtype, given)
    values.pop("id", None)
    context.database.update(itemtype, row["id"], values)
    item = parent_of(row)
    kind = next(k for links in LINKS.values() for k, name in links.items() if name == itemtype)
    after = values.get(_COLUMN[kind], row[_COLUMN[kind]])
    if item and after != row[_COLUMN[kind]]:
        log_unlinked(context, item, (kind, row[_COLUMN[kind]]))
        log_linked(context, item, (kind, after))


def _ends(itemtype: str, values: Row) -> tuple[tuple[str, object] | None, tuple[str, object]]:
    """Give the two items that a link joins, the ticket first."""
    item = parent_of(values) if itemtype != "Ticket_Ticket" else None
    if itemtype == "Ticket_Ticket":
        item = ("Ticket", values["tickets_id_1"])
    others = {
        "Problem_Ticket": ("Problem", values.get("problems_id")),
        "Change_Ticket": ("Change", values.get("changes_id")),
        "KnowbaseItem_Item": ("KnowbaseItem", values.get("knowbaseitems_id")),
        "Ticket_Ticket": ("Ticket", values.get("tickets_id_2")),
        "Document_Item": ("Document", values.get("documents_id")),
    }
    other = others.get(itemtype, (str(values.get("itemtype")), values.get("items_id")))
    if itemtype in {"Problem_Ticket", "Change_Ticket", "Item_Ticket"}:
        item = ("Ticket", values.get("tickets_id"))
    if item is None and itemtype in _OF_ANYTHING and values.get("itemtype") in TABLES:
        item = (str(values["itemtype"]), values.get("items_id"))
    return item, other


def delete_link(context: Context, itemtype: str, row: Row) -> None:
    """Remove a link between items, with its line in the history of both."""
    context.database.delete(itemtype, "id = ?", (row["id"],))
    item, other = _ends(itemtype, row)
    if item is None:
        return
    log_unlinked(context, item, other)
    if itemtype in _TOUCHING and item[0] in LINKS:
        touch(context, *item)
    if itemtype == "Ticket_Ticket":
        log_unlinked(context, other, item)
        touch(context, *other)


def add_link(context: Context, itemtype: str, values: Values) -> int:
    """Link a ticket with another item; most links move the ticket's date_mod (FACTS 10)."""
    link = context.database.insert(itemtype, values)
    item, other = _ends(itemtype, values)
    if item is None:
        return link
    if itemtype == "Ticket_Ticket":
        for one in (item, other):
            row = context.database.row(*one)
            if row:
                answer(context, row)
            touch(context, *one)
    elif itemtype in _TOUCHING and item[0] in LINKS:
        touch(context, *item, logged=True)
    log_linked(context, item, other)
    log_linked(context, other, item)
    return link
