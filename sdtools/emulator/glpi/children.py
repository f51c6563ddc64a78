"""What hangs on a ticket: followups, solutions, tasks, approvals, costs, links (FACTS 8, 10)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sdtools.emulator.glpi.actors import LINKS
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
    stamped,
)
from sdtools.emulator.glpi.itil import (
    ASSIGNED,
    CLOSED,
    NEW,
    PLANNED,
    SOLVED,
    answer,
    change,
    is_closed,
    is_solved,
    touch,
)
from sdtools.emulator.glpi.links import parent_of, visible_parent
from sdtools.emulator.glpi.names import foreign_key
from sdtools.emulator.glpi.text import whole_number
from sdtools.emulator.glpi.wire import NO_RIGHT, RefusedError

__all__ = [
    "add_solution",
    "add_task",
    "delete_child",
    "update_child",
    "update_satisfaction",
]

_WAITING, _ACCEPTED, _REFUSED = 2, 3, 4  # of a solution, and of an approval
_DUPLICATE_OF = 2
_WRONG_PLAN = "Error in entering dates. The starting date is later than the ending date"
_PARENTS = {"TicketTask": "Ticket", "ProblemTask": "Problem", "ChangeTask": "Change"}
_STAMPS = frozenset({"date_mod", "date_creation"})


def add_solution(context: Context, itemtype: str, given: Given) -> int:
    """Add a solution and solve its ticket; a missing ticket is not noticed (FACTS 8)."""
    values = cast(itemtype, given)
    item = (str(values.get("itemtype") or ""), values.get("items_id"))
    parent = context.database.row(*item) if item[0] in LINKS else None
    if parent and is_closed(item[0], parent["status"]):
        raise RefusedError(NO_RIGHT)
    if parent and is_solved(item[0], parent["status"]):
        raise RefusedError("The item is already solved, did anyone pushed a solution before you?")
    values |= _first_judgement(context, item[0])
    solution = context.database.insert(itemtype, stamped(context, values))
    if parent is None:
        return solution
    change(context, item[0], parent, {"status": SOLVED})
    log_child(context, item, (itemtype, solution), CHILD_ADDED)
    touch(context, *item)
    if item[0] == "Ticket":
        _solve_duplicates(context, item, given)
    return solution


def _first_judgement(context: Context, itemtype: str) -> Values:
    """Give what a new solution is: of a ticket it waits, elsewhere it is accepted at once."""
    if itemtype == "Ticket":
        return {"status": _WAITING}
    found: Values = {"status": _ACCEPTED, "users_id_approval": context.session.users_id}
    return found | {"date_approval": context.now()}


def _solve_duplicates(context: Context, item: tuple[str, object], given: Given) -> None:
    where = f"tickets_id_2 = ? AND link = {_DUPLICATE_OF}"
    for link in context.database.rows("Ticket_Ticket", where, (item[1],)):
        duplicate = context.database.row("Ticket", link["tickets_id_1"])
        if duplicate and duplicate["status"] not in {SOLVED, CLOSED}:
            add_solution(context, "ITILSolution", {**given, "items_id": duplicate["id"]})


def add_task(context: Context, itemtype: str, given: Given) -> int:
    """Add a task of a ticket, problem or change; a plan makes its item planned."""
    values, parent_type = cast(itemtype, given), _PARENTS[itemtype]
    parent = visible_parent(context, parent_type, values.get(foreign_key(parent_type)))
    if is_closed(parent_type, parent["status"]):
        raise RefusedError(NO_RIGHT)
    if not values.get("content"):
        raise RefusedError("You can't add a task without description.")
    if isinstance(given.get("plan"), dict):
        values |= _planned(cast(itemtype, given["plan"]), values, given["plan"].get("_duration"))
    if parent_type == "Ticket":
        answer(context, parent)
    made: Values = {"date": context.now(), "state": 1, "uuid": str(uuid.uuid4())}
    task = context.database.insert(itemtype, stamped(context, made | values))
    item = (parent_type, parent["id"])
    log_child(context, item, (itemtype, task), CHILD_ADDED)
    row = context.database.row(*item) or parent
    if values.get("actiontime"):
        _sum_time(context, itemtype, item)
    if values.get("begin") and row["status"] in {NEW, ASSIGNED} and parent_type != "Change":
        change(context, parent_type, row, {"status": PLANNED})
    touch(context, *item)
    return task


def _planned(plan: Values, values: Values, duration: object) -> Values:
    """Give the columns of a plan: it lasts as long as the task, or the task as long as it."""
    if not plan.get("begin"):
        raise RefusedError(_WRONG_PLAN)
    begin = datetime.fromisoformat(str(plan["begin"]))
    end = begin + timedelta(seconds=whole_number(duration) or 0)
    if plan.get("end"):
        end = datetime.fromisoformat(str(plan["end"]))
    if begin >= end:
        raise RefusedError(_WRONG_PLAN)
    found: Values = {"begin": plan["begin"], "end": f"{end:%Y-%m-%d %H:%M:%S}"}
    spent = values.get("actiontime") or int((end - begin).total_seconds())
    return found | {"actiontime": spent}


def _sum_time(context: Context, itemtype: str, item: tuple[str, object]) -> None:
    """Let an item's time be that of its tasks."""
    tasks = context.database.rows(itemtype, f'"{foreign_key(item[0])}" = ?', (item[1],))
    spent = sum(int(task["actiontime"] or 0) for task in tasks)
    context.database.update(*item, {"actiontime": spent})


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
        stamps: Values = {"date_mod": context.now()}
        if "content" in changed:
            stamps["users_id_editor"] = context.session.users_id
        changed |= {name: value for name, value in stamps.items() if name in row}
    context.database.update(itemtype, row["id"], changed)
    item = parent_of(row)
    if item and itemtype != "ITILSolution":
        log_child(context, item, (itemtype, row["id"]), CHILD_UPDATED)
        if itemtype in _PARENTS and "actiontime" in changed:
            _sum_time(context, itemtype, item)
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
        if itemtype in _PARENTS:
            _sum_time(context, itemtype, item)
        touch(context, *item)
