"""One ticket on its way through the rules: each sees what those before it decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b

from sdtools.errors import ConfigError
from sdtools.model.grades import Status
from sdtools.model.made import maker
from sdtools.model.ticket import Ticket
from sdtools.plan import Reason, field_text
from sdtools.rules.act import Acting
from sdtools.rules.book import Rule, RuleBook
from sdtools.rules.conditions import Verdict, fields_of, judge
from sdtools.rules.episode import advance
from sdtools.rules.facts import FACTS, ticket_clock
from sdtools.rules.judgement import Judgement, Pass, Progress
from sdtools.rules.ladder import Due, due_actions
from sdtools.rules.subject import Subject
from sdtools.rules.writes import came_from

__all__ = ["clock_used", "in_scope", "judge_episode", "protected", "subject_of", "telling", "walk"]

_subject = maker(Subject, ("ticket", "world", "book", "now", "calendar"))
_IN_SCOPE = frozenset({Status.new, Status.assigned, Status.pending, Status.solved})


def walk(judged: Pass, ticket: Ticket) -> Iterator[Judgement]:
    """Judge the rules on one ticket in order; each sees what those before it decided."""
    if not in_scope(ticket) or protected(judged, ticket):
        return
    progress = Progress(original=ticket, work=ticket)
    for rule in judged.book.rules:
        if not judged.judges(rule):
            continue
        judgement = _judge_rule(judged, rule, progress)
        yield judgement
        if rule.stop and judgement.holds:
            return


def telling(judged: Pass, ticket: Ticket) -> Iterator[Judgement]:
    """Do as :func:`walk`, without the judgements from which nothing can follow.

    A rule that remembers nothing of a ticket neither acts nor remembers unless its ``when`` holds
    as written: most rules on most tickets, judged by the compiled conditions alone.
    """
    if not in_scope(ticket) or protected(judged, ticket):
        return
    progress: Progress | None = None
    id, work, off = ticket.id, ticket, judged.off  # asked of by each rule, on each ticket
    subject = subject_of(judged, ticket, "")
    for rule, check, remembered in judged.course:
        if rule.id in off:
            continue
        if id not in remembered:
            if subject.ticket is not work or subject.calendar != rule.calendar:
                subject = subject_of(judged, work, rule.calendar)
            if not check(subject):
                continue
        progress = progress or Progress(original=ticket, work=ticket)
        judgement = _judge_rule(judged, rule, progress)
        work = progress.work
        yield judgement
        if rule.stop and judgement.holds:
            return


def in_scope(ticket: Ticket) -> bool:
    """Tell whether rules see the ticket: open or solved, never closed or deleted."""
    return ticket.status in _IN_SCOPE and not ticket.deleted


def protected(judged: Pass, ticket: Ticket) -> bool:
    """Tell whether ``protect`` keeps every rule off; what cannot be known is protected too."""
    if judged.everything_protected:
        return True
    protects = judged.protects
    return protects is not None and protects(subject_of(judged, ticket, "")) is not False


def subject_of(judged: Pass, ticket: Ticket, calendar: str) -> Subject:
    """Return what conditions are judged on: the ticket in its world, and the rule's calendar."""
    return _subject(ticket, judged.world, judged.book, judged.now, calendar)


def judge_episode(judged: Pass, rule: Rule, progress: Progress) -> Judgement:
    """Judge whether a rule's episode lasts and whether its ``when`` holds; nothing is done."""
    subject = subject_of(judged, progress.work, rule.calendar)
    masked = _masked(judged, rule, subject)
    own = judged.masks[rule.id]  # a rule that writes nothing of a ticket has nothing to mask
    known = judged.memory(rule, progress.original.id)
    memory = advance(known, progress.original, masked, judged.now)
    truth = judged.whens[rule.id](subject) if own and masked else masked
    return Judgement(rule=rule, subject=subject, truth=truth, masked=masked, memory=memory)


def _masked(judged: Pass, rule: Rule, subject: Subject) -> bool | None:
    """Judge ``when`` as if the rule itself had written nothing."""
    lasts = judged.episodes[rule.id]
    found = lasts(subject)
    for status in sorted(came_from(rule, subject.ticket.status)) if not found else ():
        before = replace(subject, ticket=replace(subject.ticket, status=status))
        earlier = lasts(before)
        if earlier:
            return True
        found = None if earlier is None else found
    return found


def _judge_rule(judged: Pass, rule: Rule, progress: Progress) -> Judgement:
    judgement = judge_episode(judged, rule, progress)
    if not judgement.holds:
        return judgement
    used = clock_used(rule, judgement.subject)
    due = due_actions(rule, judgement.memory.fired, used)
    return _act(judged, judgement, progress, due, used) if due else judgement


def clock_used(rule: Rule, subject: Subject) -> float | None:
    """Return how much of a ladder's clock is used; None without a clock."""
    clock = ticket_clock(subject, rule.clock) if rule.clock else None
    return clock.used if clock else None


def _act(
    judged: Pass, judgement: Judgement, progress: Progress, due: tuple[Due, ...], used: float | None
) -> Judgement:
    rule = judgement.rule
    verdict = judge(rule.when, judgement.subject)
    basis = _basis(judged.book, rule, verdict, progress.original)
    acting = Acting(
        rule=rule,
        judged=judged,
        progress=progress,
        memory=judgement.memory,
        why=(*_why(verdict), *_clock_reason(rule, used, due)),
        basis={name: text for name, text in basis.items() if name not in progress.original.unknown},
        inputs=_inputs(basis, judged.masks[rule.id], progress.original, judgement.memory.inputs),
    )
    try:
        for action in due:
            acting.take(action)
    except ConfigError as error:  # one broken template never stops the other rules
        judged.off[rule.id] = str(error)
        return judgement
    return replace(
        judgement,
        memory=acting.memory,
        changes=tuple(acting.changes),
        conflicts=tuple(acting.conflicts),
        yields=tuple(acting.yields),
        notes=tuple(acting.notes),
    )


def _why(verdict: Verdict) -> tuple[Reason, ...]:
    return tuple(
        Reason(fact=test.fact, operator=test.operator, wanted=test.wanted, actual=test.actual)
        for test in verdict.tests
        if test.holds
    )


def _clock_reason(rule: Rule, used: float | None, due: tuple[Due, ...]) -> tuple[Reason, ...]:
    if used is None:
        return ()
    paths = {action.action.path for action in due}
    reached = [step for step in rule.steps if any(a.path in paths for a in step.then)]
    if not reached:
        return ()
    wanted = reached[-1].text
    return (Reason(fact=f"{rule.clock}.used", operator="gte", wanted=wanted, actual=f"{used:.0%}"),)


def _basis(book: RuleBook, rule: Rule, verdict: Verdict, ticket: Ticket) -> dict[str, str]:
    names = {name for test in verdict.tests for name in FACTS[test.fact].fields}
    names |= fields_of(book.protect) if book.protect else frozenset()
    if rule.clock:
        names |= FACTS[f"{rule.clock}.used"].fields
    return {name: field_text(ticket, name) for name in sorted(names)}


def _inputs(basis: dict[str, str], mask: frozenset[str], ticket: Ticket, known: str) -> str:
    """Return a fingerprint of what the rule goes by; what cannot be read has not changed."""
    if known and ticket.unknown & (basis.keys() - mask):
        return known
    read = {name for name in basis if name not in mask | ticket.unknown}
    text = "\x1f".join(f"{name}={basis[name]}" for name in sorted(read))
    return blake2b(text.encode(), digest_size=8).hexdigest()
