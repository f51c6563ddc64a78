"""Writes: results matched to what was sent, unclear ones never sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest
import requests
import responses

from sdtools.connectors.desk import (
    NewComment,
    NewLink,
    TicketUpdate,
    WriteState,
    Written,
)
from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.errors import DeskUnreachableError
from sdtools.model.effects import Assign, Link, SetField

URL = "https://glpi.example.org/apirest.php"
DONE, THERE, REFUSED, UNKNOWN = (
    WriteState.done,
    WriteState.there,
    WriteState.refused,
    WriteState.unknown,
)


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        told = {"session_token": "x", "session": {"glpishowallentities": 1}}
        mock.add(responses.GET, f"{URL}/initSession", json=told)
        yield mock


@pytest.fixture
def seconds() -> list[float]:
    """What the clock shows next; it stands still at the last."""
    return [0.0]


@pytest.fixture
def desk(seconds: list[float]) -> GlpiDesk:
    return glpi_desk(
        "glpi",
        url=URL,
        app_token="a",
        user_token="u",
        wait=lambda _: None,
        clock=lambda: seconds.pop(0) if len(seconds) > 1 else seconds[0],
    )


def urgent(*tickets: int) -> list[TicketUpdate]:
    field = SetField(field="urgency", value="high")
    return [TicketUpdate(ticket=str(ticket), fields=(field,)) for ticket in tickets]


def said(*texts: str) -> list[NewComment]:
    return [NewComment(ticket="5", text=text, public=False) for text in texts]


def states(written: Sequence[Written]) -> list[WriteState]:
    return [one.state for one in written]


def inputs(request: requests.PreparedRequest) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(request.body or "")["input"]
    return found


def sent(wire: responses.RequestsMock, method: str) -> list[requests.PreparedRequest]:
    return [call.request for call in wire.calls if call.request.method == method]


def test_an_update_keeps_the_response_clock_and_sends_numbers(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    wire.add(responses.PUT, f"{URL}/Ticket", json=[{"5": True, "message": ""}])
    fields = (
        SetField(field="impact", value="very_low"),
        SetField(field="priority", value="major"),
        SetField(field="category", value="12"),
        SetField(field="location", value=""),
        SetField(field="kind", value="request"),
    )
    assert states(desk.update([TicketUpdate(ticket="5", fields=fields)])) == [DONE]
    assert inputs(sent(wire, "PUT")[0]) == [
        {
            "id": 5,
            "impact": 1,
            "priority": 6,
            "itilcategories_id": 12,
            "locations_id": 0,
            "type": 2,
            "_do_not_compute_takeintoaccount": True,
        }
    ]


def test_an_id_missing_from_the_answer_is_refused_and_the_others_keep_theirs(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    results = [{"5": True, "message": ""}, {"7": False, "message": "closed"}]
    body = ["ERROR_GLPI_PARTIAL_UPDATE", results]
    wire.add(responses.PUT, f"{URL}/Ticket", json=body, status=207)
    written = desk.update(urgent(7, 6, 5))
    assert states(written) == [REFUSED, REFUSED, DONE]
    assert [one.detail for one in written] == ["closed", "the desk has no such item", ""]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (["ERROR_GLPI_UPDATE", []], REFUSED),  # all ids unknown
        (["ERROR_BAD_ARRAY", "input parameter must be an array"], REFUSED),
        (["ERROR_GLPI_UPDATE", "Column 'status' cannot be null"], UNKNOWN),  # which one was it?
    ],
)
def test_a_refused_batch_is_judged_as_a_whole(
    wire: responses.RequestsMock, desk: GlpiDesk, body: list[object], expected: WriteState
) -> None:
    wire.add(responses.PUT, f"{URL}/Ticket", json=body, status=400)
    assert states(desk.update(urgent(5, 6))) == [expected, expected]


def test_a_single_refusal_in_words_is_a_refusal(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    body = ["ERROR_GLPI_UPDATE", None]
    wire.add(responses.PUT, f"{URL}/Ticket", json=body, status=400)
    assert states(desk.update(urgent(5))) == [REFUSED]


@pytest.mark.parametrize("status", [200, 502])
def test_an_unclear_batch_is_unknown_and_never_sent_again(
    wire: responses.RequestsMock, desk: GlpiDesk, status: int
) -> None:
    wire.add(responses.PUT, f"{URL}/Ticket", body="", status=status, content_type="text/html")
    assert states(desk.update(urgent(5, 6, 7))) == [UNKNOWN] * 3
    assert len(sent(wire, "PUT")) == 1


def test_a_dropped_line_is_unknown_and_never_sent_again(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    wire.add(responses.POST, f"{URL}/ITILFollowup", body=requests.ConnectionError("reset"))
    assert states(desk.comment(said("a", "b"))) == [UNKNOWN] * 2
    assert len(sent(wire, "POST")) == 1


def test_two_unclear_batches_stop_the_rest_of_their_lane(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    wire.add(responses.PUT, f"{URL}/Ticket", body="", content_type="text/html")
    written = desk.update(urgent(*range(1, 101)))
    assert states(written) == [UNKNOWN] * 100
    assert len(sent(wire, "PUT")) == 2 * 2
    assert written[-1].detail.startswith("not sent")


def test_nothing_is_written_when_the_login_fails(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    wire.replace(responses.GET, f"{URL}/initSession", body="<html>", content_type="text/html")
    with pytest.raises(DeskUnreachableError):
        desk.update(urgent(5))
    assert not sent(wire, "PUT")


@pytest.mark.parametrize(
    "wrong",
    [
        SetField(field="urgency", value="major"),
        SetField(field="impact", value="great"),
        SetField(field="category", value="Network"),
        SetField(field="kind", value="wish"),
    ],
)
def test_a_value_that_would_crash_glpi_never_reaches_it(
    wire: responses.RequestsMock, desk: GlpiDesk, wrong: SetField
) -> None:
    wire.add(responses.PUT, f"{URL}/Ticket", json=[{"6": True, "message": ""}])
    good = SetField(field="urgency", value="low")
    updates = [
        TicketUpdate(ticket="5", fields=(wrong,)),
        TicketUpdate(ticket="6", fields=(good,)),
        TicketUpdate(ticket="0", fields=(good,)),
        TicketUpdate(ticket="abc", fields=(good,)),
    ]
    assert states(desk.update(updates)) == [REFUSED, DONE, REFUSED, REFUSED]
    assert [row["id"] for row in inputs(sent(wire, "PUT")[0])] == [6]


def test_a_comment_is_private_html_with_its_ticket(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    wire.add(responses.POST, f"{URL}/ITILFollowup", json=[{"id": 61, "message": ""}], status=201)
    written = desk.comment([NewComment(ticket="5", text="a < b\nc", public=False)])
    assert written == (Written(state=DONE, id="ITILFollowup/61"),)
    assert inputs(sent(wire, "POST")[0]) == [
        {
            "itemtype": "Ticket",
            "items_id": 5,
            "content": "<p>a &lt; b<br>c</p>",
            "is_private": 1,
            "_do_not_compute_takeintoaccount": True,
        }
    ]


def test_a_text_that_does_not_survive_is_refused_in_its_place(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    wire.add(responses.POST, f"{URL}/ITILFollowup", json=[{"id": 61, "message": ""}], status=201)
    written = desk.comment(said(" ", "good", "\ud800"))
    assert states(written) == [REFUSED, DONE, REFUSED]
    assert "empty" in written[0].detail


def test_additions_are_matched_by_their_order(wire: responses.RequestsMock, desk: GlpiDesk) -> None:
    results = [{"id": 61, "message": ""}, {"id": False, "message": "no"}, {"id": 62}]
    body = ["ERROR_GLPI_PARTIAL_ADD", results]
    wire.add(responses.POST, f"{URL}/ITILFollowup", json=body, status=207)
    assert states(desk.comment(said("a", "b", "c"))) == [DONE, REFUSED, DONE]


def test_an_answer_of_another_length_is_unknown(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    wire.add(responses.POST, f"{URL}/ITILFollowup", json=[{"id": 61}], status=201)
    assert states(desk.comment(said("a", "b"))) == [UNKNOWN] * 2


def test_additions_stay_small_enough_for_the_web_server(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        return 201, {}, json.dumps([{"id": 1, "message": ""}] * len(inputs(request)))

    wire.add_callback(
        responses.POST, f"{URL}/ITILFollowup", answer, content_type="application/json"
    )
    assert len(desk.comment(said(*map(str, range(200))))) == 200
    sizes = [len(inputs(request)) for request in sent(wire, "POST")]
    assert sizes == [5, 10, 20, 40, 50, 50, 25]


def test_a_link_that_exists_is_there_whatever_glpi_says(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    body = ["ERROR_GLPI_ADD", [{"id": False, "message": "Entrée dupliquée"}]]
    wire.add(responses.POST, f"{URL}/Problem_Ticket", json=body, status=400)
    row = {"id": 1, "problems_id": 3, "tickets_id": 5}
    wire.add(responses.GET, f"{URL}/Ticket/5/Problem_Ticket", json=[row])
    for empty in ("Ticket/5/KnowbaseItem_Item", "Ticket_Ticket"):
        wire.add(responses.GET, f"{URL}/{empty}", json=[])
    links = [NewLink(ticket="5", link=Link(target="problem", id=one)) for one in ("3",)]
    assert states(desk.link(links)) == [THERE]


def test_nobody_is_taken_off_when_the_new_group_did_not_arrive(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    row = {"id": 9, "tickets_id": 5, "groups_id": 1, "type": 2}
    wire.add(responses.GET, f"{URL}/Ticket/5/Group_Ticket", json=[row])
    wire.add(responses.GET, f"{URL}/Ticket/5/Ticket_User", json=[])
    wire.add(responses.PUT, f"{URL}/Ticket", json=[{"5": True, "message": ""}])
    written = desk.update([TicketUpdate(ticket="5", assign=Assign(groups=("77",)))])
    assert states(written) == [REFUSED]
    assert "did not assign group 77" in written[0].detail
    assert not sent(wire, "DELETE")


def test_who_may_not_see_the_assignment_does_not_change_it(
    wire: responses.RequestsMock, desk: GlpiDesk
) -> None:
    no = ["ERROR_RIGHT_MISSING", "no"]
    wire.add(responses.GET, f"{URL}/Ticket/5", json={"id": 5})  # the ticket itself shows
    wire.add(responses.GET, f"{URL}/Ticket/5/Group_Ticket", json=no, status=403)
    wire.add(responses.GET, f"{URL}/Ticket/5/Ticket_User", json=no, status=403)
    written = desk.update([TicketUpdate(ticket="5", assign=Assign(groups=("77",)))])
    assert states(written) == [REFUSED]
    assert not sent(wire, "PUT")
