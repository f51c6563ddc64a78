"""A ticket's changes are judged again right before its first write."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sdtools.apply.intent import Judged, Situation, judge
from sdtools.apply.marks import mark
from sdtools.model.effects import Assign, Comment, Effect, Hold, Link, Notify, SetField, Solve
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.plan import Change, OutcomeState, field_text

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TICKET = Ticket(
    id="7",
    number="7",
    url="",
    kind=Kind.incident,
    title="VPN",
    description="",
    status=Status.new,
    urgency=Grade.low,
    impact=Grade.medium,
    priority=Grade.low,
    opened=NOW,
    updated=NOW,
    groups=("3",),
    assignees=("30",),
    requesters=("50",),
)


class Arithmetic:
    """A desk that computes the priority from the urgency and assigns what is new."""

    def after(self, ticket: Ticket, effect: Effect, directory: Directory) -> Ticket:
        match effect:
            case SetField(field="urgency", value=value):
                return replace(ticket, urgency=Grade[value], priority=Grade[value])
            case SetField(field="priority", value=value):
                return replace(ticket, priority=Grade[value])
            case Assign(groups=groups, people=people):
                return replace(
                    ticket,
                    status=Status.assigned,
                    groups=ticket.groups if groups is None else groups,
                    assignees=ticket.assignees if people is None else people,
                )
            case _:
                return ticket


ABOUT = Situation(account_id="99", consequences=Arithmetic(), directory=Directory())
URGENT = SetField(field="urgency", value="high")


def wish(effect: Effect, field: str, before: str = "", *, key: str = "k", **basis: str) -> Change:
    return Change(
        key=key,
        ticket="7",
        number="7",
        title="",
        rule="r",
        section="s",
        action="then.0",
        episode=1,
        effect=effect,
        field=field,
        before="",
        after="",
        before_value=before,
        basis=basis,
    )


def states(judged: Judged) -> list[OutcomeState]:
    return [outcome.state for outcome in judged.outcomes]


def look_at(
    *changes: Change,
    fresh: Ticket | None = TICKET,
    said: frozenset[str] = frozenset(),
    about: Situation = ABOUT,
) -> Judged:
    return judge(changes, fresh, said, about)


def test_a_change_whose_ticket_stands_still_is_due() -> None:
    change = wish(URGENT, "urgency", "low", status="new")
    judged = look_at(change)
    assert judged.due == (change,)
    assert judged.expected is not None
    assert judged.expected.priority is Grade.high


def test_changes_on_a_ticket_that_is_gone_are_refused() -> None:
    assert states(look_at(wish(URGENT, "urgency", "low"), fresh=None)) == [OutcomeState.refused]


@pytest.mark.parametrize(
    ("change", "fresh"),
    [
        (wish(URGENT, "urgency", "low"), replace(TICKET, urgency=Grade.high)),
        (wish(Assign(groups=("4",)), "group", "3"), replace(TICKET, groups=("4",))),
        (wish(Link(target="article", id="1"), "link"), replace(TICKET, articles=("1", "2"))),
        (wish(Link(target="problem", id="1"), "link"), replace(TICKET, problems=("1",))),
        (wish(Link(target="parent", id="1"), "link"), replace(TICKET, parent="1")),
        (wish(Hold(reason="wait"), "status", "new"), replace(TICKET, status=Status.pending)),
        (wish(Solve(text="done"), "status", "new"), replace(TICKET, status=Status.solved)),
    ],
)
def test_what_the_desk_holds_already_is_unchanged(change: Change, fresh: Ticket) -> None:
    assert states(look_at(change, fresh=fresh)) == [OutcomeState.unchanged]


def test_a_comment_whose_mark_is_there_was_said_already() -> None:
    judged = look_at(wish(Comment(text="hello"), "comment"), said=frozenset({mark("k")}))
    assert states(judged) == [OutcomeState.unchanged]


def test_a_field_that_somebody_changed_is_left_to_them() -> None:
    judged = look_at(
        wish(URGENT, "urgency", "low", urgency="low"), fresh=replace(TICKET, urgency=Grade.medium)
    )
    assert states(judged) == [OutcomeState.yielded]
    assert judged.outcomes[0].found == "medium"


def test_a_rule_that_insists_writes_over_what_somebody_changed() -> None:
    about = replace(ABOUT, insisting=frozenset({"r"}))
    judged = look_at(
        wish(URGENT, "urgency", "low"), fresh=replace(TICKET, urgency=Grade.medium), about=about
    )
    assert len(judged.due) == 1


def test_a_change_is_stale_when_one_of_its_facts_moved() -> None:
    change = wish(URGENT, "urgency", "low", category_id="12", status="new")
    judged = look_at(change, fresh=replace(TICKET, category_id="13"))
    assert states(judged) == [OutcomeState.stale]
    assert "category_id" in judged.outcomes[0].detail


@pytest.mark.parametrize(
    ("change", "unread"),
    [
        (wish(URGENT, "urgency", "low", requesters="50"), "requesters"),
        (wish(Assign(groups=("4",)), "group", "3"), "groups"),
        (wish(Assign(people=("5",)), "assignee", "30"), "groups"),
        (wish(Link(target="article", id="1"), "link"), "articles"),
    ],
)
def test_what_can_no_longer_be_read_makes_a_change_stale(change: Change, unread: str) -> None:
    judged = look_at(change, fresh=replace(TICKET, unknown=frozenset({unread})))
    assert states(judged) == [OutcomeState.stale]
    assert judged.outcomes[0].detail == f"can no longer be read: {unread}"
    assert look_at(change, fresh=replace(TICKET, unknown=frozenset({"documents"}))).due == (change,)


@pytest.mark.parametrize(
    "fresh",
    [
        replace(TICKET, status=Status.closed),
        replace(TICKET, status=Status.cancelled),
        replace(TICKET, deleted=True),
    ],
)
def test_a_ticket_that_is_over_is_not_touched(fresh: Ticket) -> None:
    assert states(look_at(wish(URGENT, "urgency", "low"), fresh=fresh)) == [OutcomeState.stale]


def test_a_later_change_is_judged_on_what_the_earlier_ones_will_leave() -> None:
    first = wish(URGENT, "urgency", "low", key="1")
    second = wish(SetField(field="priority", value="major"), "priority", "high", key="2")
    assert look_at(first, second).due == (first, second)


def test_a_later_change_is_stale_when_the_earlier_one_will_not_happen() -> None:
    first = wish(URGENT, "urgency", "low", key="1", category_id="12")
    second = wish(SetField(field="priority", value="major"), "priority", "high", key="2")
    assert states(look_at(first, second)) == [OutcomeState.stale, OutcomeState.stale]


def test_a_later_change_yields_to_people_whatever_becomes_of_the_earlier_one() -> None:
    first = wish(URGENT, "urgency", "low", key="1", category_id="12")
    second = wish(Assign(groups=("4",)), "group", "3", key="2")
    judged = look_at(first, second, fresh=replace(TICKET, groups=("5",)))
    assert states(judged) == [OutcomeState.stale, OutcomeState.yielded]


def test_facts_are_compared_with_the_desk_and_not_with_what_is_to_come() -> None:
    first = wish(Assign(groups=("4",), people=()), "group", "3", key="1")
    second = wish(Comment(text="moved"), "comment", key="2", status="new", groups="3")
    assert look_at(first, second).due == (first, second)


def test_a_group_and_a_person_assigned_by_one_plan_are_unchanged_the_second_time() -> None:
    group = wish(Assign(groups=("4",), people=()), "group", "3", key="1")
    person = wish(Assign(people=("40",)), "assignee", "", key="2")
    assert look_at(group, person).due == (group, person)
    after = replace(TICKET, groups=("4",), assignees=("40",), status=Status.assigned)
    assert states(look_at(group, person, fresh=after)) == [OutcomeState.unchanged] * 2


def test_our_own_account_does_not_comment_on_a_solved_ticket_that_it_requested() -> None:
    solved = replace(TICKET, status=Status.solved, requesters=("50", "99"))
    judged = look_at(wish(Comment(text="hello"), "comment"), fresh=solved)
    assert states(judged) == [OutcomeState.refused]
    assert "reopen" in judged.outcomes[0].detail


def test_comments_on_other_solved_tickets_are_due() -> None:
    solved = replace(TICKET, status=Status.solved)
    assert look_at(wish(Comment(text="hello"), "comment"), fresh=solved).due


def test_what_an_earlier_run_did_is_not_done_again() -> None:
    about = replace(ABOUT, done=frozenset({"k"}))
    tell = wish(Notify(to=("a@example.org",), subject="s", text="t"), "notify")
    assert states(look_at(tell, about=about)) == [OutcomeState.unchanged]


def test_how_often_a_ticket_was_reopened_is_known_to_the_mirror_alone() -> None:
    change = wish(URGENT, "urgency", "low", reopens="2")
    assert field_text(TICKET, "reopens") != "2"
    assert look_at(change).due == (change,)
