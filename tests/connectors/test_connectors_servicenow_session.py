"""Logging in: three ways, what each says when it fails, and secrets that stay secret."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import timedelta

import pytest
import responses

from sdtools.connectors.http import DeskHttp
from sdtools.connectors.servicenow.answers import text
from sdtools.connectors.servicenow.desk import ServiceNowDesk, servicenow_desk
from sdtools.connectors.servicenow.options import ApiKey, Basic, Credentials, OAuth, Place
from sdtools.connectors.servicenow.session import ServiceNowSession
from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.servicenow.context import Call
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.emulator.servicenow.faults import SERVICENOW_FAULTS
from sdtools.errors import ConfigError, DeskRefusedError, DeskUnreachableError

Ids = Mapping[str, str]
URL = "https://snow.example.org"
SECRET = "very-secret"
NO = {"error": {"message": "User is not authenticated", "detail": None}, "status": "failure"}


def desk_of(snow: EmbeddedServiceNow, credentials: Credentials) -> ServiceNowDesk:
    return servicenow_desk("snow", url=snow.url, credentials=credentials, wait=lambda _: None)


def _refused() -> pytest.RaisesExc[DeskRefusedError]:
    return pytest.raises(DeskRefusedError)


def client(snow: EmbeddedServiceNow) -> OAuth:
    return OAuth(
        grant="client_credentials", client_id=snow.client_id, client_secret=snow.client_secret
    )


def with_password(snow: EmbeddedServiceNow, password: str = "") -> OAuth:
    return OAuth(
        grant="password",
        client_id=snow.client_id,
        client_secret=snow.client_secret,
        user=snow.user,
        password=password or snow.password,
    )


def test_every_way_of_logging_in_is_the_same_account(snow: EmbeddedServiceNow) -> None:
    ways: tuple[Credentials, ...] = (
        Basic(user=snow.user, password=snow.password),
        ApiKey(key=snow.api_key),
        client(snow),
        with_password(snow),
    )
    accounts = set()
    for way in ways:
        with desk_of(snow, way) as desk:
            accounts.add(desk.account_id)
    mine = snow.database.rows("sys_user", "t.user_name = ?", (snow.user,))[0]["sys_id"]
    assert accounts == {mine}


def test_a_token_is_asked_for_once(snow: EmbeddedServiceNow) -> None:
    asked: list[str] = []
    snow.application.before = lambda call: asked.append(call.parts[-1])
    with desk_of(snow, client(snow)) as desk:
        list(desk.tickets(None))
        list(desk.comments(None))
    assert asked.count("oauth_token.do") == 1


def test_a_token_that_ended_is_renewed_once_and_the_request_repeated(
    snow: EmbeddedServiceNow, clock: Clock, ids: Ids
) -> None:
    with desk_of(snow, client(snow)) as desk:
        assert desk.account_id
        snow.clock.advance(timedelta(hours=1))
        assert set(desk.read([ids["0001"]])) == {ids["0001"]}


@responses.activate
def test_a_token_that_is_refused_for_ever_is_not_renewed_for_ever() -> None:
    token = {"access_token": "t", "expires_in": 1799}
    tokens = responses.add(responses.POST, f"{URL}/oauth_token.do", json=token)
    users = responses.add(responses.GET, f"{URL}/api/now/table/sys_user", json=NO, status=401)
    way = OAuth(grant="client_credentials", client_id="c", client_secret=SECRET)
    desk = servicenow_desk("snow", url=URL, credentials=way, wait=lambda _: None)
    with pytest.raises(DeskRefusedError, match="the login was refused"):
        _ = desk.opened_at
    assert (tokens.call_count, users.call_count) == (2, 2)


@responses.activate
def test_a_token_is_asked_for_in_a_form_and_without_another_login() -> None:
    token = {"access_token": "t", "expires_in": 1799}
    responses.add(responses.POST, f"{URL}/oauth_token.do", json=token)
    responses.add(responses.GET, f"{URL}/api/now/table/sys_user", json={"result": []})
    way = OAuth(grant="password", client_id="c", client_secret="s", user="u", password="p w&x")
    _ = servicenow_desk("snow", url=URL, credentials=way, wait=lambda _: None).opened_at
    asked = responses.calls[0].request
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in asked.headers
    assert "password=p+w%26x" in str(asked.body)
    assert responses.calls[1].request.headers["Authorization"] == "Bearer t"


def test_a_wrong_password_names_both_causes(snow: EmbeddedServiceNow) -> None:
    with desk_of(snow, Basic(user=snow.user, password="wrong-one")) as desk, _refused() as caught:
        _ = desk.account_id
    assert "snc_basic_auth_api_access" in caught.value.advice
    assert caught.value.status == 401
    assert "wrong-one" not in f"{caught.value}{caught.value.advice}"


@responses.activate
def test_an_account_with_a_second_factor_is_told_from_a_wrong_password() -> None:
    headers = {"X-MFA_TOKEN": "invalid"}
    url = f"{URL}/api/now/table/sys_user"
    responses.add(responses.GET, url, json=NO, status=401, headers=headers)
    login = Basic(user="u", password="p")
    with pytest.raises(DeskRefusedError) as caught:
        _ = servicenow_desk("s", url=URL, credentials=login, wait=lambda _: None).opened_at
    assert "second factor" in caught.value.advice


def test_a_refused_client_is_told_what_may_be_wrong(snow: EmbeddedServiceNow) -> None:
    wrong = OAuth(grant="client_credentials", client_id=snow.client_id, client_secret=SECRET)
    with desk_of(snow, wrong) as desk, pytest.raises(DeskRefusedError) as caught:
        _ = desk.account_id
    assert "client.credential.grant_type.enabled" in caught.value.advice
    with desk_of(snow, with_password(snow, "wrong")) as desk, _refused() as caught:
        _ = desk.account_id
    assert "user and password" in caught.value.advice


def test_a_login_page_is_no_desk(snow: EmbeddedServiceNow) -> None:
    snow.application.faults = FaultPlan(rate=1.0, kinds=["login_page"], catalogue=SERVICENOW_FAULTS)
    desk = desk_of(snow, Basic(user=snow.user, password=snow.password))
    with pytest.raises(DeskUnreachableError) as caught:
        _ = desk.account_id
    assert "login page" in caught.value.advice


def test_a_rate_limit_is_waited_for(snow: EmbeddedServiceNow) -> None:
    waits: list[float] = []
    snow.application.faults = FaultPlan(chosen={1: "rate_limited"}, catalogue=SERVICENOW_FAULTS)
    login = Basic(user=snow.user, password=snow.password)
    with servicenow_desk("s", url=snow.url, credentials=login, wait=waits.append) as desk:
        assert desk.account_id
    assert waits[0] == 1.0


@responses.activate
def test_where_scripts_do_not_run_the_name_of_the_login_decides() -> None:
    url = f"{URL}/api/now/table/sys_user"
    both = [{"sys_id": "1", "user_name": "a"}, {"sys_id": "2", "user_name": "u"}]
    responses.add(responses.GET, url, json={"result": both})
    responses.add(responses.GET, url, json={"result": both[1:]})
    login = Basic(user="U", password="p")
    desk = servicenow_desk("s", url=URL, credentials=login, wait=lambda _: None)
    assert desk.account_id == "2"


@responses.activate
def test_an_account_that_does_not_show_is_an_error_and_nobody_else() -> None:
    both = [{"sys_id": "1", "user_name": "a"}, {"sys_id": "2", "user_name": "b"}]
    responses.add(responses.GET, f"{URL}/api/now/table/sys_user", json={"result": both})
    desk = servicenow_desk("s", url=URL, credentials=ApiKey(key="k"), wait=lambda _: None)
    with pytest.raises(DeskRefusedError, match="may not see its own user record"):
        _ = desk.account_id


@pytest.mark.parametrize(
    "url",
    [
        "http://example.service-now.com",
        "http://127.0.0.1.example.org",
        "https://user:pw@example.service-now.com",
        "https://example.service-now.com/api/now",
        "ftp://example.service-now.com",
        "example.service-now.com",
        "",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        servicenow_desk("s", url=url, credentials=ApiKey(key="k"))


@pytest.mark.parametrize(
    "url", ["https://example.service-now.com/", "http://localhost:8080", "http://127.0.0.1:1"]
)
def test_plain_http_is_for_this_machine_alone(url: str) -> None:
    assert servicenow_desk("s", url=url, credentials=ApiKey(key="k")).url == url.rstrip("/")


@pytest.mark.parametrize(
    "credentials",
    [
        ApiKey(key=""),
        ApiKey(key="key\n"),
        Basic(user="u", password=""),
        Basic(user="", password="p"),
        OAuth(grant="client_credentials", client_id="c", client_secret=""),
        OAuth(grant="password", client_id="c", client_secret="s"),
    ],
)
def test_credentials_that_cannot_work_are_refused_without_showing_them(
    credentials: Credentials,
) -> None:
    with pytest.raises(ConfigError) as caught:
        servicenow_desk("s", url=URL, credentials=credentials)
    assert "key\n" not in str(caught.value)


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigError, match="time zone"):
        servicenow_desk("s", url=URL, credentials=ApiKey(key="k"), timezone="Europe/Pariss")


def test_secrets_do_not_show() -> None:
    ways: tuple[Credentials, ...] = (
        Basic(user="u", password=SECRET),
        ApiKey(key=SECRET),
        OAuth(grant="password", client_id="c", client_secret=SECRET, user="u", password=SECRET),
    )
    for way in ways:
        desk = servicenow_desk("s", url=URL, credentials=way)
        assert SECRET not in f"{way!r} {desk!r}"


@responses.activate
def test_names_and_passwords_may_hold_any_letter() -> None:
    responses.add(responses.GET, f"{URL}/api/now/table/sys_user", json={"result": []})
    login = Basic(user="rené", password="pässwörd:€")
    _ = servicenow_desk("s", url=URL, credentials=login, wait=lambda _: None).opened_at
    sent = str(responses.calls[0].request.headers["Authorization"]).removeprefix("Basic ")
    assert b64decode(sent).decode() == "rené:pässwörd:€"


def session_at(snow: EmbeddedServiceNow) -> ServiceNowSession:
    http = DeskHttp("snow", wait=lambda _: None, clock=lambda: 0.0)
    login = Basic(user=snow.user, password=snow.password)
    return ServiceNowSession(http, Place(url=snow.url), login, lambda: 0.0)


def test_single_records_go_through_pysnow_with_nothing_of_the_call_before(
    snow: EmbeddedServiceNow, ids: Ids
) -> None:
    calls: list[Call] = []
    snow.application.before = calls.append
    session = session_at(snow)
    row = session.record("incident", ids["0001"], "number,urgency")
    assert row is not None
    assert (text(row, "number"), "state" in row) == ("INC0001", False)
    assert session.patch("incident", ids["0001"], {"urgency": "1"}).row["urgency"] == "1"
    assert session.record("incident", ids["nothing"], "number") is None
    assert [call.method for call in calls] == ["GET", "PATCH", "GET"]
    assert calls[0].parameters["sysparm_fields"] == "number,urgency"
    assert calls[1].parameters["sysparm_fields"] == "sys_id,urgency"
    assert {call.headers["user-agent"] for call in calls} == {"sdtools"}


def test_what_is_no_sys_id_never_gets_into_a_path(snow: EmbeddedServiceNow) -> None:
    with pytest.raises(DeskRefusedError, match="no sys_id"):
        session_at(snow).record("incident", "../sys_user", "number")
    assert snow.requests == 0
