"""Lists, shapes, paging, errors and denials of the embedded ServiceNow's Table API."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
import requests
from servicenow_desk import ALICE, BOB, DESK, NETWORK, PROBLEM, Client

from sdtools.emulator.servicenow.desk import EmbeddedServiceNow

GONE = "0" * 32


def _three(snow: Client) -> None:
    for name in ("first", "second", "third"):
        snow.add("incident", short_description=name)


def test_a_wrong_password_is_a_401_with_a_challenge(snow: Client) -> None:
    answer = snow.call("GET", "table/incident", auth=("sdtools", "wrong"))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Service-now"'
    assert answer.json() == {
        "error": {
            "message": "User Not Authenticated",
            "detail": "Required to provide Auth information",
        },
        "status": "failure",
    }


def test_authentication_comes_before_the_table_name(snow: Client, snow_limited: Client) -> None:
    nobody = requests.get(f"{snow.desk.url}/api/now/table/no_such", timeout=10)
    assert nobody.status_code == 401
    for client in (snow, snow_limited):
        error = {"message": "Invalid table no_such", "detail": None}
        assert client.refused("GET", "table/no_such") == (400, error)


def test_an_unknown_path_is_no_resource(snow: Client) -> None:
    status, error = snow.refused("GET", "nowhere/at/all")
    assert (status, error["message"]) == (400, "Requested URI does not represent any resource")


def test_a_missing_record_is_a_404(snow: Client) -> None:
    detail = "Record doesn't exist or ACL restricts the record retrieval"
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        body = {"state": "2"} if method in {"PATCH", "PUT"} else None
        status, error = snow.refused(method, f"table/incident/{GONE}", body)
        assert (status, error) == (404, {"message": "No Record found", "detail": detail})


def test_every_scalar_is_a_string_and_empty_is_not_null(snow: Client) -> None:
    row = snow.add("incident", short_description="a", active=True, impact=2)
    assert all(isinstance(value, str) for key, value in row.items() if key != "opened_by")
    assert (row["active"], row["impact"], row["sys_mod_count"]) == ("true", "2", "0")
    assert (row["caller_id"], row["comments"], row["sla_due"]) == ("", "", "")


@pytest.mark.parametrize(
    ("display", "exclude", "expected"),
    [
        ("false", "false", {"link": "{link}", "value": ALICE}),
        ("false", "true", ALICE),
        ("true", "false", {"display_value": "Alice Martin", "link": "{link}"}),
        ("true", "true", "Alice Martin"),
        ("all", "false", {"display_value": "Alice Martin", "link": "{link}", "value": ALICE}),
        ("all", "true", {"display_value": "Alice Martin", "value": ALICE}),
    ],
)
def test_a_reference_has_six_shapes(
    snow: Client, display: str, exclude: str, expected: str | dict[str, str]
) -> None:
    made = snow.add("incident", caller_id=ALICE)
    shown = snow.one(
        "incident", made["sys_id"], display_value=display, exclude_reference_link=exclude
    )["caller_id"]
    link = f"{snow.desk.url}/api/now/table/sys_user/{ALICE}"
    if isinstance(expected, dict):
        expected = {key: value.format(link=link) for key, value in expected.items()}
    assert shown == expected


def test_an_empty_reference_is_an_object_only_with_all(snow: Client) -> None:
    made = snow.add("incident")["sys_id"]
    assert snow.one("incident", made, display_value="true")["caller_id"] == ""
    found = snow.one("incident", made, display_value="all")
    assert found["caller_id"] == {"display_value": "", "value": ""}
    assert found["sys_id"] == {"display_value": made, "value": made}
    assert all(set(value) >= {"display_value", "value"} for value in found.values())


def test_displayed_dates_are_the_users_and_values_are_utc(snow: Client) -> None:
    snow.desk.database.update(
        "sys_user", snow.rows("sys_user", "user_name=sdtools")[0]["sys_id"],
        {"time_zone": "Asia/Tokyo"},
    )  # fmt: skip
    made = snow.add("incident", opened_at="2026-11-19 20:00:00")
    shown = snow.one("incident", made["sys_id"], display_value="all")["opened_at"]
    assert shown == {"display_value": "2026-11-20 05:00:00", "value": "2026-11-19 20:00:00"}


def test_empty_choices_display_null_and_due_dates_unknown(snow: Client) -> None:
    made = snow.add("incident")["sys_id"]
    shown = snow.one("incident", made, display_value="true")
    assert (shown["contact_type"], shown["sla_due"], shown["due_date"]) == (None, "UNKNOWN", "")
    assert (shown["state"], shown["priority"]) == ("New", "5 - Planning")


def test_dot_walked_fields_are_flat_keys_and_unknown_ones_are_left_out(snow: Client) -> None:
    snow.add("incident", caller_id=ALICE, assignment_group=DESK)
    fields = (
        "number,caller_id.email,assignment_group.manager.name,assignment_group.manager,nope,a.b"
    )
    (row,) = snow.rows("incident", fields=fields)
    assert row == {
        "number": "INC0010001",
        "caller_id.email": "alice.martin@example.org",
        "assignment_group.manager.name": "Bob Durand",
        "assignment_group.manager": {
            "link": f"{snow.desk.url}/api/now/table/sys_user/{BOB}",
            "value": BOB,
        },
    }


def test_a_dot_walk_over_nothing_is_empty(snow: Client) -> None:
    snow.add("incident")
    assert snow.rows("incident", fields="caller_id.email") == [{"caller_id.email": ""}]


def test_pages_have_links_and_a_total(snow: Client) -> None:
    _three(snow)
    answer = snow.call("GET", "table/incident?sysparm_limit=2&sysparm_query=ORDERBYnumber")
    base = f"{snow.desk.url}/api/now/table/incident?sysparm_limit=2&sysparm_query=ORDERBYnumber"
    assert answer.headers["X-Total-Count"] == "3"
    assert answer.headers["Link"] == (
        f'<{base}&sysparm_offset=0>;rel="first",<{base}&sysparm_offset=-2>;rel="prev",'
        f'<{base}&sysparm_offset=2>;rel="next",<{base}&sysparm_offset=2>;rel="last"'
    )
    last = snow.call("GET", "table/incident?sysparm_limit=2&sysparm_offset=2")
    assert 'rel="next"' not in last.headers["Link"]
    assert len(last.json()["result"]) == 1


def test_pagination_headers_can_be_suppressed_and_counting_left_out(snow: Client) -> None:
    _three(snow)
    quiet = snow.call("GET", "table/incident?sysparm_suppress_pagination_header=True")
    assert "Link" not in quiet.headers
    assert quiet.headers["X-Total-Count"] == "3"
    uncounted = snow.call("GET", "table/incident?sysparm_no_count=true")
    assert "X-Total-Count" not in uncounted.headers


def test_an_empty_list_is_a_404_in_v1_only(snow: Client) -> None:
    assert snow.call("GET", "v1/table/incident").status_code == 404
    for version in ("v2/", ""):
        answer = snow.call("GET", f"{version}table/incident")
        assert (answer.status_code, answer.json()) == (200, {"result": []})


def test_plain_filters_take_values_and_what_is_displayed(snow: Client) -> None:
    _three(snow)
    made = snow.add("incident", short_description="hers", caller_id=ALICE, impact=1, urgency=1)
    for filters in (
        {"number": made["number"]},
        {"caller_id": ALICE},
        {"caller_id": "Alice Martin"},
        {"caller_id": "alice.martin"},
        {"priority": "1 - Critical"},
        {"priority": "1", "active": "true", "no_such": "ignored"},
    ):
        answer = snow.call("GET", "table/incident", params=filters)
        assert [row["number"] for row in answer.json()["result"]] == [made["number"]], filters


def test_a_table_lists_what_extends_it(snow: Client) -> None:
    snow.add("incident", short_description="an incident")
    classes = {row["sys_class_name"] for row in snow.rows("task")}
    assert classes == {"incident", "problem"}
    assert snow.rows("task", "sys_class_name=task") == []
    assert len(snow.rows("task", "sys_class_nameINincident,problem")) == 2
    assert "caller_id" not in snow.rows("task", "sys_class_name=incident")[0]
    shown = snow.rows("task", "sys_class_name=problem", display_value="true")
    assert shown[0]["sys_class_name"] == "Problem"
    assert [row["name"] for row in snow.rows("cmdb_ci")] == ["router-1"]


def test_hidden_rows_are_still_counted(snow: Client, snow_limited: Client) -> None:
    _three(snow)
    answer = snow_limited.call("GET", "table/incident")
    assert (answer.status_code, answer.json()) == (200, {"result": []})
    assert answer.headers["X-Total-Count"] == "3"
    status, _ = snow_limited.refused("GET", f"table/incident/{snow.rows('incident')[0]['sys_id']}")
    assert status == 404


def test_a_role_for_a_class_shows_that_class_of_task(
    snow: Client, snow_desk: EmbeddedServiceNow
) -> None:
    _three(snow)
    reader = {"sys_id": "a" * 32, "user_name": "reader", "active": True}
    role = snow.rows("sys_user_role", "name=sn_incident_read")[0]["sys_id"]
    has = {"sys_id": "b" * 32, "user": "a" * 32, "role": role}
    snow_desk.database.load([("sys_user", reader), ("sys_user_has_role", has)])
    snow_desk.database.add_account("reader", "secret")
    answer = snow.call("GET", "table/task?sysparm_limit=4", auth=("reader", "secret"))
    assert {row["sys_class_name"] for row in answer.json()["result"]} == {"incident"}
    assert answer.headers["X-Total-Count"] == "4"  # the problem too
    assert len(answer.json()["result"]) == 3


def test_people_see_their_own_incidents_without_a_role(snow: Client, snow_limited: Client) -> None:
    snow.add("incident", short_description="hers", caller_id="no.roles")
    snow.add("incident", short_description="somebody's", caller_id=ALICE)
    assert snow_limited.titles("") == ["hers"]


def test_the_integration_may_not_read_the_audit(snow: Client, snow_admin: Client) -> None:
    made = snow.add("incident")["sys_id"]
    snow.patch("incident", made, urgency="1")
    answer = snow.call("GET", "table/sys_audit")
    assert (answer.status_code, answer.json()) == (200, {"result": []})
    assert int(answer.headers["X-Total-Count"]) > 0
    assert snow.rows("sys_properties") == []
    changed = snow_admin.rows("sys_audit", f"documentkey={made}")
    assert {(row["fieldname"], row["oldvalue"], row["newvalue"]) for row in changed} == {
        ("urgency", "3", "1"),
        ("priority", "5", "3"),
    }


def test_unreadable_fields_are_left_out_and_may_not_be_queried(
    snow: Client, snow_admin: Client
) -> None:
    assert set(snow.rows("sys_choice")[0]) == {"sys_id", "label"}
    status, error = snow.refused("GET", "table/sys_choice?sysparm_query=name=incident")
    assert (status, error) == (
        403,
        {
            "message": "Insufficient rights to query records",
            "detail": "Field(s) present in the query do not have permission to be read",
        },
    )
    states = snow_admin.rows("sys_choice", "name=incident^element=state^ORDERBYsequence")
    assert [(row["value"], row["label"]) for row in states][:3] == [
        ("1", "New"),
        ("2", "In Progress"),
        ("3", "On Hold"),
    ]


def test_a_table_can_be_closed_as_a_whole(snow_limited: Client) -> None:
    status, error = snow_limited.refused("GET", "table/sys_db_object")
    assert (status, error["detail"]) == (403, "Failed API level ACL Validation")


def test_an_address_over_8192_bytes_is_a_414_of_the_container(snow: Client) -> None:
    answer = snow.call("GET", f"table/incident?sysparm_query=numberIN{'x' * 8200}")
    assert answer.status_code == 414
    assert "html" in answer.headers["Content-Type"]


def test_only_json_is_served(snow: Client) -> None:
    assert snow.call("GET", "table/incident", headers={"Accept": "*/*"}).status_code == 200
    assert snow.refused("GET", "table/incident", headers={"Accept": "text/csv"})[0] == 406
    assert snow.refused("POST", "table/incident/abc")[0] == 405


def test_the_date_header_follows_the_clock(snow: Client) -> None:
    snow.desk.clock.set(datetime(2026, 12, 24, 18, 0, 5, 900_000, tzinfo=UTC))
    answer = snow.call("GET", "table/incident")
    assert answer.headers["Date"] == "Thu, 24 Dec 2026 18:00:05 GMT"
    assert snow.add("incident")["sys_created_on"] == "2026-12-24 18:00:05"


def test_answers_are_packed_and_say_who_is_logged_in(snow: Client) -> None:
    _three(snow)
    answer = snow.call("GET", "table/incident")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["X-Is-Logged-In"] == "true"
    assert answer.headers["X-Transaction-ID"]
    assert "JSESSIONID" in snow.http.cookies
    assert len(answer.json()["result"]) == 3


def test_head_has_the_headers_of_get_and_a_method_can_be_overridden(snow: Client) -> None:
    _three(snow)
    head = snow.call("HEAD", "table/incident")
    assert (head.headers["X-Total-Count"], head.content) == ("3", b"")
    made = snow.rows("incident")[0]["sys_id"]
    headers = {"X-HTTP-Method-Override": "PATCH"}
    answer = snow.call("POST", f"table/incident/{made}", {"urgency": "1"}, headers=headers)
    assert (answer.status_code, answer.json()["result"]["urgency"]) == (200, "1")


def test_an_api_key_and_a_restricted_basic_login(snow_desk: EmbeddedServiceNow) -> None:
    url = f"{snow_desk.url}/api/now/table/problem"
    by_header = requests.get(url, headers={"x-sn-apikey": snow_desk.api_key}, timeout=10)
    by_query = requests.get(url, params={"x-sn-apikey": snow_desk.api_key}, timeout=10)
    assert [one["sys_id"] for one in by_header.json()["result"]] == [PROBLEM]
    assert by_query.json() == by_header.json()
    assert requests.get(url, headers={"x-sn-apikey": "wrong"}, timeout=10).status_code == 401
    admin = (snow_desk.admin_user, snow_desk.admin_password)
    assert requests.get(url, auth=admin, timeout=10).status_code == 200
    (restriction,) = snow_desk.database.rows(
        "sys_properties", "t.name = ?", ("glide.authenticate.basic_auth.restriction.enforce",)
    )
    snow_desk.database.update("sys_properties", restriction["sys_id"], {"value": "true"})
    assert requests.get(url, auth=admin, timeout=10).status_code == 401  # lacks the role
    basic = (snow_desk.user, snow_desk.password)
    assert requests.get(url, auth=basic, timeout=10).status_code == 200


def _token(desk: EmbeddedServiceNow, **form: str) -> requests.Response:
    client = {"client_id": desk.client_id, "client_secret": desk.client_secret}
    return requests.post(f"{desk.url}/oauth_token.do", data={**client, **form}, timeout=10)


def test_tokens_come_from_three_grants_and_end(snow_desk: EmbeddedServiceNow) -> None:
    password = {"username": snow_desk.user, "password": snow_desk.password}
    first = _token(snow_desk, grant_type="password", **password).json()
    assert (first["token_type"], first["scope"]) == ("Bearer", "useraccount")
    assert first["expires_in"] == 1799
    assert (
        _token(snow_desk, grant_type="password", **password).json()["access_token"]
        == (first["access_token"])
    )
    machine = _token(snow_desk, grant_type="client_credentials").json()
    assert "refresh_token" not in machine
    url = f"{snow_desk.url}/api/now/table/problem"
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    assert requests.get(url, headers=bearer, timeout=10).status_code == 200
    snow_desk.clock.advance(timedelta(minutes=31))
    assert requests.get(url, headers=bearer, timeout=10).status_code == 401
    again = _token(snow_desk, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert again.json()["refresh_token"] == first["refresh_token"]
    fresh = {"Authorization": f"Bearer {again.json()['access_token']}"}
    assert requests.get(url, headers=fresh, timeout=10).status_code == 200


def test_a_refused_token_says_nothing(snow_desk: EmbeddedServiceNow) -> None:
    denied = {"error_description": "access_denied", "error": "server_error"}
    for form in (
        {"grant_type": "password", "username": snow_desk.user, "password": "wrong"},
        {"grant_type": "refresh_token", "refresh_token": "wrong"},
        {"grant_type": "client_credentials", "client_secret": "wrong"},
        {"grant_type": "no such"},
    ):
        answer = _token(snow_desk, **form)
        assert (answer.status_code, answer.json()) == (401, denied)
    as_json = requests.post(
        f"{snow_desk.url}/oauth_token.do",
        json={"grant_type": "client_credentials", "client_id": snow_desk.client_id},
        timeout=10,
    )
    assert as_json.status_code == 401


def test_a_broken_basic_header_is_refused(snow_desk: EmbeddedServiceNow) -> None:
    for text in ("%%%", base64.b64encode(b"\xff\xfe").decode(), ""):
        answer = requests.get(
            f"{snow_desk.url}/api/now/table/incident",
            headers={"Authorization": f"Basic {text}"},
            timeout=10,
        )
        assert answer.status_code == 401


def test_roles_of_ones_own_can_be_read(snow: Client, snow_limited: Client) -> None:
    mine = snow.rows("sys_user_has_role", "user=javascript:gs.getUserID()", fields="role.name")
    assert {row["role.name"] for row in mine} == {
        "itil",
        "rest_service",
        "snc_basic_auth_api_access",
    }
    assert len(snow_limited.rows("sys_user_has_role")) == 1


def test_knowledge_categories_groups_and_schedules_are_there(snow: Client) -> None:
    assert [row["number"] for row in snow.rows("kb_knowledge")] == ["KB0010001"]
    assert {row["name"] for row in snow.rows("sys_user_group")} >= {"IT Desk", "IT Network"}
    members = snow.rows("sys_user_grmember", f"group={DESK}", fields="user.user_name")
    assert members == [{"user.user_name": "bob.durand"}]
    for table in ("core_company", "cmn_location", "kb_category", "contract_sla", "task_sla",
                  "cmn_schedule", "cmn_schedule_span", "m2m_kb_task", "sys_attachment",
                  "sc_request", "sc_req_item", "sys_journal_field"):  # fmt: skip
        assert snow.rows(table) == []
    assert snow.rows("sys_user_group", f"sys_id={NETWORK}")[0]["active"] == "true"
