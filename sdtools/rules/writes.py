"""What a rule writes itself, the desk's consequences included: its own doing ends no episode."""

from __future__ import annotations

from sdtools.model.effects import Effect, Link, Unlink
from sdtools.model.grades import Status
from sdtools.rules.book import (
    Action,
    AssignAction,
    HoldAction,
    LinkAction,
    Rule,
    SetAction,
    SolveAction,
)

__all__ = ["came_from", "rests_on", "written_by"]

# Both desks compute priority from urgency and impact (DESIGN 4).
_SET = {
    "urgency": {"urgency", "priority"},
    "impact": {"impact", "priority"},
    "priority": {"priority"},
    "category": {"category_id"},
    "kind": {"kind"},
    "location": {"location_id"},
}
_RESTS_ON = {
    "group": ("groups",),
    "assignee": ("assignees", "groups"),
    "category": ("category_id",),
    "location": ("location_id",),
    "article": ("articles",),
    "problem": ("problems",),
    "parent": ("parent",),
}
_WAITING = {"pending_since", "waiting", "resolve_due", "respond_due"}


def written_by(rule: Rule) -> frozenset[str]:
    """Return the names of the Ticket fields that the rule's own actions may write.

    A status is not among them: it has a direction, and :func:`came_from` knows it.
    """
    return frozenset(field for action in _actions(rule) for field in _fields(action))


def rests_on(effect: Effect, field: str) -> tuple[str, ...]:
    """Name the Ticket fields that must be readable before the effect is written to ``field``."""
    name = effect.target if isinstance(effect, Link | Unlink) else field
    return _RESTS_ON.get(name, (name,))


def came_from(rule: Rule, status: Status) -> frozenset[Status]:
    """Return the states that the rule's own actions may have brought into this one."""
    return frozenset(
        before
        for action in _actions(rule)
        for after, befores in _transitions(action)
        if after is status
        for before in befores
    )


def _actions(rule: Rule) -> tuple[Action, ...]:
    return (*rule.then, *(action for step in rule.steps for action in step.then))


def _fields(action: Action) -> set[str]:
    match action:
        case SetAction():
            return _SET[action.field]
        case AssignAction():
            return {"groups", "assignees"}
        case LinkAction():
            return {"articles", "problems", "parent"}
        case HoldAction():
            return _WAITING
        case SolveAction():
            return _WAITING | {"solved"}
        case _:
            return set()


def _transitions(action: Action) -> tuple[tuple[Status, tuple[Status, ...]], ...]:
    match action:
        case AssignAction():
            return ((Status.assigned, (Status.new,)),)
        case HoldAction():
            return ((Status.pending, (Status.new, Status.assigned)),)
        case SolveAction():
            return ((Status.solved, (Status.new, Status.assigned, Status.pending)),)
        case _:
            return ()
