"""Followups of tickets, problems and changes: they answer, close, reopen or hold (FACTS 10)."""

from __future__ import annotations

from sdtools.emulator.glpi.actors import ASSIGN, REQUESTER, has_assignee, linked
from sdtools.emulator.glpi.casting import Given, Values, cast
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.history import CHILD_ADDED, UPDATED_CHILD, log_child, log_row, stamped
from sdtools.emulator.glpi.itil import (
    CLOSED,
    NEW,
    PENDING,
    answer,
    assigned_status,
    change,
    is_closed,
    is_solved,
    judge_solution,
    touch,
)
from sdtools.emulator.glpi.links import visible_parent
from sdtools.emulator.glpi.text import whole_number
from sdtools.emulator.glpi.wire import NO_RIGHT, RefusedError

__all__ = ["add_followup"]

_ACCEPTED = 3  # of a solution


def _needs_reopening(context: Context, item: tuple[str, object]) -> bool:
    """Tell whether the author asks for the item, himself or by a group, and does not work on it."""
    mine = {("User", context.session.users_id)} | {
        ("Group", link["groups_id"])
        for link in context.database.rows("Group_User", "users_id = ?", (context.session.users_id,))
    }
    roles = {role for kind, items_id, role in linked(context.database, item)
             if (kind, items_id) in mine}  # fmt: skip
    return REQUESTER in roles and ASSIGN not in roles


def _reopened_status(context: Context, item: tuple[str, object]) -> int:
    return assigned_status(item[0]) if has_assignee(context.database, item) else NEW


def _status_wanted(
    context: Context, item: tuple[str, object], parent: Row, given: Given
) -> int | None:
    """Give the status that a followup asks for (GLPI 10.0, ParentStatus and needReopen)."""
    solved, closed = is_solved(item[0], parent["status"]), is_closed(item[0], parent["status"])
    if given.get("add_close") is not None:
        if solved:
            judge_solution(context, item, _ACCEPTED)
        return CLOSED if solved else None
    if given.get("pending"):
        return PENDING
    asked = given.get("add_reopen") is not None or given.get("pending") is not None
    if not (solved or closed or parent["status"] == PENDING):
        return None
    return _reopened_status(context, item) if asked or _needs_reopening(context, item) else None


def _hold(context: Context, parent: tuple[str, Row], followup: int, given: Given) -> None:
    """Note why a ticket waits: on the followup that says so, and with a reason on the ticket."""
    if not given.get("pending"):
        return
    values: Values = {"last_bump_date": context.now()}
    for column in ("pendingreasons_id", "followup_frequency", "followups_before_resolution"):
        values[column] = whole_number(given.get(column)) or 0
    note: Values = {"itemtype": "ITILFollowup", "items_id": followup}
    context.database.insert("PendingReason_Item", values | note)
    if not values["pendingreasons_id"]:
        return
    itemtype, row = parent
    where = "itemtype = ? AND items_id = ?"
    context.database.delete("PendingReason_Item", where, (itemtype, row["id"]))
    held: Values = {"itemtype": itemtype, "items_id": row["id"], "previous_status": row["status"]}
    context.database.insert("PendingReason_Item", values | held)


def _content_of(given: Given) -> str:
    """Give the text of a followup that has none, or refuse it."""
    if given.get("add_reopen") is not None:
        raise RefusedError("If you want to reopen this item, you must specify a reason")
    if given.get("add_close") is not None:
        return "Solution approved"
    raise RefusedError("You can't add a followup without description")


def add_followup(context: Context, itemtype: str, given: Given) -> int:
    """Add a followup; it may answer, close, reopen or hold its ticket."""
    values = cast(itemtype, given)
    item = (str(values.get("itemtype") or ""), values.get("items_id"))
    parent = visible_parent(context, *item)
    if is_closed(item[0], parent["status"]) and not context.session.central:
        raise RefusedError(NO_RIGHT)
    if given.get("content") in {None, "", "0", 0}:
        values["content"] = _content_of(given)
    if item[0] == "Ticket" and not given.get("_do_not_compute_takeintoaccount"):
        answer(context, parent)
    values.setdefault("date", context.now())
    followup = context.database.insert(itemtype, stamped(context, values))
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
