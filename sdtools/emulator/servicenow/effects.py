"""What a written task does to others: children, problems' incidents, running SLAs (FACTS 10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sdtools.emulator.servicenow.context import Context
from sdtools.emulator.servicenow.database import Row
from sdtools.emulator.servicenow.draft import Draft
from sdtools.emulator.servicenow.tables import TABLES

__all__ = ["follow_up"]

_Save = Callable[[Draft, Context], bool]
_STOPPED = ("6", "7", "8")
_PAUSED = "3"
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a duration's offset, not a moment


def follow_up(draft: Draft, context: Context, save: _Save) -> None:
    """Carry a write on to the records that hang on it; ``save`` writes them."""
    if draft.table.name != "incident":
        return
    _count_children(draft, context)
    if draft.enters("state", "6"):
        _resolve_children(draft, context, save)
    if draft.changed("state") and draft.old is not None:
        _move_slas(draft, context)


def _count_children(draft: Draft, context: Context) -> None:
    if not draft.changed("parent_incident"):
        return
    for parent in filter(None, (draft.before("parent_incident"), draft.new["parent_incident"])):
        found = context.database.count("incident", "t.parent_incident = ?", (parent,))
        context.database.update("incident", parent, {"child_incidents": found})


def _resolve_children(draft: Draft, context: Context, save: _Save) -> None:
    where = "t.parent_incident = ? AND t.active = 'true' AND t.state <> 6"
    copied = {name: draft.new[name] for name in ("state", "close_code", "close_notes")}
    for child in context.database.rows("incident", where, (draft.new["sys_id"],)):
        save(
            Draft(
                table=TABLES["incident"],
                old=child,
                new={**child, **copied},
                given=frozenset(copied),
            ),
            context,
        )


def _move_slas(draft: Draft, context: Context) -> None:
    where = "t.task = ? AND t.active = 'true'"
    now = context.now()
    for sla in context.database.rows("task_sla", where, (draft.new["sys_id"],)):
        moved = _moved(sla, draft.new["state"], now)
        if moved:
            moved |= {"sys_updated_on": now, "sys_updated_by": "system"}
            moved["sys_mod_count"] = str(int(sla["sys_mod_count"] or 0) + 1)
            context.database.update("task_sla", sla["sys_id"], moved)
            if moved.get("has_breached") == "true":
                context.database.update("task", draft.new["sys_id"], {"made_sla": "false"})


def _moved(sla: Row, state: str, now: str) -> dict[str, str]:
    """Give what the SLA engine writes: stop, else pause, else go on."""
    if state in _STOPPED:
        late = bool(sla["planned_end_time"]) and now > sla["planned_end_time"]
        breached = "true" if late or sla["has_breached"] == "true" else "false"
        return {"stage": "completed", "active": "false", "end_time": now, "has_breached": breached}
    if state == _PAUSED and sla["stage"] == "in_progress":
        return {"stage": "paused", "pause_time": now}
    if state != _PAUSED and sla["stage"] == "paused":
        return {"stage": "in_progress", "pause_time": "", **_resumed(sla, now)}
    return {}


def _resumed(sla: Row, now: str) -> dict[str, str]:
    """Push the breach time by the elapsed pause; schedules are not counted."""
    if not (sla["pause_time"] and sla["planned_end_time"]):
        return {}
    paused = datetime.fromisoformat(now) - datetime.fromisoformat(sla["pause_time"])
    before = datetime.fromisoformat(sla["pause_duration"] or "1970-01-01 00:00:00")
    due = datetime.fromisoformat(sla["planned_end_time"]) + paused
    return {
        "planned_end_time": due.isoformat(" ", "seconds"),
        "pause_duration": max(before + paused, _EPOCH).isoformat(" ", "seconds"),
    }
