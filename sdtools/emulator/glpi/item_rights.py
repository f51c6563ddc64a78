"""What a session may add, change and delete: GLPI's own checks, item by item.

GLPI 10.0: canCreateItem, canUpdateItem, canDeleteItem and canPurgeItem of each class. Only what
the profiles here can tell apart is checked; a missing parent is left to what adds the item.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sdtools.emulator.glpi.access import sees
from sdtools.emulator.glpi.actors import ASSIGN, OBSERVER, REQUESTER
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.itil_rights import (
    PARENTS,
    TASK_PARENTS,
    approves,
    asks_for,
    closed,
    deletes_ticket,
    in_entity,
    itil_parent,
    itil_row,
    own_roles,
    solves,
    updates,
    works_on,
)
from sdtools.emulator.glpi.profiles import ADD_ALL, OWN, PURGE, UPDATE, UPDATE_ALL, right_of
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.text import whole_number

__all__ = ["may_add", "may_write"]

Given = Mapping[str, Any]

_ADD_MINE, _ADD_MY_GROUPS, _ADD_WATCHED = 4, 2048, 16384  # followups
_ASK_FOR_REQUESTS, _ASK_FOR_INCIDENTS = 1024, 2048  # approvals
_INCIDENT = 1
_ADMINISTER, _PUBLISH_FAQ = 1024, 4096  # articles
# The column and item type of both ends.
_ENDS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "Ticket_Ticket": (("tickets_id_1", "Ticket"), ("tickets_id_2", "Ticket")),
    "Problem_Ticket": (("problems_id", "Problem"), ("tickets_id", "Ticket")),
    "Change_Ticket": (("changes_id", "Change"), ("tickets_id", "Ticket")),
}


def _adds_followup(context: Context, given: Given) -> bool:
    """CommonITILObject::canAddFollowups."""
    item = itil_parent(context, "ITILFollowup", given)
    if item is None or context.session.may("followup", ADD_ALL):
        return True
    own, groups = own_roles(context, item)
    if ASSIGN in own | groups or approves(context, item):
        return True
    rights = (
        (_ADD_MINE, asks_for(context, item)), (_ADD_WATCHED, OBSERVER in own),
        (_ADD_MY_GROUPS, REQUESTER in groups),
    )  # fmt: skip
    return any(holds and context.session.may("followup", bit) for bit, holds in rights)


def _adds_task(context: Context, itemtype: str, given: Given) -> bool:
    item = itil_parent(context, itemtype, given)
    if item is None or context.session.may("task", ADD_ALL):
        return True
    if context.session.may(right_of(item[0]), UPDATE) and item[0] != "Ticket":
        return True
    return works_on(context, item)


def _adds_solution(context: Context, given: Given) -> bool:
    item = itil_parent(context, "ITILSolution", given)
    if item is None:  # a missing one is not noticed (FACTS 8)
        return context.session.may("ticket", UPDATE)
    return solves(context, item)


def _adds_link(context: Context, itemtype: str, given: Given) -> bool:
    item = itil_parent(context, itemtype, given)
    if item is None:
        return True
    if itemtype == "Item_Ticket" and closed(item):
        return False
    return updates(context, item)


def _asks_approval(context: Context, given: Given) -> bool:
    """TicketValidation::canCreateItem."""
    item = itil_parent(context, "TicketValidation", given)
    if item is None:
        return True
    incident = item[1]["type"] == _INCIDENT
    wanted = _ASK_FOR_INCIDENTS if incident else _ASK_FOR_REQUESTS
    return not closed(item) and context.session.may("ticketvalidation", wanted)


def _joins(context: Context, itemtype: str, given: Given) -> bool:
    """CommonDBRelation::canRelationItem: one end is changed, and the other one seen."""
    rows = [(kind, itil_row(context, kind, given.get(column))) for column, kind in _ENDS[itemtype]]
    ends = [(kind, row) for kind, row in rows if row]
    if len(ends) < len(rows):
        return any(context.session.may(right_of(kind), UPDATE) for _, kind in _ENDS[itemtype])
    seen = all(sees(context, kind, row) for kind, row in ends)
    return seen and any(updates(context, item) for item in ends)


def _adds_document(context: Context, given: Given) -> bool:
    """Document::canCreateItem: of a ticket by whoever may comment it."""
    if given.get("itemtype") or not given.get("tickets_id"):
        entity = given.get("entities_id")
        return entity is None or whole_number(entity) in context.session.active
    return _adds_followup(context, {"itemtype": "Ticket", "items_id": given["tickets_id"]})


_ADDS: Mapping[str, Callable[[Context, Given], bool]] = {
    "Document": _adds_document,
    "ITILFollowup": _adds_followup,
    "ITILSolution": _adds_solution,
    "TicketValidation": _asks_approval,
}


def may_add(context: Context, itemtype: str, given: Given) -> bool:
    """Tell whether the parents of a new item let the session add it."""
    if itemtype in _ADDS:
        return _ADDS[itemtype](context, given)
    if itemtype in TASK_PARENTS:
        return _adds_task(context, itemtype, given)
    if itemtype in _ENDS:
        return _joins(context, itemtype, given)
    if itemtype in PARENTS and itemtype != "ChangeValidation":
        return _adds_link(context, itemtype, given)
    return True


def _writes_followup(context: Context, row: Row, bit: int) -> bool:
    session = context.session
    if bit == PURGE:
        return session.may("followup", PURGE)
    mine = row["users_id"] == session.users_id
    return session.may("followup", UPDATE) and (mine or session.may("followup", UPDATE_ALL))


def _writes_task(context: Context, itemtype: str, row: Row, bit: int) -> bool:
    """TicketTask::canUpdateItem, canPurgeItem: of closed tickets they stay as they are."""
    session, item = context.session, itil_parent(context, itemtype, row)
    if item and itemtype == "TicketTask" and closed(item):
        return False
    if itemtype != "TicketTask" and session.may(right_of(TASK_PARENTS[itemtype]), UPDATE):
        return True
    if bit == PURGE:
        return itemtype == "TicketTask" and session.may("task", PURGE)
    mine = row["users_id"] == session.users_id and session.may("ticket", OWN)
    return mine or session.may("task", UPDATE_ALL)


def _writes_article(context: Context, row: Row, bit: int) -> bool:
    """KnowbaseItem::canUpdateItem."""
    session = context.session
    if bit != UPDATE:
        return session.may("knowbase", bit)
    if session.may("knowbase", _ADMINISTER):
        return True
    mine = session.central and row["users_id"] == session.users_id
    wanted = _PUBLISH_FAQ if row["is_faq"] else UPDATE
    return session.may("knowbase", UPDATE) and (mine or session.may("knowbase", wanted))


def _writes_of_parent(context: Context, itemtype: str, row: Row, bit: int) -> bool:
    """Tell whether the parent of a solution or an actor lets the session write it."""
    item = itil_parent(context, itemtype, row)
    if item is None:
        return context.session.may(right_of(itemtype), UPDATE)
    if itemtype == "ITILSolution" and bit == UPDATE:
        return solves(context, item)
    mine = bit == UPDATE and row.get("users_id") == context.session.users_id
    return updates(context, item) or mine


def _writes_ticket(context: Context, row: Row, bit: int) -> bool:
    if bit == PURGE:
        return in_entity(context, row) and context.session.may("ticket", PURGE)
    return updates(context, ("Ticket", row)) if bit == UPDATE else deletes_ticket(context, row)


def _writes_validation(context: Context, _row: Row, _bit: int) -> bool:
    return context.session.central


_WRITES: Mapping[str, Callable[[Context, Row, int], bool]] = {
    "Ticket": _writes_ticket,
    "ITILFollowup": _writes_followup,
    "TicketValidation": _writes_validation,
    "ChangeValidation": _writes_validation,
    "KnowbaseItem": _writes_article,
}


def may_write(context: Context, itemtype: str, row: Row, bit: int) -> bool:
    """Tell whether the session may update, delete or purge this one item."""
    if not sees(context, itemtype, row):
        return False
    if itemtype in _WRITES:
        return _WRITES[itemtype](context, row, bit)
    if itemtype in TASK_PARENTS:
        return _writes_task(context, itemtype, row, bit)
    if itemtype in _ENDS:
        return _joins(context, itemtype, row)
    if itemtype == "ITILSolution" or itemtype in PARENTS:
        return _writes_of_parent(context, itemtype, row, bit)
    if itemtype == "User" and bit != UPDATE and row["id"] == _system_user(context):
        return False  # User::canDeleteItem
    return _here(context, itemtype, row) and context.session.may(right_of(itemtype), bit)


def _system_user(context: Context) -> int | None:
    found = context.database.rows("Config", "name = 'system_user'")
    return whole_number(found[0]["value"]) if found else None


def _here(context: Context, itemtype: str, row: Row) -> bool:
    """CommonDBTM::checkEntity: what is inherited from above is read, and not written.

    Links have no name, and follow their ends; a user's entity is only where he begins.
    """
    columns = TABLES[itemtype].columns
    placed = "entities_id" in columns and "name" in columns and itemtype not in {"User", "Entity"}
    return not placed or in_entity(context, row)
