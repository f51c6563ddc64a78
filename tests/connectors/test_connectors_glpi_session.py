"""The session: login, renewal, entities, and refusals in words that say what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
import requests
import responses

from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.connectors.glpi.options import Login
from sdtools.errors import ConfigError, DeskRefusedError, DeskUnreachableError

URL = "https://glpi.example.org/apirest.php"
Raw = tuple[int, dict[str, str], str]
DATE = {"Date": "Mon, 16 Nov 2026 09:00:00 GMT"}
TOLD: dict[str, object] = {
    "glpiID": 2,
    "glpiname": "robot",
    "glpishowallentities": 1,
    "glpi_currenttime": "2026-11-16 09:00:00",
}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def logged_in(wire: responses.RequestsMock, **told: object) -> None:
    body = {"session_token": "first", "session": TOLD | told}
    wire.add(responses.GET, f"{URL}/initSession", json=body, headers=DATE)
    wire.add(responses.GET, f"{URL}/killSession", json=True)


def make(entity: str = "all") -> GlpiDesk:
    return glpi_desk(
        "glpi",
        url=f"{URL}/",
        app_token="app-secret",
        user_token="user-secret",
        entity=entity,
        wait=lambda _: None,
    )


def asked(wire: responses.RequestsMock, path: str) -> list[requests.PreparedRequest]:
    return [call.request for call in wire.calls if f"/{path}" in (call.request.url or "")]


def test_nothing_is_sent_until_something_is_asked(wire: responses.RequestsMock) -> None:
    with make() as desk:
        assert desk.requests == 0


def test_tokens_travel_in_headers_and_never_in_urls(wire: responses.RequestsMock) -> None:
    logged_in(wire)
    with make() as desk:
        assert desk.account_id == "2"
    init = asked(wire, "initSession")[0]
    assert init.headers["Authorization"] == "user_token user-secret"
    assert init.headers["App-Token"] == "app-secret"
    assert not any("secret" in (call.request.url or "") for call in wire.calls)
    kill = asked(wire, "killSession")[0]
    assert kill.headers["Session-Token"] == "first"


def test_the_tokens_do_not_show(wire: responses.RequestsMock) -> None:
    login = Login(url=URL, app_token="app-secret", user_token="user-secret")
    assert "secret" not in f"{login!r} {make()!r}"


def test_an_expired_session_is_renewed_and_the_request_repeated(
    wire: responses.RequestsMock,
) -> None:
    logged_in(wire)
    gone = ["ERROR_SESSION_TOKEN_INVALID", "session_token seems invalid"]
    wire.add(responses.GET, f"{URL}/Ticket", json=gone, status=401)
    wire.add(responses.GET, f"{URL}/Ticket", json=[{"id": 5}], headers={"Content-Range": "0-0/1"})
    with make() as desk:
        assert desk.ticket_ids() == {"5"}
    logins = asked(wire, "initSession")
    assert len(logins) == 2
    assert "Session-Token" not in logins[1].headers


def test_a_write_refused_for_an_expired_session_is_sent_again(wire: responses.RequestsMock) -> None:
    logged_in(wire)
    gone = ["ERROR_SESSION_TOKEN_INVALID", "session_token seems invalid"]
    done = '[{"5": true, "message": ""}]'
    answers: Iterator[Raw] = iter([(401, {}, json.dumps(gone)), (200, {}, done)])

    def answer(_: requests.PreparedRequest) -> Raw:
        return next(answers)

    wire.add_callback(responses.PUT, f"{URL}/Ticket", answer, content_type="application/json")
    session = make()._session
    assert session.update("Ticket", [{"id": 5}]).status == 200


@pytest.mark.parametrize(
    ("status", "body", "advice"),
    [
        (401, ["ERROR_GLPI_LOGIN_USER_TOKEN", "parameter user_token seems invalid"], "user_token"),
        (400, ["ERROR_WRONG_APP_TOKEN_PARAMETER", "seems wrong; view documentation"], "app_token"),
        (400, ["ERROR_NOT_ALLOWED_IP", "There isn't an active API client"], "address"),
        (400, ["ERROR", "API disabled"], "enable it"),
    ],
)
def test_a_refused_login_says_what_to_do(
    wire: responses.RequestsMock, status: int, body: list[str], advice: str
) -> None:
    wire.add(responses.GET, f"{URL}/initSession", json=body, status=status)
    with pytest.raises(DeskRefusedError) as caught, make() as desk:
        desk.ticket_ids()
    assert advice in caught.value.advice
    assert (caught.value.code, caught.value.status) == (body[0], status)
    assert "documentation" not in str(caught.value)


def test_something_else_that_speaks_json_is_no_glpi(wire: responses.RequestsMock) -> None:
    wire.add(responses.GET, f"{URL}/initSession", json={"hello": "world"})
    with pytest.raises(DeskUnreachableError, match="no GLPI"), make() as desk:
        desk.ticket_ids()


def test_all_entities_are_chosen_without_naming_one(wire: responses.RequestsMock) -> None:
    logged_in(wire, glpishowallentities=0)
    wire.add(responses.POST, f"{URL}/changeActiveEntities", json=True)
    with make() as desk:
        assert desk.account_id == "2"
    body = asked(wire, "changeActiveEntities")[0].body
    assert json.loads(body or "") == {"is_recursive": True}


def test_an_entity_is_found_by_its_full_path(wire: responses.RequestsMock) -> None:
    logged_in(wire)
    mine = [{"id": 0, "name": "Root entity"}, {"id": 3, "name": "Root entity &#62; R&#38;D"}]
    wire.add(responses.GET, f"{URL}/getMyEntities", json={"myentities": mine})
    wire.add(responses.POST, f"{URL}/changeActiveEntities", json=True)
    with make("root entity > R&D") as desk:
        assert desk.account_id == "2"
    body = asked(wire, "changeActiveEntities")[0].body
    assert json.loads(body or "") == {"entities_id": 3, "is_recursive": True}


def test_an_unknown_entity_is_a_mistake_in_the_configuration(wire: responses.RequestsMock) -> None:
    logged_in(wire)
    wire.add(responses.GET, f"{URL}/getMyEntities", json={"myentities": [{"id": 0, "name": "A"}]})
    desk = make("B")
    for _ in range(2):  # it must not work on in all entities after the first error either
        with pytest.raises(ConfigError, match="no entity 'B'"):
            desk.ticket_ids()
    assert not asked(wire, "Ticket")


def test_an_entity_that_glpi_answers_false_to_is_refused(wire: responses.RequestsMock) -> None:
    logged_in(wire)
    wire.add(responses.GET, f"{URL}/getMyEntities", json={"myentities": [{"id": 3, "name": "A"}]})
    wire.add(responses.POST, f"{URL}/changeActiveEntities", json=False)
    with pytest.raises(DeskRefusedError, match="'A'"), make("A") as desk:
        desk.ticket_ids()


def test_a_desk_that_is_gone_is_not_asked_to_log_out(wire: responses.RequestsMock) -> None:
    logged_in(wire)
    wire.add(responses.GET, f"{URL}/Ticket", body="<html>", status=502, content_type="text/html")
    with pytest.raises(DeskUnreachableError), make() as desk:
        desk.ticket_ids()
    assert not asked(wire, "killSession")


def test_a_logout_that_fails_does_not_hide_the_result(wire: responses.RequestsMock) -> None:
    body = {"session_token": "first", "session": TOLD}
    wire.add(responses.GET, f"{URL}/initSession", json=body, headers=DATE)
    gone = ["ERROR_SESSION_TOKEN_INVALID", "session_token seems invalid"]
    wire.add(responses.GET, f"{URL}/killSession", json=gone, status=401)
    with make() as desk:
        assert desk.account_id == "2"
    assert len(asked(wire, "killSession")) == 1


def _url(url: str) -> Callable[[], GlpiDesk]:
    return lambda: glpi_desk("glpi", url=url, app_token="a", user_token="u")


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (_url("glpi.example.org"), "url"),
        (_url("ftp://glpi.example.org"), "url"),
        (_url("https://me:hidden@glpi.example.org/apirest.php"), "url"),
        (lambda: glpi_desk("glpi", url=URL, app_token="hidden\n", user_token="u"), "app_token"),
        (lambda: glpi_desk("glpi", url=URL, app_token="a", user_token="hidden é"), "user_token"),
        (
            lambda: glpi_desk("glpi", url=URL, app_token="a", user_token="u", timezone="Paris"),
            "time zone 'Paris'",
        ),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_sent(
    build: Callable[[], GlpiDesk], words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        build()
    assert "hidden" not in f"{caught.value} {caught.value.advice}"


def test_comments_that_may_not_be_read_are_an_error_and_tasks_are_none(
    wire: responses.RequestsMock,
) -> None:
    logged_in(wire)
    no = ["ERROR_RIGHT_MISSING", "no"]
    wire.add(responses.GET, f"{URL}/ITILFollowup", json=[])
    wire.add(responses.GET, f"{URL}/TicketTask", json=no, status=403)
    wire.add(responses.GET, f"{URL}/ITILSolution", json=[])
    with make() as desk:
        assert list(desk.comments(None)) == [(), ()]
        # Without them no mark is found, and what was said would be said again.
        wire.replace(responses.GET, f"{URL}/ITILFollowup", json=no, status=403)
        with pytest.raises(DeskRefusedError):
            list(desk.comments(None))
