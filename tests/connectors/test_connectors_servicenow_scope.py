"""The scope: what it tests is proved by each row, and what the desk would drop is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pytest
import responses

from sdtools.connectors.servicenow.desk import ServiceNowDesk, servicenow_desk
from sdtools.connectors.servicenow.options import Basic
from sdtools.connectors.servicenow.scoping import lacking, read_scope
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.errors import ConfigError, DeskRefusedError

Ids = Mapping[str, str]
URL = "https://snow.example.org"
LATER = "2026-11-16 08:59:00"


def scoped(snow: EmbeddedServiceNow, scope: str) -> ServiceNowDesk:
    login = Basic(user=snow.user, password=snow.password)
    return servicenow_desk(
        "snow", url=snow.url, credentials=login, scope=scope, wait=lambda _: None
    )


def numbers(desk: ServiceNowDesk) -> set[str]:
    return {ticket.number for page in desk.tickets(None) for ticket in page}


def entry(name: str, ticket: str) -> tuple[str, dict[str, object]]:
    return "sys_journal_field", {
        "sys_id": f"{name:0>32}".replace("j", "a"),
        "name": "incident",
        "element": "comments",
        "element_id": ticket,
        "value": name,
        "sys_created_on": LATER,
        "sys_created_by": "paul",
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("assignment_group.nameSTARTSWITHIT", (["assignment_group.name"], [], [])),
        ("a=1^ORb.cISEMPTY^NQd!=2", (["a", "b.c", "d"], [], [])),
        ("active=true^ORDERBYnumber^EQ", (["active"], [], [])),
        ("numberLIKEx^^y=z^stateNOT IN6,7", (["number", "state"], [], [])),
        ("opened_atRELATIVEGT@hour@ago@1", (["opened_at"], [], [])),
        (
            "RLQUERYtask_sla.task,>=1^stage=paused^ENDRLQUERY^active=true",
            (["active"], ["RLQUERYtask_sla.task,>=1^stage=paused"], []),
        ),
        ("123TEXTQUERY321=vpn", ([], ["123TEXTQUERY321=vpn"], [])),
        ("priorityIS1", ([], [], ["priorityIS1"])),
        ("active=true^NQ", (["active"], [], [""])),
        ("active=true^JOINx.y=z.w!a=1", (["active"], [], ["JOINx.y=z.w!a=1"])),
    ],
)
def test_what_a_query_tests_is_known_and_what_a_desk_would_drop(
    query: str, found: tuple[list[str], list[str], list[str]]
) -> None:
    scope = read_scope(query)
    assert (list(scope.fields), list(scope.unseen), list(scope.odd)) == found


@pytest.mark.parametrize(
    "scope",
    [
        "assignment_group.nameBEGINSWITHN2",
        "assignment_group.name STARTSWITHN2",
        "priorityIS1",
        "active",
        "stateCHANGESTO2",
        "^NQactive=true",
        "^^^",
    ],
)
def test_a_scope_that_a_desk_cannot_read_is_refused_before_anything_is_asked(scope: str) -> None:
    login = Basic(user="u", password="p")
    with pytest.raises(ConfigError, match="scope cannot be read at") as caught:
        servicenow_desk("snow", url=URL, credentials=login, scope=scope)
    assert "STARTSWITH" in caught.value.advice


@pytest.mark.parametrize("scope", ["assignment_group.nmaeSTARTSWITHN2", "company.naem=Nobody"])
def test_a_dot_walk_that_leads_nowhere_is_refused_and_not_dropped(
    snow: EmbeddedServiceNow, now: datetime, ids: Ids, scope: str
) -> None:
    with scoped(snow, scope) as desk:
        with pytest.raises(DeskRefusedError, match=f"scope tests '{scope[:10]}"):
            numbers(desk)
        with pytest.raises(DeskRefusedError, match="scope tests"):
            desk.read([ids["0001"]])
        assert not desk.canary("INC0001").ok
        checks = {check.name: check for check in desk.check(now)}
    assert not checks["scope incident"].ok
    assert "the condition does not count" in checks["scope incident"].found


def test_a_dot_walk_counts_where_it_leads_to_something_and_where_it_does_not(
    snow: EmbeddedServiceNow, now: datetime
) -> None:
    with scoped(snow, "assignment_group.nameSTARTSWITHService") as desk:
        assert numbers(desk) == {"INC0002"}
    with scoped(snow, "assignment_group.nameISEMPTY") as desk:
        assert numbers(desk) == {"INC0001", "INC0003", "RITM1"}
        assert all(check.ok for check in desk.check(now) if check.name.startswith("scope"))


def test_a_field_is_lacking_when_no_row_shows_it() -> None:
    assert lacking("a.b=1", [{"a": "x"}, {"a": "y", "a.b": ""}]) == ()
    assert lacking("a.b=1", [{"a": "x"}]) == ("a.b",)
    assert lacking("a.b=1", []) == ()


@responses.activate
def test_a_search_that_finds_everything_cannot_be_told_from_one_that_does_not_count(
    now: datetime,
) -> None:
    rows = {"result": [{"sys_id": "a" * 32, "user_name": "u"}]}
    told = {"X-Total-Count": "7"}
    responses.add(responses.GET, f"{URL}/api/now/table/sys_user", json=rows, headers=told)
    for table in ("incident", "sc_req_item"):
        responses.add(responses.GET, f"{URL}/api/now/table/{table}", json=rows, headers=told)
    login = Basic(user="u", password="p")
    scope = "123TEXTQUERY321=vpn"
    desk = servicenow_desk("snow", url=URL, credentials=login, scope=scope, wait=lambda _: None)
    checks = {check.name: check for check in desk.check(now)}
    assert not checks["scope incident"].ok
    assert "may not count" in checks["scope incident"].found


def test_a_quiet_pass_with_a_scope_asks_as_little_as_one_without(
    snow: EmbeddedServiceNow, now: datetime
) -> None:
    with scoped(snow, "short_descriptionISNOTEMPTY") as desk:
        _ = (desk.account_id, desk.consequences)
        before = snow.requests
        assert list(desk.tickets(now)) == []
        assert list(desk.comments(now)) == []
        assert snow.requests == before + 1


def test_only_the_tickets_of_what_was_said_are_looked_up(
    snow: EmbeddedServiceNow, now: datetime, ids: Ids
) -> None:
    snow.database.load([entry("j1", ids["0001"]), entry("j2", ids["0002"])])
    asked: list[str] = []
    with scoped(snow, "number=INC0001") as desk:
        list(desk.tickets(now))
        snow.application.before = lambda call: asked.append(call.parameters["sysparm_query"])
        said = [comment for page in desk.comments(now) for comment in page]
    assert [comment.ticket_id for comment in said] == [ids["0001"]]
    assert all(ids["0001"] in query and ids["0002"] in query for query in asked[:1])
    assert len(asked) == 3  # both tables of tickets, and the author's login


def test_after_all_tickets_were_read_nothing_is_looked_up(
    snow: EmbeddedServiceNow, ids: Ids
) -> None:
    snow.database.load([entry("j1", ids["0001"]), entry("j2", ids["0002"])])
    asked: list[str] = []
    with scoped(snow, "number=INC0001") as desk:
        list(desk.tickets(None))
        snow.application.before = lambda call: asked.append(call.parts[-1])
        said = [comment for page in desk.comments(None) for comment in page]
    assert [comment.ticket_id for comment in said] == [ids["0001"]]
    assert asked == ["sys_journal_field", "sys_user"]
