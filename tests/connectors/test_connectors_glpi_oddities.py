"""What a GLPI of another release, a gateway or a proxy on the way makes of answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from threading import Lock
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from sdtools.connectors.desk import NewComment, NewLink, WriteState
from sdtools.connectors.glpi.address import api_url, front_of
from sdtools.connectors.glpi.answers import Answer
from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.connectors.glpi.options import Vip
from sdtools.connectors.glpi.reference import read_reference
from sdtools.connectors.glpi.results import updated
from sdtools.connectors.glpi.tables import APPROVALS
from sdtools.connectors.glpi.text import from_html, plain, to_html, to_plain
from sdtools.connectors.glpi.ties import target_of
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.errors import DeskUnreachableError
from sdtools.model.effects import Link

URL = "https://glpi.example.org/apirest.php"
Raw = tuple[int, dict[str, str], str]
JSON = {"Content-Type": "application/json"}
FORBIDDEN = ["ERROR_RIGHT_MISSING", "Vous n'avez pas les droits requis pour réaliser cette action."]


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        told = {"session_token": "x", "session": {"glpiID": 2, "glpishowallentities": 1}}
        mock.add(responses.GET, f"{URL}/initSession", json=told)
        mock.add(responses.GET, f"{URL}/killSession", json=True)
        yield mock


@pytest.fixture
def far(wire: responses.RequestsMock) -> Iterator[GlpiDesk]:
    """Our desk at what the wire answers."""
    with glpi_desk("glpi", url=URL, app_token="a", user_token="u", wait=lambda _: None) as desk:
        yield desk


class Bare:
    """A list of ids behind a proxy that drops Content-Range."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked = 0

    def answer(self, request: requests.PreparedRequest) -> Raw:
        self.asked += 1
        query = parse_qs(urlsplit(request.url or "").query)
        start, end = (int(part) for part in query["range"][0].split("-"))
        if start > self.count:
            return 400, JSON, json.dumps(["ERROR_RANGE_EXCEED_TOTAL", "exceeds"])
        rows = [{"id": one} for one in range(1, self.count + 1)[start : end + 1]]
        return (200 if len(rows) == self.count else 206), JSON, json.dumps(rows)


@pytest.mark.parametrize("count", [0, 1, 9_999, 10_000, 10_001, 25_000])
def test_a_list_without_content_range_is_read_to_its_end(
    wire: responses.RequestsMock, far: GlpiDesk, count: int
) -> None:
    there = Bare(count)
    wire.add_callback(responses.GET, f"{URL}/Ticket", there.answer, content_type=None)
    assert len(far.ticket_ids()) == count
    assert there.asked <= count // 10_000 + 2


@pytest.mark.parametrize("body", ['{"message": "no API found"}', '["teapot"]', "null", "7"])
def test_a_gateways_json_is_no_empty_list(
    wire: responses.RequestsMock, far: GlpiDesk, body: str
) -> None:
    for path in ("Ticket", "getMultipleItems"):
        wire.add(responses.GET, f"{URL}/{path}", body, content_type="application/json")
    with pytest.raises(DeskUnreachableError, match="no list of GLPI"):
        far.ticket_ids()
    with pytest.raises(DeskUnreachableError, match="no list of GLPI"):
        far.read(["5", "6"])


@pytest.mark.parametrize("body", [{"message": "Unauthorized"}, [], 7])
def test_a_gateway_that_refuses_the_login_in_json_is_told(body: object) -> None:
    desk = glpi_desk("glpi", url=URL, app_token="a", user_token="u", wait=lambda _: None)
    with responses.RequestsMock() as mock:
        mock.add(responses.GET, f"{URL}/initSession", json=body, status=401)
        with pytest.raises(DeskUnreachableError, match="no GLPI"):
            desk.ticket_ids()


def test_a_gateway_that_refuses_writes_in_json_is_told(
    wire: responses.RequestsMock, far: GlpiDesk
) -> None:
    wire.add(responses.POST, f"{URL}/ITILFollowup", json={"message": "Forbidden"}, status=403)
    wire.add(responses.GET, f"{URL}/Ticket/5/ITILFollowup", json=[])
    (written,) = far.comment([NewComment(ticket="5", text="Hello", public=False)])
    assert written.state is WriteState.refused
    assert "403" in written.detail


def test_a_gateways_words_about_an_update_do_not_say_that_the_ticket_is_missing() -> None:
    answer = Answer(status=403, data={"message": "Forbidden"}, headers={})
    (written,) = updated([{"id": 5, "urgency": 4}], answer)
    assert (written.state, written.detail) == (WriteState.unknown, "status 403")


