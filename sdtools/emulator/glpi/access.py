"""Who may see and do what: profiles' rights, entities, one's own tickets (FACTS 1, 2)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import GlpiDatabase, Row
from sdtools.emulator.glpi.profiles import READ, READ_ALL, SEE_PRIVATE, right_of
from sdtools.emulator.glpi.rights import may_add_some, may_view_some
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.wire import no_right

__all__ = [
    "listed_total",
    "may_create",
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
_ITIL_KEYS = {"tickets_id": "Ticket", "tickets_id_1": "Ticket", "tickets_id_2": "Ticket",
              "problems_id": "Problem", "changes_id": "Change"}  # fmt: skip
# Who sees these sees the tickets, problems and changes that they belong to.
_OF_ITIL = frozenset(
    [
        "ITILFollowup", "ITILSolution", "TicketTask", "ProblemTask", "ChangeTask", "Ticket_User",
        "Group_Ticket", "Supplier_Ticket", "Problem_User", "Group_Problem", "Problem_Supplier",
        "Change_User", "Change_Group", "Change_Supplier", "Item_Ticket", "Item_Problem",
        "Change_Item", "Ticket_Ticket", "Problem_Ticket", "Change_Ticket", "Change_Problem",
        "TicketCost", "ProblemCost", "ChangeCost", "TicketValidation", "ChangeValidation",
    ]
)  # fmt: skip
_PRIVATE = frozenset({"ITILFollowup", "TicketTask"})
_READ_FAQ, _ADMINISTER = 2048, 1024  # of articles
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
    return itemtype not in _NOBODY and may_view_some(context.session, itemtype)


def require_list(context: Context, itemtype: str) -> None:
    """Raise GLPI's 403 where :func:`may_list` says no."""
    if not may_list(context, itemtype):
        raise no_right()


def may_create(context: Context, itemtype: str) -> bool:
    """Tell whether the session may add items of a type."""
    return itemtype != "Log" and may_add_some(context.session, itemtype)


def _own_tickets(users_id: int) -> str:
    links = f"SELECT tickets_id FROM glpi_tickets_users WHERE users_id = {users_id}"  # noqa: S608 - a number
    return f"(users_id_recipient = {users_id} OR id IN ({links} AND type IN (1, 3)))"


def _above(context: Context) -> tuple[int, ...]:
    """Give the entities above the active ones: what is recursive there counts here, too."""
    rows = context.database.select("SELECT id, entities_id FROM glpi_entities")
    parents = {row[0]: row[1] for row in rows}
    found: dict[int, None] = {}
    for active in context.session.active:
        entity = active
        while entity:
            entity = int(parents.get(entity) or 0)
            found[entity] = None
    return tuple(one for one in found if one not in context.session.active)


def _numbers(found: tuple[int, ...]) -> str:
    return ", ".join(map(str, found)) or "-1"


def _reached(context: Context) -> str:
    """Give the condition of what lies in an active entity, or above and is recursive."""
    above = f"(is_recursive = 1 AND entities_id IN ({_numbers(_above(context))}))"
    return f"(entities_id IN ({_numbers(context.session.active)}) OR {above})"


def _views_all(context: Context) -> bool:
    return context.database.count("Entity") <= len(context.session.active)


def _entity_where(context: Context, itemtype: str) -> str:
    if itemtype == "Entity":
        return f"id IN ({_numbers(context.session.active)})"
    if itemtype == "User" and not _views_all(context):
        return f"id IN (SELECT users_id FROM glpi_profiles_users WHERE {_reached(context)})"  # noqa: S608 - numbers
    columns = TABLES[itemtype].columns
    if itemtype in _EVERYWHERE or "entities_id" not in columns:
        return "1"
    if "is_recursive" in columns:
        return _reached(context)
    return f"entities_id IN ({_numbers(context.session.active)})"


def _seen_kinds(context: Context, right: str) -> str:
    """Give the values of ``is_private`` that a session may see."""
    bits = ((SEE_PRIVATE, "1"), (READ, "0"))
    return ", ".join(value for bit, value in bits if context.session.may(right, bit)) or "-1"


def _followups(context: Context) -> str:
    """GLPI 10.0, Search::addDefaultWhere: of items that one sees, private ones only by right."""
    kinds = f"is_private IN ({_seen_kinds(context, 'followup')})"
    partly = [one for one in sorted(_ITIL) if not context.session.may(right_of(one), READ_ALL)]
    parts = [f"itemtype NOT IN ({', '.join(map(repr, partly))})"]
    for parent in partly:
        ids = f"SELECT id FROM {TABLES[parent].sql_name} WHERE {visible_where(context, parent)}"  # noqa: S608 - numbers
        parts.append(f"(itemtype = '{parent}' AND items_id IN ({ids}))")
    return f"{kinds} AND ({' OR '.join(parts)})" if partly else kinds


