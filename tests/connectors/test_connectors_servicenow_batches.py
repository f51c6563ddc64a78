"""Batches: each request judged by its own answer, and what is unclear never sent twice."""

from __future__ import annotations

import itertools
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import requests
import responses

from sdtools.connectors.desk import NewComment, TicketUpdate, WriteState, Written
from sdtools.connectors.http import DeskHttp
from sdtools.connectors.pacing import Pacer
from sdtools.connectors.servicenow.batches import Request, send_all
from sdtools.connectors.servicenow.desk import ServiceNowDesk, servicenow_desk
from sdtools.connectors.servicenow.options import Basic, Place
from sdtools.connectors.servicenow.session import ServiceNowSession
from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow, serve_servicenow
from sdtools.errors import DeskRefusedError, DeskUnreachableError
from sdtools.model.effects import Assign, SetField

Ids = Mapping[str, str]
Item = Mapping[str, object]
URL = "https://snow.example.org"
BATCH = f"{URL}/api/now/v1/batch"
TICKET = "a" * 32
DONE, REFUSED, UNKNOWN = WriteState.done, WriteState.refused, WriteState.unknown


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def seconds() -> list[float]:
    """What the clock shows next; it stands still at the last."""
    return [0.0]


def session() -> ServiceNowSession:
    http = DeskHttp("snow", wait=lambda _: None, clock=lambda: 0.0)
    login = Basic(user="u", password="p")
    return ServiceNowSession(http, Place(url=URL), login, lambda: 0.0)


def pacer(size: int = 25) -> Pacer:
    return Pacer(clock=lambda: 0.0, most=50, size=size)


def patch(value: str, *, again: bool = True) -> Request:
    path = f"/table/incident/{TICKET}"
    return Request(method="PATCH", path=path, values={"urgency": value}, again=again)


def encoded(body: object) -> str:
    return b64encode(json.dumps(body).encode()).decode()


def serviced(name: str, status: int = 200, body: object = None) -> Item:
    content = encoded(body if body is not None else {"result": {"sys_id": TICKET}})
    return {"id": name, "status_code": status, "body": content, "headers": []}


Answering = Callable[[Sequence[str]], tuple[list[Item], list[str]]]