@pytest.mark.parametrize(
    "text", ["a < b & c > d", "<b>bold</b>", "&lt;p&gt;", "if a<b: print('&amp;')"]
)
def test_what_glpi_11_stores_as_it_is_comes_back_to_the_letter(text: str) -> None:
    assert from_html(to_html(text)) == to_plain(to_html(text)) == text


def test_paths_with_raw_separators_are_still_decoded() -> None:
    assert plain("N2 R&#38;D > Lab") == "N2 R&D > Lab"


@pytest.mark.parametrize(
    ("copied", "api", "pages"),
    [
        ("https://h/glpi/api.php/v1/", "https://h/glpi/api.php/v1", "https://h/glpi"),
        ("https://h/apirest.php/initSession", "https://h/apirest.php", "https://h"),
        ("https://h/glpi/apirest.php/", "https://h/glpi/apirest.php", "https://h/glpi"),
        ("https://h/glpi/front/ticket.php?id=5", "https://h/glpi/apirest.php", "https://h/glpi"),
    ],
)
def test_the_api_and_the_pages_are_found_in_what_people_copy(
    copied: str, api: str, pages: str
) -> None:
    assert api_url("glpi", copied) == api
    assert front_of(api) == pages


@pytest.mark.parametrize(
    "target", ["https://glpi.example.org/support/apirest.php/initSession", "/support/apirest.php"]
)
def test_a_redirect_names_a_whole_address(target: str) -> None:
    desk = glpi_desk("glpi", url=URL, app_token="a", user_token="u", wait=lambda _: None)
    with responses.RequestsMock() as mock:
        mock.add(
            responses.GET, f"{URL}/initSession", status=301, headers={"Location": target}, body="x"
        )
        with pytest.raises(DeskUnreachableError) as caught:
            desk.ticket_ids()
    assert "https://glpi.example.org/support/apirest.php" in caught.value.advice


def test_an_item_type_that_a_release_lacks_is_a_list_without_a_right(
    wire: responses.RequestsMock, far: GlpiDesk
) -> None:
    lacking = ["ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM", "resource not found"]
    wire.add(responses.GET, f"{URL}/Ticket/5", json={"id": 5, "status": 1})
    wire.add(responses.GET, f"{URL}/Ticket/5/TicketValidation", json=lacking, status=400)
    wire.add(responses.GET, f"{URL}/SLA", json=lacking, status=400)
    for path in ("RequestType", "Ticket_Ticket"):
        wire.add(responses.GET, f"{URL}/{path}", json=[])
    for path in (
        *("Ticket_User", "Group_Ticket", "Item_Ticket", "Problem_Ticket", "KnowbaseItem_Item"),
        *("TicketSatisfaction", "Document_Item"),
    ):
        wire.add(responses.GET, f"{URL}/Ticket/5/{path}", json=[])
    found = far.read(["5"])["5"]
    assert {"approvers", "sla_resolve"} <= found.unknown
    assert "assignees" not in found.unknown


def test_a_ticket_that_goes_out_of_sight_meanwhile_makes_nothing_unknown_of_others(
    wire: responses.RequestsMock, far: GlpiDesk
) -> None:
    followup = {"id": 1, "itemtype": "Ticket", "items_id": 6, "content": "x", "users_id": 3}
    for path in ("5", "5/ITILFollowup", "5/TicketTask", "5/ITILSolution"):
        wire.add(responses.GET, f"{URL}/Ticket/{path}", json=FORBIDDEN, status=403)
    wire.add(responses.GET, f"{URL}/Ticket/6/ITILFollowup", json=[followup])
    for path in ("TicketTask", "ITILSolution"):
        wire.add(responses.GET, f"{URL}/Ticket/6/{path}", json=[])
    said = far.read_comments(["5", "6"])
    assert (said["5"], [one.text for one in said["6"]]) == ((), ["x"])


def test_glpi_11_names_whom_it_asks_for_approval_in_other_columns() -> None:
    asked = {"users_id_validate": 0, "itemtype_target": "User", "items_id_target": 16}
    assert target_of(APPROVALS, asked) == "16"
    assert target_of(APPROVALS, asked | {"itemtype_target": "Group"}) == ""
    assert target_of(APPROVALS, {"users_id_validate": 16}) == "16"


def test_entities_whose_numbers_are_texts_inherit_their_calendar(
    wire: responses.RequestsMock, far: GlpiDesk
) -> None:
    root = {"id": "0", "entities_id": None, "calendars_strategy": "0", "calendars_id": "5"}
    branch = {"id": "2", "entities_id": "0", "calendars_strategy": "-2", "calendars_id": "0"}
    wire.add(responses.GET, f"{URL}/RequestType", json=[])
    own = {"id": "1", "name": "Solve", "use_ticket_calendar": "1"}
    wire.add(responses.GET, f"{URL}/SLA", json=[own])
    wire.add(responses.GET, f"{URL}/Entity", json=[root, branch])
    reference = read_reference(far._session)
    assert reference.calendar({"slas_id_ttr": "1", "entities_id": "2"}) == "5"


