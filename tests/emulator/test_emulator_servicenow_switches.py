"""Each switch of the embedded ServiceNow in both positions: what no fact decides (FACTS, end)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests
from servicenow_desk import ALICE, FRIDAY, PROBLEM, ROWS, Client, log_in

from sdtools.emulator.clock import Clock
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import serve_servicenow
from sdtools.emulator.servicenow.switches import Switches

Serve = Callable[[Switches], Client]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a desk with these switches to its integration account."""
    with ExitStack() as stack:

        def served(switches: Switches) -> Client:
            database = ServiceNowDatabase()
            stack.callback(database.close)
            database.load(ROWS)
            desk = stack.enter_context(serve_servicenow(database, Clock(FRIDAY), switches=switches))
            client = log_in(desk, desk.user, desk.password)
            stack.callback(client.http.close)
            return client

        yield served


@pytest.mark.parametrize("there", [True, False])
def test_the_first_page_may_name_a_previous_one(serve: Serve, there: bool) -> None:
    snow = serve(Switches(previous_on_first_page=there))
    for _ in range(3):
        snow.add("incident")
    link = snow.call("GET", "table/incident?sysparm_limit=1").headers["Link"]
    assert ('sysparm_offset=-1>;rel="prev"' in link) is there
    second = snow.call("GET", "table/incident?sysparm_limit=1&sysparm_offset=1").headers["Link"]
    assert 'sysparm_offset=0>;rel="prev"' in second


@pytest.mark.parametrize(("matters", "found"), [(False, ["Alice Martin"]), (True, [])])
def test_case_may_matter_to_equality_and_never_to_like(
    serve: Serve, matters: bool, found: list[str]
) -> None:
    snow = serve(Switches(text_case_matters=matters))
    for query in (
        "name=alice MARTIN",
        "nameINalice martin",
        "department.nameISEMPTY^name=ALICE MARTIN",
    ):
        assert [row["name"] for row in snow.rows("sys_user", query)] == found
    assert [row["name"] for row in snow.rows("sys_user", "nameSTARTSWITHalice")] == ["Alice Martin"]


@pytest.mark.parametrize(("takes", "found"), [(True, ["a", "b"]), (False, ["b"])])
def test_unequal_may_take_empty_values(serve: Serve, takes: bool, found: list[str]) -> None:
    snow = serve(Switches(unequal_takes_empty=takes))
    for name, channel in (("a", ""), ("b", "phone"), ("c", "email")):
        snow.add("incident", short_description=name, contact_type=channel)
    for query in (
        "contact_type!=email",
        "contact_typeNOT INemail,chat",
        "contact_typeNOT LIKEmail",
    ):
        assert snow.titles(f"{query}^ORDERBYnumber") == found


@pytest.mark.parametrize("status", [200, 204])
def test_a_silent_update_is_empty(serve: Serve, status: int) -> None:
    snow = serve(Switches(silent_write_status=status))
    made = snow.add("incident")["sys_id"]
    silent = {"X-no-response-body": "true"}
    answer = snow.call("PATCH", f"table/incident/{made}", {"urgency": "1"}, headers=silent)
    assert (answer.status_code, answer.content) == (status, b"")
    assert snow.one("incident", made)["urgency"] == "1"
    assert snow.call("POST", "table/incident", {}, headers=silent).status_code == 201


@pytest.mark.parametrize(("recomputed", "priority"), [(True, "5"), (False, "1")])
def test_a_priority_written_alone_may_stay(serve: Serve, recomputed: bool, priority: str) -> None:
    snow = serve(Switches(priority_alone_recomputed=recomputed))
    made = snow.add("incident", priority="2")
    assert made["priority"] == "5"  # an insert is always looked up
    assert snow.patch("incident", made["sys_id"], priority="1")["priority"] == priority
    assert snow.patch("incident", made["sys_id"], urgency="1")["priority"] == "3"


@pytest.mark.parametrize("kept", [False, True])
def test_a_bad_reference_may_be_stored(serve: Serve, kept: bool) -> None:
    snow = serve(Switches(bad_reference_kept=kept))
    made = snow.add("incident", caller_id="0" * 32, assigned_to="nobody")
    shown = snow.one("incident", made["sys_id"], exclude_reference_link="true")
    expected = ("0" * 32, "nobody") if kept else ("", "")
    assert (shown["caller_id"], shown["assigned_to"]) == expected


@pytest.mark.parametrize(("obey", "counted"), [(False, "2"), (True, "1")])
def test_aggregates_may_know_of_hidden_rows(serve: Serve, obey: bool, counted: str) -> None:
    snow = serve(Switches(stats_obey_acls=obey))
    snow.add("incident", caller_id=ALICE)
    snow.add("incident", caller_id="no.roles")
    auth = (snow.desk.limited_user, snow.desk.limited_password)
    answer = snow.call("GET", "stats/incident?sysparm_count=true", auth=auth)
    assert answer.json()["result"]["stats"]["count"] == counted