def _tasks(context: Context) -> str:
    """GLPI 10.0, Search::addDefaultWhere: public ones of all tickets, whoever sees those."""
    me = context.session.users_id
    seen = _seen_kinds(context, "task")
    if seen == "-1":
        return "0"
    return f"(is_private IN ({seen}) OR users_id = {me} OR users_id_tech = {me})"


def visible_where(context: Context, itemtype: str) -> str:
    """Give the SQL condition of what the session sees in a list of an item type."""
    where = _entity_where(context, itemtype)
    if itemtype == "ITILFollowup":
        return _followups(context)
    if itemtype == "TicketTask":
        return _tasks(context)
    if itemtype in _ITIL and not context.session.may(right_of(itemtype), READ_ALL):
        if itemtype != "Ticket":
            return "0"
        where += f" AND {_own_tickets(context.session.users_id)}"
    return where


def listed_total(context: Context, itemtype: str, where: str, values: Sequence[object]) -> int:
    """Count what a list holds: GLPI counts a row once for each row that it joined to it.

    GLPI 10.0, API::getItems and Search::addDefaultJoin: profiles to users, and to tickets
    requesters and observers, unless the session sees all tickets.
    """
    me = context.session.users_id
    if itemtype == "User":
        reached = "1" if _views_all(context) else _reached(context)
        times = f"SELECT count(*) FROM glpi_profiles_users WHERE users_id = one.id AND {reached}"  # noqa: S608 - numbers
        times = f"max(1, ({times}))"
    elif itemtype == "Ticket" and not context.session.may("ticket", READ_ALL):
        joined = " ".join(
            f"LEFT JOIN glpi_tickets_users {name} ON {name}.tickets_id = one.id"
            f" AND {name}.type = {role}"
            for name, role in (("asks", 1), ("watches", 3))
        )
        mine = f"{me} IN (one.users_id_recipient, asks.users_id, watches.users_id)"
        times = f"(SELECT count(*) FROM (SELECT 1) {joined} WHERE {mine})"  # noqa: S608 - numbers
    else:
        return context.database.count(itemtype, where, values)
    sql = f"SELECT sum({times}) FROM {TABLES[itemtype].sql_name} one WHERE {where}"  # noqa: S608 - our own conditions
    return int(context.database.select(sql, values)[0][0] or 0)


def _parents(row: Row) -> list[tuple[str, object]]:
    """Give the tickets, problems and changes that a child or a link belongs to."""
    if row.get("itemtype") in _ITIL and "tickets_id" not in row:
        return [(str(row["itemtype"]), row["items_id"])]
    return [(itemtype, row[column]) for column, itemtype in _ITIL_KEYS.items() if column in row]


def _sees_parents(context: Context, row: Row) -> bool:
    found = [(name, context.database.row(name, items_id)) for name, items_id in _parents(row)]
    return all(parent is None or sees(context, name, parent) for name, parent in found)


def _sees_article(context: Context, row: Row) -> bool:
    """GLPI 10.0, KnowbaseItem::canViewItem: by right, and shown to an entity that one reaches."""
    session = context.session
    if row["users_id"] == session.users_id or session.may("knowbase", _ADMINISTER):
        return True
    if not session.may("knowbase", READ | _READ_FAQ if row["is_faq"] else READ):
        return False
    shown = f"knowbaseitems_id = ? AND {_reached(context)}"
    return context.database.count("Entity_KnowbaseItem", shown, (row["id"],)) > 0


def _sees_private(context: Context, itemtype: str, row: Row) -> bool:
    """GLPI 10.0, canViewItem of followups and tasks: one's own, or by right."""
    me, session = context.session.users_id, context.session
    bit = SEE_PRIVATE if row["is_private"] else READ | SEE_PRIVATE
    if session.may(right_of(itemtype), bit) or row["users_id"] == me:
        return True
    return me == row.get("users_id_tech")


def sees(context: Context, itemtype: str, row: Row) -> bool:
    """Tell whether the session may read this one item."""
    if not may_list(context, itemtype):
        return False
    if itemtype == "KnowbaseItem":
        return _sees_article(context, row)
    if itemtype in _OF_ITIL and not _sees_parents(context, row):
        return False
    if itemtype in _PRIVATE:
        return _sees_private(context, itemtype, row)
    where = f"id = ? AND {visible_where(context, itemtype)}"
    return context.database.count(itemtype, where, (row["id"],)) > 0
