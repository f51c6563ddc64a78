"""What hangs on a ticket: followups, solutions, tasks, approvals, costs, links (FACTS 8, 10)."""

from __future__ import annotations

import uuid

from sdtools.emulator.glpi.actors import LINKS, has_assignee
from sdtools.emulator.glpi.casting import Given, Values, cast
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.history import (
    CHILD_ADDED,
    CHILD_DELETED,
    CHILD_UPDATED,
    UPDATED_CHILD,
    log_child,
    log_row,
)
from sdtools.emulator.glpi.itil import (
    ASSIGNED,
    CLOSED,
    NEW,
    PENDING,
    PLANNED,
    SOLVED,
    answer,
    change,
    touch,
)
from sdtools.emulator.glpi.links import parent_of, visible_parent
from sdtools.emulator.glpi.names import user_name
from sdtools.emulator.glpi.wire import NO_RIGHT, RefusedError

__all__ = [
    "add_followup",
    "add_solution",
    "add_task",
    "add_validation",
    "delete_child",
    "update_child",
    "update_satisfaction",
    "update_validation",
]

_WAITING, _ACCEPTED, _REFUSED = 2, 3, 4  # of a solution, and of an approval
_DUPLICATE_OF = 2
_STAMPS = frozenset({"date_mod", "date_creation"})


def _stamped(context: Context, values: Values) -> Values:
    now, users_id = context.now(), context.session.users_id
    found: Values = {"users_id": users_id, "timeline_position": 1}
    return found | values | {"date_mod": now, "date_creation": now}


def _requests(context: Context, ticket: Row) -> bool:
    where = "tickets_id = ? AND type = 1 AND users_id = ?"
    return bool(
        context.database.count("Ticket_User", where, (ticket["id"], context.session.users_id))
    )


def _reopened_status(context: Context, item: tuple[str, object]) -> int:
    return ASSIGNED if has_assignee(context.database, item) else NEW


def _judge_solutions(context: Context, item: tuple[str, object], status: int) -> None:
    where = f"itemtype = ? AND items_id = ? AND status = {_WAITING}"
    for solution in context.database.rows("ITILSolution", where, item):
        judged: Values = {"status": status, "users_id_approval": context.session.users_id}
        judged["date_approval"] = context.now()
        context.database.update("ITILSolution", solution["id"], judged)


def _status_wanted(
    context: Context, item: tuple[str, object], parent: Row, given: Given
) -> int | None:
    """Give the status that a followup asks for."""
    solved, closed = parent["status"] == SOLVED, parent["status"] == CLOSED
    if given.get("add_close") and solved:
        _judge_solutions(context, item, _ACCEPTED)
        return CLOSED
    speaks = item[0] == "Ticket" and context.session.central and _requests(context, parent)
    if (solved or closed) and (given.get("add_reopen") or speaks):
        _judge_solutions(context, item, _REFUSED)
        return _reopened_status(context, item)
    if given.get("pending") and parent["status"] not in {SOLVED, CLOSED}:
        return PENDING
    return None


def _hold(context: Context, parent: tuple[str, Row], followup: int, given: Given) -> None:
    """Note why a ticket waits: on the followup that says so, and with a reason on the ticket."""
    if not given.get("pending"):
        return
    values: Values = {"last_bump_date": context.now()}
    for column in ("pendingreasons_id", "followup_frequency", "followups_before_resolution"):
        values[column] = int(given.get(column) or 0)
    note: Values = {"itemtype": "ITILFollowup", "items_id": followup}
    context.database.insert("PendingReason_Item", values | note)
    if not values["pendingreasons_id"]:
        return
    itemtype, row = parent
    where = "itemtype = ? AND items_id = ?"
    context.database.delete("PendingReason_Item", where, (itemtype, row["id"]))
    held: Values = {"itemtype": itemtype, "items_id": row["id"], "previous_status": row["status"]}
    context.database.insert("PendingReason_Item", values | held)


def add_followup(context: Context, itemtype: str, given: Given) -> int:
    """Add a followup; it may answer, close, reopen or hold its ticket."""
    values = cast(itemtype, given)
    item = (str(values.get("itemtype") or ""), values.get("items_id"))
    parent = visible_parent(context, *item)
    if parent["status"] == CLOSED and not context.session.central:
        raise RefusedError(NO_RIGHT)
    if not values.get("content") and not (given.get("add_close") or given.get("add_reopen")):
        raise RefusedError("You can't add a followup without description")
    if item[0] == "Ticket" and not given.get("_do_not_compute_takeintoaccount"):
        answer(context, parent)
    values.setdefault("date", context.now())
    followup = context.database.insert(itemtype, _stamped(context, values))
    log_child(context, item, (itemtype, followup), CHILD_ADDED)
    text = f"Followups ({followup})"
    log_row(context, item, UPDATED_CHILD, itemtype_link=itemtype, new_value=text)
    status = _status_wanted(context, item, parent, given)
    if status is not None:
        _hold(context, (item[0], parent), followup, given)
        row = context.database.row(*item) or parent
        change(context, item[0], row, {"status": status}, answers=False)
    touch(context, *item)
    return followup


