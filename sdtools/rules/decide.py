"""Decide: the rules on the world give a plan; pure, the same engine for plan and explain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from sdtools.errors import ConfigError
from sdtools.model.grades import Status
from sdtools.model.memory import RuleMemory
from sdtools.model.ticket import Ticket
from sdtools.model.world import World
from sdtools.plan import Change, Plan, Reason, SwitchedOff, field_text
from sdtools.rules.act import Acting
from sdtools.rules.book import Renderer, Rule, RuleBook
from sdtools.rules.conditions import Verdict, each_test, fields_of, holds, judge
from sdtools.rules.episode import advance
from sdtools.rules.facts import FACTS, ticket_clock
from sdtools.rules.judgement import Judgement, Pass, Progress
from sdtools.rules.ladder import Due, due_actions
from sdtools.rules.language import actions_of
from sdtools.rules.lint import unknown_names
from sdtools.rules.subject import Subject
from sdtools.rules.writes import came_from

__all__ = [
    "decide",
    "in_scope",
    "judge_all",
    "judge_episode",
    "open_pass",
    "protected",
    "walk",
]

_IN_SCOPE = frozenset({Status.new, Status.assigned, Status.pending, Status.solved})


def decide(
    book: RuleBook,
    world: World,
    now: datetime,
    texts: Renderer,
    only: frozenset[str] = frozenset(),
) -> Plan:
    """Judge every rule on every open and solved ticket and say what should change.

    With ``only``, the other rules are not judged: nothing rests on what they would have done.
    """
    # the longest waiting first: who is least loaded is then the same, however a desk counts
    tickets = sorted(world.tickets, key=lambda ticket: (ticket.opened, ticket.number))
    judged, kept = judge_all(open_pass(book, world, now, texts, only), tickets)
    changes = tuple(change for result in kept for change in result.changes)
    return Plan(
        id=_plan_id(world.desk, now, changes),
        desk=world.desk,
        desk_url="",
        rulebook=book.fingerprint,
        now=now,
        tickets=len(world.tickets),
        changes=changes,
        memory=tuple(result.memory for result in kept if _moved(judged, result)),
        switched_off=tuple(SwitchedOff(rule=r, reason=why) for r, why in judged.off.items()),
        conflicts=tuple(conflict for result in kept for conflict in result.conflicts),
        yields=tuple(yielded for result in kept for yielded in result.yields),
    )


def open_pass(
    book: RuleBook,
    world: World,
    now: datetime,
    texts: Renderer,
    only: frozenset[str] = frozenset(),
) -> Pass:
    """Begin a pass: rules whose names this desk does not know are switched off for it."""
    off: dict[str, str] = {}
    protecting = {test.place for test in each_test(book.protect)} if book.protect else set()
    misspelt = False
    for problem in unknown_names(book, world.directory):
        # a tier or a protected category that nobody has belongs to no rule, but is told as loudly
        where = problem.rule or f"{problem.place.file}:{problem.place.line}"
        message = problem.message
        if problem.place in protecting and problem.hint:
            misspelt = True
            message = f"{message}; {problem.hint} Until then every ticket is protected"
        off.setdefault(where, message)
    for rule, missing in _missing_templates(book, texts):
        off.setdefault(rule, missing)
    return Pass(
        book=book,
        world=world,
        now=now,
        texts=texts,
        off=off,
        only=only,
        everything_protected=misspelt,
    )


def judge_all(judged: Pass, tickets: Sequence[Ticket]) -> tuple[Pass, tuple[Judgement, ...]]:
    """Judge the rules on all tickets; once more without a rule that broke on one of them.

    Otherwise what it had done on other tickets by then would still be seen by later rules.
    """
    while True:
        known = dict(judged.off)
        results = tuple(judgement for ticket in tickets for judgement in walk(judged, ticket))
        if judged.off == known:
            return judged, results
        judged = replace(judged, loads=Counter(), rounds=Counter())


def _missing_templates(book: RuleBook, texts: Renderer) -> Iterator[tuple[str, str]]:
    for rule in book.rules:
        for action in actions_of(rule):
            name = getattr(action, "template", "")
            if name and not texts.has(name):
                yield rule.id, f"there is no message template {name!r}"


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


def in_scope(ticket: Ticket) -> bool:
    """Tell whether rules see the ticket: open or solved, never closed or deleted."""
    return ticket.status in _IN_SCOPE and not ticket.deleted


def protected(judged: Pass, ticket: Ticket) -> bool:
    """Tell whether ``protect`` keeps every rule off; what cannot be known is protected too."""
    if judged.everything_protected:
        return True
    condition = judged.book.protect
    return condition is not None and holds(condition, _subject(judged, ticket, "")) is not False


def _subject(judged: Pass, ticket: Ticket, calendar: str) -> Subject:
    return Subject(
        ticket=ticket, world=judged.world, book=judged.book, now=judged.now, calendar=calendar
    )


def judge_episode(judged: Pass, rule: Rule, progress: Progress) -> Judgement:
    """Judge whether a rule's episode lasts and whether its ``when`` holds; nothing is done."""
    subject = _subject(judged, progress.work, rule.calendar)
    masked = _masked(judged, rule, subject)
    own = judged.masks[rule.id]  # a rule that writes nothing of a ticket has nothing to mask
    known = judged.memory(rule, progress.original.id)
    memory = advance(known, progress.original, masked, judged.now)
    truth = holds(rule.when, subject) if own and masked else masked
    return Judgement(rule=rule, subject=subject, truth=truth, masked=masked, memory=memory)


def _masked(judged: Pass, rule: Rule, subject: Subject) -> bool | None:
    """Judge ``when`` as if the rule itself had written nothing."""
    mask = judged.masks[rule.id]
    found = holds(rule.when, subject, mask)
    for status in sorted(came_from(rule, subject.ticket.status)) if not found else ():
        before = replace(subject, ticket=replace(subject.ticket, status=status))
        earlier = holds(rule.when, before, mask)
        if earlier:
            return True
        found = None if earlier is None else found
    return found


def _judge_rule(judged: Pass, rule: Rule, progress: Progress) -> Judgement:
    judgement = judge_episode(judged, rule, progress)
    if not judgement.holds:
        return judgement
    used = _used(rule, judgement.subject)
    due = due_actions(rule, judgement.memory.fired, used)
    return _act(judged, judgement, progress, due, used) if due else judgement


def _used(rule: Rule, subject: Subject) -> float | None:
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
        basis=basis,
        inputs=_fingerprint(basis, judged.masks[rule.id]),
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


def _fingerprint(basis: dict[str, str], mask: frozenset[str]) -> str:
    text = "\x1f".join(f"{name}={value}" for name, value in basis.items() if name not in mask)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _moved(judged: Pass, result: Judgement) -> bool:
    """Keep a memory that says something: an earlier one that moved, or one that acts now.

    An episode in which a rule never acted needs no memory: nothing could be repeated.
    """
    if any(not change.observe for change in result.changes) or result.yields:
        return True
    known: RuleMemory | None = judged.world.memory.rules.get((result.rule.id, result.memory.ticket))
    return known is not None and known != result.memory


def _plan_id(desk: str, now: datetime, changes: tuple[Change, ...]) -> str:
    keys = "\x1f".join(change.key for change in changes)
    digest = blake2b(f"{desk}\x1f{now.isoformat()}\x1f{keys}".encode(), digest_size=4).hexdigest()
    return f"p-{now:%Y%m%d-%H%M%S}-{digest}"
