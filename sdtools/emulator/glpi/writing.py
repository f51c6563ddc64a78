"""Writing items: adds, updates and deletes, single and in batches, with their answers (FACTS 8)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sdtools.emulator.glpi.actors import LINKS
from sdtools.emulator.glpi.behaviours import add_row, delete_row, update_row
from sdtools.emulator.glpi.casting import Given
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.filtering import filtered
from sdtools.emulator.glpi.item_rights import may_add, may_write
from sdtools.emulator.glpi.itil_rights import own_fields
from sdtools.emulator.glpi.names import item_name
from sdtools.emulator.glpi.profiles import DELETE, PURGE, UPDATE
from sdtools.emulator.glpi.relations import forget
from sdtools.emulator.glpi.search_options import options_of
from sdtools.emulator.glpi.text import whole_number
from sdtools.emulator.glpi.wire import (
    BAD_GATEWAY,
    NO_RIGHT,
    Answer,
    CrashError,
    RefusedError,
    RequestError,
)
from sdtools.emulator.glpi.wire import plain as answer
from sdtools.emulator.glpi.zones import arriving

__all__ = ["add", "delete", "input_of", "update"]

Result = dict[str, object]
# GLPI says nothing after adding these.
_SILENT = frozenset(
    {"ITILFollowup", "TicketTask", "ProblemTask", "ChangeTask", "TicketValidation"}
    | {"ChangeValidation", "Calendar_Holiday"}
    | {name for links in LINKS.values() for name in links.values()}
)
_HEADER_ROOM = 3_800  # octets: nginx reads 4,096 of headers, other headers among them
_NUMBERED = frozenset(LINKS)  # "one (302)"


def input_of(body: object) -> object:
    """Give ``input`` of a body; raise GLPI's 400 unless it is an object or a list."""
    wanted = body.get("input") if isinstance(body, dict) else None
    if not isinstance(wanted, dict | list):
        message = "input parameter must be an array of objects"
        raise RequestError(400, "ERROR_BAD_ARRAY", message)
    return wanted


def _each(items: Sequence[object], work: Callable[[Given], Result | None]) -> list[Result]:
    """Do the work on each item; what a PHP error cuts off stays done (FACTS 9)."""
    found = []
    for item in items:
        if not isinstance(item, dict):
            raise CrashError
        result = work(item)
        if result is not None:
            found.append(result)
    return found


def _message(context: Context, itemtype: str, items_id: int, given: Given) -> str:
    if itemtype in _SILENT:
        return ""
    row = context.database.row(itemtype, items_id)
    name = item_name(context.database, itemtype, row) if row else ""
    if row and row.get("name") is None and str(given.get("name")).lower() == "null":
        name = str(given["name"])  # stored as none, and called by what was sent
    if row and itemtype.startswith("TicketTemplate") and "num" in row:
        option = options_of("Ticket").get(int(row["num"] or 0))
        name = option.name if option else ""
    if itemtype in _NUMBERED:
        name += f" ({items_id})"
    unslashed = re.sub(r"\\(.)", r"\1", name, flags=re.DOTALL)  # PHP's stripslashes
    return f"Item successfully added: {unslashed}"


def _added(context: Context, itemtype: str, given: Given) -> Result:
    if not may_add(context, itemtype, given):
        return {"id": False, "message": NO_RIGHT}
    try:
        fit, _ = filtered(itemtype, given)  # the last thing said is that it was added
        items_id = add_row(context, itemtype, arriving(context, itemtype, fit))
    except RefusedError as refusal:
        return {"id": False, "message": refusal.message}
    return {"id": items_id, "message": _message(context, itemtype, items_id, given)}


def _summary(verb: str, results: list[Result], done: int, expected: int) -> Answer:
    if done == expected and expected:
        raise AssertionError("a batch without failures has its own answer")
    if not done:
        raise RequestError(400, f"ERROR_GLPI_{verb}", results, documented=False)
    raise RequestError(207, f"ERROR_GLPI_PARTIAL_{verb}", results, documented=False)


