"""What we ask a GLPI in a whole pass: none of the requests that it answers with a surprise."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses

from sdtools.connectors.desk import NewComment, NewHold, NewLink, NewSolution, TicketUpdate
from sdtools.connectors.glpi.answers import Answer
from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.connectors.glpi.results import updated
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.errors import DeskUnreachableError
from sdtools.model.effects import Assign, Link, SetField

Asked = list[requests.PreparedRequest]
_SINGLE = re.compile(r"/[A-Za-z_]+/\d+$")  # one item
_NO_LIST = re.compile(
    r"/(initSession|killSession|changeActiveEntities|getMyEntities|getGlpiConfig"
    r"|getMultipleItems|getActiveProfile|listSearchOptions/\w+)$"
)


@pytest.fixture
def asked(desk: GlpiDesk, now: datetime) -> Asked:
    """All requests of a pull, a check and one write of each kind."""
    found: Asked = []
    session = desk._session
    assert session.crew
    for one in (session, *session.crew._sessions):
        one._http.hooks["response"].append(lambda answer, **_: found.append(answer.request))
    desk.check(now)
    desk.directory()
    desk.knowledge()
    for since in (None, now - timedelta(days=30)):
        list(desk.tickets(since))
        list(desk.comments(since))
    desk.ticket_ids()
    desk.canary("1")
    urgency = SetField(field="urgency", value="high")
    desk.update([TicketUpdate(ticket="1", fields=(urgency,), assign=Assign(groups=("1",)))])
    desk.update([TicketUpdate(ticket="1", assign=Assign(groups=("2",), people=("7",)))])
    desk.comment([NewComment(ticket=one, text="x", public=True) for one in ("1", "0", "abc", "")])
    for target in ("article", "problem", "parent"):
        link = Link(target=target, id="2")
        desk.link([NewLink(ticket="1", link=link), NewLink(ticket="0", link=link)])
    desk.update([TicketUpdate(ticket="0", fields=(urgency,), assign=Assign(groups=("1",)))])
    desk.hold([NewHold(ticket="2", text="x"), NewHold(ticket="-1", text="x")])
    desk.solve([NewSolution(ticket="3", text="x", code=""), NewSolution(ticket="0", text="x")])
    desk.read(["1", "0", "-1", "abc", "", "1.5"])
    desk.read_comments(["1", "2", "3", "4", "5"])
    assert len(found) > 40
    return found


def path_of(request: requests.PreparedRequest) -> str:
    return urlsplit(request.url or "").path.partition("/apirest.php")[2]


def query_of(request: requests.PreparedRequest) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.url or "").query, keep_blank_values=True))


def test_a_pass_asks_for_nothing_that_surprises(asked: Asked) -> None:
    reads = [one for one in asked if one.method == "GET"]
    assert not any(one.body for one in reads)
    assert not [one for one in asked if "/search/" in path_of(one)]
    for one in reads:
        path, query = path_of(one), query_of(one)
        if _NO_LIST.search(path) or _SINGLE.fullmatch(path):
            continue
        assert re.fullmatch(r"\d+-\d+", query["range"]), path
        assert query["get_hateoas"] == "false"
    for path in map(path_of, asked):
        assert not re.search(r"/(0|-\d+|abc|1\.5)(/|$)", path)
        assert not re.search(r"/Ticket/\d+/(Ticket_Ticket|User|Group|Problem)$", path)
        assert not path.endswith("/")


def test_values_that_lists_are_narrowed_by_are_anchored_and_never_zero(asked: Asked) -> None:
    values = [
        value
        for one in asked
        for key, value in query_of(one).items()
        if key.startswith("searchText[")
    ]
    assert values
    odd = [one for one in values if not re.fullmatch(r"\^.+\$", one) or one == "^0$"]
    assert odd == []


def test_every_write_names_its_item_and_leaves_the_desks_clocks_alone(asked: Asked) -> None:
    for one in asked:
        if one.method not in {"PUT", "POST", "DELETE"} or "changeActive" in path_of(one):
            continue
        rows = json.loads(one.body or "")["input"]
        assert isinstance(rows, list)  # and never on a url with an id: that crashes
        assert not re.search(r"/\d+$", path_of(one))
        assert all(row["id"] > 0 for row in rows if one.method != "POST")
        assert not any({"slas_id_ttr", "slas_id_tto", "_actors"} & set(row) for row in rows)
        if path_of(one) in {"/Ticket", "/ITILFollowup"}:
            assert all(row["_do_not_compute_takeintoaccount"] is True for row in rows)


def test_an_answer_about_nothing_is_no_success() -> None:
    answer = Answer(status=200, data=[[]], headers={})
    (written,) = updated([{"id": 5, "urgency": 4}], answer)
    assert written.detail == "the desk has no such item"


def test_a_list_by_a_column_that_glpi_lacks_is_an_error_and_not_empty(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    with pytest.raises(DeskUnreachableError, match="empty body"):
        desk._session.get("Ticket", {"searchText[nope]": "^x$", "range": "0-9"})


@pytest.mark.parametrize(
    "url",
    [
        "https://proxy.example.org/support/glpi",
        "https://proxy.example.org/support/glpi/",
        "https://proxy.example.org/support/glpi/apirest.php",
        "https://proxy.example.org/support/glpi/apirest.php/",
        "https://proxy.example.org/support/glpi/index.php",
        "https://proxy.example.org/support/glpi/front/central.php",
    ],
)
def test_the_url_may_be_what_people_copy_and_lie_behind_a_prefix(url: str) -> None:
    api = "https://proxy.example.org/support/glpi/apirest.php"
    with responses.RequestsMock() as wire:
        told = {"session_token": "x", "session": {"glpiID": 2, "glpishowallentities": 1}}
        wire.add(responses.GET, f"{api}/initSession", json=told)
        wire.add(responses.GET, f"{api}/killSession", json=True)
        with glpi_desk("glpi", url=url, app_token="a", user_token="u") as desk:
            assert desk.account_id == "2"
            assert desk.url == api


def test_a_session_renewed_in_french_is_renewed() -> None:
    api = "https://glpi.example.org/apirest.php"
    gone = ["ERROR_SESSION_TOKEN_INVALID", "session_token semble incorrect"]
    with responses.RequestsMock() as wire:
        told = {"session_token": "x", "session": {"glpishowallentities": 1}}
        wire.add(responses.GET, f"{api}/initSession", json=told)
        wire.add(responses.PUT, f"{api}/Ticket", json=gone, status=401)
        wire.add(responses.PUT, f"{api}/Ticket", json=[{"5": True, "message": ""}])
        desk = glpi_desk("glpi", url=api, app_token="a", user_token="u")
        raised = SetField(field="urgency", value="high")
        (written,) = desk.update([TicketUpdate(ticket="5", fields=(raised,))])
    assert written.state == "done"
