"""Which behaviour belongs to which item type: the table that writing looks things up in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sdtools.emulator.glpi.access import may_create
from sdtools.emulator.glpi.actors import LINKS
from sdtools.emulator.glpi.approvals import (
    PARENTS,
    add_validation,
    delete_validation,
    update_validation,
)
from sdtools.emulator.glpi.casting import Given, Values, cast
from sdtools.emulator.glpi.children import (
    add_solution,
    add_task,
    delete_child,
    update_child,
    update_satisfaction,
)
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.directory import COSTS, add_plain, fell, measure, update_plain
from sdtools.emulator.glpi.documents import add_document, delete_document
from sdtools.emulator.glpi.followups import add_followup
from sdtools.emulator.glpi.history import CHILD_ADDED, log_child, log_purged, log_trashed
from sdtools.emulator.glpi.links import (
    add_actor_link,
    add_link,
    delete_actor_link,
    delete_link,
    replace_actor,
)
from sdtools.emulator.glpi.names import TREES, foreign_key
from sdtools.emulator.glpi.parents import require_ends
from sdtools.emulator.glpi.purging import purge_row
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.text import whole_number
from sdtools.emulator.glpi.tickets import add_itil, delete_itil, update_itil
from sdtools.emulator.glpi.users import add_user
from sdtools.emulator.glpi.wire import NO_RIGHT, CrashError, RefusedError

__all__ = ["add_row", "delete_row", "update_row"]

_ACTOR_LINKS = frozenset(name for links in LINKS.values() for name in links.values())
_CHILDREN = frozenset(
    {"ITILFollowup", "ITILSolution", "TicketTask", "ProblemTask", "ChangeTask", *COSTS}
)
_AUTOMATIC_TASK, _DONE = "Auto-created task", 2
# Links between items: the columns of their unique key, and the item types at their ends.
_UNIQUE: Mapping[str, tuple[str, ...]] = {
    "Problem_Ticket": ("problems_id", "tickets_id"),
    "Change_Ticket": ("changes_id", "tickets_id"),
    "KnowbaseItem_Item": ("itemtype", "items_id", "knowbaseitems_id"),
    "Item_Ticket": ("itemtype", "items_id", "tickets_id"),
    "Ticket_Ticket": ("tickets_id_1", "tickets_id_2"),
    "Document_Item": ("documents_id", "itemtype", "items_id"),
}
_SAID_BY_SQL = frozenset({"Problem_Ticket", "Change_Ticket", "KnowbaseItem_Item"})
_CHILD_OF, _PARENT_OF = 3, 4
_ADDS: Mapping[str, Callable[[Context, str, Given], int]] = {
    "Ticket": add_itil,
    "Problem": add_itil,
    "Change": add_itil,
    "ITILFollowup": add_followup,
    "ITILSolution": add_solution,
    "TicketTask": add_task,
    "ProblemTask": add_task,
    "ChangeTask": add_task,
    "TicketValidation": add_validation,
    "ChangeValidation": add_validation,
    "User": add_user,
    "Document": add_document,
}


def _missing_end(context: Context, itemtype: str, values: Values) -> bool:
    ends = {"tickets_id": "Ticket", "problems_id": "Problem", "changes_id": "Change",
            "tickets_id_1": "Ticket", "tickets_id_2": "Ticket", "documents_id": "Document",
            "knowbaseitems_id": "KnowbaseItem"}  # fmt: skip
    columns = [name for name in _UNIQUE[itemtype] if name in ends]
    found = [context.database.row(ends[name], values.get(name)) for name in columns]
    return not all(found) or _apart(itemtype, [row for row in found if row])


def _apart(itemtype: str, ends: list[Row]) -> bool:
    """Tell whether a problem or change belongs to another entity and is not recursive."""
    if itemtype not in {"Problem_Ticket", "Change_Ticket"}:
        return False
    above, ticket = ends
    return above["entities_id"] != ticket["entities_id"] and not above["is_recursive"]


def _add_unique_link(context: Context, itemtype: str, given: Given) -> int:
    values = cast(itemtype, given)
    if itemtype == "Ticket_Ticket" and values.get("link") == _PARENT_OF:
        one, two = values.get("tickets_id_1"), values.get("tickets_id_2")
        values |= {"tickets_id_1": two, "tickets_id_2": one, "link": _CHILD_OF}
    if _missing_end(context, itemtype, values):
        if itemtype == "Item_Ticket":
            raise CrashError
        raise RefusedError(NO_RIGHT)
    _refuse_duplicate(context, itemtype, values)
    now = context.now()
    for stamp in ("date_creation", "date_mod"):
        if stamp in TABLES[itemtype].columns:
            values[stamp] = now
    if itemtype == "Document_Item":
        values |= {"users_id": context.session.users_id, "timeline_position": 1}
    return add_link(context, itemtype, values)


def _refuse_duplicate(context: Context, itemtype: str, values: Values) -> None:
    keys = _UNIQUE[itemtype]
    same = tuple(values.get(name) for name in keys)
    where = " AND ".join(f'"{name}" = ?' for name in keys)
    found = context.database.count(itemtype, where, same)
    if itemtype == "Ticket_Ticket":
        found += context.database.count(itemtype, where, same[::-1]) + (same[0] == same[1])
    if not found:
        return
    if itemtype in _SAID_BY_SQL:
        entry = "-".join(str(value) for value in same)
        raise RefusedError(f"Duplicate entry '{entry}' for key 'unicity'")
    raise RefusedError("")


def add_row(context: Context, itemtype: str, given: Given) -> int:
    """Add one item; give its id. Raise RefusedError, or CrashError where PHP dies."""
    if not may_create(context, itemtype):
        raise RefusedError(NO_RIGHT)
    require_ends(context, itemtype, given)
    if itemtype in _ACTOR_LINKS:
        return add_actor_link(context, itemtype, given)
    if itemtype in _UNIQUE:
        return _add_unique_link(context, itemtype, given)
    items_id = _ADDS.get(itemtype, add_plain)(context, itemtype, given)
    if itemtype in COSTS:
        above = (COSTS[itemtype], given.get(foreign_key(COSTS[itemtype])))
        log_child(context, above, (itemtype, items_id), CHILD_ADDED)
    if itemtype == "Ticket":
        _add_with_it(context, items_id, given)
    return items_id


def _add_with_it(context: Context, tickets_id: int, given: Given) -> None:
    """Add what a new ticket brings along: a followup, a task for its time, a link."""
    followup = given.get("_followup")
    if isinstance(followup, dict) and followup.get("content"):
        child = {**followup, "itemtype": "Ticket", "items_id": tickets_id}
        add_followup(context, "ITILFollowup", child)
    spent = whole_number(given.get("actiontime")) or 0
    if spent > 0:
        context.database.update("Ticket", tickets_id, {"actiontime": 0})  # its tasks sum up to it
        task = {"tickets_id": tickets_id, "actiontime": spent, "state": _DONE}
        add_task(context, "TicketTask", {**task, "content": _AUTOMATIC_TASK})
    link = given.get("_link")
    if isinstance(link, dict):
        _link_with(context, {**link, "tickets_id_1": tickets_id})


def _link_with(context: Context, link: Given) -> None:
    """Link two tickets by the way; what cannot be linked is only said."""
    if not link.get("tickets_id_2"):
        return
    try:
        _add_unique_link(context, "Ticket_Ticket", link)
    except RefusedError as refusal:
        if refusal.message == NO_RIGHT:
            context.told.append("Unknown ticket")


def update_row(context: Context, itemtype: str, row: Row, given: Given) -> None:
    """Update one item."""
    if itemtype in LINKS:
        update_itil(context, itemtype, row, given)
        if itemtype == "Ticket" and isinstance(given.get("_link"), dict):
            _link_with(context, given["_link"])
    elif itemtype in PARENTS:
        update_validation(context, itemtype, row, given)
    elif itemtype in _CHILDREN:
        update_child(context, itemtype, row, given)
    elif itemtype in _ACTOR_LINKS:
        replace_actor(context, itemtype, row, given)
    elif itemtype == "TicketSatisfaction":
        update_satisfaction(context, itemtype, row, given)
    else:
        update_plain(context, itemtype, row, given)


def delete_row(context: Context, itemtype: str, row: Row, *, purge: bool) -> None:
    """Delete one item: into the trash where there is one, unless it is to be purged."""
    if itemtype in LINKS:
        delete_itil(context, itemtype, row, purge=purge)
    elif itemtype in _ACTOR_LINKS:
        delete_actor_link(context, itemtype, row)
    elif itemtype in _CHILDREN:
        delete_child(context, itemtype, row)
    elif itemtype in PARENTS:
        delete_validation(context, itemtype, row)
    elif itemtype in _UNIQUE:
        delete_link(context, itemtype, row)
    elif itemtype == "Document" and purge:
        delete_document(context, row)
    elif "is_deleted" in row and not purge:
        context.database.update(itemtype, row["id"], {"is_deleted": 1})
        log_trashed(context, itemtype, row)
    else:
        if itemtype in TREES:
            fell(context, itemtype, row)
        log_purged(context, itemtype, row)
        purge_row(context.database, itemtype, row["id"])
        if itemtype == "CalendarSegment":
            measure(context, row["calendars_id"])
