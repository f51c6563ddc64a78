"""Approvals of tickets and changes: asked for, given, refused (GLPI 10.0, CommonITILValidation)."""

from __future__ import annotations

from sdtools.emulator.glpi.casting import Given, Values, cast
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.history import UPDATED_CHILD, log_row
from sdtools.emulator.glpi.itil import change, touch
from sdtools.emulator.glpi.links import visible_parent
from sdtools.emulator.glpi.names import foreign_key, user_name
from sdtools.emulator.glpi.tables import Value
from sdtools.emulator.glpi.text import whole_number
from sdtools.emulator.glpi.wire import RefusedError

__all__ = ["PARENTS", "add_validation", "delete_validation", "update_validation"]

PARENTS = {"TicketValidation": "Ticket", "ChangeValidation": "Change"}
_NONE, _WAITING, _ACCEPTED, _REFUSED = 1, 2, 3, 4
_ALL = 100  # percent


def add_validation(context: Context, itemtype: str, given: Given) -> int:
    """Ask for an approval: the ticket's or change's own becomes waiting."""
    values, parent_type = cast(itemtype, given), PARENTS[itemtype]
    parent = visible_parent(context, parent_type, values.get(foreign_key(parent_type)))
    target = given.get("items_id_target")
    if not values.get("users_id_validate") and target:
        values["users_id_validate"] = whole_number(target) or 0
    made: Values = {"submission_date": context.now(), "entities_id": parent["entities_id"]}
    made |= {"users_id": context.session.users_id, "timeline_position": 1}
    validation = context.database.insert(itemtype, values | made)
    if parent["global_validation"] in {_NONE, _ACCEPTED}:
        change(context, parent_type, parent, {"global_validation": _WAITING}, answers=False)
    approver = context.database.row("User", values.get("users_id_validate"))
    text = f"Approval request sent to {user_name(approver) if approver else ''}"
    item = (parent_type, parent["id"])
    log_row(context, item, UPDATED_CHILD, itemtype_link=itemtype, new_value=text)
    touch(context, *item)
    return validation


def update_validation(context: Context, itemtype: str, row: Row, given: Given) -> None:
    """Approve or refuse: whoever refuses himself has to say why."""
    values = cast(itemtype, given)
    values.pop("id", None)
    mine = row["users_id_validate"] == context.session.users_id
    if mine and values.get("status") == _REFUSED and not values.get("comment_validation"):
        raise RefusedError("If approval is denied, specify a reason.")
    if mine and "status" in values:
        waits = values["status"] == _WAITING
        values["validation_date"] = None if waits else context.now()
    context.database.update(itemtype, row["id"], values)
    if values.get("status", row["status"]) != row["status"]:
        _judged(context, itemtype, row)


def _judged(context: Context, itemtype: str, row: Row) -> None:
    """Let the item's own approval follow from all that were asked for."""
    parent_type = PARENTS[itemtype]
    column = foreign_key(parent_type)
    parent = context.database.row(parent_type, row[column])
    if parent is None:
        return
    asked = context.database.rows(itemtype, f'"{column}" = ?', (row[column],))
    given = [one["status"] for one in asked]
    wanted: Values = {"global_validation": _overall(given, int(parent["validation_percent"] or 0))}
    change(context, parent_type, parent, wanted, answers=False)


def _overall(given: list[Value], percent: int) -> int:
    """Give the approval of all: one is enough, unless a share of them is asked for."""
    accepted, refused = (100 * given.count(one) / len(given) for one in (_ACCEPTED, _REFUSED))
    if not percent:
        return _ACCEPTED if accepted else (_REFUSED if refused else _WAITING)
    if accepted >= percent:
        return _ACCEPTED
    return _REFUSED if refused + percent > _ALL else _WAITING


def delete_validation(context: Context, itemtype: str, row: Row) -> None:
    """Take an approval back: what waited for it does so no more."""
    parent_type = PARENTS[itemtype]
    parent = context.database.row(parent_type, row[foreign_key(parent_type)])
    if parent and parent["global_validation"] == _WAITING:
        change(context, parent_type, parent, {"global_validation": _NONE}, answers=False)
    context.database.delete(itemtype, "id = ?", (row["id"],))
