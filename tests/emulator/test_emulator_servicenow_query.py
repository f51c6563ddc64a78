"""Encoded queries against the embedded ServiceNow: operators, precedence, order, scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from servicenow_desk import ALICE, BOB, DESK, FRIDAY, NETWORK, ROWS, Client, log_in, unpacked

from sdtools.emulator.clock import Clock
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import serve_servicenow


def _fill(snow: Client) -> Client:
    snow.add(
        "incident", short_description="VPN down", impact="1", urgency="1", caller_id=ALICE,
        assignment_group=NETWORK, opened_at="2026-11-18 23:30:00", description="a^b",
    )  # fmt: skip
    snow.add(
        "incident", short_description="Mail slow", impact="2", urgency="2", caller_id=BOB,
        assignment_group=DESK, category="software", opened_at="2026-11-19 10:00:00",
    )  # fmt: skip
    snow.add(
        "incident", short_description="mouse 100%", impact="3", urgency="1", category="hardware",
        contact_type="email", opened_at="2026-11-20 08:00:00",
    )  # fmt: skip
    return snow


@pytest.fixture(scope="module")
def asked() -> Iterator[Client]:
    """Serve one desk to all that only ask."""
    database = ServiceNowDatabase()
    database.load(ROWS)
    with serve_servicenow(database, Clock(FRIDAY)) as desk:
        client = log_in(desk, desk.user, desk.password)
        yield _fill(client)
        client.http.close()
    database.close()


@pytest.fixture
def filled(snow: Client) -> Client:
    """Serve a desk to one that changes it."""
    return _fill(snow)


ALL = ["VPN down", "Mail slow", "mouse 100%"]
VPN, MAIL, MOUSE = ([name] for name in ALL)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("priority=1", VPN),
        ("priority!=1", MAIL + MOUSE),
        ("priority>1", MAIL + MOUSE),
        ("priority>=3", MAIL + MOUSE),
        ("priority<3", VPN),
        ("priority<=3", ALL),
        ("priorityIN1,2", VPN),
        ("priorityNOT IN1,2", MAIL + MOUSE),
        ("impactBETWEEN2@3", MAIL + MOUSE),
        ("short_descriptionLIKEvpn", VPN),
        ("short_description*slow", MAIL),
        ("short_descriptionCONTAINSslow", MAIL),
        ("short_descriptionNOT LIKEvpn", MAIL + MOUSE),
        ("short_descriptionDOES NOT CONTAINvpn", MAIL + MOUSE),
        ("short_description!*vpn", MAIL + MOUSE),
        ("short_descriptionLIKE100%", MOUSE),
        ("short_descriptionLIKE_", []),
        ("short_descriptionSTARTSWITHm", MAIL + MOUSE),
        ("short_descriptionENDSWITHslow", MAIL),
        ("short_description%slow", MAIL),
        ("short_description=vpn DOWN", VPN),
        ("contact_typeISEMPTY", VPN + MAIL),
        ("contact_typeISNOTEMPTY", MOUSE),
        ("contact_type=", VPN + MAIL),
        ("contact_typeEMPTYSTRING", VPN + MAIL),
        ("contact_type!=email", VPN + MAIL),
        ("numberANYTHING", ALL),
        ("active=true", ALL),
        ("active=1", ALL),
        ("active=false", []),
        ("impactSAMEASurgency", VPN + MAIL),
        ("impactNSAMEASurgency", MOUSE),
        ("impactGT_FIELDurgency", MOUSE),
        ("impactLT_FIELDurgency", []),
        ("impactGT_OR_EQUALS_FIELDurgency", ALL),
        ("impactLT_OR_EQUALS_FIELDurgency", VPN + MAIL),
        ("opened_atSAMEASsys_created_on@month", ALL),
        ("opened_atSAMEASsys_created_on@day", MOUSE),
        ("sys_class_nameINSTANCEOFtask", ALL),
        ("sys_class_nameINSTANCEOFproblem", []),
        # dates are UTC
        ("opened_at>2026-11-19 09:59:59", MAIL + MOUSE),
        ("opened_at>=2026-11-19 10:00:00^opened_at<2026-11-20", MAIL),
        ("opened_atRELATIVEGT@hour@ago@2", MOUSE),
        ("opened_atRELATIVELT@dayofweek@ago@1", VPN),
        # references compare sys_ids, but text operators what is displayed
        (f"caller_id={ALICE}", VPN),
        ("caller_idSTARTSWITHBob", MAIL),
        ("caller_idLIKEmartin", VPN),
        ("caller_idISEMPTY", MOUSE),
        # dot-walks
        ("caller_id.vip=true", VPN),
        ("assignment_group.nameSTARTSWITHIT", VPN + MAIL),
        ("assignment_group.name=it desk", MAIL),
        ("assignment_group.manager.user_name=bob.durand", MAIL),
        ("caller_id.nameISEMPTY", MOUSE),
        # a bad value on a real field finds nothing
        ("state=NOT_A_NUMBER", []),
        ("state==1", []),
        ("state=99999", []),
        # an unknown field or operator drops out
        ("no_such=banana", ALL),
        ("^^^", ALL),
        ("priority=1^no_such=banana", VPN),
        ("caller_id.no_such=1", ALL),
        ("priority=1^EQ", VPN),
        # a doubled caret is one
        ("description=a^^b", VPN),
        ("descriptionLIKEa^b", VPN),
    ],
)
def test_a_query_finds(asked: Client, query: str, expected: list[str]) -> None:
    assert asked.titles(f"{query}^ORDERBYnumber") == expected


def test_or_binds_to_the_condition_before_it(asked: Client) -> None:
    query = "contact_typeISEMPTY^priority=1^ORpriority=3^ORpriority=9^ORDERBYnumber"
    assert asked.titles(query) == VPN + MAIL
    assert asked.titles("priority=1^ORimpact=3^contact_type=email") == MOUSE


def test_nq_starts_another_branch(asked: Client) -> None:
    assert asked.titles("priority=1^NQimpact=2^category=software^ORDERBYnumber") == VPN + MAIL


def test_order_takes_several_keys_in_both_directions(asked: Client) -> None:
    assert asked.titles("ORDERBYDESCnumber") == ALL[::-1]
    assert asked.titles("ORDERBYurgency^ORDERBYDESCimpact") == MOUSE + VPN + MAIL
    assert asked.titles("ORDERBYcaller_id^ORDERBYnumber") == MOUSE + VPN + MAIL
    assert asked.titles("ORDERBYDESCassignment_group.name^ORDERBYnope") == VPN + MAIL + MOUSE


def test_keyset_pages_by_time_and_id_find_everything_once(asked: Client) -> None:
    found: list[str] = []
    last = ""
    while rows := asked.rows("incident", f"sys_id>{last}^ORDERBYsys_id", limit="1"):
        found.append(rows[0]["short_description"])
        last = rows[0]["sys_id"]
    assert sorted(found) == sorted(ALL)
    second = asked.rows("incident")[0]["sys_updated_on"]
    query = f"sys_updated_on>={second}^sys_updated_on<=2030-01-01 00:00:00"
    assert len(asked.rows("incident", f"{query}^ORDERBYsys_updated_on^ORDERBYsys_id")) == 3


def test_rows_added_between_offset_pages_are_missed_and_keyset_pages_hold(filled: Client) -> None:
    made: list[str] = []

    def insert(_: object) -> None:
        if not made:
            made.append("f" * 32)
            row = {"sys_id": "f" * 32, "number": "INC0000001", "short_description": "between"}
            filled.desk.database.load([("incident", row)])

    first = filled.rows("incident", "ORDERBYnumber", limit="2")
    filled.desk.application.before = insert
    second = filled.rows("incident", "ORDERBYnumber", limit="2", offset="2")
    assert [row["number"] for row in first + second] == [
        "INC0010001", "INC0010002", "INC0010002", "INC0010003",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("caller_id=javascript:gs.getUserID()", []),
        ("opened_by=javascript:gs.getUserID()", ALL),
        ("opened_at>javascript:gs.daysAgo(1)", MAIL + MOUSE),
        ("opened_at>=javascript:gs.daysAgoStart(0)", MOUSE),
        ("opened_at>javascript:gs.hoursAgo(2)", MOUSE),
        ("opened_at>javascript:gs.minutesAgo(61)", MOUSE),
        ("opened_at<javascript:gs.dateGenerate('2026-11-19','00:00:00')", VPN),
        ("opened_at<javascript:gs.beginningOfToday()", VPN + MAIL),
        ("opened_at<=javascript:gs.endOfYesterday()", VPN + MAIL),
        ("opened_at>=javascript:gs.beginningOfThisWeek()", ALL),
        ("opened_at>=javascript:gs.beginningOfThisMonth()", ALL),
        ("opened_at>=javascript:gs.beginningOfNextMonth()", []),
        ("opened_at<javascript:gs.nowDateTime()", ALL),
        ("opened_atONYesterday@javascript:gs.daysAgoStart(1)@javascript:gs.daysAgoEnd(1)", MAIL),
        (
            "opened_atNOTONToday@javascript:gs.beginningOfToday()@javascript:gs.endOfToday()",
            VPN + MAIL,
        ),
        ("opened_at>javascript:gs.nuke()", ALL),
        ("opened_at>javascript:1+1", ALL),
    ],
)
def test_scripts_stand_for_values(asked: Client, query: str, expected: list[str]) -> None:
    assert asked.titles(f"{query}^ORDERBYnumber") == expected


def test_generated_dates_are_in_the_users_zone_and_literals_are_utc(filled: Client) -> None:
    me = filled.rows("sys_user", "user_name=sdtools")[0]["sys_id"]
    filled.desk.database.update("sys_user", me, {"time_zone": "Europe/Paris"})
    generated = "opened_at>=javascript:gs.dateGenerate('2026-11-19','start')^ORDERBYnumber"
    assert filled.titles(generated) == ALL  # 23:30 UTC is the 19th in Paris
    assert filled.titles("opened_at>=2026-11-19 00:00:00^ORDERBYnumber") == MAIL + MOUSE


def test_an_invalid_query_can_be_made_to_find_nothing(filled: Client) -> None:
    (row,) = filled.desk.database.rows(
        "sys_properties", "t.name = ?", ("glide.invalid_query.returns_no_rows",)
    )
    filled.desk.database.update("sys_properties", row["sys_id"], {"value": "true"})
    assert filled.titles("no_such=banana") == []
    assert filled.titles("priority=1") == VPN


def test_relative_times_follow_the_clock(filled: Client) -> None:
    filled.desk.clock.advance(timedelta(hours=5))
    assert filled.titles("opened_atRELATIVEGE@hour@ago@2") == []
    assert filled.titles("opened_atRELATIVELE@hour@ahead@1^ORDERBYnumber") == ALL


def test_the_total_follows_the_query(asked: Client) -> None:
    answer = asked.call("GET", "table/incident?sysparm_limit=1&sysparm_query=priority>1")
    assert answer.headers["X-Total-Count"] == "2"


def test_statistics_count_average_and_group(asked: Client) -> None:
    def stats(query: str) -> object:
        return asked.call("GET", f"stats/incident?{query}").json()["result"]

    assert stats("sysparm_count=true&sysparm_query=active=true") == {"stats": {"count": "3"}}
    assert stats(
        "sysparm_avg_fields=impact&sysparm_max_fields=opened_at&sysparm_min_fields=urgency"
    ) == {
        "stats": {
            "avg": {"impact": "2.0000"},
            "min": {"urgency": "1"},
            "max": {"opened_at": "2026-11-20 08:00:00"},
        }
    }
    grouped = stats(
        "sysparm_count=true&sysparm_group_by=urgency&sysparm_order_by=urgency^DESC"
        "&sysparm_display_value=all"
    )
    assert grouped == [
        {
            "stats": {"count": "1"},
            "groupby_fields": [{"field": "urgency", "value": "2", "display_value": "2 - Medium"}],
        },
        {
            "stats": {"count": "2"},
            "groupby_fields": [{"field": "urgency", "value": "1", "display_value": "1 - High"}],
        },
    ]
    having = stats("sysparm_count=true&sysparm_group_by=urgency&sysparm_having=count^urgency^>^1")
    assert having == [
        {"stats": {"count": "2"}, "groupby_fields": [{"field": "urgency", "value": "1"}]}
    ]


def test_statistics_do_not_know_of_hidden_rows(filled: Client, snow_limited: Client) -> None:
    answer = snow_limited.call("GET", "stats/incident?sysparm_count=true")
    assert answer.json()["result"]["stats"]["count"] == "3"


def test_an_aggregate_of_nothing_has_no_measures(asked: Client) -> None:
    for query in ("", "?sysparm_avg_fields=no_such", "?sysparm_query=active=nonsense"):
        assert asked.call("GET", f"stats/incident{query}").json() == {"result": {"stats": {}}}


@pytest.mark.parametrize(
    "query",
    [
        "state>99999999999999999999",
        "opened_atRELATIVEGT@hour@ago@99999999999",
        "opened_atRELATIVEEE@year@ahead@99999",
        "opened_at>javascript:gs.daysAgo(9999999)",
    ],
)
def test_a_value_beyond_any_number_or_date_finds_no_row(asked: Client, query: str) -> None:
    assert asked.rows("incident", query) == []


def test_a_limit_beyond_any_number_is_no_limit(asked: Client) -> None:
    assert len(asked.rows("incident", sysparm_limit="9" * 5000)) == 3


def test_what_nobody_foresaw_is_told_in_the_envelope(asked: Client) -> None:
    path = f"table/incident?sysparm_query=RLQUERYtask_sla.task,>={'9' * 5000}^ENDRLQUERY"
    status, error = asked.refused("GET", path)
    assert status == 500
    assert "glide.rest.debug" in error["detail"]
    item = {"id": "1", "method": "GET", "url": f"/api/now/{path}", "headers": []}
    body = {"batch_request_id": "1", "rest_requests": [item]}
    answer = asked.call("POST", "v1/batch", body).json()["serviced_requests"][0]
    assert (answer["status_code"], unpacked(answer)["status"]) == (500, "failure")
