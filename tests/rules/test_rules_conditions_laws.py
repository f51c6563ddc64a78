"""The laws of three-valued logic, on conditions of any shape."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdtools.rules import book as rulebook
from sdtools.rules.book import All, AnyOf, Condition, Not, Place
from sdtools.rules.conditions import each_test, holds, judge
from sdtools.rules.subject import Subject

if TYPE_CHECKING:
    from tests.rules.conftest import Bench

PLACE = Place(file="rules.yaml", line=1, column=1)


def one(fact: str, operator: str, wanted: object) -> rulebook.Test:
    return rulebook.Test(fact=fact, operator=operator, wanted=wanted, text=str(wanted), place=PLACE)


TRUE = one("status", "is", "assigned")
FALSE = one("kind", "is", "request")
UNKNOWN = one("group", "in", ("Board",))
VALUES: dict[str, bool | None] = {"true": True, "false": False, "unknown": None}
TESTS: dict[str, Condition] = {"true": TRUE, "false": FALSE, "unknown": UNKNOWN}

conditions = st.recursive(
    st.sampled_from([TRUE, FALSE, UNKNOWN, one("urgency", "not", 3), one("tier", "empty", True)]),
    lambda inner: st.one_of(
        inner.map(lambda part: Not(part=part)),
        st.lists(inner, max_size=4).map(lambda parts: All(parts=tuple(parts))),
        st.lists(inner, max_size=4).map(lambda parts: AnyOf(parts=tuple(parts))),
    ),
    max_leaves=12,
)
masks = st.sets(st.sampled_from(["status", "kind", "groups", "urgency"])).map(frozenset)
any_fixture = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def subject(bench: Bench) -> Subject:
    blind = replace(bench.ticket, unknown=frozenset({"groups"}))
    return replace(bench, ticket=blind).subject(bench.book())


@pytest.mark.parametrize("left", VALUES)
@pytest.mark.parametrize("right", VALUES)
def test_all_and_any_follow_the_tables_of_kleene(left: str, right: str, subject: Subject) -> None:
    order = {False: 0, None: 1, True: 2}
    parts = (TESTS[left], TESTS[right])
    both = (VALUES[left], VALUES[right])
    assert judge(All(parts=parts), subject).truth is min(both, key=order.__getitem__)
    assert judge(AnyOf(parts=parts), subject).truth is max(both, key=order.__getitem__)


@pytest.mark.parametrize(
    ("value", "contrary"), [("true", False), ("false", True), ("unknown", None)]
)
def test_not_follows_the_table_of_kleene(
    value: str, contrary: bool | None, subject: Subject
) -> None:
    assert judge(Not(part=TESTS[value]), subject).truth is contrary


def test_all_of_nothing_holds_and_any_of_nothing_does_not(subject: Subject) -> None:
    assert judge(All(parts=()), subject).truth is True
    assert judge(AnyOf(parts=()), subject).truth is False


@any_fixture
@given(condition=conditions, masked=masks)
def test_the_quick_judgement_is_the_full_one(
    condition: Condition, masked: frozenset[str], subject: Subject
) -> None:
    assert holds(condition, subject, masked) is judge(condition, subject, masked).truth


@any_fixture
@given(condition=conditions, masked=masks)
def test_not_not_is_nothing(condition: Condition, masked: frozenset[str], subject: Subject) -> None:
    twice = judge(Not(part=Not(part=condition)), subject, masked)
    assert twice == judge(condition, subject, masked)


@any_fixture
@given(parts=st.lists(conditions, max_size=4), masked=masks)
def test_the_contrary_of_all_is_any_of_the_contraries(
    parts: list[Condition], masked: frozenset[str], subject: Subject
) -> None:
    contraries = tuple(Not(part=part) for part in parts)
    assert judge(Not(part=All(parts=tuple(parts))), subject, masked) == judge(
        AnyOf(parts=contraries), subject, masked
    )
    assert judge(Not(part=AnyOf(parts=tuple(parts))), subject, masked) == judge(
        All(parts=contraries), subject, masked
    )


@any_fixture
@given(condition=conditions)
def test_every_test_is_told_once(condition: Condition, subject: Subject) -> None:
    told = judge(condition, subject).tests
    assert [test.fact for test in told] == [test.fact for test in each_test(condition)]


@any_fixture
@given(condition=conditions, masked=masks, more=masks)
def test_masking_more_never_makes_a_condition_less_true(
    condition: Condition, masked: frozenset[str], more: frozenset[str], subject: Subject
) -> None:
    order = {False: 0, None: 1, True: 2}
    less = order[judge(condition, subject, masked).truth]
    assert order[judge(condition, subject, masked | more).truth] >= less
