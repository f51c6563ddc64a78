"""Judge the conditions of rules on a ticket."""

from __future__ import annotations

from sdtools.rules.book import Condition
from sdtools.rules.facts import FACTS
from sdtools.rules.logic import Judged, Verdict, each_test, holds_with, judge_with
from sdtools.rules.subject import Subject

__all__ = ["Judged", "Verdict", "each_test", "fields_of", "holds", "judge"]


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


def fields_of(condition: Condition) -> frozenset[str]:
    """Return the fields of Ticket that a condition looks at."""
    return frozenset().union(*(FACTS[test.fact].fields for test in each_test(condition)))
