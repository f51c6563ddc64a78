"""What other instances and fakes do: numbers for texts, late rows, hidden columns."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
from servicenow_reader import reader_at

from sdtools.connectors.servicenow.answers import Answer, flag, number, text
from sdtools.connectors.servicenow.desk import servicenow_desk
from sdtools.connectors.servicenow.fields import INCIDENT, grade_of, status_of
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.longreads import batched_answer
from sdtools.connectors.servicenow.options import Basic, Vip
from sdtools.connectors.servicenow.queries import all_of
from sdtools.model.grades import Grade
from sdtools.model.ticket import Ticket

URL = "https://snow.example.org"
INCIDENTS = f"{URL}/api/now/table/incident"
A, B = "a" * 32, "b" * 32
Raw = tuple[int, dict[str, str], str]
PLAIN = {"sys_id": A, "urgency": "2", "impact": "2", "priority": "3", "state": "1"}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("a=1^ORDERBYcaller_id.name", "a=1^x=1"),
        ("a=1^ORDERBYDESCcaller_id.company.name^b=2", "a=1^b=2^x=1"),
    ],
)
def test_an_order_by_way_of_a_reference_is_dropped_whole(scope: str, expected: str) -> None:
    assert all_of(scope, "x=1") == expected


def test_numbers_and_booleans_that_are_no_texts_are_read() -> None:
    row = {"state": 2, "priority": 1, "active": True, "count": 7, "link": {"value": 5}}
    assert str(status_of(INCIDENT, row)) == "assigned"
    assert grade_of(row, "priority") is Grade.very_high
    assert (flag(row, "active"), number(row, "count"), text(row, "link")) == (True, 7, "5")


class Growing:
    """A table into which rows come while it is read."""

    def __init__(self, ids: Sequence[int], meanwhile: Mapping[int, int]) -> None:
        self.ids = list(ids)
        self.meanwhile = meanwhile  # after how many requests which id comes
        self.asked = 0

    def answer(self, request: requests.PreparedRequest) -> Raw:
        query = {key: one[0] for key, one in parse_qs(urlsplit(request.url or "").query).items()}
        after = query["sysparm_query"].partition("sys_id>")[2].partition("^")[0]
        to = query["sysparm_query"].partition("sys_id<=")[2].partition("^")[0] or "g"
        left = [one for one in map(_key, sorted(self.ids)) if after < one <= to]
        rows = [{"sys_id": one} for one in left[: int(query["sysparm_limit"])]]
        counted = query["sysparm_no_count"] == "false"
        self.asked += 1
        if self.asked in self.meanwhile:
            self.ids.append(self.meanwhile[self.asked])
        headers = {"X-Total-Count": str(len(left))} if counted else {}
        return 200, headers, json.dumps({"result": rows})


def _key(number: int) -> str:
    return f"{number * 2**25:08x}{number:024x}"  # spread evenly, as sys_ids are


@pytest.mark.parametrize(("count", "requests_"), [(8, 4), (10, 3), (12, 4)])
@responses.activate
def test_rows_that_come_in_before_the_last_page_push_none_off_it(
    count: int, requests_: int
) -> None:
    there = Growing(range(10, 10 * count + 1, 10), {1: 10 * count - 5})
    responses.add_callback(responses.GET, INCIDENTS, callback=there.answer)
    reader = reader_at(URL)
    reader.size.rows = 4
    found = {text(row, "sys_id") for row in reader.rows(Listing(table="incident", fields=()))}
    assert found == set(map(_key, there.ids))
    assert there.asked == requests_


@responses.activate
def test_a_quiet_list_costs_no_request_more() -> None:
    there = Growing(range(0, 100, 10), {})
    responses.add_callback(responses.GET, INCIDENTS, callback=there.answer)
    reader = reader_at(URL)
    reader.size.rows = 4
    assert len(list(reader.rows(Listing(table="incident", fields=())))) == 10
    assert there.asked == 3


@pytest.mark.parametrize("item", [{"id": "1"}, {"id": 1, "status_code": None, "body": "e30="}])
def test_a_batched_answer_without_a_status_is_not_whole(item: Mapping[str, object]) -> None:
    outer = Answer(status=200, data={"serviced_requests": [item]}, headers={})
    assert not batched_answer(outer).whole


def test_headers_of_a_batched_answer_are_found_whatever_their_case() -> None:
    body = b64encode(b'{"result": []}').decode()
    item = {"id": "1", "status_code": 200, "body": body}
    outer = Answer(status=200, data={"serviced_requests": [item]}, headers={"date": "Mon"})
    assert batched_answer(outer).headers.get("Date") == "Mon"


def read(table: str, row: Mapping[str, str], levels: Sequence[Mapping[str, str]] = ()) -> Ticket:
    """Read one ticket of which only these columns show."""
    rows: dict[str, Sequence[Mapping[str, str]]] = {table: [row], "task_sla": levels}
    for name in ("incident", "sc_req_item", "task_sla", "m2m_kb_task", "sys_user"):
        shown = rows.get(name, ())
        responses.add(
            responses.GET,
            f"{URL}/api/now/table/{name}",
            json={"result": shown},
            headers={"X-Total-Count": str(len(shown))},
        )
    with servicenow_desk("s", url=URL, credentials=Basic(user="u", password="p")) as desk:
        return desk.read([A])[A]


@responses.activate
def test_a_category_without_its_hidden_half_is_unknown() -> None:
    assert "category_id" in read("incident", PLAIN | {"category": "network"}).unknown


@responses.activate
def test_when_it_was_solved_is_unknown_where_that_does_not_show() -> None:
    assert {"solved", "closed"} <= read("incident", PLAIN | {"state": "6"}).unknown


@responses.activate
def test_nobody_is_taken_for_the_requester_where_that_one_is_hidden() -> None:
    assert "requesters" in read("sc_req_item", PLAIN | {"opened_by": B}).unknown


@responses.activate
def test_a_release_that_keeps_the_requester_on_the_order_is_read() -> None:
    ticket = read("sc_req_item", PLAIN | {"request.requested_for": B, "assigned_to": ""})
    assert ticket.requesters == (B,)
    assert not {"requesters", "status"} & ticket.unknown


@responses.activate
def test_a_requested_item_whose_assignee_is_hidden_may_be_new_or_not() -> None:
    assert "status" in read("sc_req_item", PLAIN).unknown


@responses.activate
def test_a_requested_item_in_work_is_so_whoever_has_it() -> None:
    assert "status" not in read("sc_req_item", PLAIN | {"state": "2"}).unknown


@responses.activate
def test_service_levels_whose_dates_are_hidden_are_unknown_and_not_absent() -> None:
    level = {"sys_id": B, "task": A, "sla.target": "resolution", "stage": "in_progress"}
    assert {"resolve_due", "respond_due"} <= read("incident", PLAIN, [level]).unknown


@responses.activate
def test_a_table_that_a_fake_answers_with_404_is_closed() -> None:
    error = {"error": {"message": "Invalid table dl_u_priority", "detail": None}}
    responses.add(responses.GET, f"{URL}/api/now/table/dl_u_priority", json=error, status=404)
    assert reader_at(URL).readable(Listing(table="dl_u_priority", fields=("impact",))) is None


@pytest.mark.parametrize(
    ("vip", "members", "shown", "found"),
    [
        (Vip(), [], {"vip": "false"}, False),
        (Vip(), [], {}, None),
        (Vip(group="Board"), [], {"vip": "false"}, None),
        (Vip(group="Board"), [{"sys_id": A, "group": B, "user": B}], {"vip": "false"}, False),
        (Vip(group="Board"), [{"sys_id": A, "group": B, "user": A}], {"vip": "false"}, True),
        (Vip(title="Director"), [], {"vip": "false"}, None),
        (Vip(title="Director"), [], {"vip": "false", "title": ""}, False),
        (Vip(title="Director"), [], {"vip": "true"}, True),
    ],
)
@responses.activate
def test_who_is_a_vip_is_unknown_where_what_tells_it_does_not_show(
    vip: Vip, members: Sequence[Mapping[str, str]], shown: Mapping[str, str], found: bool | None
) -> None:
    rows: dict[str, Sequence[Mapping[str, str]]] = {
        "sys_user": [{"sys_id": A, "user_name": "u", **shown}],
        "sys_user_group": [{"sys_id": B, "name": "Board"}],
        "sys_user_grmember": members,
    }
    for table in (
        *rows,
        *("cmn_location", "core_company", "incident", "sc_req_item", "cmn_schedule", "sys_choice"),
    ):
        found_rows = rows.get(table, [])
        responses.add(
            responses.GET,
            f"{URL}/api/now/table/{table}",
            json={"result": found_rows},
            headers={"X-Total-Count": str(len(found_rows))},
        )
    responses.add(responses.GET, f"{URL}/api/now/stats/incident", json={"result": []})
    with servicenow_desk("s", url=URL, credentials=Basic(user="u", password="p"), vip=vip) as desk:
        assert desk.directory().people[A].vip is found
