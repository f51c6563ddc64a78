"""Lists in pages: nothing missed and nothing twice, whatever happens meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtools.connectors.glpi.answers import integer
from sdtools.connectors.glpi.lists import Listing, all_rows, pages, readable_rows, total_of
from sdtools.connectors.glpi.options import Login
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.http import DeskHttp
from sdtools.errors import DeskError, DeskRefusedError, DeskUnreachableError

URL = "https://glpi.example.org/apirest.php"
Meanwhile = Callable[[list[int], int], None]


class Served(Protocol):
    def answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]: ...


class Table:
    """A list of ids behind GLPI's ranges, changed by others between the requests."""

    def __init__(self, ids: list[int], meanwhile: Meanwhile | None = None) -> None:
        self.ids = ids
        self.queries: list[dict[str, list[str]]] = []
        self._meanwhile = meanwhile

    def answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        if self._meanwhile:
            self._meanwhile(self.ids, len(self.queries))
        query = parse_qs(urlsplit(request.url or "").query)
        self.queries.append(query)
        start, end = (int(part) for part in query["range"][0].split("-"))
        total = len(self.ids)
        if start > total:
            error = ["ERROR_RANGE_EXCEED_TOTAL", "Provided range exceed total count of data"]
            return 400, {}, json.dumps(error)
        rows = [{"id": one} for one in self.ids[start : end + 1]]
        if not total:
            return 200, {}, "[]"
        headers = {"Content-Range": f"{start}-{start + len(rows) - 1}/{total}"}
        return 206, headers, json.dumps(rows)


@contextmanager
def a_wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        told = {"session_token": "x", "session": {"glpishowallentities": 1}}
        mock.add(responses.GET, f"{URL}/initSession", json=told)
        yield mock


def a_session() -> GlpiSession:
    login = Login(url=URL, app_token="a", user_token="u")
    return GlpiSession("glpi", login, DeskHttp("glpi", wait=lambda _: None))


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with a_wire() as mock:
        yield mock


@pytest.fixture
def session() -> GlpiSession:
    return a_session()


def serve(wire: responses.RequestsMock, table: Served) -> None:
    wire.add_callback(responses.GET, f"{URL}/Ticket", table.answer, content_type="application/json")


def read(session: GlpiSession, size: int = 20) -> list[int]:
    return [integer(row, "id") for row in all_rows(session, Listing(path="Ticket", size=size))]


@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 35, 36, 100])
def test_a_quiet_list_is_read_whole_and_once(
    wire: responses.RequestsMock, session: GlpiSession, count: int
) -> None:
    serve(wire, Table(list(range(1, count + 1))))
    assert read(session) == list(range(1, count + 1))


def test_a_range_is_always_sent_and_links_are_not_wanted(
    wire: responses.RequestsMock, session: GlpiSession
) -> None:
    table = Table([1])
    serve(wire, table)
    listing = Listing(path="Ticket", where={"status": "5"}, trash=True, ids_only=True)
    list(all_rows(session, listing))
    assert table.queries == [
        {
            "range": ["0-999"],
            "get_hateoas": ["false"],
            "sort": ["id"],
            "order": ["ASC"],
            "is_deleted": ["1"],
            "only_id": ["true"],
            "searchText[status]": ["^5$"],
        }
    ]


def vanish(how_many: int, request: int) -> Meanwhile:
    def meanwhile(ids: list[int], number: int) -> None:
        if number == request:
            del ids[:how_many]

    return meanwhile


@pytest.mark.parametrize("how_many", [1, 4, 5, 6, 19, 40, 70])
def test_rows_that_vanish_in_front_hide_none_behind(
    wire: responses.RequestsMock, session: GlpiSession, how_many: int
) -> None:
    serve(wire, Table(list(range(1, 101)), vanish(how_many, 2)))
    found = read(session)
    assert set(range(how_many + 1, 101)) <= set(found)
    assert len(found) == len(set(found))


def test_a_list_that_empties_meanwhile_ends(
    wire: responses.RequestsMock, session: GlpiSession
) -> None:
    serve(wire, Table(list(range(1, 101)), vanish(100, 1)))
    assert read(session) == list(range(1, 21))


def test_a_row_that_moves_to_the_front_comes_once(
    wire: responses.RequestsMock, session: GlpiSession
) -> None:
    def meanwhile(ids: list[int], number: int) -> None:
        if number == 1:
            ids.insert(0, ids.pop(50))

    serve(wire, Table(list(range(1, 101)), meanwhile))
    found = read(session)
    assert sorted(set(found) | {51}) == list(range(1, 101))
    assert len(found) == len(set(found))


def test_rows_that_change_places_are_found_in_the_end(
    wire: responses.RequestsMock, session: GlpiSession
) -> None:
    def meanwhile(ids: list[int], number: int) -> None:
        if number == 1:  # what two pages have in common stays: nothing seems to have happened
            ids[:15], ids[40:55] = ids[40:55], ids[:15]

    serve(wire, Table(list(range(1, 101)), meanwhile))
    found = read(session)
    assert sorted(found) == list(range(1, 101))


def test_an_order_without_a_tie_breaker_still_ends(
    wire: responses.RequestsMock, session: GlpiSession
) -> None:
    serve(wire, Table(list(range(1, 101)), lambda ids, _: ids.reverse()))
    found = read(session)
    assert len(found) == len(set(found)) >= 20


