"""What a session has to do with a ticket, problem or change, and what it may do to it itself.

GLPI 10.0: canUpdateItem, canDeleteItem, maySolve of Ticket and CommonITILObject.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdtools.emulator.glpi.actors import ASSIGN, LINKS, REQUESTER, linked
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.itil import is_closed, is_done
from sdtools.emulator.glpi.names import foreign_key
from sdtools.emulator.glpi.profiles import CREATE, DELETE, OWN, UPDATE, right_of
from sdtools.emulator.glpi.rights import may_change_tickets
from sdtools.emulator.glpi.tables import TABLES, Value
from sdtools.emulator.glpi.text import whole_number
from sdtools.emulator.glpi.wire import RefusedError

__all__ = [
    "PARENTS",
    "TASK_PARENTS",
    "Item",
    "approves",
    "asks_for",
    "closed",
    "deletes_ticket",
    "in_entity",
    "itil_parent",
    "itil_row",
    "own_fields",
    "own_roles",
    "solves",
    "untouched",
    "updates",
    "works_on",
]

Given = Mapping[str, Any]
Item = tuple[str, Row]

TASK_PARENTS = {"TicketTask": "Ticket", "ProblemTask": "Problem", "ChangeTask": "Change"}
PARENTS = {
    **{link: parent for parent, links in LINKS.items() for link in links.values()},
    **TASK_PARENTS,
    "TicketValidation": "Ticket", "ChangeValidation": "Change", "Item_Ticket": "Ticket",
}  # fmt: skip
_SURVEY, _ASSIGN, _STEAL = 131072, 8192, 16384  # of tickets
_OWN_FIELDS = frozenset(
    ["id", "content", "urgency", "priority", "itilcategories_id", "name", "items_id",
     "takeintoaccount_delay_stat", "takeintoaccountdate"]
)  # fmt: skip


def itil_row(context: Context, itemtype: str, items_id: object) -> Row | None:
    """Give a ticket, problem or change; None if it is missing, or something else."""
    number = whole_number(items_id)
    return context.database.row(itemtype, number) if itemtype in LINKS and number else None


def itil_parent(context: Context, itemtype: str, given: Given) -> Item | None:
    """Give the ticket, problem or change that a child or a link belongs to."""
    kind = PARENTS.get(itemtype) or str(given.get("itemtype"))
    column = foreign_key(kind) if itemtype in PARENTS else "items_id"
    row = itil_row(context, kind, given.get(column))
    return (kind, row) if row else None


def _groups(context: Context) -> set[object]:
    mine = (context.session.users_id,)
    return {link["groups_id"] for link in context.database.rows("Group_User", "users_id = ?", mine)}


def own_roles(context: Context, item: Item) -> tuple[set[Value], set[Value]]:
    """Give the session's roles on an item: its user's own, and those of his groups."""
    found = list(linked(context.database, (item[0], item[1]["id"])))
    me, groups = context.session.users_id, _groups(context)
    own = {role for kind, one, role in found if kind == "User" and one == me}
    return own, {role for kind, one, role in found if kind == "Group" and one in groups}


def works_on(context: Context, item: Item) -> bool:
    """Tell whether the session's user or a group of his is assigned."""
    own, groups = own_roles(context, item)
    return ASSIGN in own | groups


def in_entity(context: Context, row: Row) -> bool:
    """Tell whether a row lies in an active entity."""
    return row.get("entities_id", 0) in context.session.active


def untouched(context: Context, row: Row) -> bool:
    """Tell whether nobody wrote a followup or task for a ticket."""
    written = context.database.count(
        "ITILFollowup", "itemtype = 'Ticket' AND items_id = ?", (row["id"],)
    )
    return not written and not context.database.count("TicketTask", "tickets_id = ?", (row["id"],))


def asks_for(context: Context, item: Item) -> bool:
    """Tell whether the session's user wrote the item or is a requester of it."""
    own, _ = own_roles(context, item)
    return REQUESTER in own or item[1]["users_id_recipient"] == context.session.users_id


def _updates_ticket(context: Context, row: Row) -> bool:
    """Ticket::canUpdateItem: requesters of what nobody began to work on may, too."""
    session, item = context.session, ("Ticket", row)
    if not in_entity(context, row) or not may_change_tickets(session):
        return False
    if session.central and session.may("ticket", UPDATE):
        return True
    if not is_done("Ticket", row["status"]) and asks_for(context, item) and untouched(context, row):
        return True
    owns = session.may("ticket", OWN) and ASSIGN in own_roles(context, item)[0]
    return session.central and owns


def updates(context: Context, item: Item) -> bool:
    """Tell whether the session may change an item."""
    if item[0] == "Ticket":
        return _updates_ticket(context, item[1])
    return in_entity(context, item[1]) and context.session.may(right_of(item[0]), UPDATE)


def _may_set_status(context: Context, row: Row) -> bool:
    """Ticket::canApprove, canAssign and canAssignToMe: any of them will do."""
    session, item = context.session, ("Ticket", row)
    own, groups = own_roles(context, item)
    wrote = row["users_id_recipient"] == session.users_id and session.may("ticket", _SURVEY)
    if wrote or REQUESTER in own | groups:
        return True
    helpers = "tickets_id = ? AND type = ?"
    free = not context.database.count("Ticket_User", helpers, (row["id"], ASSIGN))
    takes = session.may("ticket", _STEAL) or (free and session.may("ticket", OWN))
    return not row["is_deleted"] and (takes or session.may("ticket", _ASSIGN))


def own_fields(context: Context, row: Row, given: Given) -> Given:
    """Give what of an update to a ticket the session may send; raise RefusedError for nothing.

    CommonITILObject::handleTemplateFields: without the right to update, only how one asked.
    """
    if context.session.may("ticket", UPDATE) or closed(("Ticket", row)):
        return given
    allowed = _OWN_FIELDS | ({"status"} if _may_set_status(context, row) else set())
    found = {key: one for key, one in given.items() if key in allowed and one is not None}
    if not found.keys() - {"id"}:
        raise RefusedError("")
    return found


def deletes_ticket(context: Context, row: Row) -> bool:
    """Ticket::canDeleteItem: in self-service what one asked for oneself, and nobody touched."""
    if context.session.central:
        return in_entity(context, row) and context.session.may("ticket", DELETE)
    fresh = row["date"] == row["date_mod"] and untouched(context, row)
    mine = asks_for(context, ("Ticket", row)) and context.session.may("ticket", CREATE)
    return in_entity(context, row) and fresh and mine


def solves(context: Context, item: Item) -> bool:
    """CommonITILObject::maySolve."""
    return context.session.may(right_of(item[0]), UPDATE) or works_on(context, item)


def closed(item: Item) -> bool:
    """Tell whether an item is closed."""
    return is_closed(item[0], item[1]["status"])


def approves(context: Context, item: Item) -> bool:
    """Tell whether the session's user was asked to approve the item."""
    kind = f"{item[0]}Validation"
    if kind not in TABLES:
        return False
    where = f'"{foreign_key(item[0])}" = ? AND users_id_validate = ?'
    asked = (item[1]["id"], context.session.users_id)
    return context.database.count(kind, where, asked) > 0
