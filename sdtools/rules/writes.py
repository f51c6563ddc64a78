"""Which ticket fields an action writes, the desk's consequences included: what a rule masks."""

from __future__ import annotations

from sdtools.rules.book import (
    Action,
    AssignAction,
    HoldAction,
    LinkAction,
    Rule,
    SetAction,
    SolveAction,
)

__all__ = ["written_by"]

# Both desks compute priority from urgency and impact (DESIGN 4), and a status follows an
# assignment (GLPI FACTS 10; ServiceNow incidents become active).
_SET = {
    "urgency": {"urgency", "priority"},
    "impact": {"impact", "priority"},
    "priority": {"priority"},
    "category": {"category_id"},
    "kind": {"kind"},
    "location": {"location_id"},
}
_STATUS = {"status", "pending_since", "waiting", "resolve_due", "respond_due"}


def written_by(rule: Rule) -> frozenset[str]:
    """Return the names of the Ticket fields that the rule's own actions may write."""
    actions = (*rule.then, *(action for step in rule.steps for action in step.then))
    fields: set[str] = set()
    for action in actions:
        fields |= _fields(action)
    return frozenset(fields)


def _fields(action: Action) -> set[str]:
    match action:
        case SetAction():
            return _SET[action.field]
        case AssignAction():
            return {"groups", "assignees", "status"}
        case LinkAction():
            return {"articles", "problems", "parent"}
        case HoldAction():
            return _STATUS
        case SolveAction():
            return _STATUS | {"solved"}
        case _:
            return set()
