"""What an instance does to tasks when they are written: its business rules (FACTS 10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sdtools.emulator.servicenow.context import Context
from sdtools.emulator.servicenow.draft import Draft
from sdtools.emulator.servicenow.fresh import fixed_id
from sdtools.emulator.servicenow.scripted_rules import aborted
from sdtools.emulator.servicenow.wire import write_refused

__all__ = ["apply_rules"]

RESOLVED, CLOSED, CANCELLED, ON_HOLD, IN_PROGRESS = "6", "7", "8", "3", "2"
_ENDED = ("7", "8")
_REQUEST_ENDED = ("3", "4", "7")
_PRIORITIES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("1", "1"): "1",
        ("1", "2"): "2",
        ("1", "3"): "3",
        ("2", "1"): "2",
        ("2", "2"): "3",
        ("2", "3"): "4",
        ("3", "1"): "3",
        ("3", "2"): "4",
        ("3", "3"): "5",
    }
)


def apply_rules(draft: Draft, context: Context) -> None:
    """Run the business rules of the draft's class; raise ApiError where one aborts."""
    if draft.table.root != "task":
        return
    _opening(draft, context)
    _assignment(draft, context)
    for rule in _CLASS_RULES.get(draft.table.name, ()):
        rule(draft, context)


def _opening(draft: Draft, context: Context) -> None:
    new = draft.new
    if draft.old is None:
        new["opened_at"] = new["opened_at"] or context.now()
        new["opened_by"] = new["opened_by"] or context.account.sys_id


def _assignment(draft: Draft, context: Context) -> None:
    new = draft.new
    if draft.changed("assignment_group") and draft.old and "assigned_to" not in draft.given:
        new["assigned_to"] = ""
    if not new["assignment_group"] and not new["assigned_to"]:
        new["assignment_group"] = _support_group(draft, context)
    groups = draft.before("assignment_group")
    if groups and draft.changed("assignment_group"):
        new["reassignment_count"] = _plus_one(new["reassignment_count"])


def _support_group(draft: Draft, context: Context) -> str:
    for column in ("service_offering", "business_service", "cmdb_ci"):
        found = context.database.row("cmdb_ci", draft.new[column]) if draft.new[column] else None
        if found and found["support_group"]:
            return found["support_group"]
    return ""


def _priority(draft: Draft, context: Context) -> None:
    """Look the priority up, as the data lookup does whatever the client wrote."""
    grades = draft.new["impact"], draft.new["urgency"]
    looked_at = {"impact", "urgency"}
    if context.switches.priority_alone_recomputed:
        looked_at.add("priority")
    moved = looked_at & set(draft.changes())
    if grades in _PRIORITIES and (draft.old is None or moved):
        draft.new["priority"] = _PRIORITIES[grades]


def _mirror(draft: Draft, _context: Context) -> None:
    """Keep state and incident_state the same, whichever was written."""
    new = draft.new
    if draft.changed("incident_state") and "state" not in draft.given:
        new["state"] = new["incident_state"]
    new["incident_state"] = new["state"]


def _guard_closed(draft: Draft, context: Context) -> None:
    if draft.leaves("state", CLOSED) and not context.account.is_admin:
        raise write_refused("Update")  # a closed incident stays closed


def _hold(draft: Draft, _context: Context) -> None:
    if draft.new["state"] != ON_HOLD:
        draft.new["hold_reason"] = ""


def _resolve(draft: Draft, context: Context) -> None:
    new = draft.new
    if draft.enters("state", RESOLVED, CLOSED):
        new["resolved_at"] = new["resolved_at"] or context.now()
        new["resolved_by"] = new["resolved_by"] or context.account.sys_id
    if draft.leaves("state", RESOLVED) and new["state"] not in _ENDED:
        new["resolved_at"] = new["resolved_by"] = ""
        new["reopen_count"] = _plus_one(new["reopen_count"])
        new["reopened_time"] = context.now()
        new["reopened_by"] = context.account.sys_id


def _close(*states: str) -> Callable[[Draft, Context], None]:
    def rule(draft: Draft, context: Context) -> None:
        new = draft.new
        if draft.enters("state", *states):
            new["active"] = "false"
            new["closed_at"] = new["closed_at"] or context.now()
            new["closed_by"] = new["closed_by"] or context.account.sys_id
        elif draft.leaves("state", *states):
            new.update(active="true", closed_at="", closed_by="")

    return rule


def _model(rule: str, first: str) -> Callable[[Draft, Context], None]:
    """Give the rule of a state model: records begin in New and are not moved (FACTS 10.2)."""

    def kept(draft: Draft, context: Context) -> None:
        models = context.switches.state_models
        if draft.old is None and (models or "state" not in draft.given):
            draft.new["state"] = first
        elif draft.old is not None and models and draft.changed("state"):
            raise aborted(draft.table.name, rule, fixed_id("sys_script", rule))

    return kept


def _plus_one(text: str) -> str:
    return str(int(text or 0) + 1)


_CLASS_RULES: Mapping[str, tuple[Callable[[Draft, Context], None], ...]] = MappingProxyType(
    {
        "incident": (_mirror, _guard_closed, _hold, _priority, _resolve, _close(*_ENDED)),
        "problem": (_model("Problem Model: Check State Transition", "101"), _priority),
        "change_request": (_model("Change Model: Check State Transition", "-5"),),
        "sc_req_item": (_close(*_REQUEST_ENDED),),
        "sc_request": (_close(*_REQUEST_ENDED),),
        "sc_task": (_close(*_REQUEST_ENDED),),
    }
)
