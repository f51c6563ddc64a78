"""The guard, at the edge of each limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sdtools.apply.guard import guard, known_allowed, refuse_elsewhere
from sdtools.errors import UsageError
from sdtools.model.effects import Comment, Effect, SetField, Solve
from sdtools.plan import Blocked, Change, Limits, Plan

NONE_NEW: frozenset[str] = frozenset()


def wish(ticket: int, effect: Effect, *, rule: str = "r", observe: bool = False) -> Change:
    return Change(
        key=f"{rule}/{ticket}/{effect.kind}",
        ticket=str(ticket),
        number=str(ticket),
        title="",
        rule=rule,
        section="routing",
        action="then.0",
        episode=1,
        effect=effect,
        field=effect.kind,
        before="",
        after="",
        observe=observe,
    )


def urgent(count: int, *, rule: str = "r", observe: bool = False) -> tuple[Change, ...]:
    effect = SetField(field="urgency", value="high")
    return tuple(wish(number, effect, rule=rule, observe=observe) for number in range(count))


def said(count: int, *, public: bool = True) -> tuple[Change, ...]:
    return tuple(wish(number, Comment(text="hello", public=public)) for number in range(count))


def plan(*changes: Change) -> Plan:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    return Plan(id="p", desk="lyon", desk_url="", rulebook="", now=now, tickets=9, changes=changes)


def ask(*changes: Change, known: int = 0, new: frozenset[str] = NONE_NEW) -> Blocked | None:
    return guard(plan(*changes), Limits(), known, new, None, {})


@pytest.mark.parametrize(
    ("known", "allowed"),
    [(0, 20), (100, 20), (419, 20), (420, 21), (999, 49), (1000, 50), (90_000, 50)],
)
def test_five_percent_but_never_under_twenty_nor_over_fifty_known_tickets_may_be_touched(
    known: int, allowed: int
) -> None:
    assert known_allowed(Limits(), known) == allowed
    assert ask(*urgent(allowed), known=known) is None
    blocked = ask(*urgent(allowed + 1), known=known)
    assert blocked is not None
    assert (blocked.allowed, blocked.wanted) == (allowed, allowed + 1)


def test_tickets_are_counted_and_not_changes() -> None:
    many = (*urgent(20), *urgent(20, rule="other"), *said(2))
    assert ask(*many) is None


def test_observed_changes_touch_nothing() -> None:
    assert ask(*urgent(300, observe=True), *urgent(20)) is None


@pytest.mark.parametrize(("count", "stops"), [(500, False), (501, True)])
def test_five_hundred_new_tickets_may_be_touched(count: int, stops: bool) -> None:
    new = frozenset(str(number) for number in range(count))
    blocked = ask(*urgent(count), new=new)
    assert (blocked is not None) is stops
    assert blocked is None or blocked.limit == "new tickets"


def test_new_and_known_tickets_have_separate_limits() -> None:
    new = frozenset(str(number) for number in range(400))
    assert ask(*urgent(420), new=new) is None
    blocked = ask(*urgent(421), new=new)
    assert blocked is not None
    assert (blocked.limit, blocked.wanted) == ("known tickets", 21)


def test_known_tickets_do_not_count_as_new_ones() -> None:
    new = frozenset(str(number) for number in range(480))
    assert ask(*urgent(520), known=1000, new=new) is None


def test_two_public_comments_are_allowed_however_low_the_limit() -> None:
    tight = Limits(known_percent=1, known_most=5, known_least=5)
    assert guard(plan(*said(2)), tight, 0, NONE_NEW, None, {}) is None
    assert guard(plan(*said(3)), tight, 0, NONE_NEW, None, {}) is not None


def test_a_rules_limit_counts_its_own_tickets_only() -> None:
    wanted = plan(*urgent(4), *urgent(15, rule="other"))
    assert guard(wanted, Limits(), 0, NONE_NEW, None, {"r": 4}) is None


@pytest.mark.parametrize(
    ("known", "count", "stops"), [(0, 2, False), (0, 3, True), (1000, 5, False), (1000, 6, True)]
)
def test_public_comments_go_to_a_tenth_of_the_tickets(known: int, count: int, stops: bool) -> None:
    assert (ask(*said(count), known=known) is not None) is stops


def test_public_comments_on_new_tickets_have_their_own_tenth() -> None:
    new = frozenset(str(number) for number in range(51))
    assert ask(*said(50), new=new) is None
    assert ask(*said(51), new=new) is not None


def test_private_comments_count_like_any_change() -> None:
    assert ask(*said(20, public=False)) is None


def test_solves_and_public_comments_are_counted_together() -> None:
    solved = wish(7, Solve(text="done"))
    assert ask(*said(1), solved) is None
    blocked = ask(*said(2), solved)
    assert blocked is not None
    assert (blocked.allowed, blocked.wanted) == (2, 3)


@pytest.mark.parametrize(("count", "stops"), [(4, False), (5, True)])
def test_a_rules_own_limit_holds(count: int, stops: bool) -> None:
    limits = {"r": 4, "other": 9}
    blocked = guard(plan(*urgent(count)), Limits(), 0, NONE_NEW, None, limits)
    assert (blocked is not None) is stops
    assert blocked is None or blocked.limit == "limit of rule r"


@pytest.mark.parametrize(("override", "stops"), [(30, False), (29, True), (3, True)])
def test_a_limit_given_by_a_person_stands_in_place_of_all_others(
    override: int, stops: bool
) -> None:
    changes = (*urgent(30), *said(9))
    blocked = guard(plan(*changes), Limits(), 0, NONE_NEW, override, {"r": 1})
    assert (blocked is not None) is stops


def test_the_advice_names_the_largest_rule_and_the_way_on() -> None:
    blocked = ask(*urgent(25, rule="everything"), *urgent(3, rule="a-few"))
    assert blocked is not None
    assert blocked.rule == "everything"
    assert "everything alone wants 25" in blocked.advice
    assert "sdtools plan lyon --out FILE" in blocked.advice
    assert "sdtools apply FILE --limit 25" in blocked.advice


def test_following_the_advice_lets_the_plan_through() -> None:
    changes = (*urgent(25), *said(9))
    blocked = ask(*changes)
    assert blocked is not None
    limit = int(blocked.advice.rpartition("--limit ")[2].strip("`"))
    assert guard(plan(*changes), Limits(), 0, NONE_NEW, limit, {"r": 2}) is None


def test_an_empty_plan_passes() -> None:
    assert ask() is None


@pytest.mark.parametrize(
    ("desk", "url"), [("paris", "https://a.example.org"), ("lyon", "https://b.example.org")]
)
def test_a_plan_of_another_desk_or_address_is_refused(desk: str, url: str) -> None:
    made = replace(plan(*urgent(1)), desk_url="https://a.example.org")
    refuse_elsewhere(made, "lyon", "https://a.example.org")
    with pytest.raises(UsageError, match=f"this is {desk}"):
        refuse_elsewhere(made, desk, url)
