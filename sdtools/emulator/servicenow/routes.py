"""Which part of the embedded ServiceNow answers which path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from sdtools.emulator.servicenow.attachments import answer_attachment
from sdtools.emulator.servicenow.context import Call, Context
from sdtools.emulator.servicenow.import_sets import answer_import
from sdtools.emulator.servicenow.reading import known_table, read_list, read_one
from sdtools.emulator.servicenow.stats import answer_stats
from sdtools.emulator.servicenow.tiny_urls import expanded, make_tiny
from sdtools.emulator.servicenow.wire import Answer, UnsureError, unknown_path
from sdtools.emulator.servicenow.writing import create, delete, update
from sdtools.emulator.servicenow.xml_answers import as_xml, wants_xml

__all__ = ["answer_call"]

_JSON_TYPES = ("*/*", "application/json", "application/*", "text/json")


def answer_call(context: Context, call: Call) -> Answer:
    """Answer one request of a logged-in account; raise ApiError for what fails."""
    if call.parts[:2] != ("api", "now") or not call.route:
        raise unknown_path()
    api = _APIS.get(call.route[0])
    if api is None:
        raise unknown_path()
    if call.method == "HEAD":  # the same without its body, which the front door leaves out
        call = replace(call, method="GET")
    xml = context.switches.serves_xml and wants_xml(call.headers)
    answer = api(context, expanded(context, call))
    return as_xml(answer) if xml else answer


def _table(context: Context, call: Call) -> Answer:
    _acceptable(context, call)
    match call.route[1:]:
        case (name,):
            table = known_table(context, name)
            if call.method == "GET":
                return read_list(context, table, call)
            if call.method == "POST":
                return create(context, table, call)
        case (name, sys_id):
            return _record(context, known_table(context, name), sys_id, call)
        case _:
            raise unknown_path()
    raise _wrong_method(call)


def _record(context: Context, table: str, sys_id: str, call: Call) -> Answer:
    if call.method == "GET":
        return read_one(context, table, sys_id, call)
    if call.method in {"PUT", "PATCH"}:
        return update(context, table, sys_id, call)
    if call.method == "DELETE":
        return delete(context, table, sys_id)
    raise _wrong_method(call)


def _stats(context: Context, call: Call) -> Answer:
    match call.route[1:]:
        case (name,) if call.method == "GET":
            return answer_stats(context, known_table(context, name), call)
    raise unknown_path()


def _acceptable(context: Context, call: Call) -> None:
    if context.switches.serves_xml and wants_xml(call.headers):
        return
    accepted = call.headers.get("accept", "*/*")
    kinds = [one.partition(";")[0].strip().lower() for one in accepted.split(",")]
    if not set(kinds) & {*_JSON_TYPES, ""}:
        raise UnsureError(406, "Not acceptable", f"{accepted} is not served here")


def _tiny(context: Context, call: Call) -> Answer:
    if call.route[1:] or call.method != "POST":
        raise unknown_path()
    return make_tiny(context, call)


def _wrong_method(call: Call) -> UnsureError:
    detail = f"{call.method} is not possible on this resource"
    return UnsureError(405, "Method not supported", detail)


_APIS: Mapping[str, Callable[[Context, Call], Answer]] = MappingProxyType(
    {
        "table": _table,
        "stats": _stats,
        "attachment": answer_attachment,
        "import": answer_import,
        "tinyurl": _tiny,
    }
)
