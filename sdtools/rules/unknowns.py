"""Count what the rules look at and nobody can read: unknown facts (DESIGN 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from sdtools.model.world import World
from sdtools.rules.book import Condition, Renderer, RuleBook
from sdtools.rules.conditions import Check, judge
from sdtools.rules.decide import open_pass
from sdtools.rules.judgement import Pass
from sdtools.rules.subject import Subject
from sdtools.rules.walk import in_scope, subject_of

__all__ = ["PROTECT", "unknown_facts"]

PROTECT = "protect"  # stands for a rule's id where ``protect`` cannot be judged


def unknown_facts(
    book: RuleBook, world: World, now: datetime, texts: Renderer
) -> Mapping[tuple[str, str], int]:
    """Count the tickets on which a rule cannot be judged, by rule and fact that is unknown."""
    judged = open_pass(book, world, now, texts)
    return Counter(
        (name, fact)
        for name, condition, check, calendar in _asked(judged)
        for ticket in world.tickets
        if in_scope(ticket)
        for fact in _unknown(condition, check, subject_of(judged, ticket, calendar))
    )


def _asked(judged: Pass) -> Iterator[tuple[str, Condition, Check, str]]:
    if judged.book.protect is not None and judged.protects is not None:
        yield PROTECT, judged.book.protect, judged.protects, ""
    for rule, check, _ in judged.course:
        yield rule.id, rule.when, check, rule.calendar


def _unknown(condition: Condition, check: Check, subject: Subject) -> frozenset[str]:
    """Return the facts that leave a condition open; none where the others decide."""
    if check(subject) is not None:
        return frozenset()
    return frozenset(test.fact for test in judge(condition, subject).tests if test.holds is None)
