"""Which part of the embedded GLPI answers which path."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sdtools.emulator.glpi import massive, sessions
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.deprecated import current_of, modernised, renamed
from sdtools.emulator.glpi.documents import (
    Upload,
    attach,
    download,
    upload_result,
)
from sdtools.emulator.glpi.query import Parameters, flag, truth
from sdtools.emulator.glpi.reading import (
    items_id_of,
    known_type,
    read_item,
    read_list,
    read_several,
    read_sub_items,
)
from sdtools.emulator.glpi.search import ALL_ASSETS, list_search_options, search
from sdtools.emulator.glpi.wire import Answer, CrashError, RequestError, plain
from sdtools.emulator.glpi.writing import add, delete, input_of, update

__all__ = ["Call", "answer_call", "lost_password"]

_ONE, _SUB, _SUB_ONE = 2, 3, 4  # path lengths: Ticket/1, Ticket/1/Log, Ticket/1/Log/7


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read."""

    method: str
    parts: tuple[str, ...]
    parameters: Parameters
    body: Any  # JSON, or what a form held
    accept: str


def _given(call: Call) -> Mapping[str, Any]:
    body = call.body if isinstance(call.body, dict) else {}
    return {**call.parameters, **body}


def _several(context: Context, call: Call) -> Answer:
    if (
        isinstance(call.body, dict)
        and call.body.get("items")
        and isinstance(call.body["items"], list)
    ):
        raise CrashError  # POSTed as JSON it dies (FACTS 7)
    return read_several(context, {**call.parameters, **_given(call)})


def _options(context: Context, call: Call) -> Answer:
    if len(call.parts) < _ONE:
        raise RequestError(400, "ERROR_RESOURCE_MISSING", "missing resource")
    return list_search_options(context, known_type(call.parts[1]))


def _search(context: Context, call: Call) -> Answer:
    if len(call.parts) < _ONE:
        raise RequestError(400, "ERROR_RESOURCE_MISSING", "missing resource")
    if call.parts[1] != ALL_ASSETS:
        known_type(call.parts[1])
    body = call.body if isinstance(call.body, dict) else {}
    return search(context, call.parts[1], {**call.parameters, **body})


def _massive(context: Context, call: Call) -> Answer:
    """Answer the three endpoints of massive actions."""
    if len(call.parts) < _ONE:
        raise RequestError(400, "ERROR_RESOURCE_MISSING", "missing resource")
    itemtype = known_type(call.parts[1])
    last = call.parts[2] if len(call.parts) >= _SUB else ""
    if call.parts[0] == "applyMassiveAction":
        body = call.body if isinstance(call.body, dict) else {}
        return massive.apply_action(context, itemtype, last, body)
    if call.parts[0] == "getMassiveActionParameters":
        return plain(massive.parameters_of(context, itemtype, last))
    if last:
        return plain(massive.actions_of(context, itemtype, items_id_of(last)))
    trash: dict[str, str | int | None] | None = {"is_deleted": 1}
    return plain(
        massive.actions(context, itemtype, trash if flag(call.parameters, "is_deleted") else None)
    )


def lost_password(method: str) -> RequestError:
    """Give what asking for a new password ends in: nothing is mailed here."""
    if method not in {"PUT", "PATCH"}:
        return RequestError(400, "ERROR", "Only HTTP verb PUT is allowed")
    return RequestError(400, "ERROR", "Email notifications are disabled")


# HTTP verbs are not looked at here (FACTS 1).
_ENDPOINTS: Mapping[str, Callable[[Context, Call], Answer]] = {
    "getMyProfiles": lambda context, _: plain(sessions.my_profiles(context)),
    "getActiveProfile": lambda context, _: plain(sessions.active_profile(context)),
    "changeActiveProfile": lambda context, call: plain(
        sessions.change_profile(context, _given(call))
    ),
    "getMyEntities": lambda context, call: plain(sessions.my_entities(context, call.parameters)),
    "getActiveEntities": lambda context, _: plain(sessions.active_entities(context)),
    "changeActiveEntities": lambda context, call: plain(
        sessions.change_entities(context, _given(call))
    ),
    "getFullSession": lambda context, _: plain(
        {"session": sessions.full_session(context) | {"MESSAGE_AFTER_REDIRECT": []}}
    ),
    "getGlpiConfig": lambda context, _: plain(sessions.configuration(context)),
    "getMultipleItems": _several,
    "listSearchOptions": _options,
    "search": _search,
    "getMassiveActions": _massive,
    "getMassiveActionParameters": _massive,
    "applyMassiveAction": _massive,
}


