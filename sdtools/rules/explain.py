"""Explain: for one ticket every rule, fired or not, and which condition stopped it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sdtools.model.memory import RuleMemory
from sdtools.model.ticket import Ticket
from sdtools.model.world import World
from sdtools.plan import Change, Conflict, Yielded
from sdtools.rules.book import Renderer, Rule, RuleBook
from sdtools.rules.conditions import Branch, Judged, judge, missing
from sdtools.rules.decide import judge_all, open_pass
from sdtools.rules.episode import engaged
from sdtools.rules.judgement import Judgement, Pass, paused
from sdtools.rules.walk import clock_used, in_scope, protected, subject_of, walk

__all__ = ["Explanation", "RuleState", "explain", "explain_all", "why_off"]


class RuleState(StrEnum):
    """What a rule does on a ticket now."""

    fires = "fires"  # it would act in this pass
    acted = "acted"  # it holds and has done its part
    holds = "holds"  # it holds, and there is nothing to do
    no = "no"  # a condition is false
    unknown = "unknown"  # a condition cannot be judged: something could not be read
    out = "out"  # rules do not see this ticket, or an earlier rule said stop
    disabled = "disabled"
    paused = "paused"  # by a person, for a while
    off = "off"  # switched off for this desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One rule on one ticket."""

    rule: Rule
    state: RuleState
    conditions: tuple[Judged, ...]
    tree: Judged | Branch
    memory: RuleMemory | None = None  # what the rule remembers of the ticket
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    yields: tuple[Yielded, ...] = ()
    notes: tuple[str, ...] = ()
    used: float | None = None  # of a ladder's clock; None where the ticket has no such deadline

    @property
    def fired(self) -> bool:
        """Tell whether the rule acts on the ticket now or has acted in this episode."""
        return self.state in {RuleState.fires, RuleState.acted}

    @property
    def stopped_by(self) -> Judged | None:
        """Return the first condition that does not hold."""
        return next((judged for judged in self.conditions if not judged.holds), None)

    @property
    def missing(self) -> int:
        """Count the conditions that would have to come true: 1 is a near miss."""
        return missing(self.tree)


def explain(
    book: RuleBook, world: World, ticket: Ticket, now: datetime, texts: Renderer
) -> tuple[Explanation, ...]:
    """Judge one ticket as the pass would and say what came of each rule, in order."""
    judged, judgements = judge_all(open_pass(book, world, now, texts), (ticket,), walk)
    seen = {judgement.rule.id: judgement for judgement in judgements}
    return tuple(_each(judged, ticket, seen))


def explain_all(
    book: RuleBook, world: World, rule: Rule, now: datetime, texts: Renderer
) -> tuple[tuple[Ticket, Explanation], ...]:
    """Judge all tickets as the pass would and say what one rule makes of each that it may see."""

    def of_rule(judged: Pass, ticket: Ticket) -> Iterator[Judgement]:
        return (one for one in walk(judged, ticket) if one.rule.id == rule.id)

    judged, found = judge_all(open_pass(book, world, now, texts), world.tickets, of_rule)
    return () if rule.id in judged.off else tuple((one.subject.ticket, _seen(one)) for one in found)


def why_off(book: RuleBook, world: World, rule: Rule, now: datetime, texts: Renderer) -> str:
    """Say why a rule takes no part in passes over this desk; "" when it does."""
    if not rule.enabled:
        return "enabled: false"
    opened = open_pass(book, world, now, texts)
    return paused(rule, world.paused) or opened.off.get(rule.id, "")


def _each(judged: Pass, ticket: Ticket, seen: dict[str, Judgement]) -> Iterator[Explanation]:
    for rule in judged.book.rules:
        judgement = seen.get(rule.id)
        if judgement is None or rule.id in judged.off:
            yield _unseen(judged, ticket, rule)
        else:
            yield _seen(judgement)


def _seen(judgement: Judgement) -> Explanation:
    verdict = judge(judgement.rule.when, judgement.subject)
    return Explanation(
        rule=judgement.rule,
        state=_state(judgement),
        conditions=verdict.tests,
        tree=verdict.root,
        memory=judgement.memory if judgement.memory.episode else None,
        changes=judgement.changes,
        conflicts=judgement.conflicts,
        yields=judgement.yields,
        notes=judgement.notes,
        used=clock_used(judgement.rule, judgement.subject),
    )


def _state(judgement: Judgement) -> RuleState:
    if judgement.changes:
        return RuleState.fires
    if engaged(judgement.memory):
        return RuleState.acted
    if judgement.truth:
        return RuleState.holds
    return RuleState.unknown if judgement.truth is None else RuleState.no


def _unseen(judged: Pass, ticket: Ticket, rule: Rule) -> Explanation:
    subject = subject_of(judged, ticket, rule.calendar)
    state, note = _why_unseen(judged, ticket, rule)
    verdict = judge(rule.when, subject)
    known = judged.memory(rule, ticket.id)
    return Explanation(
        rule=rule,
        state=state,
        conditions=verdict.tests,
        tree=verdict.root,
        memory=known if known.episode else None,
        notes=(note,),
    )


def _why_unseen(judged: Pass, ticket: Ticket, rule: Rule) -> tuple[RuleState, str]:
    if rule.id in judged.off:
        return RuleState.off, judged.off[rule.id]
    if not rule.enabled:
        return RuleState.disabled, "enabled: false"
    if why := paused(rule, judged.world.paused):
        return RuleState.paused, why
    if not in_scope(ticket):
        return RuleState.out, f"rules do not see {ticket.status} tickets"
    if protected(judged, ticket):
        return RuleState.out, "the ticket is protected"
    return RuleState.out, "an earlier rule said stop"
