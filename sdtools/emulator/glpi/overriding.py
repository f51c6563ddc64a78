"""A rule on the GLPI's side that changes what a client writes to a ticket, for one request."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sdtools.emulator.exchange import Asked
from sdtools.emulator.glpi.database import GlpiDatabase

__all__ = ["overridden"]

_GRADES = ("urgency", "impact", "priority")
_LOW, _MEDIUM = 2, 3
_ASSIGNED = "2"  # the actor type of Group_Ticket
_WRITES = {"POST", "PUT", "PATCH"}


def overridden(asked: Asked, database: GlpiDatabase) -> Asked | None:
    """Give a request with one value changed: a grade or the assigned group, of its first ticket.

    As GLPI's rules for tickets do it: before the work, so that history and answer show the
    rule's value. None if the request writes neither.
    """
    parts = asked.path.strip("/").split("/")[1:]
    if asked.method not in _WRITES or not parts or parts[0] not in {"Ticket", "Group_Ticket"}:
        return None
    try:
        body = json.loads(asked.body)
    except ValueError:
        return None
    wanted = body.get("input") if isinstance(body, dict) else None
    items = wanted if isinstance(wanted, list) else [wanted]
    ties = parts[-1] == "Group_Ticket" or parts[0] == "Group_Ticket"
    change = _regroup if ties else _change
    if any(change(item, database) for item in items if isinstance(item, dict)):
        return replace(asked, body=json.dumps(body).encode())
    return None


def _change(item: dict[str, Any], database: GlpiDatabase) -> bool:
    """Change a ticket's grade, else its group; tell whether there was one."""
    for name in _GRADES:
        if name in item:
            item[name] = _LOW if str(item[name]) != str(_LOW) else _MEDIUM
            return True
    if "_groups_id_assign" not in item:
        return False
    given = item["_groups_id_assign"]
    other = _other_group(given if isinstance(given, list) else [given], database)
    if other:
        item["_groups_id_assign"] = [other] if isinstance(given, list) else other
    return bool(other)


def _regroup(item: dict[str, Any], database: GlpiDatabase) -> bool:
    """Change the group that is tied to a ticket as assigned; tell whether it was."""
    if str(item.get("type")) != _ASSIGNED or "groups_id" not in item:
        return False
    other = _other_group([item["groups_id"]], database)
    item["groups_id"] = other or item["groups_id"]
    return bool(other)


def _other_group(named: Iterable[object], database: GlpiDatabase) -> int:
    """Give a group that is not named and takes tickets; 0 if there is none."""
    taken = {str(one) for one in named}
    found = database.rows("Group", "is_assign = 1")
    return next((int(row["id"] or 0) for row in found if str(row["id"]) not in taken), 0)
