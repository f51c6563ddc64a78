"""Baseline: open all episodes silently, so that rules act only on what happens from now on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sdtools.model.memory import Fired, RuleMemory
from sdtools.model.world import World
from sdtools.rules.book import (
    Action,
    AssignAction,
    LinkAction,
    Renderer,
    RuleBook,
    SetAction,
)
from sdtools.rules.decide import open_pass
from sdtools.rules.facts import ticket_clock
from sdtools.rules.judgement import Judgement, Progress
from sdtools.rules.walk import in_scope, judge_episode, protected

__all__ = ["baseline"]


def baseline(
    book: RuleBook, world: World, now: datetime, texts: Renderer
) -> tuple[RuleMemory, ...]:
    """Return the memory of a desk that is taken as settled by people (DESIGN 5, "First pass").

    Every rule whose episode is open yields its fields on that ticket, and counts what it would
    say or tell as done.
    """
    judged = open_pass(book, world, now, texts)
    found = (
        # each rule on the ticket as it is: what another rule would have done stays undone
        judge_episode(judged, rule, Progress(original=ticket, work=ticket))
        for ticket in world.tickets
        if in_scope(ticket) and not protected(judged, ticket)
        for rule in book.rules
        if judged.judges(rule)
    )
    return tuple(_settled(judgement, now) for judgement in found if judgement.memory.active)


def _settled(judgement: Judgement, now: datetime) -> RuleMemory:
    actions = _due(judgement)
    fields = {_field(action) for action in actions} - {""}
    return replace(
        judgement.memory,
        yielded=tuple(sorted(fields)),
        fired=tuple(Fired(action=path, at=now) for action in actions for path in _paths(action)),
    )


def _due(judgement: Judgement) -> tuple[Action, ...]:
    """Return the rule's actions, of a ladder those of the steps that are behind the ticket."""
    rule = judgement.rule
    clock = ticket_clock(judgement.subject, rule.clock) if rule.clock else None
    behind = [step for step in rule.steps if clock and clock.used >= step.at]
    return (*rule.then, *(action for step in behind for action in step.then))


def _field(action: Action) -> str:
    match action:
        case SetAction():
            return action.field
        case AssignAction():
            return "group" if action.group else "assignee"
        case LinkAction():
            return "link"
        case _:
            return ""


def _paths(action: Action) -> tuple[str, ...]:
    """Return the names under which memory keeps the action; an assign may be two changes."""
    if isinstance(action, AssignAction):
        return (action.path, f"{action.path}.user")
    return (action.path,)
