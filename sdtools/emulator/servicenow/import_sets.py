"""The Import Set API: staged rows, transformed at once, one result a row (FACTS 9)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sdtools.emulator.servicenow.access import may_write
from sdtools.emulator.servicenow.context import Call, Context
from sdtools.emulator.servicenow.database import Row
from sdtools.emulator.servicenow.input import fields_of
from sdtools.emulator.servicenow.tables import TABLES
from sdtools.emulator.servicenow.trail import new_id
from sdtools.emulator.servicenow.wire import (
    Answer,
    ApiError,
    invalid_table,
    no_record,
    plain,
    unknown_path,
    write_refused,
)
from sdtools.emulator.servicenow.writing import create, update

__all__ = ["answer_import"]

_STAGING = "sys_import_set_row"  # what every staging table extends


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What became of one staged row."""

    status: str  # inserted, updated, ignored or error
    sys_id: str = ""
    message: str = ""


def answer_import(context: Context, call: Call) -> Answer:
    """Answer one request of the Import Set API."""
    match (call.method, call.route[1:]):
        case ("POST", (staging,)):
            return _insert(context, _known(staging), call)
        case ("POST", (staging, "insertMultiple")):
            return _insert_many(context, _known(staging), call)
        case ("GET", (staging, sys_id)):
            row = context.database.row(_known(staging), sys_id)
            if row is None:
                raise no_record()
            return _told(context, staging, row, 200)
    raise unknown_path()


def _known(name: str) -> str:
    if name not in TABLES or TABLES[name].root != _STAGING:
        raise invalid_table(name)
    return name


def _insert(context: Context, staging: str, call: Call) -> Answer:
    row = _staged(context, staging, fields_of(call), _import_set(context, staging))
    return _told(context, staging, row, 201)


def _insert_many(context: Context, staging: str, call: Call) -> Answer:
    records = fields_of(call).get("records")
    import_set = _import_set(context, staging)
    for record in records if isinstance(records, list) else []:
        _staged(context, staging, record if isinstance(record, dict) else {}, import_set)
    ids = {"import_set_id": import_set["sys_id"], "multi_import_set_id": new_id()}
    return plain(ids, 201)


def _import_set(context: Context, staging: str) -> Row:
    if not may_write(context.account, staging, "create"):
        raise write_refused("Insert")
    number = f"ISET{10001 + context.database.count('sys_import_set'):07}"
    row = {"sys_id": new_id(), "number": number, "table_name": staging, "state": "processed"}
    context.database.load([("sys_import_set", {**row, "sys_created_on": context.now()})])
    return row


def _staged(context: Context, staging: str, record: Mapping[str, object], import_set: Row) -> Row:
    """Store a row as text, transform it, and note on it what came of it."""
    sys_id = new_id()
    own = TABLES[staging].columns
    texts = {name: _text(value) for name, value in record.items() if name in own}
    map_row = _map_of(context, staging)
    outcome = _transform(context, map_row, texts) if map_row else _Outcome(status="ignored")
    noted = {
        "sys_import_set": import_set["sys_id"],
        "sys_target_table": map_row["target_table"] if map_row else "",
        "sys_target_sys_id": outcome.sys_id,
        "sys_import_state": outcome.status,
        "sys_import_state_comment": outcome.message,
        "sys_transform_map": map_row["sys_id"] if map_row else "",
        "sys_created_on": context.now(),
        "sys_created_by": context.account.user_name,
    }
    context.database.load([(staging, {**texts, **noted, "sys_id": sys_id})])
    found = context.database.row(staging, sys_id)
    if found is None:
        raise no_record()
    return found


def _text(value: object) -> str:
    """Flatten a value as staging does: what is nested becomes text."""
    if isinstance(value, dict | list):
        return json.dumps(value)
    return "" if value is None else str(value)


def _map_of(context: Context, staging: str) -> Row | None:
    where = "t.source_table = ? AND t.active = 'true'"
    found = context.database.rows("sys_transform_map", where, (staging,), "ORDER BY t.map_order")
    return found[0] if found and found[0]["target_table"] in TABLES else None


def _transform(context: Context, map_row: Row, texts: Mapping[str, str]) -> _Outcome:
    """Write the target by the map's fields; coalesce fields decide whether it is an update."""
    table = map_row["target_table"]
    entries = context.database.rows("sys_transform_entry", "t.map = ?", (map_row["sys_id"],))
    values = {
        one["target_field"]: texts[one["source_field"]]
        for one in entries
        if one["source_field"] in texts
    }
    keys = [one["target_field"] for one in entries if one["coalesce"] == "true"]
    old = _same(context, table, {key: values.get(key, "") for key in keys})
    body = json.dumps(values).encode()
    call = Call(method="POST", target=f"/api/now/table/{table}", headers={}, body=body)
    try:
        if old is None:
            answer = create(context, table, call)
            return _Outcome(status="inserted", sys_id=_sys_id(answer))
        update(context, table, old["sys_id"], call)
    except ApiError as error:
        return _Outcome(status="error", message=error.detail or error.message)
    changed = context.database.row(table, old["sys_id"])
    return _Outcome(status="ignored" if changed == old else "updated", sys_id=old["sys_id"])


def _same(context: Context, table: str, keys: Mapping[str, str]) -> Row | None:
    if not keys or not all(keys.values()):
        return None
    where = " AND ".join(f't."{name}" = ?' for name in keys)
    found = context.database.rows(table, where, tuple(keys.values()))
    return found[0] if found else None


def _sys_id(answer: Answer) -> str:
    return str(json.loads(answer.content)["result"].get("sys_id", ""))


def _told(context: Context, staging: str, row: Row, status: int) -> Answer:
    """Give the answer that tells what became of a row."""
    import_set = context.database.row("sys_import_set", row["sys_import_set"])
    map_row = context.database.row("sys_transform_map", row["sys_transform_map"])
    body = {
        "import_set": import_set["number"] if import_set else "",
        "staging_table": staging,
        "result": [_result(context, map_row, row)],
    }
    return plain(body, status)


def _result(context: Context, map_row: Row | None, row: Row) -> dict[str, str]:
    table, sys_id = row["sys_target_table"], row["sys_target_sys_id"]
    result = {"transform_map": map_row["name"] if map_row else "", "table": table}
    target = context.database.row(table, sys_id) if table and sys_id else None
    if target is not None:
        display = TABLES[table].display
        link = f"{context.base_url}/api/now/table/{table}/{sys_id}"
        result |= {"display_name": display, "display_value": target.get(display, "")}
        result |= {"record_link": link}
    result |= {"status": row["sys_import_state"], "sys_id": sys_id}
    if row["sys_import_state"] == "error":
        result["error_message"] = row["sys_import_state_comment"]
    return result