def answers(wire: responses.RequestsMock, *answering: Answering) -> list[list[str]]:
    """Answer batch after batch; return the ids in each as they come."""
    seen: list[list[str]] = []

    def reply(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        sent = json.loads(request.body or "")["rest_requests"]
        names = [one["id"] for one in sent]
        seen.append(names)
        done, left = answering[min(len(seen), len(answering)) - 1](names)
        document = {"batch_request_id": "1", "serviced_requests": done, "unserviced_requests": left}
        return 200, {}, json.dumps(document)

    wire.add_callback(responses.POST, BATCH, callback=reply, content_type="application/json")
    return seen


def states(replies: Sequence[Written]) -> list[WriteState]:
    return [one.state for one in replies]


def send(requests_: Sequence[Request], size: int = 25) -> list[Written]:
    return [reply.written for reply in send_all(session(), requests_, pacer(size))]


def test_a_request_is_sent_as_the_batch_api_wants_it(wire: responses.RequestsMock) -> None:
    answers(wire, lambda names: ([serviced(name) for name in names], []))
    assert send([patch("1")])[0] == Written(state=DONE, id=TICKET)
    sent = json.loads(wire.calls[0].request.body or "")["rest_requests"][0]
    assert sent["method"] == "PATCH"
    assert sent["url"].startswith(f"/api/now/table/incident/{TICKET}?sysparm_fields=sys_id,urgency")
    assert json.loads(b64decode(sent["body"])) == {"urgency": "1"}
    assert {"name": "Content-Type", "value": "application/json"} in sent["headers"]


def test_each_request_is_judged_by_its_own_status(wire: responses.RequestsMock) -> None:
    error = {"error": {"message": "Operation Failed", "detail": "no"}, "status": "failure"}
    by_name = {"0": (200, None), "1": (403, error), "2": (404, error), "3": (500, error)}
    answers(wire, lambda names: ([serviced(n, *by_name[n]) for n in reversed(names)], []))
    found = send([patch("1") for _ in by_name])
    assert states(found) == [DONE, REFUSED, REFUSED, UNKNOWN]
    assert found[1].detail == "Operation Failed: no"
    assert "no such record" in found[2].detail


def test_what_was_not_looked_at_is_sent_again_when_that_does_no_harm(
    wire: responses.RequestsMock,
) -> None:
    seen = answers(
        wire,
        lambda names: ([serviced(names[0])], list(names[1:])),
        lambda names: ([serviced(name) for name in names], []),
    )
    assert states(send([patch(str(n)) for n in range(4)], size=4)) == [DONE] * 4
    assert [name for batch in seen[1:] for name in batch] == ["1", "2", "3"]


def test_what_is_never_looked_at_is_given_up_after_three_rounds(
    wire: responses.RequestsMock,
) -> None:
    seen = answers(wire, lambda names: ([], list(names)))
    found = send([patch("1")])
    assert (found[0].state, len(seen)) == (UNKNOWN, 3)
    assert found[0].detail.startswith("not sent")


def test_a_note_that_was_not_looked_at_is_not_sent_again_without_a_look(
    wire: responses.RequestsMock,
) -> None:
    seen = answers(wire, lambda names: ([], list(names)))
    assert states(send([patch("1", again=False)])) == [UNKNOWN]
    assert len(seen) == 1


def test_a_limit_inside_a_batch_means_not_looked_at(wire: responses.RequestsMock) -> None:
    seen = answers(
        wire,
        lambda names: ([serviced(name, 429) for name in names], []),
        lambda names: ([serviced(name) for name in names], []),
    )
    assert states(send([patch("1")])) == [DONE]
    assert len(seen) == 2


def test_a_request_that_the_answer_does_not_mention_is_unknown(
    wire: responses.RequestsMock,
) -> None:
    answers(wire, lambda names: ([serviced("99")], []))
    assert states(send([patch("1", again=False)])) == [UNKNOWN]


def test_a_batch_that_is_too_large_is_halved(wire: responses.RequestsMock) -> None:
    detail = "Rejected large REST payload with content-length = 99 bytes."
    error = {"error": {"message": "Exception while reading request", "detail": detail}}
    wire.add(responses.POST, BATCH, json=error, status=400)
    seen = answers(wire, lambda names: ([serviced(name) for name in names], []))
    assert states(send([patch(str(n)) for n in range(4)], size=4)) == [DONE] * 4
    assert seen[0] == ["0", "1"]


def test_a_batch_without_an_answer_is_unknown_and_never_sent_again(
    wire: responses.RequestsMock,
) -> None:
    wire.add(responses.POST, BATCH, body=requests.ConnectionError("reset"))
    assert states(send([patch("1"), patch("2")])) == [UNKNOWN, UNKNOWN]
    assert len(wire.calls) == 1


def test_after_two_batches_without_an_answer_the_rest_is_not_sent(
    wire: responses.RequestsMock,
) -> None:
    wire.add(responses.POST, BATCH, status=502, body="<html>", content_type="text/html")
    found = send([patch(str(n)) for n in range(5)], size=1)
    assert states(found) == [UNKNOWN] * 5
    assert len(wire.calls) == 2
    assert [one.detail.startswith("not sent") for one in found] == [False, False, True, True, True]


@pytest.mark.parametrize("status", [400, 403])
def test_a_refusal_of_the_first_batch_is_an_error_since_nothing_was_sent(
    wire: responses.RequestsMock, status: int
) -> None:
    wire.add(responses.POST, BATCH, json={"error": {"message": "No"}}, status=status)
    with pytest.raises(DeskRefusedError, match="No"):
        send([patch("1")])


def test_a_refusal_of_a_later_batch_leaves_the_rest_unsent(wire: responses.RequestsMock) -> None:
    wire.add(
        responses.POST,
        BATCH,
        json={"serviced_requests": [serviced("0")], "unserviced_requests": []},
    )
    wire.add(responses.POST, BATCH, json={"error": {"message": "No"}}, status=403)
    found = send([patch("1"), patch("2"), patch("3")], size=1)
    assert states(found) == [DONE, UNKNOWN, UNKNOWN]
    assert found[2].detail.startswith("not sent")


def test_a_desk_that_is_down_is_an_error_since_nothing_was_sent(
    wire: responses.RequestsMock,
) -> None:
    wire.add(responses.POST, BATCH, status=429, body="busy", content_type="text/plain")
    with pytest.raises(DeskUnreachableError, match="429"):
        send([patch("1")])
    assert len(wire.calls) == 3


def test_the_size_of_a_batch_follows_from_how_long_the_last_took(
    wire: responses.RequestsMock,
) -> None:
    times = iter([0.0, 20.0, 20.0, 21.0, 21.0, 22.0, 22.0, 23.0])
    slow = Pacer(clock=lambda: next(times, 23.0), most=50, size=20, longest=10.0)
    seen = answers(wire, lambda names: ([serviced(name) for name in names], []))
    send_all(session(), [patch("1") for _ in range(60)], slow)
    assert [len(batch) for batch in seen] == [20, 10, 20, 10]


def test_a_person_whom_a_new_group_took_off_is_put_back(wire: responses.RequestsMock) -> None:
    group, person = "b" * 32, "c" * 32
    taken_off = {"result": {"sys_id": TICKET, "assignment_group": group, "assigned_to": ""}}
    put_back = {"result": {"sys_id": TICKET, "assigned_to": person}}
    seen = answers(
        wire,
        lambda names: ([serviced(names[0], 200, taken_off)], []),
        lambda names: ([serviced(names[0], 200, put_back)], []),
    )
    there = {"incident": [TICKET], "sc_req_item": [], "sys_user_group": [group]}
    for table, found in (there | {"sys_user": [person]}).items():
        rows = [{"sys_id": sys_id, "user_name": "u", "state": "1"} for sys_id in found]
        headers = {"X-Total-Count": str(len(rows))}
        address = f"{URL}/api/now/table/{table}"
        wire.add(responses.GET, address, json={"result": rows}, headers=headers)
    login = Basic(user="u", password="p")
    with servicenow_desk("s", url=URL, credentials=login, wait=lambda _: None) as desk:
        wanted = Assign(groups=(group,), people=(person,))
        assert states(desk.update([TicketUpdate(ticket=TICKET, assign=wanted)])) == [DONE]
    bodies = [json.loads(b64decode(one["body"])) for one in sent_in(wire)]
    assert bodies == [
        {"assignment_group": group, "assigned_to": person},
        {"assigned_to": person},
    ]
    assert len(seen) == 2


def sent_in(wire: responses.RequestsMock) -> list[dict[str, str]]:
    posts = [call.request for call in wire.calls if call.request.method == "POST"]
    return [one for post in posts for one in json.loads(post.body or "")["rest_requests"]]


def urgent(ticket: str) -> TicketUpdate:
    return TicketUpdate(ticket=ticket, fields=(SetField(field="urgency", value="high"),))


def test_a_line_that_drops_after_a_note_was_written_says_nobody_knows(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    snow_desk.read([ids["0001"]])
    snow.application.faults = FaultPlan(chosen={snow.requests + 1: "reset_after"})
    comment = NewComment(ticket=ids["0001"], text="Said once [sdtools 1]", public=False)
    assert snow_desk.comment([comment])[0].state is UNKNOWN
    said = snow_desk.read_comments([ids["0001"]])[ids["0001"]]
    assert [one.text for one in said] == ["Said once [sdtools 1]"]


def test_a_line_that_drops_before_the_work_says_nobody_knows_either(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    snow_desk.read([ids["0001"]])
    snow.application.faults = FaultPlan(chosen={snow.requests + 1: "reset_before"})
    assert snow_desk.update([urgent(ids["0001"])])[0].state is UNKNOWN
    found = snow.database.row("incident", ids["0001"])
    assert found is not None
    assert found["urgency"] == "2"


@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_line_does_nothing_is_said_twice_and_no_answer_lies(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, seed: int
) -> None:
    names = ("0001", "0002", "ritm")
    snow_desk.read([ids[name] for name in names])
    kinds = ("reset_before", "reset_after", "bad_gateway_after", "empty", "unavailable")
    snow.application.faults = FaultPlan(rate=0.5, kinds=kinds, seed=seed)
    answered: dict[str, WriteState] = {}
    for place in range(6):
        batch = [
            NewComment(ticket=ids[name], text=f"note {place} on {name}", public=False)
            for name in names
        ]
        with suppress(DeskUnreachableError):  # nothing of it was sent
            found = snow_desk.comment(batch)
            answered |= {one.text: got.state for one, got in zip(batch, found, strict=True)}
    said = [row["value"] for row in snow.database.rows("sys_journal_field")]
    assert len(said) == len(set(said))
    assert {text for text, state in answered.items() if state is DONE} <= set(said)
    assert set(said) <= {text for text, state in answered.items() if state in (DONE, UNKNOWN)}


def test_of_a_batch_that_the_desk_cut_short_nothing_is_lost_and_nothing_said_twice() -> None:
    ticks = itertools.count(step=3.0)  # every look at the clock takes three seconds
    database = ServiceNowDatabase()
    tickets = [f"{place:032x}" for place in range(1, 13)]
    database.load(("incident", {"sys_id": one, "state": "1", "urgency": "2"}) for one in tickets)
    begin = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
    with serve_servicenow(database, Clock(begin, lambda: next(ticks))) as snow:
        login = Basic(user=snow.user, password=snow.password)
        with servicenow_desk("s", url=snow.url, credentials=login, wait=lambda _: None) as desk:
            desk.read(tickets)
            notes = [NewComment(ticket=one, text=f"on {one}", public=False) for one in tickets]
            said = desk.comment(notes)
            found = desk.read_comments(tickets)
            urgent_ = desk.update([urgent(one) for one in tickets])
    by_ticket = [(found[one], answer.state) for one, answer in zip(tickets, said, strict=True)]
    assert {state for _, state in by_ticket} == {DONE, UNKNOWN}
    assert all(len(entries) == (state is DONE) for entries, state in by_ticket)
    assert set(states(urgent_)) <= {DONE, UNKNOWN}
    rows = {row["sys_id"]: row["urgency"] for row in database.rows("incident")}
    assert all(
        rows[one] == ("1" if answer.state is DONE else "2")
        for one, answer in zip(tickets, urgent_, strict=True)
    )
    database.close()
