"""What happens at the door of both desks: TLS, faults that are seeded and counted, costs."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
import servicenow_desk

from sdtools.emulator.clock import Clock
from sdtools.emulator.costs import Costs, Price, Till
from sdtools.emulator.exchange import Asked
from sdtools.emulator.faults import FAULTS, Fault, FaultPlan
from sdtools.emulator.glpi.costs import GLPI_COSTS
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.glpi.wire import Answer
from sdtools.emulator.servicenow.costs import SERVICENOW_COSTS
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow, serve_servicenow
from sdtools.emulator.servicenow.faults import SERVICENOW_FAULTS

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MADE = "2026-11-20 08:00:00"
GROUPS = [
    ("Group", {"id": number, "name": f"N{number}", "completename": f"N{number}"})
    for number in (1, 2)
]
NETWORK, DESK = "a" * 32, "b" * 32
SNOW_GROUPS = [
    ("sys_user_group", {"sys_id": sys_id, "name": sys_id[:1]}) for sys_id in (NETWORK, DESK)
]


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture
def glpi(http: requests.Session) -> Iterator[EmbeddedGlpi]:
    """Serve a GLPI that holds two groups and one ticket, and log in."""
    database = GlpiDatabase()
    ticket = {"id": 1, "name": "vpn", "status": 1, "date": MADE, "date_mod": MADE}
    database.load([*GROUPS, ("Ticket", ticket)])
    with serve_glpi(database, Clock(NOW)) as desk:
        log_in(desk, http)
        yield desk
    database.close()


@pytest.fixture
def snow(http: requests.Session) -> Iterator[EmbeddedServiceNow]:
    """Serve a ServiceNow that holds two groups, and be its admin."""
    database = ServiceNowDatabase()
    database.load(SNOW_GROUPS)
    with serve_servicenow(database, Clock(NOW)) as desk:
        http.auth = (desk.admin_user, desk.admin_password)
        yield desk
    database.close()


def log_in(desk: EmbeddedGlpi, http: requests.Session) -> None:
    http.headers["App-Token"] = desk.app_token
    http.headers.pop("Session-Token", None)
    user = {"Authorization": f"user_token {desk.user_token}"}
    opened = http.get(f"{desk.url}/initSession", headers=user, verify=desk.ca_file or None)
    http.headers["Session-Token"] = opened.json()["session_token"]


def next_fails(desk: EmbeddedGlpi | EmbeddedServiceNow, kind: str) -> None:
    desk.faults = FaultPlan(chosen={desk.requests + 1: kind}, catalogue=SERVICENOW_FAULTS)


def stored(desk: EmbeddedGlpi) -> dict[str, object]:
    row = desk.database.row("Ticket", 1)
    assert row is not None
    return dict(row)


def test_a_glpi_over_tls_is_known_by_its_own_authority(http: requests.Session) -> None:
    database = GlpiDatabase()
    with serve_glpi(database, Clock(NOW), tls=True) as desk:
        assert desk.url.startswith("https://127.0.0.1:")
        log_in(desk, http)
        here = http.get(f"{desk.url}/Ticket", verify=desk.ca_file)
        named = http.get(
            f"{desk.url.replace('127.0.0.1', 'localhost')}/Ticket", verify=desk.ca_file
        )
        assert (here.status_code, named.status_code) == (200, 200)
    database.close()


def test_a_servicenow_over_tls_is_a_stranger_to_everybody_else(http: requests.Session) -> None:
    database = ServiceNowDatabase()
    with serve_servicenow(database, Clock(NOW), tls=True) as desk:
        known = http.get(f"{desk.url}/api/now/table/task", verify=desk.ca_file)
        assert known.status_code == 401
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(desk.url, timeout=10)
        authority = Path(desk.ca_file)
        assert "PRIVATE KEY" not in authority.read_text(encoding="ascii")
    database.close()
    assert not authority.exists()


@pytest.mark.parametrize("kind", sorted(set(FAULTS) - {"session_killed", "overridden"}))
def test_every_fault_comes_and_is_counted_and_the_next_request_goes_well(
    glpi: EmbeddedGlpi, http: requests.Session, kind: str
) -> None:
    next_fails(glpi, kind)
    try:
        seen = http.put(f"{glpi.url}/Ticket/1", json={"input": {"urgency": 5}})
        well = seen.status_code == 200 and seen.text == '[{"1":true,"message":""}]'
    except requests.RequestException:
        well = False
    assert well == (kind == "latency")
    assert (stored(glpi)["urgency"] == 5) == FAULTS[kind].worked
    assert glpi.dealt == {kind: 1}
    assert http.get(f"{glpi.url}/Ticket/1").json()["id"] == 1


def test_a_body_that_breaks_off_is_noticed_by_its_length(
    glpi: EmbeddedGlpi, http: requests.Session
) -> None:
    next_fails(glpi, "broken_off")
    with pytest.raises(requests.RequestException):
        http.get(f"{glpi.url}/Ticket/1")


def test_a_truncated_body_is_noticed_by_its_json_only(
    glpi: EmbeddedGlpi, http: requests.Session
) -> None:
    next_fails(glpi, "truncated")
    answer = http.get(f"{glpi.url}/Ticket/1")
    assert answer.status_code == 200
    assert answer.text.startswith('{"id":1,')
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_killed_session_is_refused_until_somebody_logs_in_again(
    glpi: EmbeddedGlpi, http: requests.Session
) -> None:
    next_fails(glpi, "session_killed")
    answers = [http.put(f"{glpi.url}/Ticket/1", json={"input": {"urgency": 5}}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json()[0] == "ERROR_SESSION_TOKEN_INVALID"
    assert stored(glpi)["urgency"] == 3
    log_in(glpi, http)
    assert http.get(f"{glpi.url}/Ticket/1").status_code == 200
    assert glpi.dealt == {"session_killed": 1}


def test_what_cannot_happen_to_a_request_is_not_counted(
    glpi: EmbeddedGlpi, http: requests.Session
) -> None:
    glpi.faults = FaultPlan(rate=1.0, kinds=["overridden"])
    assert http.get(f"{glpi.url}/Ticket/1").status_code == 200
    note = {"input": {"itemtype": "Ticket", "items_id": 1, "content": "urgency"}}
    assert http.post(f"{glpi.url}/ITILFollowup", json=note).status_code == 201
    assert glpi.dealt == {}


def test_a_rule_of_the_glpi_changes_the_grade_that_is_written(
    glpi: EmbeddedGlpi, http: requests.Session
) -> None:
    next_fails(glpi, "overridden")
    items = [{"id": 1, "urgency": 5, "impact": 4}]
    answer = http.put(f"{glpi.url}/Ticket", json={"input": items})
    assert answer.json() == [{"1": True, "message": ""}]
    row = stored(glpi)
    assert (row["urgency"], row["impact"], row["priority"]) == (2, 4, 3)
    http.put(f"{glpi.url}/Ticket/1", json={"input": {"urgency": 5}})
    assert stored(glpi)["urgency"] == 5


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("PUT", "Ticket/1", {"_groups_id_assign": 1}),
        ("PUT", "Ticket/1", {"_groups_id_assign": [1]}),
        ("POST", "Group_Ticket", {"tickets_id": 1, "groups_id": 1, "type": 2}),
        ("POST", "Ticket/1/Group_Ticket", {"tickets_id": 1, "groups_id": 1, "type": 2}),
    ],
)
def test_a_rule_of_the_glpi_changes_the_group_that_is_assigned(
    glpi: EmbeddedGlpi, http: requests.Session, method: str, path: str, given: dict[str, object]
) -> None:
    next_fails(glpi, "overridden")
    http.request(method, f"{glpi.url}/{path}", json={"input": given}).raise_for_status()
    tied = glpi.database.rows("Group_Ticket", "tickets_id = 1")
    assert [(row["groups_id"], row["type"]) for row in tied] == [(2, 2)]
    assert glpi.dealt == {"overridden": 1}


def _bearer(desk: EmbeddedServiceNow, http: requests.Session) -> dict[str, str]:
    form = {
        "grant_type": "password", "client_id": desk.client_id, "client_secret": desk.client_secret,
        "username": desk.admin_user, "password": desk.admin_password,
    }  # fmt: skip
    http.auth = None
    token = http.post(f"{desk.url}/oauth_token.do", data=form).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def test_a_token_of_the_servicenow_expires_in_the_middle(
    snow: EmbeddedServiceNow, http: requests.Session
) -> None:
    url = f"{snow.url}/api/now/table/incident"
    old = _bearer(snow, http)
    next_fails(snow, "session_killed")
    refused = http.post(url, json={"short_description": "vpn"}, headers=old)
    assert refused.status_code == 401
    assert snow.database.count("incident") == 0
    new = _bearer(snow, http)
    assert http.post(url, json={"short_description": "vpn"}, headers=new).status_code == 201
    assert snow.dealt == {"session_killed": 1}


def _one(path: str, given: dict[str, object]) -> tuple[str, dict[str, object]]:
    return f"table/{path}", given


def _in_a_batch(path: str, given: dict[str, object]) -> tuple[str, dict[str, object]]:
    items = [
        {"id": "1", "method": "GET", "url": f"/api/now/table/{path}"},
        {"id": "2", "method": "POST", "url": f"/api/now/table/{path}",
         "body": servicenow_desk.packed(given)},
    ]  # fmt: skip
    return "v1/batch", {"batch_request_id": "1", "rest_requests": items}


@pytest.mark.parametrize("write", [_one, _in_a_batch])
@pytest.mark.parametrize(
    ("given", "becomes"),
    [
        ({"urgency": "1", "impact": "1"}, {"urgency": "3", "impact": "1", "priority": "3"}),
        ({"assignment_group": NETWORK}, {"assignment_group": DESK}),
    ],
)
def test_a_rule_of_the_servicenow_changes_what_is_written(
    snow: EmbeddedServiceNow,
    http: requests.Session,
    write: Callable[[str, dict[str, object]], tuple[str, dict[str, object]]],
    given: dict[str, object],
    becomes: dict[str, str],
) -> None:
    next_fails(snow, "overridden")
    path, body = write("incident", given)
    http.post(f"{snow.url}/api/now/{path}", json=body).raise_for_status()
    (row,) = snow.database.rows("incident")
    assert {name: row[name] for name in becomes} == becomes
    assert snow.dealt == {"overridden": 1}


def test_the_plan_can_be_changed_while_the_desk_serves(
    glpi: EmbeddedGlpi, http: requests.Session
) -> None:
    glpi.faults = FaultPlan(rate=1.0, kinds=["unavailable", "server_error"], seed=3)
    for _ in range(20):
        assert http.get(f"{glpi.url}/Ticket/1").status_code in {500, 503}
    glpi.faults = None
    assert http.get(f"{glpi.url}/Ticket/1").status_code == 200
    assert sum(glpi.dealt.values()) == 20
    assert set(glpi.dealt) == {"unavailable", "server_error"}


def test_a_fault_of_ones_own_is_counted_by_its_name(
    glpi: EmbeddedGlpi, http: requests.Session
) -> None:
    catalogue = {"teapot": Fault(status=418)}
    glpi.faults = FaultPlan(rate=1.0, kinds=["teapot"], catalogue=catalogue)
    assert http.get(f"{glpi.url}/Ticket/1").status_code == 418
    assert glpi.dealt == {"teapot": 1}


COLUMNS = "".join(
    f"&forcedisplay[{place}]={number}"
    for place, number in enumerate((1, 2, 3, 4, 5, 7, 8, 10, 12, 15, 19, 21))
)


def asked(method: str, path: str, body: object = None) -> Asked:
    place, _, query = path.partition("?")
    content = b"" if body is None else json.dumps(body).encode()
    return Asked(method=method, path=place, raw_path=place, query=query, headers={}, body=content)


@pytest.mark.parametrize(
    ("method", "path", "items", "rows", "measured"),
    [
        ("GET", "getActiveProfile", 0, 0, 13.2),
        ("GET", "initSession", 0, 0, 24.0),
        ("GET", "Ticket/7?get_hateoas=false", 0, 0, 13.8),
        ("GET", "Ticket?get_hateoas=false", 0, 50, 25.2),
        ("GET", "Ticket?get_hateoas=false", 0, 200, 29.0),
        ("GET", "Ticket?get_hateoas=false", 0, 1000, 51.7),
        ("GET", "Ticket?get_hateoas=false", 0, 5000, 212.0),
        ("GET", "Ticket?get_hateoas=false", 0, 20000, 824.0),
        ("GET", "Ticket?range=0-199", 0, 200, 34.6),
        ("GET", "Ticket?get_hateoas=false&expand_dropdowns=true", 0, 200, 379.4),
        ("GET", "Ticket_User?get_hateoas=false", 0, 5000, 56.0),
        ("GET", "Group_Ticket?get_hateoas=false", 0, 15000, 105.0),
        ("GET", f"search/Ticket?range=0-49{COLUMNS}", 0, 50, 283.5),
        ("GET", f"search/Ticket?range=0-199{COLUMNS}", 0, 200, 638.6),
        ("GET", f"search/Ticket?range=0-999{COLUMNS}", 0, 1000, 2336.6),
        ("GET", f"getMultipleItems?{'items[0][itemtype]=Ticket&' * 50}", 0, 0, 29.5),
        ("GET", "Ticket/7/ITILFollowup", 0, 0, 14.7),
        ("PUT", "Ticket", 1, 0, 57.7),
        ("PUT", "Ticket", 50, 0, 828.8),
        ("PUT", "Ticket", 200, 0, 3277.5),
        ("POST", "ITILFollowup", 1, 0, 20.3),
        ("POST", "Ticket/7/ITILFollowup", 1, 0, 20.3),
        ("POST", "ITILFollowup", 50, 0, 438.4),
        ("POST", "Ticket", 1, 0, 24.8),
        ("POST", "Ticket", 50, 0, 310.6),
        ("POST", "Group_Ticket", 1, 0, 20.9),
    ],
)
def test_the_costs_of_a_glpi_are_within_a_tenth_of_what_was_measured(
    method: str, path: str, items: int, rows: int, measured: float
) -> None:
    body = {"input": [{"id": 1}] * items} if items else None
    place = f"0-{rows - 1}/20000"
    answer = Answer(
        status=200,
        content=json.dumps({"content-range": place} if rows else {}).encode(),
        headers={"Content-Range": place} if rows else {},
    )
    seconds = GLPI_COSTS.seconds(asked(method, f"/apirest.php/{path}", body), answer)
    assert seconds * 1000 == pytest.approx(measured, rel=0.1)


def test_a_refusal_costs_what_any_small_request_does() -> None:
    refused = Answer(status=401, content=b"[]")
    asks = asked("GET", f"/apirest.php/search/Ticket?range=0-999{COLUMNS}")
    assert GLPI_COSTS.seconds(asks, refused) == 0.0132


def test_a_desk_with_costs_charges_each_request(http: requests.Session) -> None:
    database = GlpiDatabase()
    with serve_glpi(database, Clock(NOW), costs=GLPI_COSTS) as desk:
        log_in(desk, http)
        assert desk.spent == pytest.approx(0.024)
        http.get(f"{desk.url}/User/2?get_hateoas=false")
        http.get(f"{desk.url}/User?get_hateoas=false")
        assert desk.spent == pytest.approx(0.024 + 0.0138 + 0.0234 + 5 * 0.0000285)
    database.close()


def test_a_servicenow_charges_a_call_its_rows_and_the_items_of_a_batch(
    http: requests.Session,
) -> None:
    database = ServiceNowDatabase()
    database.load(SNOW_GROUPS)
    quick = Costs(
        prices={
            "call": Price(call=1, row=0.1),
            "read in a batch": Price(row=2),
            "write in a batch": Price(row=3),
        },
        bill=SERVICENOW_COSTS.bill,
        cores=4,
        source="a test",
    )
    with serve_servicenow(database, Clock(NOW), costs=quick) as desk:
        http.auth = (desk.admin_user, desk.admin_password)
        http.get(f"{desk.url}/api/now/table/sys_user_group").raise_for_status()
        assert desk.spent == pytest.approx(0.0012)
        path, body = _in_a_batch("incident", {"urgency": "1"})
        http.post(f"{desk.url}/api/now/{path}", json=body).raise_for_status()
        assert desk.spent == pytest.approx(0.0012 + 0.001 + 0.002 + 0.003)
    database.close()


def test_more_requests_than_cores_wait_for_each_other() -> None:
    async def finished(cores: int) -> list[str]:
        prices = {"/slow": Price(call=20), "/free": Price()}
        costs = Costs(
            prices=prices, bill=lambda one, _: [(one.path, 0)], cores=cores, source="a test"
        )
        till, done = Till(costs), []

        async def one(path: str) -> None:
            await till.charge(asked("GET", path), Answer(status=200, content=b""), 0.0)
            done.append(path)

        await asyncio.gather(one("/slow"), one("/free"))
        return done

    assert asyncio.run(finished(1)) == ["/slow", "/free"]
    assert asyncio.run(finished(2)) == ["/free", "/slow"]


def test_the_coefficients_are_written_one_a_line() -> None:
    lines = GLPI_COSTS.coefficients().splitlines()
    assert len(lines) == len(GLPI_COSTS.prices) + 1
    assert lines[6].split() == (
        ["list", "23.4", "a", "request", "0.0285", "a", "row,", "after", "1,000", "0.0406"]
    )


def test_emulate_speaks_tls_and_fails_as_often_as_it_is_told() -> None:
    command = (sys.executable, "-m", "sdtools", "emulate", "glpi", "--tickets", "5", "--json")
    faulty = (*command, "--tls", "--costs", "--faults", "1", "--seed", "3")
    with subprocess.Popen(faulty, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout
        access = json.loads("".join(iter(served.stdout.readline, "}\n")) + "}")
        plan = FaultPlan(rate=1.0, seed=3)
        seen = []
        for _ in range(12):
            try:
                answer = requests.get(access["url"], verify=access["ca_file"], timeout=10)
                seen.append(str(answer.status_code))
            except requests.RequestException:
                seen.append("None")
        served.send_signal(signal.SIGTERM)
        assert served.wait(timeout=10) == 0
    faults = [plan.at(number) for number in range(1, 13)]
    for fault, status in zip(faults, seen, strict=True):
        assert fault is not None
        assert status == ("None" if fault.breaks_off else str(fault.status))