def test_a_server_that_cuts_pages_is_read_whole(
    wire: responses.RequestsMock, session: GlpiSession
) -> None:
    table = Table(list(range(1, 31)))

    def cut(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        status, headers, body = table.answer(request)
        return status, headers, json.dumps(json.loads(body)[:7])

    wire.add_callback(responses.GET, f"{URL}/Ticket", cut, content_type="application/json")
    assert read(session) == list(range(1, 31))


def test_the_total_costs_one_request(wire: responses.RequestsMock, session: GlpiSession) -> None:
    table = Table(list(range(1, 101)))
    serve(wire, table)
    assert total_of(session, Listing(path="Ticket", size=1)) == 100
    assert len(table.queries) == 1


def test_the_last_page_says_so(wire: responses.RequestsMock, session: GlpiSession) -> None:
    serve(wire, Table(list(range(1, 31))))
    assert [page.last for page in pages(session, Listing(path="Ticket", size=20))] == [False, True]


def test_a_list_without_the_right_is_none_and_other_refusals_are_errors(
    wire: responses.RequestsMock, session: GlpiSession
) -> None:
    wire.add(responses.GET, f"{URL}/Calendar", json=["ERROR_RIGHT_MISSING", "no"], status=403)
    wire.add(responses.GET, f"{URL}/Nope", json=["ERROR_RESOURCE_NOT_FOUND", "no"], status=400)
    assert readable_rows(session, Listing(path="Calendar")) is None
    with pytest.raises(DeskRefusedError):
        readable_rows(session, Listing(path="Nope"))


@dataclass(kw_only=True)
class Script:
    """A server that answers one page after the other, whatever range it is asked for."""

    pages: Sequence[tuple[Sequence[int], int | None]]  # ids, and how many there are if it says
    asked: int = 0

    def answer(self, _: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        ids, total = self.pages[self.asked % len(self.pages)]
        self.asked += 1
        headers = {} if total is None else {"Content-Range": f"0-{len(ids)}/{total}"}
        return 206, headers, json.dumps([{"id": one} for one in ids])


@dataclass(kw_only=True)
class Counted:
    """A list that counts more rows than it has: once for each profile that shows them."""

    ids: Sequence[int]
    total: int
    cut: int
    asked: int = 0

    def answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        self.asked += 1
        start, end = (int(part) for part in parse_qs(request.url or "")["range"][0].split("-"))
        found = self.ids[start : end + 1][: self.cut]
        headers = {"Content-Range": f"{start}-{start + len(found) - 1}/{self.total}"}
        return 206, headers, json.dumps([{"id": one} for one in found])


@pytest.mark.parametrize(
    ("rows", "total", "asked"), [(1, 2, 2), (19, 21, 2), (20, 40, 2), (35, 36, 3), (100, 150, 8)]
)
def test_a_list_that_counts_more_rows_than_it_has_is_read_once_and_ends(
    wire: responses.RequestsMock, session: GlpiSession, rows: int, total: int, asked: int
) -> None:
    table = Counted(ids=range(1, rows + 1), total=total, cut=1000)
    serve(wire, table)
    assert read(session) == list(range(1, rows + 1))
    assert table.asked <= asked


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(1, 60),
    more=st.integers(0, 60),
    cut=st.integers(6, 25),
    size=st.integers(6, 20),
)
def test_every_row_is_read_however_many_are_counted_and_however_short_the_pages_are(
    rows: int, more: int, cut: int, size: int
) -> None:
    with a_wire() as wire:
        serve(wire, Counted(ids=range(1, rows + 1), total=rows + more, cut=cut))
        assert read(a_session(), size) == list(range(1, rows + 1))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(1, 40), max_size=25),
            st.one_of(st.none(), st.integers(0, 60), st.just(10**9)),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_reading_ends_whatever_a_server_says(pages: list[tuple[list[int], int | None]]) -> None:
    script = Script(pages=pages)
    with a_wire() as wire:
        serve(wire, script)
        try:
            found = read(a_session())
        except DeskError:
            found = []
    assert len(found) == len(set(found))
    assert script.asked < 2000


def test_a_list_without_its_rows_is_an_error_and_not_empty(
    wire: responses.RequestsMock, session: GlpiSession
) -> None:
    script = Script(pages=[([], 12)])
    serve(wire, script)
    with pytest.raises(DeskUnreachableError, match=r"Ticket comes without rows; .* has 12"):
        read(session)
    assert script.asked == 2


def test_a_list_whose_rows_come_when_asked_again_is_read(
    wire: responses.RequestsMock, session: GlpiSession
) -> None:
    serve(wire, Script(pages=[([], 2), ([1, 2], 2)]))
    assert read(session) == [1, 2]


def test_a_part_of_a_list_that_never_comes_is_an_error(
    wire: responses.RequestsMock, session: GlpiSession
) -> None:
    class Torn(Table):
        def answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
            status, headers, body = super().answer(request)
            return status, headers, body if "range=0-" in (request.url or "") else "[]"

    serve(wire, Torn(list(range(1, 101))))
    with pytest.raises(DeskUnreachableError, match="has 100"):
        read(session)


def test_rows_that_share_a_second_are_all_read_though_each_page_orders_them_anew(
    wire: responses.RequestsMock, session: GlpiSession
) -> None:
    class Loose(Table):
        """Its rows 40 to 340 are of one second."""

        def answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
            self.ids[40:340] = self.ids[340 - 1 : 40 - 1 : -1]
            status, headers, body = super().answer(request)
            rows = [
                {"id": id, "date_mod": 40 if 40 < id < 341 else id}
                for id in (row["id"] for row in json.loads(body))
            ]
            return status, headers, json.dumps(rows)

    serve(wire, Loose(list(range(1, 1001))))
    listing = Listing(path="Ticket", sort="date_mod", size=150, first=100)
    found = [integer(row, "id") for page in islice(pages(session, listing), 4) for row in page.rows]
    assert set(range(1, 341)) <= set(found)
