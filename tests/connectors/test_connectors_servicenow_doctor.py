"""Doctor: what it finds on a ServiceNow, what it advises, and the canary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
import responses
from servicenow_reader import reader_at

from sdtools.connectors.desk import Check
from sdtools.connectors.servicenow.checks_access import Subject, said
from sdtools.connectors.servicenow.choices import Choices
from sdtools.connectors.servicenow.desk import ServiceNowDesk, servicenow_desk
from sdtools.connectors.servicenow.options import Basic, Vip
from sdtools.emulator.servicenow.context import Call
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow

Ids = Mapping[str, str]


def examine(
    snow: EmbeddedServiceNow,
    now: datetime,
    *,
    login: Basic | None = None,
    scope: str = "",
    vip: Vip | None = None,
) -> dict[str, Check]:
    desk = servicenow_desk(
        "snow",
        url=snow.url,
        credentials=login or Basic(user=snow.user, password=snow.password),
        scope=scope,
        vip=vip,
        wait=lambda _: None,
    )
    with desk:
        return {check.name: check for check in desk.check(now)}


def bad(found: Mapping[str, Check]) -> set[str]:
    return {name for name, check in found.items() if not check.ok}


def limited(snow: EmbeddedServiceNow) -> Basic:
    return Basic(user=snow.limited_user, password=snow.limited_password)


def test_a_healthy_desk_has_nothing_wrong(snow: EmbeddedServiceNow, now: datetime) -> None:
    found = examine(snow, now)
    assert bad(found) == set()
    assert {name for name, check in found.items() if check.advice} == {"choices"}
    assert found["time zone"].found == "GMT"
    assert found["hidden incident"].found == "all of the first 3 show (3 in all)"
    assert found["page size"].found.startswith("asked for 2000")
    assert {"reach", "clock", "quota", "batch", "version", "https", "account"} <= set(found)


def test_an_administrator_sees_the_choice_lists(snow: EmbeddedServiceNow, now: datetime) -> None:
    admin = Basic(user=snow.admin_user, password=snow.admin_password)
    assert examine(snow, now, login=admin)["choices"].advice == ""


def test_a_wrong_password_is_found_and_nothing_else_is_asked(
    snow: EmbeddedServiceNow, now: datetime
) -> None:
    found = examine(snow, now, login=Basic(user=snow.user, password="wrong-one"))
    assert set(found) == {"https", "reach"}
    assert "snc_basic_auth_api_access" in found["reach"].advice
    assert "wrong-one" not in found["reach"].found
    assert snow.requests == 1


def test_restricted_basic_authentication_is_named(
    snow: EmbeddedServiceNow, now: datetime, ids: Ids
) -> None:
    name = "glide.authenticate.basic_auth.restriction.enforce"
    row = snow.database.rows("sys_properties", "t.name = ?", (name,))[0]
    snow.database.update("sys_properties", row["sys_id"], {"value": "true"})
    roles = snow.database.rows("sys_user_has_role")
    role = snow.database.rows("sys_user_role", "t.name = ?", ("snc_basic_auth_api_access",))[0]
    for one in roles:
        if one["role"] == role["sys_id"]:
            snow.database.delete("sys_user_has_role", one["sys_id"])
    found = examine(snow, now)
    assert not found["reach"].ok
    assert "snc_basic_auth_api_access" in found["reach"].advice


def test_missing_roles_are_named_table_by_table(
    snow: EmbeddedServiceNow, now: datetime, ids: Ids
) -> None:
    snow.database.load([("task_sla", {"sys_id": ids["row"], "task": ids["0001"]})])
    found = examine(snow, now, login=limited(snow))
    assert {"table incident", "table problem", "table task_sla", "table kb_knowledge"} <= bad(found)
    assert "sn_incident_read" in found["table incident"].advice
    assert "sn_request_read" in found["table sc_req_item"].advice
    assert found["table incident"].found == "hidden: 3 rows, none of the first 100 shown"
    assert found["table sys_user"].ok


def test_hidden_rows_are_counted(snow: EmbeddedServiceNow, now: datetime, ids: Ids) -> None:
    mine = snow.database.rows("sys_user", "t.user_name = ?", (snow.limited_user,))[0]["sys_id"]
    snow.database.update("incident", ids["0001"], {"caller_id": mine})
    found = examine(snow, now, login=limited(snow))
    assert found["hidden incident"].found == "2 of the first 3 do not show"
    assert found["table incident"].ok


@responses.activate
def test_each_kind_of_what_is_said_is_looked_at_by_itself(now: datetime) -> None:
    rows = {"result": [{"sys_id": "1"}]}
    for total in ("1", "3"):
        responses.add(
            responses.GET,
            "https://snow.example.org/api/now/table/sys_journal_field",
            json=rows,
            headers={"X-Total-Count": total},
        )
    subject = Subject(
        reader=reader_at("https://snow.example.org"),
        choices=Choices,
        vip=Vip(),
        now=now,
    )
    public, private = said(subject)
    assert (public.name, public.ok) == ("journal comments", True)
    assert (private.name, private.ok) == ("journal work_notes", False)
    assert private.found == "2 of the first 3 work_notes do not show"


def test_clocks_apart_are_found(snow: EmbeddedServiceNow, now: datetime) -> None:
    assert examine(snow, now + timedelta(seconds=119))["clock"].ok
    late = examine(snow, now + timedelta(minutes=3))["clock"]
    assert (late.ok, late.found) == (False, "180 s apart")


def test_another_time_zone_of_the_account_is_advised_against(
    snow: EmbeddedServiceNow, now: datetime
) -> None:
    mine = snow.database.rows("sys_user", "t.user_name = ?", (snow.user,))[0]["sys_id"]
    snow.database.update("sys_user", mine, {"time_zone": "Europe/Paris"})
    zone = examine(snow, now)["time zone"]
    assert (zone.ok, zone.found) == (True, "Europe/Paris")
    assert "GMT" in zone.advice


@pytest.mark.parametrize(
    ("scope", "wrong", "found"),
    [
        ("number=INC0001", set(), "1 of 3 tickets"),
        ("category=network", {"scope sc_req_item"}, "1 of 3 tickets"),
        ("nonsense=1", {"scope incident", "scope sc_req_item"}, "no readable nonsense"),
    ],
)
def test_a_scope_that_does_not_count_is_found(
    snow: EmbeddedServiceNow, now: datetime, scope: str, wrong: set[str], found: str
) -> None:
    checks = examine(snow, now, scope=scope)
    assert bad(checks) == wrong
    assert found in checks["scope incident"].found


@pytest.mark.parametrize(
    ("vip", "ok"),
    [
        (Vip(group="N2 Network"), True),
        (Vip(title="Director"), True),
        (Vip(group="Nobody"), False),
    ],
)
def test_a_vip_group_or_title_that_does_not_exist_is_found(
    snow: EmbeddedServiceNow, now: datetime, vip: Vip, ok: bool
) -> None:
    assert examine(snow, now, vip=vip)["vip"].ok is ok


@responses.activate
def test_a_rate_rule_is_told(now: datetime) -> None:
    url = "https://snow.example.org"
    rows = {"result": [{"sys_id": "1", "user_name": "u", "vip": "false"}]}
    headers = {"X-RateLimit-Limit": "100", "X-Total-Count": "1"}
    anything = re.compile(re.escape(url) + "/api/now/(table|stats)/.*")
    responses.add(responses.GET, anything, json=rows, headers=headers)
    responses.add(responses.POST, f"{url}/api/now/v1/batch", json={}, status=403)
    login = Basic(user="u", password="p")
    with servicenow_desk("s", url=url, credentials=login, wait=lambda _: None) as desk:
        found = {check.name: check for check in desk.check(now)}
    assert found["quota"].found == "100 requests an hour"
    assert (found["batch"].ok, found["clock"].ok) == (False, True)


def test_the_canary_writes_a_value_back_and_changes_nothing(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    before = snow.database.row("incident", ids["0001"])
    for name in ("INC0001", "inc0001", ids["0001"], "RITM1"):
        assert snow_desk.canary(name).ok
    assert snow.database.row("incident", ids["0001"]) == before
    assert snow_desk.canary("INC0001").found == "INC0001: its own urgency was written back"


@pytest.mark.parametrize("name", ["INC9999", "0" * 32, "", "x^ORactive=true"])
def test_the_canary_writes_to_nothing_but_the_ticket_it_was_given(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, name: str
) -> None:
    methods: list[str] = []
    snow.application.before = lambda call: methods.append(call.method)
    found = snow_desk.canary(name)
    assert (found.ok, set(methods)) == (False, {"GET"})


def test_the_canary_stays_within_the_scope(snow: EmbeddedServiceNow) -> None:
    login = Basic(user=snow.user, password=snow.password)
    with servicenow_desk("s", url=snow.url, credentials=login, scope="number=INC0002") as desk:
        assert not desk.canary("INC0001").ok


def test_a_canary_that_may_not_write_names_the_role(snow: EmbeddedServiceNow, ids: Ids) -> None:
    mine = snow.database.rows("sys_user", "t.user_name = ?", (snow.limited_user,))[0]["sys_id"]
    snow.database.update("incident", ids["0001"], {"caller_id": mine})
    with servicenow_desk("s", url=snow.url, credentials=limited(snow)) as desk:
        found = desk.canary("INC0001")
    assert not found.ok
    assert "sn_incident_write" in found.advice


def test_a_canary_that_a_rule_of_the_desk_changes_says_so(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    def rule(call: Call) -> None:
        if call.method == "PATCH":
            snow.application.before = lambda _: snow.database.update(
                "incident", ids["0001"], {"urgency": "3"}
            )

    snow.application.before = rule
    found = snow_desk.canary("INC0001")
    assert (found.ok, found.found) == (False, "INC0001: urgency 2 became '3'")


def test_what_tells_of_the_past_is_wished_for_and_not_demanded(
    snow: EmbeddedServiceNow, now: datetime, ids: Ids
) -> None:
    trace = {"sys_id": ids["trace"], "tablename": "incident", "documentkey": ids["0001"]}
    snow.database.load([("sys_audit", trace), ("sys_audit_delete", trace)])
    found = examine(snow, now)
    assert found["history"].ok
    assert "does not show" in found["history"].found
    assert found["history"].advice == "let the account's role read sys_audit, if that matters"
    assert "nightly comparison" in found["deletions"].found
    admin = Basic(user=snow.admin_user, password=snow.admin_password)
    assert examine(snow, now, login=admin)["deletions"].found == "sys_audit_delete shows"