def answer_call(context: Context, call: Call) -> Answer:
    """Answer one request of a session."""
    endpoint = _ENDPOINTS.get(call.parts[0])
    if endpoint is not None:
        return endpoint(context, call)
    if len(call.parts) > _SUB_ONE:
        known_type("")
    current = current_of(call.parts[0])
    if current != call.parts[0]:
        parameters, body = modernised(call.parts[0], call.parameters, call.body)
        parts = (current, *call.parts[1:])
        modern = replace(call, parts=parts, parameters=parameters, body=body)
        return renamed(call.parts[0], answer_call(context, modern))
    itemtype = known_type(call.parts[0])
    if call.method == "POST":
        return _post(
            context, known_type(call.parts[-1]) if len(call.parts) == _SUB else itemtype, call
        )
    if call.method in {"PUT", "PATCH", "DELETE"}:
        return _change(context, itemtype, call)
    return _get(context, itemtype, call)


def _get(context: Context, itemtype: str, call: Call) -> Answer:
    parts = call.parts
    if len(parts) == _SUB and (itemtype, parts[2]) == ("User", "Picture"):
        if context.database.row("User", items_id_of(parts[1])) is None:
            message = f"Bad request: user with id '{parts[1]}' not found"
            raise RequestError(400, "ERROR", message)
        return Answer(status=204, content=b"", media="text/html; charset=UTF-8")  # nobody has one
    if len(parts) >= _SUB:
        child = known_type(parts[2])
        if len(parts) == _SUB_ONE:
            return read_item(context, child, items_id_of(parts[3]), call.parameters)
        return read_sub_items(context, itemtype, items_id_of(parts[1]), child, call.parameters)
    items_id = items_id_of(parts[1]) if len(parts) == _ONE else 0
    if items_id <= 0 and not (itemtype == "Entity" and len(parts) == _ONE and items_id == 0):
        return read_list(context, itemtype, call.parameters)  # also for Ticket/0 and Ticket/abc
    wants_bytes = "application/octet-stream" in call.accept or call.parameters.get("alt") == "media"
    if itemtype == "Document" and wants_bytes:
        return download(context, items_id)
    return read_item(context, itemtype, items_id, call.parameters)


def _post(context: Context, itemtype: str, call: Call) -> Answer:
    wanted = input_of(call.body)
    uploads = [] if isinstance(wanted, list) else _uploads(wanted)
    if not uploads:
        return add(context, itemtype, wanted)
    prefix = f"{secrets.token_hex(7)}.{secrets.randbelow(10**8):08d}"
    made = add(context, itemtype, wanted, upload_result(uploads, prefix))
    attach(context, (itemtype, int(made.headers["location"].rpartition("/")[2])), uploads)
    return made


def _uploads(wanted: object) -> list[Upload]:
    found = wanted.get("_uploads", []) if isinstance(wanted, dict) else []
    return [one for one in found if isinstance(one, Upload)]


def _change(context: Context, itemtype: str, call: Call) -> Answer:
    parts = call.parts
    if len(parts) == _SUB_ONE:
        itemtype, items_id = known_type(parts[2]), items_id_of(parts[3])
    else:
        items_id = items_id_of(parts[1]) if len(parts) >= _ONE else 0
    if call.method != "DELETE":
        return update(context, itemtype, items_id or None, input_of(call.body))
    body = call.body if isinstance(call.body, dict) else {}
    purge = truth({**call.parameters, **body}.get("force_purge"))
    if items_id or parts[-1].isdecimal():  # Ticket/0, too, names one
        return delete(context, itemtype, items_id, {}, purge=purge)
    return delete(context, itemtype, None, input_of(call.body), purge=purge)
