"""Short addresses for long ones: stored whole, replayed by sysparm_tiny (FACTS 4.8)."""

from __future__ import annotations

from urllib.parse import urlsplit

from sdtools.emulator.servicenow.context import Call, Context
from sdtools.emulator.servicenow.input import fields_of
from sdtools.emulator.servicenow.trail import new_id
from sdtools.emulator.servicenow.wire import Answer, ApiError, plain

__all__ = ["expanded", "make_tiny"]


def make_tiny(context: Context, call: Call) -> Answer:
    """Answer POST /tinyurl: keep the query of an address and give the short one."""
    url = fields_of(call).get("url")
    if not isinstance(url, str) or not url:
        raise ApiError(400, "Invalid request parameters", "Missing: url")
    split = urlsplit(url)
    key = new_id()
    row = {"sys_id": key, "tiny_url": key, "data": split.query}
    made = {"sys_created_on": context.now(), "sys_created_by": context.account.user_name}
    context.database.load([("sys_tiny_url", {**row, **made})])
    return plain({"result": f"{split.path.lstrip('/')}?sysparm_tiny={key}"})


def expanded(context: Context, call: Call) -> Call:
    """Give the request that a short address stands for; an unknown one stays as it is."""
    key = call.parameters.get("sysparm_tiny")
    found = context.database.rows("sys_tiny_url", "t.tiny_url = ?", (key,)) if key else []
    if not found:
        return call
    path = call.target.partition("?")[0]
    return Call(
        method=call.method,
        target=f"{path}?{found[0]['data']}",
        headers=call.headers,
        body=call.body,
    )
