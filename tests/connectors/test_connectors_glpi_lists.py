"""Lists in pages: nothing missed and nothing twice, whatever happens meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from sdtools.connectors.glpi.answers import integer
from sdtools.connectors.glpi.lists import Listing, all_rows, pages, readable_rows, total_of
from sdtools.connectors.glpi.options import Login
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.http import DeskHttp
from sdtools.errors import DeskRefusedError

URL = "https://glpi.example.org/apirest.php"
Meanwhile = Callable[[list[int], int], None]


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


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        told = {"session_token": "x", "session": {"glpishowallentities": 1}}
        mock.add(responses.GET, f"{URL}/initSession", json=told)
        yield mock


@pytest.fixture
def session() -> GlpiSession:
    login = Login(url=URL, app_token="a", user_token="u")
    return GlpiSession("glpi", login, DeskHttp("glpi", wait=lambda _: None))


def serve(wire: responses.RequestsMock, table: Table) -> None:
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