def examine(glpi: EmbeddedGlpi, now: datetime, vip: Vip) -> tuple[bool, str]:
    with glpi_desk(
        "glpi",
        url=glpi.url,
        app_token=glpi.app_token,
        user_token=glpi.user_token,
        vip=vip,
        wait=lambda _: None,
    ) as desk:
        found = {check.name: check for check in desk.check(now)}["vip"]
    return found.ok, found.found


@pytest.mark.parametrize("group", ["n2 r&d", "Service Desk N1 > Night"])
def test_doctor_finds_a_vip_group_as_the_directory_does(
    glpi: EmbeddedGlpi, now: datetime, group: str
) -> None:
    path = "Service Desk N1 > Night"
    glpi.database.load([("Group", {"id": 7, "name": "Night", "completename": path})])
    assert examine(glpi, now, Vip(group=group)) == (True, f"Group {group!r} is there")


class Long:
    """A GLPI whose address is long: nginx finds the list of additions too big (FACTS 8)."""

    def __init__(self) -> None:
        self.kept: list[dict[str, object]] = []
        self.batches: list[int] = []
        self.lock = Lock()

    def add(self, request: requests.PreparedRequest) -> Raw:
        rows = json.loads(request.body or "")["input"]
        with self.lock:
            self.batches.append(len(rows))
            first = len(self.kept) + 1
            self.kept += ({"id": first + place} | row for place, row in enumerate(rows))
        if len(rows) > 30:
            return 502, {"Content-Type": "text/html"}, "<html>502 Bad Gateway</html>"
        done = [{"id": first + place, "message": ""} for place in range(len(rows))]
        return 201, JSON, json.dumps(done)

    def listed(self, request: requests.PreparedRequest) -> Raw:
        headers = {"Content-Range": f"0-{len(self.kept) - 1}/{len(self.kept)}"}
        return 200, JSON | headers, json.dumps(self.kept)


def test_fewer_additions_go_at_once_where_the_answer_was_too_big(
    wire: responses.RequestsMock, far: GlpiDesk
) -> None:
    there = Long()
    wire.add_callback(responses.POST, f"{URL}/Problem_Ticket", there.add, content_type=None)
    wire.add_callback(responses.GET, f"{URL}/Problem_Ticket", there.listed, content_type=None)
    links = [
        NewLink(ticket=str(number), link=Link(target="problem", id="3")) for number in range(1, 201)
    ]
    assert {one.state for one in far.link(links)} == {WriteState.done}
    assert len(there.kept) == 200
    assert sorted(there.batches) == sorted(2 * [5, 10, 20, 40, 20, 5])  # in each of two lanes


@pytest.mark.parametrize(
    ("vip", "closed", "found"),
    [
        (Vip(category="VIP"), "UserCategory", None),
        (Vip(title="Director"), "UserTitle", None),
        (Vip(group="Board"), "Group", None),
        (Vip(group="Board"), "Group_User", None),
        (Vip(group="Board"), "UserTitle", False),
        (Vip(group="Board", category="VIP"), "Group_User", True),
    ],
)
def test_who_is_a_vip_is_unknown_where_what_tells_it_may_not_be_read(
    wire: responses.RequestsMock, vip: Vip, closed: str, found: bool | None
) -> None:
    rows: dict[str, list[dict[str, object]]] = {
        "User": [{"id": 7, "name": "marie", "is_active": 1, "usercategories_id": 1}],
        "UserCategory": [{"id": 1, "name": "VIP"}],
        "UserTitle": [{"id": 1, "name": "Director"}],
        "Group": [{"id": 1, "name": "Board", "entities_id": 0}],
        "Group_User": [{"id": 1, "groups_id": 1, "users_id": 8}],
    }
    for path in (
        *rows,
        *("UserEmail", "ITILCategory", "Location", "Entity", "Item_Ticket", "Calendar", "SLA"),
        *("CalendarSegment", "Calendar_Holiday", "Holiday"),
    ):
        shown = rows.get(path, []) if path != closed else FORBIDDEN
        wire.add(responses.GET, f"{URL}/{path}", json=shown, status=403 if path == closed else 200)
    with glpi_desk("glpi", url=URL, app_token="a", user_token="u", vip=vip) as desk:
        assert desk.directory().people["7"].vip is found
