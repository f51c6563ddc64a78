"""Several lines to one ServiceNow at a time: the same results, whatever happens on one of them."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import md5

import pytest

from sdtools.connectors.desk import NewComment, TicketUpdate, WriteState
from sdtools.connectors.http import DeskHttp
from sdtools.connectors.servicenow.answers import text
from sdtools.connectors.servicenow.desk import ServiceNowDesk
from sdtools.connectors.servicenow.lines import WORKERS, Lines
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.options import (
    Basic,
    Credentials,
    KnownErrorSource,
    OAuth,
    Place,
    Vip,
)
from sdtools.connectors.servicenow.session import READING, ServiceNowSession
from sdtools.connectors.servicenow.spans import Span
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.servicenow.context import Call
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.emulator.servicenow.faults import SERVICENOW_FAULTS
from sdtools.errors import DeskUnreachableError
from sdtools.model.effects import SetField
from sdtools.model.ticket import Comment, Ticket

Ids = Mapping[str, str]
MANY = 60


def _id(number: int) -> str:
    return md5(str(number).encode(), usedforsecurity=False).hexdigest()


def _incident(number: int) -> tuple[str, dict[str, object]]:
    at = "2026-11-10 08:00:00"
    row = {
        "sys_id": _id(number),
        "number": f"INC1{number:03}",
        "short_description": f"No. {number}",
    }
    return "incident", {**row, "state": "1", "sys_created_on": at, "sys_updated_on": at}


@pytest.fixture
def many(snow: EmbeddedServiceNow) -> list[str]:
    """Load incidents whose sys_ids are spread as real ones are, with something said on each."""
    snow.database.load(_incident(number) for number in range(MANY))
    shared = {"name": "incident", "element": "work_notes", "sys_created_on": "2026-11-10 08:00:01"}
    snow.database.load(
        (
            "sys_journal_field",
            {"sys_id": _id(1000 + number), "element_id": _id(number), "value": "Said", **shared},
        )
        for number in range(MANY)
    )
    return [_id(number) for number in range(MANY)]


def desk_with(
    snow: EmbeddedServiceNow,
    workers: int = WORKERS,
    login: Credentials | None = None,
    wait: Callable[[float], None] = lambda _: None,
) -> ServiceNowDesk:
    http = DeskHttp("snow", wait=wait, reads=("/oauth_token.do", READING))
    way = login or Basic(user=snow.user, password=snow.password)
    session = ServiceNowSession(http, Place(url=snow.url), way, lambda: 0.0, workers)
    desk = ServiceNowDesk(
        session,
        vip=Vip(),
        known_errors=KnownErrorSource(),
        timezone="UTC",
        clock=lambda: 0.0,
    )
    desk._reader.size.rows = 8
    return desk


def all_of(desk: ServiceNowDesk) -> tuple[list[Ticket], list[Comment]]:
    """Read tickets and comments; one that came twice is there twice."""
    tickets = [one for page in desk.tickets(None) for one in page]
    said = [one for page in desk.comments(None) for one in page]
    return sorted(tickets, key=lambda one: one.id), sorted(said, key=lambda one: one.id)


def everything(desk: ServiceNowDesk, ids: list[str]) -> tuple[object, ...]:
    with desk:
        whole = all_of(desk)
        again = (desk.read(ids), desk.read_comments(ids))
        return *whole, *again, desk.directory(), desk.knowledge(), desk.ticket_ids()


def test_three_workers_read_what_one_reads(snow: EmbeddedServiceNow, many: list[str]) -> None:
    one = everything(desk_with(snow, 1), many)
    assert everything(desk_with(snow), many) == one
    assert len(one[0]) > MANY  # type: ignore[arg-type]  # a list of tickets


def test_no_thread_outlives_a_call_even_if_its_results_are_not_taken(
    snow: EmbeddedServiceNow, many: list[str]
) -> None:
    before = threading.active_count()
    with desk_with(snow) as desk:
        pages = desk.tickets(None)
        next(pages)
        next(pages)
        assert isinstance(pages, Iterator)
        pages.close()  # type: ignore[attr-defined]  # a generator
        assert threading.active_count() == before
        all_of(desk)
    assert threading.active_count() == before


@pytest.mark.parametrize("first", [5, 7, 9])
def test_an_error_on_one_line_is_raised_once_and_ends_the_others(
    snow: EmbeddedServiceNow, many: list[str], first: int
) -> None:
    before = threading.active_count()
    kind = dict.fromkeys(range(first, first + 200), "unavailable")
    snow.application.faults = FaultPlan(chosen=kind, catalogue=SERVICENOW_FAULTS)
    with desk_with(snow) as desk, pytest.raises(DeskUnreachableError):
        all_of(desk)
    assert threading.active_count() == before
    assert snow.requests < first + 3 * 2 * WORKERS + 3  # those ahead, each tried three times


def test_a_rate_limit_on_one_line_is_waited_for_once_and_nothing_is_lost(
    snow: EmbeddedServiceNow, many: list[str]
) -> None:
    with desk_with(snow, 1) as desk:
        whole = all_of(desk)
    waits: list[float] = []
    snow.application.faults = FaultPlan(
        chosen={snow.requests + 7: "rate_limited"}, catalogue=SERVICENOW_FAULTS
    )
    with desk_with(snow, wait=waits.append) as desk:
        assert all_of(desk) == whole
    assert waits == [1.0]


def test_a_token_that_ends_amid_several_lines_is_renewed_once(
    snow: EmbeddedServiceNow, many: list[str]
) -> None:
    with desk_with(snow, 1) as desk:
        whole = all_of(desk)
    asked: list[str] = []

    def note(call: Call) -> None:
        asked.append(call.parts[-1])
        if asked.count("incident") == 3 and asked[-1] == "incident":
            snow.clock.advance(timedelta(hours=1))

    snow.application.before = note
    way = OAuth(
        grant="client_credentials", client_id=snow.client_id, client_secret=snow.client_secret
    )
    with desk_with(snow, login=way) as desk:
        assert all_of(desk) == whole
    assert asked.count("oauth_token.do") == 2


@pytest.mark.parametrize("at", [3, 5, 8])
def test_rows_that_come_and_go_meanwhile_cost_none_of_the_others(
    snow: EmbeddedServiceNow, many: list[str], at: int
) -> None:
    asked = Counter[str]()

    def change(call: Call) -> None:
        asked[call.parts[-1]] += 1
        if call.parts[-1] == "incident" and asked["incident"] == at:
            snow.database.load(_incident(number) for number in range(MANY, MANY + 20))
            snow.database.update("incident", many[0], {"sys_updated_on": "2026-11-16 09:00:00"})

    with desk_with(snow) as desk:
        assert desk.opened_at
        snow.application.before = change
        found = Counter(one.id for page in desk.tickets(None) for one in page)
    assert set(many) <= found.keys()
    assert set(found.values()) == {1}


def test_each_line_has_cookies_of_its_own_and_their_requests_are_counted_together(
    snow: EmbeddedServiceNow,
) -> None:
    lines = Lines(DeskHttp("snow"))
    login = {"Accept": "application/json", "x-sn-apikey": snow.api_key}
    with lines.one() as one, lines.one() as other, lines.one() as third:
        taken = (one, other, third)
        for line in taken:
            line.get(f"{snow.url}/api/now/table/incident", headers=login)
    sessions = {one.value for line in taken for one in line.cookies if one.name == "JSESSIONID"}
    assert len(sessions) == len(taken)
    assert lines.requests == len(taken)
    lines.close()


def test_a_span_is_parted_without_gap_or_overlap() -> None:
    for span in (Span(), Span(after=_id(1)), Span(after="1" * 32, to="1234567f"), Span(after="x")):
        for wanted in (1, 2, 7, 300):
            parts = span.parts(wanted)
            assert (parts[0].after, parts[-1].to) == (span.after, span.to)
            ends = [part.to for part in parts[:-1]]
            assert ends == [part.after for part in parts[1:]]
            assert ends == sorted(set(ends))


def test_ids_of_any_form_are_read_once(snow: EmbeddedServiceNow, many: list[str]) -> None:
    """Sys_ids in a row, and none in hex, as imports and scoped applications leave them."""
    odd = [*(f"{number:032x}" for number in range(1, 41)), "global", "Zulu", "12345678"]
    row = _incident(0)[1]
    snow.database.load(("incident", {**row, "sys_id": one, "number": one}) for one in odd)
    with desk_with(snow) as desk:
        listing = Listing(table="incident", fields=("number",))
        found = Counter(text(row, "sys_id") for row in desk._reader.rows(listing))
    assert {*odd, *many} <= found.keys()
    assert set(found.values()) == {1}


def test_batches_under_way_at_once_write_each_comment_once_and_answer_in_order(
    snow: EmbeddedServiceNow, many: list[str]
) -> None:
    sizes: list[int] = []

    def note(call: Call) -> None:
        if call.parts[-1] == "batch":
            sizes.append(len(json.loads(call.body)["rest_requests"]))

    snow.application.before = note
    notes = [
        NewComment(ticket=ticket, text=f"{part} on {ticket}", public=False)
        for part in ("First", "Second")
        for ticket in [*many[:15], _id(999_999)]
    ]
    with desk_with(snow) as desk:
        answers = desk.comment(notes)
    states = [WriteState.done] * 15 + [WriteState.refused]
    assert [one.state for one in answers] == states * 2
    assert sizes == [10, 10, 10]
    rows = snow.database.rows("sys_journal_field", tail="ORDER BY rowid")
    written = [row["value"] for row in rows if row["value"] != "Said"]
    assert Counter(written) == Counter(one.text for one in notes if one.ticket in many)
    for ticket in many[:15]:
        mine = [value.split()[0] for value in written if value.endswith(ticket)]
        assert mine == ["First", "Second"]


@pytest.mark.parametrize("kind", ["reset_after", "empty", "unavailable"])
def test_a_batch_without_a_clear_answer_leaves_the_others_as_they_are(
    snow: EmbeddedServiceNow, many: list[str], kind: str
) -> None:
    notes = [NewComment(ticket=ticket, text=ticket, public=False) for ticket in many[:30]]
    with desk_with(snow) as desk:
        desk.read(many[:30])
        chosen = {snow.requests + 2: kind}
        snow.application.faults = FaultPlan(chosen=chosen, catalogue=SERVICENOW_FAULTS)
        answers = desk.comment(notes)
    states = Counter(one.state for one in answers)
    assert states == {WriteState.done: 20, WriteState.unknown: 10}
    rows = snow.database.rows("sys_journal_field")
    written = Counter(row["value"] for row in rows if row["value"] != "Said")
    assert max(written.values()) == 1
    done = {notes[place].text for place, one in enumerate(answers) if one.state == "done"}
    assert done <= written.keys()


def test_updates_of_many_tickets_come_back_in_their_order(
    snow: EmbeddedServiceNow, many: list[str]
) -> None:
    fields = (SetField(field="urgency", value="high"),)
    updates = [TicketUpdate(ticket=ticket, fields=fields) for ticket in many]
    with desk_with(snow) as desk:
        answers = desk.update(updates)
    assert [one.id for one in answers] == many
    assert {one.state for one in answers} == {WriteState.done}


def changes(desk: ServiceNowDesk, since: datetime) -> tuple[list[str], list[str], list[str]]:
    return (
        [one.id for page in desk.tickets(since) for one in page],
        [one.id for page in desk.comments(since) for one in page],
        [one.id for page in desk.history(since) for one in page],
    )


def test_a_pull_in_which_nothing_changed_is_one_request(
    snow: EmbeddedServiceNow, now: datetime
) -> None:
    with desk_with(snow) as desk:
        assert desk.opened_at
        before = snow.requests
        assert changes(desk, now) == ([], [], [])
        assert desk.consequences.matrix
    assert snow.requests == before + 1


@pytest.mark.parametrize("kind", ["unavailable", "reset_after", "empty", "throttled", "list_cut"])
def test_a_question_ahead_that_fails_is_asked_as_if_nothing_had_been(
    snow: EmbeddedServiceNow, many: list[str], now: datetime, kind: str
) -> None:
    long_ago = now - timedelta(days=300)
    with desk_with(snow) as desk:
        whole = changes(desk, long_ago)
        snow.application.faults = FaultPlan(
            chosen={snow.requests + 1: kind}, catalogue=SERVICENOW_FAULTS
        )
        assert changes(desk, long_ago) == whole
    assert len(whole[0]) > MANY
