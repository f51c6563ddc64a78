"""Three-valued judgement of conditions (Kleene): true, false, or None for unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sdtools.model.grades import Grade
from sdtools.rules.book import All, AnyOf, Condition, Duration, Not, Test
from sdtools.rules.calendars import rule_worktime
from sdtools.rules.durations import passed, shown_time
from sdtools.rules.operators import any_of, comparing, negated, positive
from sdtools.rules.subject import Subject
from sdtools.rules.values import UNKNOWN, Fact, FactType, Named, Since, Value

__all__ = [
    "Branch",
    "Judged",
    "Verdict",
    "comparison",
    "each_test",
    "holds_with",
    "judge_with",
    "missing",
]

_LONGEST_SHOWN = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One test and how it went; under a ``not`` it is told the other way round: "not under"."""

    fact: str
    operator: str
    wanted: str
    actual: str
    holds: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Several judged parts: all must hold, or any; a ``not`` is already in its parts."""

    way: Literal["all", "any"]
    holds: bool | None
    parts: tuple[Judged | Branch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a condition holds (None: unknown), and every test of it in written order."""

    root: Judged | Branch

    @property
    def truth(self) -> bool | None:
        """Tell whether the whole holds."""
        return self.root.holds

    @property
    def tests(self) -> tuple[Judged, ...]:
        """Return every test in written order."""
        return tuple(_leaves(self.root))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What a judgement goes by."""

    subject: Subject
    masked: frozenset[str]
    facts: Mapping[str, Fact]


def judge_with(
    facts: Mapping[str, Fact], condition: Condition, subject: Subject, masked: frozenset[str]
) -> Verdict:
    """Judge every test of a condition, none left out."""
    bench = _Bench(subject=subject, masked=masked, facts=facts)
    return Verdict(root=_told(condition, bench, False))


def missing(node: Judged | Branch) -> int:
    """Count the tests that would have to come true for the whole to hold."""
    if node.holds:
        return 0
    if isinstance(node, Judged):
        return 1
    needed = [missing(part) for part in node.parts]
    return sum(needed) if node.way == "all" else min(needed, default=1)


def _leaves(node: Judged | Branch) -> Iterator[Judged]:
    if isinstance(node, Judged):
        yield node
        return
    for part in node.parts:
        yield from _leaves(part)


def holds_with(
    facts: Mapping[str, Fact], condition: Condition, subject: Subject, masked: frozenset[str]
) -> bool | None:
    """Judge a condition and stop as soon as the answer is certain."""
    return _quick(condition, _Bench(subject=subject, masked=masked, facts=facts), False)


def comparison(test: Test, fact: Fact) -> Callable[[Value, Subject], bool | None]:
    """Return what judges one test on a value of its fact, masked or turned by nothing."""
    if test.operator == "empty":
        return lambda value, _: None if value is UNKNOWN else _empty(value) is test.wanted
    name, is_contrary = positive(test.operator)
    known = comparing(name, test.wanted, fact)

    def compare(value: Value, subject: Subject) -> bool | None:
        if value is UNKNOWN:
            return None
        holds = False if _empty(value) else known(value, subject)
        return negated(holds) if is_contrary else holds

    return compare


def _empty(value: Value) -> bool:
    return value is None or value in ("", ())


def each_test(condition: Condition) -> Iterator[Test]:
    """Give every test of a condition in written order."""
    match condition:
        case Test():
            yield condition
        case Not(part=part):
            yield from each_test(part)
        case All(parts=parts) | AnyOf(parts=parts):
            for one in parts:
                yield from each_test(one)


def _told(condition: Condition, bench: _Bench, contrary: bool) -> Judged | Branch:
    """Judge a condition or its contrary: the contrary of "all" is "any" of the contraries."""
    if isinstance(condition, Test):
        return _judged(condition, bench, contrary)
    if isinstance(condition, Not):
        return _told(condition.part, bench, not contrary)
    parts = tuple(_told(part, bench, contrary) for part in condition.parts)
    truths = [part.holds for part in parts]
    if isinstance(condition, All) is contrary:
        return Branch(way="any", holds=any_of(truths), parts=parts)
    return Branch(way="all", holds=negated(any_of(map(negated, truths))), parts=parts)


def _quick(condition: Condition, bench: _Bench, contrary: bool) -> bool | None:
    if isinstance(condition, Test):
        return _test_holds(condition, bench, contrary)[0]
    if isinstance(condition, Not):
        return _quick(condition.part, bench, not contrary)
    parts = (_quick(part, bench, contrary) for part in condition.parts)
    if isinstance(condition, All) is contrary:
        return any_of(parts)
    return negated(any_of(map(negated, parts)))


def _test_holds(test: Test, bench: _Bench, contrary: bool) -> tuple[bool | None, Value]:
    fact = bench.facts[test.fact]
    value = fact.value(bench.subject)
    if bench.masked and fact.fields & bench.masked:
        return True, value
    holds = comparison(test, fact)(value, bench.subject)
    return (negated(holds) if contrary else holds), value


def _judged(test: Test, bench: _Bench, contrary: bool) -> Judged:
    holds, value = _test_holds(test, bench, contrary)
    name = test.operator
    if contrary:
        name, was_contrary = positive(name)
        name = name if was_contrary else {"is": "not", "in": "not_in"}.get(name, f"not {name}")
    return Judged(
        fact=test.fact,
        operator=name,
        wanted=test.text,
        actual=_shown(value, test, bench),
        holds=holds,
    )


def _shown(value: Value, test: Test, bench: _Bench) -> str:
    """Return a value for people: names, not ids; long texts cut."""
    if value is UNKNOWN:
        return "unknown"
    if isinstance(value, Since):
        return _shown_since(value, test, bench.subject)
    if isinstance(value, tuple):
        return ", ".join(_one(part) for part in value)
    if isinstance(value, float) and bench.facts[test.fact].type is FactType.share:
        return f"{value:.1%}"
    return _one(value)


def _shown_since(since: Since, test: Test, subject: Subject) -> str:
    """Return the time passed, measured as the rule is written: ``2d 4h``, ``4bd``."""
    wanted = test.wanted[0] if isinstance(test.wanted, tuple) else test.wanted
    unit = wanted if isinstance(wanted, Duration) else Duration(text="")
    amount = passed(since, unit, rule_worktime(subject))
    if unit.business_days is not None:
        return f"{amount.days}bd"
    if unit.business_hours is not None:
        return f"{shown_time(amount)} of working time"
    return shown_time(amount)


def _one(value: object) -> str:
    match value:
        case None:
            text = ""
        case bool():
            text = "true" if value else "false"
        case Grade():
            text = value.name
        case Named():
            text = value.path or f"not mirrored: {value.id}"
        case timedelta():
            text = shown_time(value)
        case datetime():
            text = value.isoformat(timespec="minutes")
        case float():
            text = f"{value:.4g}"
        case _:
            text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
