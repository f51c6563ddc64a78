"""Lists: pages that break off, rows that are hidden, seconds that hold more than a page."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
import responses

from sdtools.connectors.http import DeskHttp
from sdtools.connectors.servicenow.answers import text
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.options import Basic, Place
from sdtools.connectors.servicenow.queries import all_of, in_chunks, one_of
from sdtools.connectors.servicenow.session import ServiceNowSession
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.servicenow.context import Call
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.emulator.servicenow.faults import SERVICENOW_FAULTS
from sdtools.errors import DeskRefusedError, DeskUnreachableError

Ids = Mapping[str, str]
URL = "https://snow.example.org"
TABLE = f"{URL}/api/now/table/incident"
BY_TIME = Listing(table="incident", fields=("number",), by="sys_updated_on")
BY_KEY = Listing(table="incident", fields=("number",))
SPOILT = ("list_cancelled", "list_stray_text", "list_text_element", "list_text_result", "list_cut")


def reader_at(url: str, *account: str) -> Reader:
    http = DeskHttp("snow", wait=lambda _: None, clock=lambda: 0.0)
    user, password = account or ("somebody", "secret")
    login = Basic(user=user, password=password)
    return Reader(ServiceNowSession(http, Place(url=url), login, lambda: 0.0))


@pytest.fixture
def limited(snow: EmbeddedServiceNow) -> Reader:
    """Somebody without a role, who sees the incidents of which they are the caller."""
    return reader_at(snow.url, snow.limited_user, snow.limited_password)


@pytest.fixture
def reader(snow: EmbeddedServiceNow) -> Reader:
    return reader_at(snow.url, snow.user, snow.password)


@pytest.fixture
def empty(snow: EmbeddedServiceNow, ids: Ids) -> EmbeddedServiceNow:
    for name in ("0001", "0002", "0003"):
        snow.database.delete("incident", ids[name])
    return snow


def fill(snow: EmbeddedServiceNow, seconds: list[int], seen: Callable[[int], bool]) -> list[str]:
    """Put incidents updated at these seconds there; return the numbers of those to be seen."""
    mine = snow.database.rows("sys_user", "t.user_name = ?", (snow.limited_user,))[0]["sys_id"]
    begin = datetime(2026, 11, 10, 8, 0, tzinfo=UTC)
    dice = random.Random(7)
    visible = []
    for place, second in enumerate(seconds):
        row: dict[str, object] = {
            "sys_id": f"{dice.getrandbits(128):032x}",
            "number": f"INC{place:04}",
            "sys_updated_on": f"{begin + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}",
            "caller_id": mine if seen(place) else "",
        }
        snow.database.load([("incident", row)])
        if seen(place):
            visible.append(f"INC{place:04}")
    return visible


def numbers(found: Iterator[Mapping[str, object]]) -> list[str]:
    return sorted(str(row["number"]) for row in found)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 40])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("listing", [BY_TIME, BY_KEY], ids=["by time", "by key"])
def test_every_row_that_shows_is_read_once_whatever_is_hidden_between(
    empty: EmbeddedServiceNow, limited: Reader, size: int, seed: int, listing: Listing
) -> None:
    dice = random.Random(seed)
    seconds = [dice.randrange(6) for _ in range(25)]
    hidden = {place for place in range(25) if dice.random() < seed / 6}
    expected = fill(empty, seconds, lambda place: place not in hidden)
    limited.size.rows = size
    assert numbers(limited.rows(listing)) == expected


def test_one_second_that_fills_many_pages_is_read_to_its_end(
    empty: EmbeddedServiceNow, limited: Reader
) -> None:
    expected = fill(empty, [0] + [5] * 11 + [9], lambda _: True)
    limited.size.rows = 3
    pages = list(limited.pages(BY_TIME))
    assert sorted(str(row["number"]) for page in pages for row in page) == expected
    times = [str(row["sys_updated_on"]) for page in pages for row in page]
    assert times == sorted(times)


def test_a_list_that_fits_into_a_page_costs_one_request(
    snow: EmbeddedServiceNow, reader: Reader
) -> None:
    assert len(list(reader.rows(BY_TIME))) == 3
    assert snow.requests == 1


@pytest.mark.parametrize("listing", [BY_KEY, BY_TIME])
def test_how_many_rows_a_list_has_is_known_of_the_whole_of_it(
    snow: EmbeddedServiceNow, reader: Reader, listing: Listing
) -> None:
    fill(snow, list(range(20)), lambda _: True)
    reader.size.rows = 2
    assert reader.counted == 0
    assert len(list(reader.rows(listing))) == reader.counted == 23


def test_only_the_first_page_is_counted_as_long_as_nothing_is_hidden(
    empty: EmbeddedServiceNow, limited: Reader
) -> None:
    fill(empty, list(range(10)), lambda _: True)
    counted: list[str] = []
    empty.application.before = lambda call: counted.append(call.parameters["sysparm_no_count"])
    limited.size.rows = 4
    assert len(list(limited.rows(BY_TIME))) == 10
    assert counted == ["false", "true", "true"]


def test_rows_that_come_in_while_we_read_neither_hide_nor_repeat_others(
    empty: EmbeddedServiceNow, limited: Reader
) -> None:
    expected = fill(empty, list(range(9)), lambda _: True)
    limited.size.rows = 3
    late: dict[str, object] = {"sys_id": "0" * 32, "number": "LATE"}
    late["sys_updated_on"] = "2026-11-10 07:00:00"

    def insert(call: Call) -> None:
        empty.database.load([("incident", late)])

    pages = limited.pages(BY_TIME)
    first = next(pages)
    empty.application.before = insert
    rest = [row for page in pages for row in page]
    assert sorted(str(row["number"]) for row in (*first, *rest)) == expected


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_list_that_broke_off_is_read_again_at_half_the_size(
    snow: EmbeddedServiceNow, reader: Reader, spoilt: str
) -> None:
    reader.size.rows = 64
    snow.application.faults = FaultPlan(chosen={1: spoilt, 2: spoilt}, catalogue=SERVICENOW_FAULTS)
    assert numbers(reader.rows(BY_KEY)) == ["INC0001", "INC0002", "INC0003"]
    assert reader.size.rows == 16
    assert snow.requests == 3


def test_a_list_that_always_breaks_off_is_an_error_with_advice(
    snow: EmbeddedServiceNow, reader: Reader
) -> None:
    plan = FaultPlan(rate=1.0, kinds=["list_cancelled"], catalogue=SERVICENOW_FAULTS)
    snow.application.faults = plan
    with pytest.raises(DeskUnreachableError, match="break off") as caught:
        list(reader.rows(BY_KEY))
    assert "transaction quotas" in caught.value.advice
    assert snow.requests < 12


def test_a_table_of_which_no_row_shows_is_closed_and_not_empty(
    snow: EmbeddedServiceNow, limited: Reader, ids: Ids
) -> None:
    snow.database.load([("task_sla", {"sys_id": ids["row"], "task": ids["0001"]})])
    sla = Listing(table="task_sla", fields=("task",))
    assert limited.readable(sla) is None
    snow.database.delete("task_sla", ids["row"])
    assert limited.readable(sla) == []


def test_a_table_that_an_instance_lacks_is_closed(reader: Reader) -> None:
    assert reader.readable(Listing(table="no_such_table", fields=())) is None


def answer(rows: list[dict[str, str]], total: int | None = None) -> None:
    headers = {} if total is None else {"X-Total-Count": str(total)}
    responses.add(responses.GET, TABLE, json={"result": rows}, headers=headers)


@responses.activate
def test_without_a_count_only_an_empty_page_is_the_end() -> None:
    answer([{"sys_id": "a", "number": "1"}])
    answer([{"sys_id": "b", "number": "2"}])
    answer([])
    assert numbers(reader_at(URL).rows(BY_KEY)) == ["1", "2"]


@responses.activate
def test_a_desk_that_keeps_no_order_does_not_hold_us_for_ever() -> None:
    answer([{"sys_id": "b"}], 5000)
    answer([{"sys_id": "a"}], 5000)
    with pytest.raises(DeskRefusedError, match="cannot be read in the order of sys_id"):
        list(reader_at(URL).rows(BY_KEY))


@responses.activate
def test_an_order_by_a_field_that_is_hidden_is_said_so() -> None:
    answer([{"sys_id": "b"}], 5000)
    with pytest.raises(DeskRefusedError) as caught:
        list(reader_at(URL).rows(BY_TIME))
    assert "right to read sys_updated_on" in caught.value.advice


@responses.activate
def test_a_reference_with_a_link_is_read_like_one_without() -> None:
    link = {"link": f"{URL}/x", "value": "1"}
    responses.add(responses.GET, TABLE, json={"result": [{"sys_id": "a", "number": link}]})
    responses.add(responses.GET, TABLE, json={"result": []})
    row = next(reader_at(URL).rows(BY_KEY))
    assert text(row, "number") == "1"
    query = responses.calls[0].request.url or ""
    assert "sysparm_exclude_reference_link=true" in query
    assert "sysparm_display_value=false" in query


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("", "x=1"),
        ("a=1", "a=1^x=1"),
        ("a=1^ORb=2", "a=1^ORb=2^x=1"),
        ("a=1^NQb=2", "a=1^x=1^NQb=2^x=1"),
        ("a=1^ORDERBYnumber^EQ", "a=1^x=1"),
        ("ORDERBYDESCnumber^a=1", "a=1^x=1"),
        ("a=1^EQ^b=2", "a=1^b=2^x=1"),
    ],
)
def test_a_condition_is_added_to_each_branch_of_a_query(scope: str, expected: str) -> None:
    assert all_of(scope, "x=1", "") == expected


def test_values_cannot_add_conditions_of_their_own() -> None:
    assert one_of("user_name", ["a^ORactive=true", "b,c", "", "d"]) == (
        "user_nameINa^^ORactive=true,d"
    )


def test_ids_are_asked_for_in_as_few_urls_as_they_fit_in() -> None:
    ids = [f"{place:032x}" for place in range(450)]
    assert [len(some) for some in in_chunks(ids)] == [200, 200, 50]
    assert [len(some) for some in in_chunks(ids[:70], taken=7000)] == [18, 18, 18, 16]
    assert list(in_chunks([])) == []


def test_no_url_is_longer_than_a_desk_takes(snow: EmbeddedServiceNow, reader: Reader) -> None:
    ids = [f"{place:032x}" for place in range(200)]
    calls: list[Call] = []
    snow.application.before = calls.append
    scope = f"number!={'x' * 1500}"
    for some in in_chunks(ids, taken=400 + len(scope)):
        where = all_of(scope, one_of("sys_id", some))
        assert list(reader.rows(Listing(table="incident", fields=("number",), where=where))) == []
    assert {call.method for call in calls} == {"GET"}  # none had to go in a batch
    assert max(len(call.target) for call in calls) < 8192
