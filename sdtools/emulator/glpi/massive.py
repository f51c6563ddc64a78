"""Massive actions: which there are for an item type, and applying those that the API can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sdtools.emulator.glpi.access import sees
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.profiles import DELETE, PURGE, UPDATE, right_of
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.wire import Answer, CrashError, RequestError, plain
from sdtools.emulator.glpi.writing import delete, update

__all__ = ["actions", "actions_of", "apply_action", "parameters_of"]

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
_RIGHTS = {"update": UPDATE, "delete": DELETE, "purge": PURGE, "restore": DELETE}
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


def _bad_key(key: str) -> RequestError:
    message = "Invalid action key parameter, run 'getMassiveActions' endpoint to see available keys"
    if not key:
        message = "Missing action key, run 'getMassiveActions' endpoint to see available keys"
    return RequestError(400, "ERROR_MASSIVEACTION_KEY", message)


def actions_of(context: Context, itemtype: str, items_id: int) -> list[dict[str, str]]:
    """Give the actions for one item; raise GLPI's 400 for one that is not there."""
    row = context.database.row(itemtype, items_id)
    if row is None:
        message = f"Failed to load item (itemtype = '{itemtype}', id = '{items_id}')"
        raise RequestError(400, "ERROR_ITEM_NOT_FOUND", message)
    return actions(context, itemtype, row)


def parameters_of(context: Context, itemtype: str, key: str) -> list[object]:
    """Give what an action asks for: the forms of the web pages are not told by name here."""
    update = key.partition(":")[2] == "update"
    if not update and key not in {one["key"] for one in actions(context, itemtype, None)}:
        raise _bad_key(key)
    return []


def apply_action(context: Context, itemtype: str, key: str, body: Mapping[str, Any]) -> Answer:
    """Apply an action to items: 200, 207 if some failed, 422 if all did.

    GLPI 10.0, API::applyMassiveAction; what is neither done nor failed makes it a 400.
    """
    ids = body.get("ids")
    if not isinstance(ids, list) or not ids:
        raise RequestError(400, "ERROR_MASSIVEACTION_NO_IDS", "No ids supplied")
    if not key:
        raise _bad_key(key)
    if ":" not in key:
        raise CrashError  # FACTS 9
    wanted = body.get("input") or {}
    outcomes = Counter(_applied(context, itemtype, key, items_id, wanted) for items_id in ids)
    done, failed, barred = (outcomes[name] for name in ("ok", "ko", "noright"))
    if not (done or failed or barred):
        raise _bad_key(key)
    found = {"ok": done, "noaction": 0, "ko": failed, "noright": barred, "messages": []}
    status = (200 if done else 422) if not failed else (207 if done else 422)
    return plain(found, status)


def _applied(
    context: Context, itemtype: str, key: str, items_id: int, wanted: Mapping[str, Any]
) -> str:
    """Apply an action to one item; give the count that it belongs to, or nothing."""
    verb = key.removeprefix("MassiveAction:")
    changed = _changed(itemtype, wanted) if verb == "update" else {"is_deleted": 0}
    if verb not in _RIGHTS or not changed:
        return ""
    row = context.database.row(itemtype, items_id)
    may = row and sees(context, itemtype, row) and context.session.may(
        right_of(itemtype), _RIGHTS[verb]
    )  # fmt: skip
    if not may:
        return "noright"
    try:
        if verb in {"delete", "purge"}:
            delete(context, itemtype, items_id, {}, purge=verb == "purge")
        else:
            update(context, itemtype, items_id, changed)
    except RequestError:
        return "ko"
    return "ok"


def _changed(itemtype: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Give the one column that an update names, as the form of the web page does."""
    options, field = wanted.get("search_options"), str(wanted.get("field", ""))
    if not isinstance(options, dict) or itemtype not in options or field not in wanted:
        return {}
    return {field: wanted[field]}
