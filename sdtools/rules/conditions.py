"""Judge the conditions of rules on a ticket."""

from __future__ import annotations

from sdtools.rules.book import Condition, RuleBook
from sdtools.rules.compiled import Check, compiled_with
from sdtools.rules.facts import FACTS
from sdtools.rules.logic import Branch, Judged, Verdict, each_test, holds_with, judge_with, missing
from sdtools.rules.subject import Subject

__all__ = [
    "Branch",
    "Check",
    "Judged",
    "Verdict",
    "compiled",
    "each_test",
    "fields_of",
    "holds",
    "judge",
    "missing",
]


def judge(condition: Condition, subject: Subject, masked: frozenset[str] = frozenset()) -> Verdict:
    """Judge every test of a condition, and the whole.

    ``masked`` are fields of Ticket that the rule itself writes: a test of a fact made of one of
    them counts as what makes the whole true (DESIGN 5, episodes).
    """
    return judge_with(FACTS, condition, subject, masked)


def holds(
    condition: Condition, subject: Subject, masked: frozenset[str] = frozenset()
) -> bool | None:
    """Return what :func:`judge` finds for the whole, without looking at more than it must."""
    return holds_with(FACTS, condition, subject, masked)


def compiled(condition: Condition, masked: frozenset[str] = frozenset()) -> Check:
    """Return :func:`holds` of a condition as a fast function, for one pass over one world."""
    return compiled_with(FACTS, condition, masked)


def fields_of(condition: Condition) -> frozenset[str]:
    """Return the fields of Ticket that a condition looks at."""
    return frozenset().union(*(FACTS[test.fact].fields for test in each_test(condition)))


def looks_at(book: RuleBook) -> frozenset[str]:
    """Return the fields of Ticket that any condition of the book looks at."""
    conditions = [rule.when for rule in book.rules]
    conditions += [one.when for one in book.slas or ()]
    conditions += [one.when for one in book.next_tier if one.when is not None]
    conditions += [book.protect] if book.protect else []
    return frozenset().union(*map(fields_of, conditions))
