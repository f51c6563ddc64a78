"""What a ServiceNow's line does to us: broken lists, limits, long urls, ended tokens, odd pages."""

from __future__ import annotations

import json
import operator
import socket
import threading
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
import requests
import responses
from servicenow_reader import reader_at, reader_of

from sdtools.connectors.desk import NewComment, WriteState
from sdtools.connectors.http import DeskHttp, Patience
from sdtools.connectors.servicenow.answers import text
from sdtools.connectors.servicenow.desk import ServiceNowDesk, servicenow_desk
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.options import Basic, OAuth, Place
from sdtools.connectors.servicenow.pagesize import PageSize
from sdtools.connectors.servicenow.queries import Among
from sdtools.connectors.servicenow.session import ServiceNowSession
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.servicenow.context import Call
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.emulator.servicenow.faults import SERVICENOW_FAULTS
from sdtools.errors import DeskRefusedError, DeskUnreachableError

Ids = Mapping[str, str]
URL = "https://snow.example.org"
TABLE = f"{URL}/api/now/table/incident"
BATCH = f"{URL}/api/now/v1/batch"
READING = f"{URL}/api/now/batch"
NUMBERS = Listing(table="incident", fields=("number",))
BROKEN = (
    "list_cancelled",
    "list_stray_text",
    "list_text_element",
    "list_text_result",
    "list_cut",
    "broken_off",
)


LONG = "numberSTARTSWITHINC^" + "^OR".join(f"number!=X{place:07}" for place in range(600))
ANSWERED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Total-Count: 1\r\n"


def failing(*kinds: str, first: int = 1) -> FaultPlan:
    chosen = dict(enumerate(kinds, first))
    return FaultPlan(chosen=chosen, catalogue=SERVICENOW_FAULTS)


def login(snow: EmbeddedServiceNow, waits: list[float]) -> ServiceNowDesk:
    credentials = Basic(user=snow.user, password=snow.password)
    return servicenow_desk("snow", url=snow.url, credentials=credentials, wait=waits.append)


@pytest.mark.parametrize("kind", BROKEN)
def test_a_ticket_list_that_breaks_off_in_any_form_is_read_again_in_halves(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, kind: str
) -> None:
    whole = [ticket for page in snow_desk.tickets(None) for ticket in page]
    limits: list[str] = []

    def note(call: Call) -> None:
        if call.parts[-1] == "incident":
            limits.append(call.parameters["sysparm_limit"])

    snow.application.before = note
    nth = next(number for number in range(1, 20) if incident_list(snow, number))
    snow.application.faults = failing(kind, first=snow.requests + nth)
    again = [ticket for page in snow_desk.tickets(None) for ticket in page]
    assert again == whole
    assert limits == ["2000", "1000"]


def incident_list(snow: EmbeddedServiceNow, number: int) -> bool:
    """Tell whether that request of a full pull, counted from 1, lists incidents."""
    return number == 2  # after a batch of task_sla, m2m_kb_task and requested items


def test_a_single_record_that_breaks_off_is_asked_for_once_more(snow: EmbeddedServiceNow) -> None:
    snow.application.faults = failing("broken_off")
    assert text(reader_of(snow).session.me, "user_name") == snow.user
    assert snow.requests == 2


def test_pages_grow_again_after_a_while_and_ever_more_slowly() -> None:
    size = PageSize(rows=100)
    assert size.broke(size.rows)
    grown = [_whole_until_grown(size), size.broke(size.rows) and _whole_until_grown(size)]
    assert (grown, size.rows) == ([16, 32], 100)


def _whole_until_grown(size: PageSize) -> int:
    rows, count = size.rows, 0
    while size.rows == rows:
        size.whole()
        count += 1
    return count


