"""Conditions as functions: what a pass asks of every ticket, the cheap tests first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

from sdtools.model.ticket import Ticket
from sdtools.rules.book import All, Condition, Not, Test
from sdtools.rules.logic import comparison
from sdtools.rules.operators import negated
from sdtools.rules.subject import Subject
from sdtools.rules.values import Fact

__all__ = ["Check", "compiled_with"]

Check = Callable[[Subject], bool | None]


def compiled_with(facts: Mapping[str, Fact], condition: Condition, masked: frozenset[str]) -> Check:
    """Return what :func:`sdtools.rules.logic.holds_with` finds, as a function of the subject.

    The function remembers what it found: it is for the subjects of one pass, of one world.
    """
    return _Compiler(facts, masked).compiled(condition, False)[1]


class _Compiler:
    """Makes functions of conditions."""

    def __init__(self, facts: Mapping[str, Fact], masked: frozenset[str]) -> None:
        self._facts = facts
        self._masked = masked

    def compiled(self, condition: Condition, contrary: bool) -> tuple[int, Check]:
        """Return the cost of a condition or of its contrary, and the function."""
        if isinstance(condition, Test):
            return self._test(condition, contrary)
        if isinstance(condition, Not):
            return self.compiled(condition.part, not contrary)
        parts = [self.compiled(part, contrary) for part in condition.parts]
        # the order changes nothing: false wins in "all" and true in "any", wherever they stand
        parts.sort(key=lambda one: one[0])
        checks = tuple(check for _, check in parts)
        dearest = max((cost for cost, _ in parts), default=0)
        return dearest, (_any if isinstance(condition, All) is contrary else _all)(checks)

    def _test(self, test: Test, contrary: bool) -> tuple[int, Check]:
        fact = self._facts[test.fact]
        if fact.fields & self._masked:
            return 0, lambda _: True
        if fact.key is not None:
            return 0, _once_for_each_key(test, fact, fact.key, contrary)
        return fact.cost, _each_time(test, fact, contrary)


def _all(checks: Sequence[Check]) -> Check:
    def check(subject: Subject) -> bool | None:
        unknown = False
        for one in checks:
            holds = one(subject)
            if holds is None:
                unknown = True
            elif not holds:
                return False
        return None if unknown else True

    return check


def _any(checks: Sequence[Check]) -> Check:
    def check(subject: Subject) -> bool | None:
        unknown = False
        for one in checks:
            holds = one(subject)
            if holds:
                return True
            unknown = unknown or holds is None
        return None if unknown else False

    return check


def _each_time(test: Test, fact: Fact, contrary: bool) -> Check:
    compare = comparison(test, fact)
    if contrary:
        return lambda subject: negated(compare(fact.value(subject), subject))
    return lambda subject: compare(fact.value(subject), subject)


def _once_for_each_key(
    test: Test, fact: Fact, key: Callable[[Ticket], Hashable], contrary: bool
) -> Check:
    each_time = _each_time(test, fact, contrary)
    known: dict[Hashable, bool | None] = {}

    def check(subject: Subject) -> bool | None:
        ticket = subject.ticket
        if ticket.unknown:  # it may hide what the key stands for
            return each_time(subject)
        at = key(ticket)
        if at in known:
            return known[at]
        holds = known[at] = each_time(subject)
        return holds

    return check
