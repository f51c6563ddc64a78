"""A compiled condition finds what the plain judgement finds, whatever its shape and mask."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdtools.model.grades import Grade, Status
from sdtools.rules import book as rulebook
from sdtools.rules.book import All, AnyOf, Condition, Duration, Not, Place
from sdtools.rules.conditions import compiled, holds

if TYPE_CHECKING:
    from tests.rules.conftest import Bench

PLACE = Place(file="rules.yaml", line=1, column=1)


def one(fact: str, operator: str, wanted: object) -> rulebook.Test:
    return rulebook.Test(fact=fact, operator=operator, wanted=wanted, text=str(wanted), place=PLACE)


TESTS = (
    one("status", "in", ("new", "assigned")),
    one("urgency", "gte", Grade.high),
    one("group", "empty", True),
    one("group", "in", ("Board",)),
    one("title", "words", ("printer", "vpn")),
    one("text", "contains", ("a",)),
    one("age", "gte", Duration(text="2d", clock=timedelta(days=2))),
    one("requester.vip", "is", True),
    one("known_error.score", "gte", 0.5),
)
conditions = st.recursive(
    st.sampled_from(TESTS),
    lambda inner: st.one_of(
        inner.map(lambda part: Not(part=part)),
        st.lists(inner, max_size=4).map(lambda parts: All(parts=tuple(parts))),
        st.lists(inner, max_size=4).map(lambda parts: AnyOf(parts=tuple(parts))),
    ),
    max_leaves=8,
)
masks = st.sets(st.sampled_from(["status", "groups", "urgency", "title"])).map(frozenset)
states = st.sampled_from([Status.new, Status.assigned, Status.pending])
grades = st.sampled_from([Grade.low, Grade.high])
unread = st.sets(st.sampled_from(["groups", "urgency", "requesters"])).map(frozenset)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    condition=conditions,
    masked=masks,
    tickets=st.lists(st.tuples(states, grades, unread), min_size=1, max_size=6),
)
def test_a_compiled_condition_finds_the_same_on_one_ticket_after_the_other(
    condition: Condition,
    masked: frozenset[str],
    tickets: list[tuple[Status, Grade, frozenset[str]]],
    bench: Bench,
) -> None:
    check = compiled(condition, masked)
    for status, urgency, unknown in tickets:
        ticket = replace(bench.ticket, status=status, urgency=urgency, unknown=unknown)
        subject = replace(bench, ticket=ticket).subject(bench.book())
        assert check(subject) is holds(condition, subject, masked)