def test_a_page_of_few_rows_that_breaks_off_is_tried_again_and_then_given_up() -> None:
    size = PageSize(rows=8)
    assert [size.broke(size.rows) for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("kind", ["throttled", "rate_limited"])
def test_a_full_queue_or_a_rate_rule_is_waited_for_by_reads_and_writes(
    snow: EmbeddedServiceNow, ids: Ids, kind: str
) -> None:
    waits: list[float] = []
    with login(snow, waits) as desk:
        desk.read([ids["0001"]])
        snow.application.faults = failing(kind, kind, kind, first=snow.requests + 1)
        note = NewComment(ticket=ids["0001"], text="Said once", public=False)
        assert desk.comment([note])[0].state is WriteState.done
        snow.application.faults = failing(kind, kind, first=snow.requests + 1)
        assert set(desk.read([ids["0001"]])) == {ids["0001"]}
    assert len(waits) == 5
    told = kind == "rate_limited"  # Retry-After: 1
    most = [1.0, 2.0, 4.0, 1.0, 2.0]
    assert waits == [1.0] * 5 if told else all(map(operator.le, waits, most))
    assert [row["value"] for row in snow.database.rows("sys_journal_field")] == ["Said once"]


@responses.activate
def test_the_end_of_a_rate_limit_may_be_told_as_a_date() -> None:
    headers = {
        "Date": "Mon, 16 Nov 2026 09:00:00 GMT",
        "Retry-After": "Mon, 16 Nov 2026 09:00:25 GMT",
    }
    users = f"{URL}/api/now/table/sys_user"
    responses.add(responses.GET, users, status=429, headers=headers, body="busy")
    responses.add(responses.GET, users, json={"result": []})
    waits: list[float] = []
    credentials = Basic(user="u", password="p")
    _ = servicenow_desk("s", url=URL, credentials=credentials, wait=waits.append).opened_at
    assert waits[:1] == [25.0]


@responses.activate
def test_a_rate_rule_that_lasts_an_hour_is_an_error_that_says_so() -> None:
    headers = {"Retry-After": "1800", "X-RateLimit-Limit": "100"}
    users = f"{URL}/api/now/table/sys_user"
    responses.add(responses.GET, users, status=429, headers=headers, json={"error": {}})
    credentials = Basic(user="u", password="p")
    with pytest.raises(DeskUnreachableError, match="asks to wait 1800 s"):
        _ = servicenow_desk("s", url=URL, credentials=credentials).opened_at
    assert len(responses.calls) == 1


def test_a_query_too_long_for_a_url_is_asked_in_a_batch(snow: EmbeddedServiceNow, ids: Ids) -> None:
    many = tuple(f"{place:032x}" for place in range(400))
    wanted = Among(field="sys_id", values=(*many, ids["0001"], ids["0002"]))
    asked: list[str] = []
    snow.application.before = lambda call: asked.append(call.parts[-1])
    reader = reader_of(snow)
    listing = Listing(table="incident", fields=("number",), among=(wanted,))
    found = sorted(text(row, "number") for row in reader.rows(listing))
    assert found == ["INC0001", "INC0002"]
    assert asked == ["batch"]
    assert reader.counted == 2


def test_a_scope_of_any_length_is_applied(snow: EmbeddedServiceNow, ids: Ids) -> None:
    scope = "^OR".join(f"short_description=Nothing like this {place}" for place in range(300))
    credentials = Basic(user=snow.user, password=snow.password)
    long = f"{scope}^ORshort_description=Ticket 0002"
    with servicenow_desk("s", url=snow.url, credentials=credentials, scope=long) as desk:
        assert set(desk.read([ids["0001"], ids["0002"]])) == {ids["0002"]}


@responses.activate
def test_a_proxy_that_takes_shorter_urls_is_learnt_from() -> None:
    page = "<html>414 Request-URI Too Large</html>"
    lists = responses.add(responses.GET, TABLE, status=414, body=page, content_type="text/html")
    responses.add_callback(responses.POST, READING, callback=_one_row)
    reader = reader_at(URL)
    assert [text(row, "number") for row in reader.rows(NUMBERS)] == ["INC1"]
    assert [text(row, "number") for row in reader.rows(NUMBERS)] == ["INC1"]
    assert lists.call_count == 1


def _one_row(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
    question = json.loads(request.body or "")["rest_requests"][0]
    assert question["method"] == "GET"
    body = {"result": [{"sys_id": "a", "number": "INC1"}]}
    item = {
        "id": question["id"],
        "status_code": 200,
        "headers": [{"name": "X-Total-Count", "value": "1"}],
        "body": _packed(body),
    }
    answer = {"serviced_requests": [item], "unserviced_requests": []}
    return 200, {"Content-Type": "application/json"}, json.dumps(answer)


def _packed(body: object) -> str:
    return b64encode(json.dumps(body).encode()).decode()


@responses.activate
def test_a_long_question_that_the_batch_had_no_time_for_is_asked_in_halves() -> None:
    limits: list[str] = []

    def late(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        question = json.loads(request.body or "")["rest_requests"][0]
        limits.append(question["url"].split("sysparm_limit=")[1].split("&")[0])
        if len(limits) > 1:
            return _one_row(request)
        answer = {"serviced_requests": [], "unserviced_requests": [question["id"]]}
        return 200, {"Content-Type": "application/json"}, json.dumps(answer)

    responses.add_callback(responses.POST, READING, callback=late)
    long = Listing(table="incident", fields=("number",), where="number!=" + "x" * 9000)
    assert [text(row, "number") for row in reader_at(URL).rows(long)] == ["INC1"]
    assert limits == ["2000", "1000"]


@pytest.mark.parametrize("kind", ["unavailable", "reset_after", "server_error", "truncated"])
def test_a_long_question_is_repeated_as_any_other_read(
    snow: EmbeddedServiceNow, ids: Ids, kind: str
) -> None:
    login = Basic(user=snow.user, password=snow.password)
    with servicenow_desk(
        "s", url=snow.url, credentials=login, scope=LONG, wait=lambda _: None
    ) as desk:
        assert desk.account_id
        snow.application.faults = failing(kind, first=snow.requests + 1)
        assert desk.ticket_ids() == {ids["0001"], ids["0002"], ids["0003"]}


@pytest.mark.parametrize("status", [408, 429, 500, 503])
@responses.activate
def test_what_is_busy_inside_a_batch_is_waited_for(status: int) -> None:
    waited: list[float] = []
    asked: list[int] = []

    def busy(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked.append(status)
        return _one_row(request) if len(asked) > 1 else _inner(status, "busy", ("Retry-After", "7"))

    responses.add_callback(responses.POST, READING, callback=busy)
    responses.add(responses.GET, f"{URL}/api/now/table/sys_user", json={"result": []})
    credentials = Basic(user="u", password="p")
    desk = servicenow_desk("s", url=URL, credentials=credentials, scope=LONG, wait=waited.append)
    assert len(desk.ticket_ids()) == 1
    assert waited[:1] == [7.0]


@responses.activate
def test_an_answer_too_large_for_a_batch_is_asked_for_in_halves() -> None:
    limits: list[str] = []

    def large(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        question = json.loads(request.body or "")["rest_requests"][0]
        limits.append(question["url"].split("sysparm_limit=")[1].split("&")[0])
        return _one_row(request) if len(limits) > 1 else _inner(500, "Response item is too large")

    responses.add_callback(responses.POST, READING, callback=large)
    long = Listing(table="incident", fields=("number",), where=LONG)
    assert [text(row, "number") for row in reader_at(URL).rows(long)] == ["INC1"]
    assert limits == ["2000", "1000"]


@responses.activate
def test_a_desk_that_stays_busy_inside_a_batch_is_said_so() -> None:
    busy = _inner(503, "busy")
    responses.add_callback(responses.POST, READING, callback=lambda _: busy)
    long = Listing(table="incident", fields=("number",), where=LONG)
    with pytest.raises(DeskUnreachableError, match="with status 503"):
        list(reader_at(URL).rows(long))
    assert len(responses.calls) == 3


def _inner(status: int, words: str, *headers: tuple[str, str]) -> tuple[int, dict[str, str], str]:
    """Answer a batch whose one question has failed."""
    item = {
        "id": "1",
        "status_code": status,
        "headers": [{"name": name, "value": value} for name, value in headers],
        "body": _packed({"error": {"message": words, "detail": None}, "status": "failure"}),
    }
    answer = {"serviced_requests": [item], "unserviced_requests": []}
    return 200, {"Content-Type": "application/json"}, json.dumps(answer)


@pytest.mark.parametrize("begun", [False, True])
def test_a_list_that_takes_too_long_is_asked_for_in_halves_at_once(begun: bool) -> None:
    """Headers and the first rows may have come before the desk fell silent."""
    limits: list[int] = []

    def answer(line: socket.socket) -> None:
        with line, line.makefile("rb") as heard:
            while request := heard.readline():
                while heard.readline() not in (b"\r\n", b""):
                    pass
                limits.append(int(request.split(b"sysparm_limit=")[1].split(b"&")[0]))
                whole = ANSWERED + b"Content-Length: 27\r\n\r\n" + b'{"result":[{"sys_id":"a"}]}'
                late = limits[-1] > 1000
                line.sendall(whole[: -9 if begun else 0] if late else whole)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        for _ in range(2):
            threading.Thread(target=lambda: answer(listener.accept()[0]), daemon=True).start()
        patience = Patience(read=0.2, cut=1)
        with DeskHttp("snow", wait=lambda _: None, patience=patience) as http:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            login = Basic(user="u", password="p")
            reader = Reader(ServiceNowSession(http, Place(url=url), login, lambda: 0.0))
            assert [text(row, "sys_id") for row in reader.rows(NUMBERS)] == ["a"]
    assert limits == [2000, 1000]


def test_a_token_that_ends_before_a_write_is_renewed_and_the_write_sent_once(
    snow: EmbeddedServiceNow, ids: Ids
) -> None:
    way = OAuth(
        grant="client_credentials", client_id=snow.client_id, client_secret=snow.client_secret
    )
    asked: list[str] = []
    snow.application.before = lambda call: asked.append(call.parts[-1])
    with servicenow_desk("s", url=snow.url, credentials=way, clock=lambda: 0.0) as desk:
        desk.read([ids["0001"]])
        snow.clock.advance(timedelta(hours=1))
        asked.clear()
        note = NewComment(ticket=ids["0001"], text="After an hour", public=False)
        assert desk.comment([note])[0].state is WriteState.done
    assert asked == ["batch", "oauth_token.do", "batch"]
    assert len(snow.database.rows("sys_journal_field")) == 1


def test_a_password_that_ends_before_a_write_is_a_refusal_and_nothing_was_written(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    snow_desk.read([ids["0001"]])
    mine = snow.database.rows("sys_user", "t.user_name = ?", (snow.user,))[0]["sys_id"]
    snow.database.update("sys_user", mine, {"active": "false", "locked_out": "true"})
    note = NewComment(ticket=ids["0001"], text="Never", public=False)
    with pytest.raises(DeskRefusedError) as caught:
        snow_desk.comment([note])
    assert "snc_basic_auth_api_access" in caught.value.advice
    assert snow.database.rows("sys_journal_field") == []


HIBERNATING = (
    "<html><title>Hibernating Instance</title><h1>Your instance is hibernating</h1></html>"
)


@pytest.mark.parametrize(
    ("status", "headers", "page", "advice"),
    [
        (200, {}, HIBERNATING, "sign in to it in a browser"),
        (302, {"Location": "https://developer.example.com/hibernating"}, "", "is asleep"),
        (302, {"Location": f"{URL}/login_redirect.do?sysparm_x=1"}, "", "single sign-on"),
        (200, {}, "<html><form>User name, Password</form></html>", "login page"),
        (503, {}, "<html>Upgrade in progress</html>", "try again later"),
    ],
)
@responses.activate
def test_a_page_instead_of_an_answer_says_what_to_do(
    status: int, headers: Mapping[str, str], page: str, advice: str
) -> None:
    users = f"{URL}/api/now/table/sys_user"
    responses.add(
        responses.GET, users, status=status, headers=headers, body=page, content_type="text/html"
    )
    credentials = Basic(user="u", password="p")
    desk = servicenow_desk("s", url=URL, credentials=credentials, wait=lambda _: None)
    with pytest.raises(DeskUnreachableError) as caught:
        _ = desk.account_id
    assert advice in caught.value.advice
    assert "sysparm_x" not in f"{caught.value}{caught.value.advice}"


@responses.activate
def test_an_instance_that_falls_asleep_between_write_and_answer_leaves_it_unknown() -> None:
    responses.add(responses.POST, BATCH, body=HIBERNATING, content_type="text/html")
    table = {"result": [{"sys_id": "a" * 32, "user_name": "u", "state": "1"}]}
    responses.add(responses.GET, TABLE, json=table, headers={"X-Total-Count": "1"})
    responses.add(responses.GET, f"{URL}/api/now/table/sys_user", json={"result": []})
    credentials = Basic(user="u", password="p")
    desk = servicenow_desk("s", url=URL, credentials=credentials, wait=lambda _: None)
    note = NewComment(ticket="a" * 32, text="Said?", public=False)
    assert desk.comment([note])[0].state is WriteState.unknown
    assert _written(responses.calls) == ["Said?"]


def _written(calls: Sequence[responses.Call]) -> list[str]:
    posts = [json.loads(call.request.body or "") for call in calls if call.request.method == "POST"]
    items = [item for post in posts for item in post["rest_requests"]]
    return [json.loads(b64decode(item["body"]))["work_notes"] for item in items]
