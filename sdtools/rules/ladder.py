"""Ladders: which steps are due, and what a late pass may skip (DESIGN 5)."""

from __future__ import annotations

from dataclasses import dataclass

from sdtools.model.memory import Fired
from sdtools.rules.book import Action, NotifyAction, Rule, Step

__all__ = ["Due", "due_actions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An action that is due, and the lower notifications that count as sent with it."""

    action: Action
    covers: tuple[str, ...] = ()


def due_actions(rule: Rule, fired: tuple[Fired, ...], used: float | None) -> tuple[Due, ...]:
    """Return the actions to take now, in order.

    A plain rule's are all its actions. Of a ladder, those of the steps that the clock has passed
    and that have not fired: every missed assign (one climb a step), but of the notifications
    only those of the highest step that has any. ``used`` is the share of the clock, None
    without a clock.
    """
    plain = tuple(Due(action=action) for action in rule.then)
    if not rule.steps or used is None:
        return plain
    done = {entry.action for entry in fired}
    steps = [step for step in rule.steps if used >= step.at]
    waiting = [action for step in steps for action in step.then if action.path not in done]
    sent = _highest_notifications(steps, waiting)
    missed = tuple(
        action.path
        for action in waiting
        if isinstance(action, NotifyAction) and action.path not in sent
    )
    return (*plain, *_with_missed(waiting, sent, missed))


def _highest_notifications(steps: list[Step], waiting: list[Action]) -> frozenset[str]:
    paths = {action.path for action in waiting}
    for step in reversed(steps):
        here = {a.path for a in step.then if isinstance(a, NotifyAction) and a.path in paths}
        if here:
            return frozenset(here)
    return frozenset()


def _with_missed(waiting: list[Action], sent: frozenset[str], missed: tuple[str, ...]) -> list[Due]:
    due = []
    for action in waiting:
        if not isinstance(action, NotifyAction):
            due.append(Due(action=action))
        elif action.path in sent:
            due.append(Due(action=action, covers=missed))
            missed = ()
    return due
