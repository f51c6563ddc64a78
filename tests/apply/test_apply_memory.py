"""What rules remember after an apply: what happened, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sdtools.apply.advance import Memories
from sdtools.model.effects import Assign, Comment, Effect, Link, SetField
from sdtools.model.memory import Fired, RuleMemory, Written
from sdtools.plan import Change, Outcome, OutcomeState, Plan

PLANNED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NOW = PLANNED + timedelta(seconds=20)
BEFORE = PLANNED - timedelta(hours=5)
PAIR = ("vip", "7")
URGENT = SetField(field="urgency", value="high")
BEGUN = RuleMemory(rule="vip", ticket="7", episode=2, active=True, began=PLANNED)


def wish(effect: Effect, field: str, *, action: str = "then.0", rule: str = "vip") -> Change:
    return Change(
        key=f"{rule}/{action}",
        ticket="7",
        number="7",
        title="",
        rule=rule,
        section="priority",
        action=action,
        episode=2,
        effect=effect,
        field=field,
        before="",
        after="",
    )


def memories(
    *planned: RuleMemory, stored: Mapping[tuple[str, str], RuleMemory] | None = None
) -> Memories:
    plan = Plan(
        id="p",
        desk="lyon",
        desk_url="",
        rulebook="",
        now=PLANNED,
        tickets=1,
        changes=(),
        memory=planned,
    )
    return Memories(stored or {}, plan)


def outcome(state: OutcomeState, change: Change | None = None, found: str = "") -> Outcome:
    return Outcome(change=change or wish(URGENT, "urgency"), state=state, found=found)


@pytest.mark.parametrize("state", [OutcomeState.applied, OutcomeState.unchanged])
def test_a_value_that_the_desk_holds_is_remembered_as_written(state: OutcomeState) -> None:
    (memory,) = memories(BEGUN).take([outcome(state)], NOW)
    assert memory == replace(
        BEGUN,
        written=(Written(field="urgency", value="high", at=NOW),),
        fired=(Fired(action="then.0", at=NOW),),
    )


@pytest.mark.parametrize("state", [OutcomeState.stale, OutcomeState.failed, OutcomeState.refused])
def test_what_did_not_happen_is_not_remembered(state: OutcomeState) -> None:
    (memory,) = memories(BEGUN).take([outcome(state)], NOW)
    assert memory == BEGUN


def test_a_field_that_people_moved_is_left_to_them_for_the_episode() -> None:
    (memory,) = memories(BEGUN).take([outcome(OutcomeState.yielded)], NOW)
    assert memory == replace(BEGUN, yielded=("urgency",))


def test_overrides_of_the_same_value_are_counted() -> None:
    course = memories(
        replace(BEGUN, written=(Written(field="urgency", value="high", at=BEFORE, overridden=1),))
    )
    (memory,) = course.take([outcome(OutcomeState.overridden, found="low")], NOW)
    assert memory.written == (
        Written(field="urgency", value="high", at=NOW, overridden=2, found="low"),
    )


def test_an_override_of_another_value_starts_the_count_again() -> None:
    course = memories(
        replace(BEGUN, written=(Written(field="urgency", value="low", at=BEFORE, overridden=1),))
    )
    (memory,) = course.take([outcome(OutcomeState.overridden, found="medium")], NOW)
    assert memory.written[0].overridden == 1


def test_a_value_that_stayed_at_last_clears_the_count() -> None:
    course = memories(
        replace(BEGUN, written=(Written(field="urgency", value="high", at=BEFORE, overridden=1),))
    )
    (memory,) = course.take([outcome(OutcomeState.applied)], NOW)
    assert memory.written == (Written(field="urgency", value="high", at=NOW),)


def test_a_repeated_action_counts_its_times() -> None:
    said = wish(Comment(text="still there?"), "comment")
    course = memories(replace(BEGUN, fired=(Fired(action="then.0", at=BEFORE),)))
    (memory,) = course.take([outcome(OutcomeState.applied, said)], NOW)
    assert memory.fired == (Fired(action="then.0", at=NOW, times=2),)


def test_the_same_firing_met_again_counts_once() -> None:
    said = wish(Comment(text="still there?"), "comment")
    course = memories(BEGUN)
    course.take([outcome(OutcomeState.applied, said)], NOW)
    (memory,) = course.take([outcome(OutcomeState.unchanged, said)], NOW)
    assert memory.fired == (Fired(action="then.0", at=NOW),)


def test_what_a_change_covers_counts_as_fired() -> None:
    climb = replace(
        wish(Assign(groups=("4",)), "group", action="steps.1.then.0"), covers=("steps.0.then.0",)
    )
    (memory,) = memories(BEGUN).take([outcome(OutcomeState.applied, climb)], NOW)
    assert {fired.action for fired in memory.fired} == {"steps.0.then.0", "steps.1.then.0"}
    assert memory.written == (Written(field="group", value="4", at=NOW),)


def test_a_link_is_remembered_so_that_people_may_remove_it() -> None:
    link = wish(Link(target="article", id="12"), "link")
    (memory,) = memories(BEGUN).take([outcome(OutcomeState.applied, link)], NOW)
    assert memory.written == (Written(field="article/12", value="article/12", at=NOW),)


def test_the_changes_of_one_rule_advance_one_memory() -> None:
    said = wish(Comment(text="hello"), "comment", action="then.1")
    (memory,) = memories(BEGUN).take(
        [outcome(OutcomeState.applied), outcome(OutcomeState.failed, said)], NOW
    )
    assert [fired.action for fired in memory.fired] == ["then.0"]


def test_without_a_planned_memory_the_stored_one_advances() -> None:
    stored = replace(BEGUN, began=BEFORE, reopens=1)
    (memory,) = memories(stored={PAIR: stored}).take([outcome(OutcomeState.applied)], NOW)
    assert (memory.began, memory.reopens) == (BEFORE, 1)
    assert memory.fired


def test_without_any_memory_the_episode_of_the_change_begins() -> None:
    (memory,) = memories().take([outcome(OutcomeState.applied)], NOW)
    assert (memory.episode, memory.active, memory.began) == (2, True, PLANNED)


def test_a_plan_that_waited_does_not_turn_back_a_younger_memory() -> None:
    younger = replace(BEGUN, episode=3)
    course = memories(BEGUN, stored={PAIR: younger})
    assert course.take([outcome(OutcomeState.applied)], NOW) == (younger,)
    assert course.rest([]) == ()


def test_memories_without_changes_are_kept_at_the_end() -> None:
    other = replace(BEGUN, rule="idle", active=False, ended=PLANNED)
    course = memories(BEGUN, other)
    course.take([outcome(OutcomeState.applied)], NOW)
    assert course.rest([]) == (other,)


def test_the_memory_of_a_change_left_undone_is_not_advanced() -> None:
    course = memories(BEGUN)
    assert course.rest([wish(URGENT, "urgency")]) == ()
