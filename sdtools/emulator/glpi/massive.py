"""Massive actions: which there are for an item type, and applying those that the API can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from sdtools.emulator.glpi.access import sees
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.massive_lists import asked_for, for_items, for_trash
from sdtools.emulator.glpi.profiles import DELETE, PURGE, UPDATE, right_of
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.wire import Answer, CrashError, RequestError, plain
from sdtools.emulator.glpi.writing import delete, update

__all__ = ["actions", "actions_of", "apply_action", "parameters_of"]

_RIGHTS = {"update": UPDATE, "delete": DELETE, "purge": PURGE, "restore": DELETE}
_UPDATE_NOTE = 64


def actions(context: Context, itemtype: str, row: Row | None) -> list[dict[str, str]]:
    """Give the actions for an item type, or for one item: in the trash there are others."""
    if row is not None and row.get("is_deleted"):
        return _listed(for_trash(context, itemtype))
    return _listed(for_items(context, itemtype))


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
    """Give what an action asks for, or raise GLPI's 400 for one that is not among them."""
    update = key.partition(":")[2] == "update"
    if not update and key not in {one["key"] for one in actions(context, itemtype, None)}:
        raise _bad_key(key)
    return asked_for(itemtype, key)


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
    if verb in _WRITING:
        return _WRITING[verb](context, itemtype, items_id, wanted)
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


def _amended(context: Context, itemtype: str, items_id: int, wanted: Mapping[str, Any]) -> str:
    """Add to an item's comment, below what it says (GLPI 10.0, MassiveAction: amend_comment)."""
    row, amendment = context.database.row(itemtype, items_id), str(wanted.get("amendment") or "")
    if "comment" not in TABLES[itemtype].columns:
        return ""
    if row is None or not context.session.may(right_of(itemtype), UPDATE):
        return "ko"
    text = f"{row['comment']}\n\n{amendment}" if row["comment"] else amendment
    try:
        update(context, itemtype, items_id, {"comment": text})
    except RequestError:
        return "ko"
    return "ok"


def _noted(context: Context, itemtype: str, items_id: int, wanted: Mapping[str, Any]) -> str:
    """Write a note to an item (GLPI 10.0, MassiveAction: add_note)."""
    if not context.session.may(right_of(itemtype), _UPDATE_NOTE):
        return ""
    if context.database.row(itemtype, items_id) is None:
        return "ko"
    now, me = context.now(), context.session.users_id
    note = {"itemtype": itemtype, "items_id": items_id, "content": wanted.get("add_note")}
    who = {"users_id": me, "users_id_lastupdater": me, "date_creation": now, "date_mod": now}
    context.database.insert("Notepad", note | who)
    return "ok"


_WRITING: Mapping[str, Callable[[Context, str, int, Mapping[str, Any]], str]] = {
    "amend_comment": _amended,
    "add_note": _noted,
}


def _changed(itemtype: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Give the one column that an update names, as the form of the web page does."""
    options, field = wanted.get("search_options"), str(wanted.get("field", ""))
    if not isinstance(options, dict) or itemtype not in options or field not in wanted:
        return {}
    return {field: wanted[field]}
