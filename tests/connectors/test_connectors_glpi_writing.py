"""Writing to an embedded GLPI, and reading back what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sdtools.connectors.desk import (
    NewComment,
    NewHold,
    NewLink,
    NewSolution,
    TicketUpdate,
    WriteState,
    Written,
)
from sdtools.connectors.glpi.desk import GlpiDesk
from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import Fault, FaultPlan
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.model.effects import Assign, Effect, Hold, Link, SetField, Solve
from sdtools.model.grades import Grade, Status
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket

DONE = Written(state=WriteState.done)


def assign(desk: GlpiDesk, ticket: str, *, groups: str | None, people: str | None) -> Ticket:
    wanted = Assign(
        groups=None if groups is None else tuple(groups),
        people=None if people is None else tuple(people),
    )
    assert desk.update([TicketUpdate(ticket=ticket, assign=wanted)]) == (DONE,)
    return desk.read([ticket])[ticket]


def test_a_new_assignment_replaces_the_old_and_leaves_the_response_clock_alone(
    desk: GlpiDesk,
) -> None:
    ticket = assign(desk, "1", groups="1", people="78")
    assert (ticket.groups, ticket.assignees) == (("1",), ("7", "8"))
    assert (ticket.status, ticket.responded) == (Status.assigned, None)
    ticket = assign(desk, "1", groups="2", people="8")
    assert (ticket.groups, ticket.assignees) == (("2",), ("8",))
    assert (ticket.status, ticket.responded) == (Status.assigned, None)


def test_a_role_that_is_not_named_stays(desk: GlpiDesk) -> None:
    assign(desk, "1", groups="1", people="7")
    ticket = assign(desk, "1", groups="2", people=None)
    assert (ticket.groups, ticket.assignees) == (("2",), ("7",))


def test_the_requester_stays_when_the_assignment_changes(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    glpi.database.load([("Ticket_User", {"id": 50, "tickets_id": 1, "users_id": 9, "type": 1})])
    assign(desk, "1", groups="1", people="9")
    ticket = assign(desk, "1", groups="1", people="")
    assert (ticket.requesters, ticket.assignees) == (("9",), ())


def test_with_the_last_assignee_gone_the_ticket_is_new_again(desk: GlpiDesk) -> None:
    assign(desk, "1", groups="1", people="")
    ticket = assign(desk, "1", groups="", people="")
    assert (ticket.groups, ticket.status) == ((), Status.new)


def test_an_assignment_that_holds_already_costs_no_write(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    before = assign(desk, "1", groups="1", people="7")
    glpi.clock.advance(timedelta(minutes=5))
    assert assign(desk, "1", groups="1", people="7") == before


def test_many_updates_go_in_batches_and_answer_in_order(desk: GlpiDesk) -> None:
    wanted = [str(one) for one in range(12, 0, -1)]
    updates = [
        TicketUpdate(
            ticket=ticket,
            fields=(SetField(field="impact", value="very_high"),),
            assign=Assign(groups=("2",)),
        )
        for ticket in [*wanted, "99"]
    ]
    asked = desk.requests
    written = desk.update(updates)
    assert [one.state for one in written] == [WriteState.done] * 12 + [WriteState.refused]
    assert desk.requests - asked < 15
    found = desk.read(wanted).values()
    assert {(one.impact, one.priority, one.groups) for one in found} == {
        (Grade.very_high, Grade.high, ("2",))
    }


@pytest.mark.parametrize("fault", ["empty", "bad_gateway_after", "reset_after"])
def test_a_write_that_was_done_behind_a_failure_is_found_and_done_once(
    glpi: EmbeddedGlpi, desk: GlpiDesk, fault: str
) -> None:
    assert desk.account_id == "2"
    glpi.application.faults = FaultPlan(chosen={glpi.requests + 1: fault})
    written = desk.comment([NewComment(ticket="1", text="once [m1]", public=False)])
    assert [one.state for one in written] == [WriteState.done]
    assert [one.text for one in desk.read_comments(["1"])["1"]] == ["once [m1]"]


def test_an_assignment_whose_read_back_fails_is_unknown_and_not_lost(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    assign(desk, "1", groups="1", people="")
    first = glpi.requests + 1  # PUT, then the read-back three times over
    glpi.application.faults = FaultPlan(
        chosen=dict.fromkeys(range(first + 1, first + 4), "unavailable")
    )
    update = TicketUpdate(ticket="1", assign=Assign(groups=("2",)))
    written = desk.update([update])
    assert [one.state for one in written] == [WriteState.unknown]
    assert "assigned, but not read back" in written[0].detail
    assert desk.update([update]) == (DONE,)
    assert desk.read(["1"])["1"].groups == ("2",)


def test_whom_somebody_assigns_meanwhile_stays(glpi: EmbeddedGlpi, desk: GlpiDesk) -> None:
    assign(desk, "1", groups="", people="7")
    read_back = glpi.requests + 4  # groups, people, PUT, then this

    class Meanwhile(FaultPlan):
        def at(self, number: int) -> Fault | None:
            if number == read_back:
                by_hand = {"id": 50, "tickets_id": 1, "users_id": 9, "type": 2}
                glpi.database.load([("Ticket_User", by_hand)])
            return None

    glpi.application.faults = Meanwhile()
    ticket = assign(desk, "1", groups=None, people="8")
    assert ticket.assignees == ("8", "9")


def test_comments_are_private_unless_said_otherwise_and_survive_as_written(
    desk: GlpiDesk,
) -> None:
    texts = ["a < b & c\nnext line", "NULL", "&lt;b&gt;", "l'été 😀"]
    news = [NewComment(ticket="1", text=text, public=text == "NULL") for text in texts]
    written = desk.comment(news)
    assert [one.state for one in written] == [WriteState.done] * 4
    said = {one.id: one for one in desk.read_comments(["1"])["1"]}
    assert [said[one.id].text for one in written] == texts
    assert [said[one.id].public for one in written] == [False, True, False, False]
    ticket = desk.read(["1"])["1"]
    assert (ticket.responded, ticket.status) == (None, Status.new)


def test_links_are_added_once_and_are_there_the_second_time(desk: GlpiDesk) -> None:
    links = [
        NewLink(ticket="1", link=Link(target="article", id="1")),
        NewLink(ticket="1", link=Link(target="problem", id="2")),
        NewLink(ticket="1", link=Link(target="parent", id="3")),
        NewLink(ticket="1", link=Link(target="problem", id="999")),
        NewLink(ticket="2", link=Link(target="problem", id="x")),
    ]
    states = [one.state for one in desk.link(links)]
    assert states == [WriteState.done] * 3 + [WriteState.refused] * 2
    states = [one.state for one in desk.link(links)]
    assert states == [WriteState.there] * 3 + [WriteState.refused] * 2
    ticket = desk.read(["1"])["1"]
    assert (ticket.articles, ticket.problems, ticket.parent) == (("1",), ("2",), "3")


def test_a_hold_sets_pending_and_says_why_without_answering_for_a_human(
    desk: GlpiDesk, now: datetime
) -> None:
    holds = [NewHold(ticket="1", text="waiting [m2]"), NewHold(ticket="2", text="")]
    written = desk.hold(holds)
    assert [one.state for one in written] == [WriteState.done, WriteState.refused]
    found = desk.read(["1", "2"])
    assert (found["1"].status, found["1"].pending_since) == (Status.pending, now)
    assert found["1"].responded is None
    assert found["2"].status is Status.new
    (said,) = desk.read_comments(["1"])["1"]
    assert (said.text, said.public) == ("waiting [m2]", False)


def test_a_ticket_is_solved_once(desk: GlpiDesk, clock: Clock) -> None:
    solution = NewSolution(ticket="1", text="restarted [m3]")
    assert [one.state for one in desk.solve([solution])] == [WriteState.done]
    clock.advance(timedelta(minutes=1))
    assert [one.state for one in desk.solve([solution])] == [WriteState.there]
    assert desk.read(["1"])["1"].status is Status.solved
    said = desk.read_comments(["1"])["1"]
    assert [(one.form, one.text) for one in said] == [("solution", "restarted [m3]")]


def test_a_solution_needs_a_ticket_and_a_type_that_exist(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    glpi.database.load([("SolutionType", {"id": 4, "name": "Known error"})])
    written = desk.solve(
        [
            NewSolution(ticket="1", text="x", code="known error"),
            NewSolution(ticket="2", text="x", code="magic"),
            NewSolution(ticket="999", text="x"),
        ]
    )
    assert [one.state for one in written] == [
        WriteState.done,
        WriteState.refused,
        WriteState.refused,
    ]
    assert glpi.database.rows("ITILSolution")[0]["solutiontypes_id"] == 4


EFFECTS: list[Effect] = [
    *(SetField(field="urgency", value=grade.name) for grade in list(Grade)[:5]),
    *(SetField(field="impact", value=grade.name) for grade in list(Grade)[:5]),
    SetField(field="priority", value="major"),
    SetField(field="category", value="2"),
    SetField(field="location", value="1"),
    SetField(field="kind", value="request"),
    Assign(groups=("2",), people=()),
    Assign(groups=("1", "2"), people=("8",)),
    Assign(groups=(), people=()),
    Assign(people=("7",)),
    Link(target="article", id="1"),
    Link(target="problem", id="1"),
    Link(target="parent", id="3"),
    Hold(reason="waiting"),
    Solve(text="done"),
]


def carry_out(desk: GlpiDesk, effect: Effect) -> None:
    match effect:
        case SetField():
            desk.update([TicketUpdate(ticket="1", fields=(effect,))])
        case Assign():
            desk.update([TicketUpdate(ticket="1", assign=effect)])
        case Link():
            desk.link([NewLink(ticket="1", link=effect)])
        case Hold():
            desk.hold([NewHold(ticket="1", text=effect.reason)])
        case Solve():
            desk.solve([NewSolution(ticket="1", text=effect.text)])
        case _:
            raise AssertionError(effect)


def shape(ticket: Ticket) -> tuple[object, ...]:
    """All that the consequences promise to foresee."""
    return (
        *(ticket.status, ticket.kind, ticket.urgency, ticket.impact, ticket.priority),
        *(ticket.category_id, ticket.location_id, ticket.groups, ticket.assignees),
        *(ticket.articles, ticket.problems, ticket.parent),
    )


@pytest.mark.parametrize("assigned", [False, True], ids=["new", "assigned"])
@pytest.mark.parametrize("effect", EFFECTS, ids=str)
def test_the_consequences_foresee_what_glpi_makes_of_an_effect(
    desk: GlpiDesk, effect: Effect, assigned: bool
) -> None:
    if assigned:
        assign(desk, "1", groups="1", people="7")
    before = desk.read(["1"])["1"]
    foreseen = desk.consequences.after(before, effect, Directory())
    carry_out(desk, effect)
    assert shape(desk.read(["1"])["1"]) == shape(foreseen)


def test_a_priority_of_its_own_survives_the_same_urgency(desk: GlpiDesk) -> None:
    before = desk.read(["1"])["1"]
    raised = SetField(field="priority", value="major")
    same = SetField(field="urgency", value="medium")
    carry_out(desk, raised)
    carry_out(desk, same)
    foreseen = before
    for effect in (raised, same):
        foreseen = desk.consequences.after(foreseen, effect, Directory())
    assert foreseen.priority is Grade.major
    assert shape(desk.read(["1"])["1"]) == shape(foreseen)