def add_solution(context: Context, itemtype: str, given: Given) -> int:
    """Add a solution and solve its ticket; a missing ticket is not noticed (FACTS 8)."""
    values = cast(itemtype, given)
    item = (str(values.get("itemtype") or ""), values.get("items_id"))
    parent = context.database.row(*item) if item[0] in LINKS else None
    if parent and parent["status"] == CLOSED:
        raise RefusedError(NO_RIGHT)
    if parent and parent["status"] == SOLVED:
        raise RefusedError("The item is already solved, did anyone pushed a solution before you?")
    values.setdefault("status", _WAITING)
    solution = context.database.insert(itemtype, _stamped(context, values))
    if parent is None:
        return solution
    change(context, item[0], parent, {"status": SOLVED})
    log_child(context, item, (itemtype, solution), CHILD_ADDED)
    touch(context, *item)
    if item[0] == "Ticket":
        _solve_duplicates(context, item, given)
    return solution


def _solve_duplicates(context: Context, item: tuple[str, object], given: Given) -> None:
    where = f"tickets_id_2 = ? AND link = {_DUPLICATE_OF}"
    for link in context.database.rows("Ticket_Ticket", where, (item[1],)):
        duplicate = context.database.row("Ticket", link["tickets_id_1"])
        if duplicate and duplicate["status"] not in {SOLVED, CLOSED}:
            add_solution(context, "ITILSolution", {**given, "items_id": duplicate["id"]})


def add_task(context: Context, itemtype: str, given: Given) -> int:
    """Add a task; a plan makes its ticket planned."""
    values = cast(itemtype, given)
    parent = visible_parent(context, "Ticket", values.get("tickets_id"))
    if parent["status"] == CLOSED:
        raise RefusedError(NO_RIGHT)
    plan = given.get("plan")
    if isinstance(plan, dict):
        values |= cast(itemtype, {key: plan[key] for key in ("begin", "end") if key in plan})
    answer(context, parent)
    made: Values = {"date": context.now(), "state": 1, "uuid": str(uuid.uuid4())}
    task = context.database.insert(itemtype, _stamped(context, made | values))
    item = ("Ticket", parent["id"])
    log_child(context, item, (itemtype, task), CHILD_ADDED)
    row = context.database.row(*item) or parent
    spent = int(row["actiontime"] or 0) + int(values.get("actiontime") or 0)
    context.database.update("Ticket", parent["id"], {"actiontime": spent})
    if values.get("begin") and row["status"] in {NEW, ASSIGNED}:
        change(context, "Ticket", row, {"status": PLANNED})
    touch(context, *item)
    return task


def add_validation(context: Context, itemtype: str, given: Given) -> int:
    """Ask for an approval: the ticket's own becomes waiting."""
    values = cast(itemtype, given)
    parent = visible_parent(context, "Ticket", values.get("tickets_id"))
    target = given.get("items_id_target")
    if not values.get("users_id_validate") and target:
        values["users_id_validate"] = int(target)
    made: Values = {"submission_date": context.now(), "entities_id": parent["entities_id"]}
    made |= {"users_id": context.session.users_id, "timeline_position": 1}
    validation = context.database.insert(itemtype, values | made)
    change(context, "Ticket", parent, {"global_validation": _WAITING}, answers=False)
    approver = context.database.row("User", values.get("users_id_validate"))
    text = f"Approval request sent to {user_name(approver) if approver else ''}"
    item = ("Ticket", parent["id"])
    log_row(context, item, UPDATED_CHILD, itemtype_link=itemtype, new_value=text)
    touch(context, *item)
    return validation


def update_validation(context: Context, itemtype: str, row: Row, given: Given) -> None:
    """Approve or refuse."""
    values = cast(itemtype, given)
    values.pop("id", None)
    if values.get("status") in {_ACCEPTED, _REFUSED}:
        values["validation_date"] = context.now()
    context.database.update(itemtype, row["id"], values)
    parent = context.database.row("Ticket", row["tickets_id"])
    if parent and "status" in values:
        wanted: Values = {"global_validation": values["status"]}
        change(context, "Ticket", parent, wanted, answers=False)


def update_satisfaction(context: Context, itemtype: str, row: Row, given: Given) -> None:
    """Answer a survey: it then has a time, and its ticket's date_mod stays (FACTS 10)."""
    values = cast(itemtype, given)
    values.pop("id", None)
    if values.get("satisfaction") is not None:
        values["date_answered"] = context.now()
    context.database.update(itemtype, row["id"], values)


def update_child(context: Context, itemtype: str, row: Row, given: Given) -> None:
    """Update a followup, task or solution row; its ticket's status never follows."""
    values = cast(itemtype, given)
    values.pop("id", None)
    changed = {name: value for name, value in values.items() if row[name] != value}
    if not changed:
        return
    if itemtype != "ITILSolution":
        changed |= {"date_mod": context.now(), "users_id_editor": context.session.users_id}
    context.database.update(itemtype, row["id"], changed)
    item = parent_of(row)
    if item and itemtype != "ITILSolution":
        log_child(context, item, (itemtype, row["id"]), CHILD_UPDATED)
        if itemtype == "ITILFollowup":
            _log_values(context, item, row, changed)
        touch(context, *item)


def _log_values(context: Context, item: tuple[str, object], row: Row, changed: Values) -> None:
    """Write what a followup's columns were and are."""
    for column, value in changed.items():
        if column not in _STAMPS and row[column] != value:
            columns: Values = {"old_value": str(row[column]), "new_value": str(value)}
            log_row(context, item, UPDATED_CHILD, itemtype_link="ITILFollowup", **columns)


def delete_child(context: Context, itemtype: str, row: Row) -> None:
    """Delete a followup, task, solution or cost."""
    context.database.delete(itemtype, "id = ?", (row["id"],))
    item = parent_of(row)
    if item and context.database.row(*item):
        log_child(context, item, (itemtype, row["id"]), CHILD_DELETED)
        touch(context, *item)
