"""Massive actions: which there are for an item type, and applying those that the API can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.profiles import DELETE, PURGE, UPDATE, right_of
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.wire import CrashError, RequestError
from sdtools.emulator.glpi.writing import delete, update

__all__ = ["actions", "apply_action", "parameters_of"]

_ITIL_ACTIONS: Mapping[str, str] = {
    "Ticket:merge_as_followup": "Merge as Followup",
    "Item_Ticket:add_item": "Add an item",
    "ITILFollowup:add_followup": "Add a new followup",
    "Ticket:add_task": "Add a new task",
    "TicketValidation:submit_validation": "Approval request",
    "Item_Ticket:delete_item": "Remove an item",
    "Ticket:add_actor": "Add an actor",
    "Ticket:update_notif": "Set notifications for all actors",
    "Ticket_Ticket:add": "Link tickets",
    "ProjectTask_Ticket:add": "Link project task",
    "Ticket:add_contract": "Add contract",
    "KnowbaseItem_Item:add": "Link knowledgebase article",
    "Ticket:link_to_problem": "Link to a problem",
    "Ticket:resolve_tickets": "Resolve selected tickets",
}
_TRANSFER = {"MassiveAction:add_transfer_list": "Add to transfer list"}
_DOCUMENT_ACTIONS = {"Document_Item:add": "Add a document",
                     "Document_Item:remove": "Remove a document"}  # fmt: skip
_DOCUMENTED = frozenset({
    "Ticket", "Problem", "Change", "Computer", "Monitor", "NetworkEquipment", "Peripheral",
    "Phone", "Printer", "Software", "Supplier", "Entity", "KnowbaseItem", "User",
})  # fmt: skip
_CLONED = _DOCUMENTED - {"KnowbaseItem", "Entity"}


def actions(context: Context, itemtype: str, row: Row | None) -> list[dict[str, str]]:
    """Give the actions for an item type, or for one item: in the trash there are others."""
    columns, right = TABLES[itemtype].columns, right_of(itemtype)
    found: dict[str, str] = {}
    if row is not None and row.get("is_deleted"):
        return _listed({"MassiveAction:purge": "Delete permanently",
                        "MassiveAction:restore": "Restore"})  # fmt: skip
    if context.session.may(right, UPDATE):
        found["MassiveAction:update"] = "Update"
        if itemtype in _CLONED:
            found["MassiveAction:clone"] = "Clone"
    if "is_deleted" in columns and context.session.may(right, DELETE):
        found["MassiveAction:delete"] = "Put in trashbin"
    elif context.session.may(right, PURGE):
        found["MassiveAction:purge"] = "Delete permanently"
    if itemtype == "Ticket":
        found |= _ITIL_ACTIONS
    if "entities_id" in columns and context.session.may("transfer", UPDATE):
        found |= _TRANSFER
    if itemtype in _DOCUMENTED and context.session.may(right, UPDATE):
        found |= _DOCUMENT_ACTIONS
    return _listed(found)


def _listed(found: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "label": label} for key, label in found.items()]


def _bad_key() -> RequestError:
    message = "Invalid action key parameter, run 'getMassiveActions' endpoint to see available keys"
    return RequestError(400, "ERROR_MASSIVEACTION_KEY", message)


def parameters_of(context: Context, itemtype: str, key: str) -> list[object]:
    """Give what an action asks for: the forms of the web pages are not told by name here."""
    if key not in {one["key"] for one in actions(context, itemtype, None)}:
        raise _bad_key()
    return []


def apply_action(context: Context, itemtype: str, key: str, body: Mapping[str, Any]) -> object:
    """Apply an action to items; give how many went well."""
    if ":" not in key:
        raise CrashError  # FACTS 9
    ids = body.get("ids")
    if not isinstance(ids, list) or not ids:
        raise RequestError(400, "ERROR_MASSIVEACTION_NO_IDS", "No ids supplied")
    done = 0
    for items_id in ids:
        row = context.database.row(itemtype, items_id)
        offered = {one["key"] for one in actions(context, itemtype, row)}
        wanted = body.get("input") or {}
        if key not in offered or (key == "MassiveAction:update" and not wanted):
            raise _bad_key()
        done += _applied(context, itemtype, key, items_id, wanted)
    failed = len(ids) - done
    return {"ok": done, "noaction": 0, "ko": failed, "noright": 0, "messages": []}


def _applied(
    context: Context, itemtype: str, key: str, items_id: int, wanted: Mapping[str, Any]
) -> bool:
    try:
        if key in {"MassiveAction:delete", "MassiveAction:purge"}:
            delete(context, itemtype, items_id, {}, purge=key.endswith("purge"))
        elif key == "MassiveAction:restore":
            update(context, itemtype, items_id, {"is_deleted": 0})
        elif key == "MassiveAction:update":
            update(context, itemtype, items_id, dict(wanted))
        else:
            return False
    except RequestError:
        return False
    return True
