"""Who may see and do what: profiles' rights, entities, one's own tickets (FACTS 1, 2)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import GlpiDatabase, Row
from sdtools.emulator.glpi.profiles import CREATE, READ, READ_ALL, right_of
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.wire import no_right

__all__ = [
    "may_list",
    "reachable",
    "remember_sons",
    "require_list",
    "sees",
    "sons",
    "visible_where",
]

_NOBODY = frozenset({"SlaLevel_Ticket"})  # even the super-admin gets 403
_ITIL = frozenset({"Ticket", "Problem", "Change"})
# The people of a desk have no entity of their own: their profiles have.
_EVERYWHERE = frozenset({"User", "Entity", "Profile", "CalendarSegment", "Document_Item"})


def sons(database: GlpiDatabase, root: int) -> tuple[int, ...]:
    """Give an entity with all below it: the root, then each level by name."""
    children: dict[int, list[int]] = {}
    names = "SELECT id, entities_id FROM glpi_entities WHERE id > 0 ORDER BY name"
    for row in database.select(names):
        children.setdefault(int(row[1] or 0), []).append(int(row[0] or 0))
    found, waiting = [], [root]
    while waiting:
        entity = waiting.pop(0)
        found.append(entity)
        waiting.extend(children.get(entity, []))
    return tuple(found)


def remember_sons(database: GlpiDatabase, itemtype: str, root: int, found: Iterable[int]) -> None:
    """Keep what is below a node in its row, as GLPI does when it was asked for."""
    cache = json.dumps({str(one): one for one in found}, separators=(",", ":"))
    database.update(itemtype, root, {"sons_cache": cache})


def reachable(database: GlpiDatabase, users_id: int, profiles_id: int) -> tuple[int, ...]:
    """Give the entities that a user's profile reaches."""
    found: dict[int, None] = {}
    links = database.rows(
        "Profile_User", "users_id = ? AND profiles_id = ?", (users_id, profiles_id)
    )
    for link in links:
        root = int(link["entities_id"] or 0)
        found.update(dict.fromkeys(sons(database, root) if link["is_recursive"] else (root,)))
    return tuple(found)


def may_list(context: Context, itemtype: str) -> bool:
    """Tell whether the session may list an item type at all."""
    if itemtype in _NOBODY:
        return False
    right = right_of(itemtype)
    if right == "dropdown":
        return context.session.central or itemtype in {"RequestType", "SolutionType"}
    return context.session.may(right, READ | READ_ALL)


def require_list(context: Context, itemtype: str) -> None:
    """Raise GLPI's 403 where :func:`may_list` says no."""
    if not may_list(context, itemtype):
        raise no_right()


def _own_tickets(users_id: int) -> str:
    links = f"SELECT tickets_id FROM glpi_tickets_users WHERE users_id = {users_id}"  # noqa: S608 - a number
    return f"(users_id_recipient = {users_id} OR id IN ({links} AND type IN (1, 3)))"


def _entity_where(context: Context, itemtype: str) -> str:
    active = ", ".join(map(str, context.session.active)) or "-1"
    if itemtype == "Entity":
        return f"id IN ({active})"
    columns = TABLES[itemtype].columns
    if itemtype in _EVERYWHERE or "entities_id" not in columns:
        return "1"
    if "is_recursive" in columns:
        # A recursive item of any entity above counts; here: of the root or of a reachable one.
        return f"(entities_id IN ({active}) OR is_recursive = 1)"
    return f"entities_id IN ({active})"


def visible_where(context: Context, itemtype: str) -> str:
    """Give the SQL condition of what the session sees in a list of an item type."""
    where = _entity_where(context, itemtype)
    if itemtype in _ITIL and not context.session.may(right_of(itemtype), READ_ALL):
        if itemtype != "Ticket":
            return "0"
        where += f" AND {_own_tickets(context.session.users_id)}"
    return where


def sees(context: Context, itemtype: str, row: Row) -> bool:
    """Tell whether the session may read this one item."""
    if itemtype == "Document":
        return True  # FACTS 11: even a self-service user downloads any document
    if not may_list(context, itemtype):
        return False
    where = f"id = ? AND {visible_where(context, itemtype)}"
    return context.database.count(itemtype, where, (row["id"],)) > 0


def may_create(context: Context, itemtype: str) -> bool:
    """Tell whether the session may add items of a type."""
    right = right_of(itemtype)
    if right == "dropdown":
        return context.session.may("dropdown", CREATE)
    if right in {"logs"}:
        return False
    by_ticket = right in {"ticket", "followup", "task", "ticketvalidation"}
    return context.session.may(right, CREATE) or (by_ticket and context.session.central)