@pytest.mark.parametrize(("as_object", "shape"), [(False, ALICE), (True, {"value": ALICE})])
def test_a_reference_without_a_link_may_be_an_object(
    serve: Serve, as_object: bool, shape: object
) -> None:
    snow = serve(Switches(bare_reference_object=as_object))
    made = snow.add("incident", caller_id=ALICE)["sys_id"]
    row = snow.one("incident", made, exclude_reference_link="true")
    assert (row["caller_id"], row["assigned_to"], row["urgency"]) == (shape, "", "3")


@pytest.mark.parametrize(("unknown", "shown"), [(True, ("UNKNOWN", None)), (False, ("", ""))])
def test_empty_values_may_display_as_unknown_and_null(
    serve: Serve, unknown: bool, shown: tuple[str, str | None]
) -> None:
    snow = serve(Switches(empty_shows_unknown=unknown))
    row = snow.one("incident", snow.add("incident")["sys_id"], display_value="true")
    assert (row["sla_due"], row["contact_type"]) == shown


def test_state_models_refuse_what_they_do_not_know(serve: Serve) -> None:
    snow = serve(Switches())
    for table, rule in (("problem", "Problem"), ("change_request", "Change")):
        auth = (snow.desk.admin_user, snow.desk.admin_password)
        made = snow.call("POST", f"table/{table}", {"state": "3"}, auth=auth).json()["result"]
        assert made["state"] in {"101", "-5"}
        path = f"table/{table}/{made['sys_id']}"
        status, error = snow.refused("PATCH", path, {"state": "4"}, auth=auth)
        assert (status, f"{rule} Model: Check State Transition^" in error["detail"]) == (403, True)


def test_without_state_models_a_problem_past_new_needs_somebody(serve: Serve) -> None:
    snow = serve(Switches(state_models=False))
    status, error = snow.refused("PATCH", f"table/problem/{PROBLEM}", {"state": "104"})
    assert (status, error["detail"]) == (
        403,
        "Data Policy Exception: The following fields are mandatory: Assigned to",
    )
    moved = snow.patch("problem", PROBLEM, state="104", assigned_to=ALICE)
    assert moved["state"] == "104"
    assert snow.add("problem")["state"] == "101"


@pytest.mark.parametrize("needed", [False, True])
def test_a_cookie_may_ask_for_a_token(serve: Serve, needed: bool) -> None:
    snow = serve(Switches(cookie_needs_token=needed))
    url = f"{snow.desk.url}/api/now/table/problem"
    snow.rows("problem")
    key = snow.http.cookies["JSESSIONID"]
    session = snow.desk.application.authentication.sessions.find(key)
    assert session is not None
    cookie = {"Cookie": f"JSESSIONID={key}"}
    bare = requests.get(url, headers=cookie, timeout=10)
    assert bare.headers["X-Is-Logged-In"] == "true"
    assert bare.status_code == (401 if needed else 200)
    token = {**cookie, "X-UserToken": session.token}
    assert requests.get(url, headers=token, timeout=10).status_code == 200


@pytest.mark.parametrize(("served", "status"), [(True, 200), (False, 406)])
def test_xml_may_not_be_served(serve: Serve, served: bool, status: int) -> None:
    snow = serve(Switches(serves_xml=served))
    answer = snow.call("GET", "table/problem", headers={"Accept": "application/xml"})
    assert answer.status_code == status


@pytest.mark.parametrize("text", ["User Not Authenticated", "User is not authenticated"])
def test_a_refused_login_has_two_wordings(serve: Serve, text: str) -> None:
    snow = serve(Switches(login_refused=text))
    status, error = snow.refused("GET", "table/problem", auth=("x", "y"))
    assert (status, error["message"]) == (401, text)


def test_wordings_that_are_not_known_can_be_others(serve: Serve) -> None:
    texts = {400: "Unreadable", 405: "No such method", 406: "No such form", 415: "No such type"}
    for refusals in ({}, texts):
        snow = serve(Switches(refusals=refusals))
        url = f"{snow.desk.url}/api/now/table/incident"
        as_json = {"Content-Type": "application/json"}
        said = {
            400: snow.http.post(url, data=b"{no", headers=as_json, timeout=10),
            405: snow.http.post(f"{url}/abc", json={}, timeout=10),
            406: snow.http.get(url, headers={"Accept": "text/csv"}, timeout=10),
            415: snow.http.post(url, data={"a": "b"}, timeout=10),
        }
        assert {status: answer.status_code for status, answer in said.items()} == {
            status: status for status in said
        }
        messages = {status: one.json()["error"]["message"] for status, one in said.items()}
        assert (messages == texts) is bool(refusals)
        assert snow.refused("GET", "table/no_such")[1]["message"] == "Invalid table no_such"


@pytest.mark.parametrize(("clears", "left"), [(True, ""), (False, "network")])
def test_nothing_may_empty_a_choice_or_leave_it(serve: Serve, clears: bool, left: str) -> None:
    snow = serve(Switches(empty_clears_choices=clears))
    made = snow.add("incident", short_description="VPN", category="network", location="")
    after = snow.patch("incident", made["sys_id"], category="", short_description="")
    assert (after["category"], after["short_description"]) == (left, "")
