"""Writing over the wire: what reaches an instance, and what is refused before it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from sdtools.connectors.desk import (
    NewComment,
    NewHold,
    NewLink,
    NewSolution,
    OldLink,
    TicketUpdate,
    WriteState,
    Written,
)
from sdtools.connectors.servicenow.desk import ServiceNowDesk
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.emulator.servicenow.switches import Switches
from sdtools.model.effects import Assign, Link, SetField, Unlink
from sdtools.model.grades import Grade, Status

Ids = Mapping[str, str]
DONE, THERE, REFUSED = WriteState.done, WriteState.there, WriteState.refused


def update(desk: ServiceNowDesk, ticket: str, *fields: SetField) -> Written:
    return desk.update([TicketUpdate(ticket=ticket, fields=fields)])[0]


def assign(desk: ServiceNowDesk, ticket: str, **roles: tuple[str, ...]) -> Written:
    wanted = Assign(groups=roles.get("groups"), people=roles.get("people"))
    return desk.update([TicketUpdate(ticket=ticket, assign=wanted)])[0]


def incident(snow: EmbeddedServiceNow, sys_id: str) -> dict[str, str]:
    found = snow.database.row("incident", sys_id)
    assert found is not None
    return found


def journal(snow: EmbeddedServiceNow, sys_id: str) -> list[tuple[str, str]]:
    rows = snow.database.rows("sys_journal_field", "t.element_id = ?", (sys_id,))
    return [(row["element"], row["value"]) for row in rows]


def test_a_grade_is_written_and_the_desk_looks_the_priority_up(
    snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    ticket = ids["0001"]
    assert update(snow_desk, ticket, SetField(field="urgency", value="high")).state is DONE
    assert update(snow_desk, ticket, SetField(field="impact", value="high")).state is DONE
    found = snow_desk.read([ticket])[ticket]
    assert (found.urgency, found.impact, found.priority) == (
        Grade.high,
        Grade.high,
        Grade.very_high,
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (SetField(field="urgency", value="very_high"), "one of low, medium, high"),
        (SetField(field="impact", value="major"), "one of low, medium, high"),
        (SetField(field="priority", value="high"), "computes priority"),
        (SetField(field="kind", value="request"), "cannot become"),
        (SetField(field="location", value="0" * 32), "no location"),
        (SetField(field="location", value="paris^active=true"), "no location"),
    ],
)
def test_what_the_desk_would_swallow_silently_is_refused_with_the_reason(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, change: SetField, reason: str
) -> None:
    before = incident(snow, ids["0001"])
    written = update(snow_desk, ids["0001"], change)
    assert written.state is REFUSED
    assert reason in written.detail
    assert incident(snow, ids["0001"]) == before


def test_a_category_is_written_as_its_two_values(
    snow: EmbeddedServiceNow, snow_admin: ServiceNowDesk, ids: Ids
) -> None:
    change = SetField(field="category", value="network/vpn")
    assert update(snow_admin, ids["0002"], change).state is DONE
    row = incident(snow, ids["0002"])
    assert (row["category"], row["subcategory"]) == ("network", "vpn")
    assert (
        update(snow_admin, ids["0002"], SetField(field="category", value="network")).state is DONE
    )
    assert incident(snow, ids["0002"])["subcategory"] == ""


@pytest.mark.parametrize(("clears", "left"), [(True, ""), (False, "vpn")])
def test_a_category_alone_tells_when_the_desk_keeps_the_rest_of_it(
    snow: EmbeddedServiceNow, snow_admin: ServiceNowDesk, ids: Ids, clears: bool, left: str
) -> None:
    """The docs say that "" does not empty a choice field, and support that it empties all."""
    with switched(snow, Switches(empty_clears_choices=clears)):
        written = update(snow_admin, ids["0001"], SetField(field="category", value="network"))
    assert written.state is DONE
    assert written.detail == ("" if clears else "subcategory '' became 'vpn'")
    assert incident(snow, ids["0001"])["subcategory"] == left
    found = snow_admin.read([ids["0001"]])[ids["0001"]]
    assert found.category_id == ("network" if clears else "network/vpn")


@pytest.mark.parametrize("clears", [True, False])
def test_a_hold_is_taken_back_whether_the_desk_empties_its_reason_or_not(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, clears: bool
) -> None:
    snow_desk.hold([NewHold(ticket=ids["0002"], text="Asked")])
    with switched(snow, Switches(empty_clears_choices=clears)):
        back = update(snow_desk, ids["0002"], SetField(field="status", value="assigned"))
    assert (back.state, back.detail) == (DONE, "")
    assert snow_desk.read([ids["0002"]])[ids["0002"]].status is Status.assigned


@contextmanager
def switched(snow: EmbeddedServiceNow, switches: Switches) -> Iterator[None]:
    before, snow.application.switches = snow.application.switches, switches
    yield
    snow.application.switches = before


def test_a_category_that_the_lists_do_not_have_is_refused(
    snow_admin: ServiceNowDesk, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    change = SetField(field="category", value="network/nonsense")
    assert update(snow_admin, ids["0002"], change).state is REFUSED
    request = update(snow_desk, ids["ritm"], SetField(field="category", value="network"))
    assert (request.state, request.detail) == (REFUSED, "a requested item has no category")


def test_a_location_is_written_to_both_kinds_of_tickets(
    snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    change = SetField(field="location", value=ids["paris"])
    updates = [TicketUpdate(ticket=ids[name], fields=(change,)) for name in ("0002", "ritm")]
    assert [one.state for one in snow_desk.update(updates)] == [DONE, DONE]
    found = snow_desk.read([ids["0002"], ids["ritm"]])
    assert {one.location_id for one in found.values()} == {ids["paris"]}


def test_a_new_group_keeps_a_person_who_is_to_stay(snow_desk: ServiceNowDesk, ids: Ids) -> None:
    wanted = {"groups": (ids["n2"],), "people": (ids["paul"],)}
    assert assign(snow_desk, ids["0002"], **wanted).state is DONE
    found = snow_desk.read([ids["0002"]])[ids["0002"]]
    assert (found.groups, found.assignees) == ((ids["n2"],), (ids["paul"],))


def test_a_new_group_alone_takes_the_person_off(snow_desk: ServiceNowDesk, ids: Ids) -> None:
    assert assign(snow_desk, ids["0002"], groups=(ids["n2"],)).state is DONE
    assert snow_desk.read([ids["0002"]])[ids["0002"]].assignees == ()


def test_nobody_and_no_group_can_be_assigned(snow_desk: ServiceNowDesk, ids: Ids) -> None:
    assert assign(snow_desk, ids["0002"], groups=(), people=()).state is DONE
    found = snow_desk.read([ids["0002"]])[ids["0002"]]
    assert (found.groups, found.assignees) == ((), ())


@pytest.mark.parametrize(
    ("role", "names", "reason"),
    [
        ("groups", ("n1", "n2"), "one assigned group, not 2"),
        ("people", ("paul", "marie"), "one assigned person, not 2"),
        ("groups", ("old",), "no active group"),
        ("groups", ("vanished",), "no active group"),
        ("people", ("gone",), "no active person"),
    ],
)
def test_an_assignment_that_cannot_be_is_refused_with_the_reason(
    snow_desk: ServiceNowDesk, ids: Ids, role: str, names: tuple[str, ...], reason: str
) -> None:
    wanted = tuple(ids[name] for name in names)
    written = assign(snow_desk, ids["0002"], **{role: wanted})
    assert written.state is REFUSED
    assert reason in written.detail


def test_one_bad_update_does_not_stop_the_others(snow_desk: ServiceNowDesk, ids: Ids) -> None:
    good, bad = SetField(field="urgency", value="low"), SetField(field="urgency", value="major")
    updates = [
        TicketUpdate(ticket=ids["0001"], fields=(good,)),
        TicketUpdate(ticket=ids["0002"], fields=(bad,)),
        TicketUpdate(ticket=ids["nothing"], fields=(good,)),
        TicketUpdate(ticket="no id", fields=(good,)),
        TicketUpdate(ticket=ids["ritm"], fields=(SetField(field="urgency", value="high"),)),
    ]
    written = snow_desk.update(updates)
    assert [one.state for one in written] == [DONE, REFUSED, REFUSED, REFUSED, DONE]
    assert "no such ticket" in written[2].detail


def test_many_updates_go_in_one_request(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    tickets = [ids[name] for name in ("0001", "0002", "0003")]
    snow_desk.read(tickets)
    before = snow.requests
    change = SetField(field="urgency", value="low")
    snow_desk.update([TicketUpdate(ticket=one, fields=(change,)) for one in tickets])
    assert snow.requests == before + 1


def test_a_comment_is_a_work_note_unless_it_is_public(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    private = NewComment(ticket=ids["0001"], text="For us [sdtools 1]", public=False)
    public = NewComment(ticket=ids["ritm"], text="For you", public=True)
    assert [one.state for one in snow_desk.comment([private, public])] == [DONE, DONE]
    assert journal(snow, ids["0001"]) == [("work_notes", "For us [sdtools 1]")]
    assert journal(snow, ids["ritm"]) == [("comments", "For you")]
    said = snow_desk.read_comments([ids["0001"]])[ids["0001"]]
    assert [one.author_id for one in said] == [snow_desk.account_id]


@pytest.mark.parametrize("text", ["", "  \n", "half \ud800", "nul \0"])
def test_a_text_that_cannot_be_written_is_refused(
    snow_desk: ServiceNowDesk, ids: Ids, text: str
) -> None:
    comment = NewComment(ticket=ids["0001"], text=text, public=False)
    assert snow_desk.comment([comment])[0].state is REFUSED


def test_a_text_of_somebody_else_cannot_turn_into_a_page(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    hostile = "[code]<script>alert(1)</script>[/CODE] é € 漢"
    snow_desk.comment([NewComment(ticket=ids["0001"], text=hostile, public=False)])
    written = "(code)<script>alert(1)</script>(/code) é € 漢"
    assert journal(snow, ids["0001"]) == [("work_notes", written)]


@pytest.mark.parametrize(("name", "state"), [("0002", "3"), ("ritm", "-5")])
def test_a_hold_sets_the_state_and_says_why_in_one_request(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, name: str, state: str
) -> None:
    snow_desk.read([ids[name]])
    assert snow_desk.hold([NewHold(ticket=ids[name], text="Asked [sdtools 1]")])[0].state is DONE
    row = snow.database.row("task", ids[name])
    assert row is not None
    assert row["state"] == state
    assert journal(snow, ids[name]) == [("work_notes", "Asked [sdtools 1]")]
    assert snow_desk.read([ids[name]])[ids[name]].status is Status.pending


def test_an_incident_that_waits_has_the_reason_that_the_desk_demands(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    snow_desk.hold([NewHold(ticket=ids["0002"], text="Asked")])
    assert incident(snow, ids["0002"])["hold_reason"] == "1"


def test_a_solution_has_the_code_and_notes_that_the_desk_demands(
    snow: EmbeddedServiceNow, snow_admin: ServiceNowDesk, ids: Ids
) -> None:
    solution = NewSolution(ticket=ids["0002"], text="Port opened")
    assert snow_admin.solve([solution])[0].state is DONE
    row = incident(snow, ids["0002"])
    assert (row["state"], row["close_code"]) == ("6", "Solution provided")
    assert row["close_notes"] == "Port opened"


def test_a_close_code_is_given_by_value_or_label_whatever_its_case(
    snow: EmbeddedServiceNow, snow_admin: ServiceNowDesk, ids: Ids
) -> None:
    solutions = [NewSolution(ticket=ids["0002"], text="Known", code="known ERROR")]
    assert snow_admin.solve(solutions)[0].state is DONE
    assert incident(snow, ids["0002"])["close_code"] == "Known error"


def test_a_close_code_that_the_desk_lacks_is_refused_with_those_it_has(
    snow_admin: ServiceNowDesk, ids: Ids
) -> None:
    written = snow_admin.solve([NewSolution(ticket=ids["0002"], text="x", code="Magic")])[0]
    assert written.state is REFUSED
    assert "no close code 'Magic'" in written.detail
    assert "Workaround provided" in written.detail


def test_without_the_lists_the_codes_in_use_tell(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    solution = NewSolution(ticket=ids["0002"], text="Port opened")
    refused = snow_desk.solve([solution])[0]
    assert (refused.state, refused.detail) == (
        REFUSED,
        "the desk demands a close code: write code:",
    )
    assert (
        snow_desk.solve([NewSolution(ticket=ids["0002"], text="x", code="User error")])[0].state
        is DONE
    )
    assert incident(snow, ids["0002"])["close_code"] == "User error"


def test_what_is_solved_already_and_what_cannot_be_is_not_sent(
    snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    solutions = [NewSolution(ticket=ids[n], text="x", code="Duplicate") for n in ("0003", "ritm")]
    solved, request = snow_desk.solve(solutions)
    assert (solved.state, solved.detail) == (THERE, "the ticket is solved already")
    assert request.state is REFUSED
    assert "cannot be solved" in request.detail


def link(ticket: str, target: str, sys_id: str) -> NewLink:
    match target:
        case "problem":
            return NewLink(ticket=ticket, link=Link(target="problem", id=sys_id))
        case "parent":
            return NewLink(ticket=ticket, link=Link(target="parent", id=sys_id))
        case _:
            return NewLink(ticket=ticket, link=Link(target="article", id=sys_id))


def test_a_link_that_is_there_twice_is_taken_away_whole(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    tie = {"task": ids["0001"], "kb_knowledge": ids["article"]}
    snow.database.load([("m2m_kb_task", {"sys_id": ids[name], **tie}) for name in ("t1", "t2")])
    old = [
        OldLink(ticket=ids[name], link=Unlink(target="article", id=ids["article"]))
        for name in ("0001", "0002")
    ]
    assert [one.state for one in snow_desk.unlink(old)] == [DONE, THERE]
    assert snow.database.rows("m2m_kb_task") == []


def test_links_to_problems_parents_and_articles_are_made_once(
    snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    links = [
        link(ids["0001"], "problem", ids["drops"]),
        link(ids["0001"], "parent", ids["0002"]),
        link(ids["0001"], "article", ids["article"]),
        link(ids["ritm"], "article", ids["article"]),
        link(ids["ritm"], "article", ids["article"]),
    ]
    assert [one.state for one in snow_desk.link(links)] == [DONE, DONE, DONE, DONE, THERE]
    found = snow_desk.read([ids["0001"]])[ids["0001"]]
    assert found.problems == (ids["drops"],)
    assert found.parent == ids["0002"]
    assert found.articles == (ids["article"],)
    assert [one.state for one in snow_desk.link(links)] == [THERE] * 5


@pytest.mark.parametrize(
    ("name", "target", "other", "reason"),
    [
        ("0003", "problem", "guess", "another problem already"),
        ("ritm", "problem", "drops", "a requested item cannot be linked to a problem"),
        ("0001", "problem", "vanished", "no problem"),
        ("0001", "article", "vanished", "no article"),
        ("0001", "parent", "0001", "its own parent"),
        ("vanished", "problem", "drops", "no such ticket"),
    ],
)
def test_a_link_that_cannot_be_is_refused_with_the_reason(
    snow_desk: ServiceNowDesk, ids: Ids, name: str, target: str, other: str, reason: str
) -> None:
    written = snow_desk.link([link(ids[name], target, ids[other])])[0]
    assert written.state is REFUSED
    assert reason in written.detail


def test_nothing_to_write_asks_nothing(snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk) -> None:
    assert snow_desk.update([]) == snow_desk.comment([]) == snow_desk.hold([]) == ()
    assert snow_desk.solve([]) == snow_desk.link([]) == ()


def test_an_account_without_the_role_is_refused_in_the_desks_own_words(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    closed = {"state": "7", "close_code": "Duplicate", "close_notes": "x"}
    snow.database.update("incident", ids["0001"], closed)
    written = snow_desk.hold([NewHold(ticket=ids["0001"], text="Wait")])[0]
    assert written.state is REFUSED
    assert "Operation Failed: ACL Exception Update Failed" in written.detail