def add(
    context: Context, itemtype: str, wanted: object, extra: Mapping[str, object] | None = None
) -> Answer:
    """Answer a POST; ``extra`` joins the result of a single one (``upload_result``)."""
    place = f"{context.base_url}/{itemtype}"
    if isinstance(wanted, dict):
        result = _added(context, itemtype, wanted)
        if result["id"] is False:
            raise RequestError(400, "ERROR_GLPI_ADD", result["message"], documented=False)
        headers = {"location": f"{place}/{result['id']}"}
        return answer(result | dict(extra or {}), 201, headers)
    items: list[Any] = list(wanted) if isinstance(wanted, list) else []
    results = _each(items, lambda given: _added(context, itemtype, given))
    done = [result for result in results if result["id"] is not False]
    if len(done) < len(items) or not items:
        return _summary("ADD", results, len(done), len(items))
    links = ",".join(f"{place}/{result['id']}" for result in results)
    if len(links) > _HEADER_ROOM:
        # All are created, and the web server finds the header too big (FACTS 8).
        return Answer(status=502, content=BAD_GATEWAY, media="text/html")
    return answer(results, 201, {"link": links})


def _found(context: Context, itemtype: str, items_id: int) -> dict[str, Any] | None:
    if itemtype == "TicketSatisfaction":
        rows = context.database.rows(itemtype, "tickets_id = ?", (items_id,))
        return rows[0] if rows else None
    return context.database.row(itemtype, items_id)


def _updated(context: Context, itemtype: str, given: Given) -> Result | None:
    items_id = whole_number(given.get("id"))
    if not items_id and not (itemtype == "Entity" and items_id == 0):
        return {}
    row = _found(context, itemtype, items_id)
    if row is None:
        return None  # an unknown id is simply missing from the answer (FACTS 8)
    if not may_write(context, itemtype, row, UPDATE):
        return {str(items_id): False, "message": NO_RIGHT}
    fit, said = filtered(itemtype, given)
    context.told[:] = [said] if said else []
    try:
        if itemtype == "Ticket":
            fit = own_fields(context, row, fit)
        update_row(context, itemtype, row, arriving(context, itemtype, fit))
    except RefusedError as refusal:
        return {str(items_id): False, "message": refusal.message}
    return {str(items_id): True, "message": (context.told or [""])[-1]}


def _failed(result: Result) -> bool:
    return False in result.values()


def update(context: Context, itemtype: str, items_id: int | None, wanted: object) -> Answer:
    """Answer a PUT; ``items_id`` is the URL's, and the body's own id wins over it."""
    if isinstance(wanted, list) and items_id is not None:
        raise CrashError
    if isinstance(wanted, dict):
        given = {"id": items_id, **wanted}
        result = _updated(context, itemtype, given)
        if result is None:
            raise RequestError(400, "ERROR_GLPI_UPDATE", None, documented=False)
        if _failed(result):
            raise RequestError(400, "ERROR_GLPI_UPDATE", result["message"], documented=False)
        # PHP's empty array is a list
        return answer([result or []])
    items: list[Any] = list(wanted) if isinstance(wanted, list) else []
    results = _each(items, lambda given: _updated(context, itemtype, given))
    done = [result for result in results if not _failed(result)]
    if len(done) < len(items) or not items:
        return _summary("UPDATE", results, len(done), len(items))
    return answer([result or [] for result in results])


def _deleted(context: Context, itemtype: str, given: Given, purge: bool) -> Result | None:
    if given.get("id") is None:
        return None  # is not looked at, and nothing is said
    items_id = whole_number(given["id"]) or 0
    row = _found(context, itemtype, items_id)
    if row is None:
        return {str(items_id): False, "message": "Item not found"}
    trash = "is_deleted" in row and not purge
    if not may_write(context, itemtype, row, DELETE if trash else PURGE):
        return {str(items_id): False, "message": NO_RIGHT}
    try:
        delete_row(context, itemtype, row, purge=purge)
    except RefusedError as refusal:
        return {str(items_id): False, "message": refusal.message}
    if not trash:
        forget(context, itemtype, row["id"])
    return {str(items_id): True, "message": ""}


def delete(
    context: Context, itemtype: str, items_id: int | None, wanted: object, *, purge: bool
) -> Answer:
    """Answer a DELETE; an id in the URL wins over the body."""
    if items_id is not None:
        wanted = {"id": items_id}
    items = [wanted] if isinstance(wanted, dict) else wanted
    listed: list[Any] = list(items) if isinstance(items, list) else []
    results = _each(listed, lambda given: _deleted(context, itemtype, given, purge))
    done = [result for result in results if not _failed(result)]
    if len(done) == len(results) and listed:
        return answer(results)
    if isinstance(wanted, dict):
        raise RequestError(400, "ERROR_GLPI_DELETE", results[0]["message"], documented=False)
    return _summary("DELETE", results, len(done), len(listed))
