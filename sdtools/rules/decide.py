"""Decide: the rules on the world give a plan; pure, the same engine for plan and explain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter

from sdtools.model.memory import RuleMemory
from sdtools.model.ticket import Ticket
from sdtools.model.world import World
from sdtools.plan import Plan, SwitchedOff, plan_id
from sdtools.rules.book import Renderer, RuleBook
from sdtools.rules.conditions import each_test
from sdtools.rules.counts import count_rules
from sdtools.rules.edits import prints_of
from sdtools.rules.judgement import Judgement, Pass, paused
from sdtools.rules.language import actions_of
from sdtools.rules.lint import unknown_names
from sdtools.rules.walk import telling

__all__ = ["decide", "judge_all", "open_pass"]


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
    tickets = sorted(world.tickets, key=attrgetter("number"))
    tickets.sort(key=attrgetter("opened"))
    judged, kept = judge_all(open_pass(book, world, now, texts, only), tickets, telling)
    changes = tuple(change for result in kept for change in result.changes)
    return Plan(
        id=plan_id("p", world.desk, now, changes),
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
        rules=count_rules(judged, kept),
        prints=prints_of(book),
        paused=tuple(
            SwitchedOff(rule=rule.id, reason=why)
            for rule in book.rules
            if (why := paused(rule, world.paused))
        ),
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


def judge_all(
    judged: Pass,
    tickets: Sequence[Ticket],
    each: Callable[[Pass, Ticket], Iterator[Judgement]],
) -> tuple[Pass, tuple[Judgement, ...]]:
    """Judge the rules on all tickets; once more without a rule that broke on one of them.

    Otherwise what it had done on other tickets by then would still be seen by later rules.
    """
    while True:
        known = dict(judged.off)
        results = tuple(judgement for ticket in tickets for judgement in each(judged, ticket))
        if judged.off == known:
            return judged, results
        judged = replace(judged, loads=Counter(), rounds=Counter())


def _missing_templates(book: RuleBook, texts: Renderer) -> Iterator[tuple[str, str]]:
    for rule in book.rules:
        for action in actions_of(rule):
            name = getattr(action, "template", "")
            if name and not texts.has(name):
                yield rule.id, f"there is no message template {name!r}"


def _moved(judged: Pass, result: Judgement) -> bool:
    """Keep a memory that says something: an earlier one that moved, or one that acts now.

    An episode in which a rule never acted needs no memory: nothing could be repeated.
    """
    if any(not change.observe for change in result.changes) or result.yields:
        return True
    known: RuleMemory | None = judged.world.memory.rules.get((result.rule.id, result.memory.ticket))
    return known is not None and known != result.memory
