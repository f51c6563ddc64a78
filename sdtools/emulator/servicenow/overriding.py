"""A rule on the ServiceNow's side that changes what a client writes to a task, for one request."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import replace
from typing import Any

from sdtools.emulator.exchange import Asked
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.tables import TABLES

__all__ = ["overridden"]

_GRADES = ("urgency", "impact")
_LOW, _MEDIUM = "3", "2"
_WRITES = {"POST", "PUT", "PATCH"}


def overridden(asked: Asked, database: ServiceNowDatabase) -> Asked | None:
    """Give a request with one value changed: a grade or the assignment group, of its first task.

    As a business rule "before" does it: record, history and answer show the rule's value. In a
    batch, its first such item is meant. None if the request writes neither.
    """
    if asked.method not in _WRITES:
        return None
    if asked.path.endswith("/batch"):
        body = _batch(asked.body, database)
    else:
        body = _changed(asked.path, asked.body, database)
    return None if body is None else replace(asked, body=body)


def _batch(content: bytes, database: ServiceNowDatabase) -> bytes | None:
    body = _object(content)
    items = body.get("rest_requests")
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict) or item.get("method") not in _WRITES:
            continue
        path = str(item.get("url", "")).partition("?")[0]
        found = _changed(path, _decoded(str(item.get("body", ""))), database)
        if found is not None:
            item["body"] = base64.b64encode(found).decode()
            return json.dumps(body).encode()
    return None


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded)
    except binascii.Error:
        return b""


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _changed(path: str, content: bytes, database: ServiceNowDatabase) -> bytes | None:
    """Change a write to a task: one grade, else the group; None if it is no such write."""
    _, _, rest = path.partition("/table/")
    table = TABLES.get(rest.partition("/")[0])
    if table is None or table.root != "task":
        return None
    record = _object(content)
    for name in _GRADES:
        if name in record:
            record[name] = _LOW if str(record[name]) != _LOW else _MEDIUM
            return json.dumps(record).encode()
    if not record.get("assignment_group"):
        return None
    where = "t.sys_id <> ? AND t.active = 'true'"
    others = database.rows("sys_user_group", where, (record["assignment_group"],), "LIMIT 1")
    if not others:
        return None
    record["assignment_group"] = others[0]["sys_id"]
    return json.dumps(record).encode()
