"""Limits and sessions of the embedded ServiceNow: rates, slots, cookies, sizes, job cadence."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import requests
from servicenow_desk import ALICE, FRIDAY, ROWS, Client, packed, unpacked

from sdtools.emulator.clock import Clock
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow, serve_servicenow
from sdtools.emulator.servicenow.fresh import fixed_id
from sdtools.emulator.servicenow.switches import Switches
from sdtools.emulator.servicenow.turnstile import QueueFullError, Turnstile

RULE = fixed_id("rule")


def _rule(snow: Client, sys_id: str = RULE, **columns: object) -> None:
    row = {"sys_id": sys_id, "name": "a rule", "type": "all", "request_limit": 2}
    snow.desk.database.load([("sys_rate_limit_rules", row | columns)])


def test_no_rule_no_header(snow: Client) -> None:  # item 48
    assert "X-RateLimit-Limit" not in snow.call("GET", "table/incident").headers


def test_a_rate_rule_counts_and_refuses_once_its_counter_is_flushed(snow: Client) -> None:
    _rule(snow, rest_api="Table API", method="GET", table_name="incident")
    allowed = [snow.call("GET", "table/incident") for _ in range(5)]
    assert {one.status_code for one in allowed} == {200}  # enforcement lags up to 30 s
    ends = int(FRIDAY.timestamp()) + 3600
    assert allowed[0].headers["X-RateLimit-Limit"] == "2"
    assert allowed[0].headers["X-RateLimit-Reset"] == str(ends)
    assert allowed[0].headers["X-RateLimit-Rule"] == RULE
    snow.desk.clock.advance(timedelta(seconds=30))
    refused = snow.call("GET", "table/incident")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3570")
    assert refused.headers["X-RateLimit-Limit"] == "2"
    assert refused.json()["error"] == {
        "message": "Rate limit exceeded",
        "detail": "Rate limit of 2 requests per hour for Table API exceeded",
    }
    assert snow.call("GET", "table/problem").status_code == 200
    assert snow.add("incident")["number"] == "INC0010001"
    snow.desk.clock.advance(timedelta(hours=1))
    assert snow.call("GET", "table/incident").status_code == 200


def test_a_users_own_rule_wins_and_of_roles_the_lowest(snow: Client) -> None:
    roles = [
        {"type": "role", "role": fixed_id("sys_user_role", name)} for name in ("itil", "admin")
    ]
    _rule(snow, "1" * 32, request_limit=1)
    _rule(snow, "2" * 32, request_limit=50, **roles[0])
    _rule(snow, "3" * 32, request_limit=9, **roles[1])  # not a role of this account
    assert snow.call("GET", "table/incident").headers["X-RateLimit-Rule"] == "2" * 32
    _rule(snow, "4" * 32, request_limit=40, **roles[0])
    assert snow.call("GET", "table/incident").headers["X-RateLimit-Rule"] == "4" * 32
    me = snow.rows("sys_user", "user_name=sdtools")[0]["sys_id"]
    _rule(snow, "5" * 32, request_limit=99, type="user", user=me)
    assert snow.call("GET", "table/incident").headers["X-RateLimit-Rule"] == "5" * 32


def test_a_full_queue_is_a_429_without_rate_headers() -> None:  # item 49
    database = ServiceNowDatabase()
    with serve_servicenow(database, Clock(FRIDAY), switches=Switches(slots=0, queue=0)) as desk:
        url = f"{desk.url}/api/now/table/incident"
        answer = requests.get(url, auth=(desk.user, desk.password), timeout=10)
    database.close()
    assert answer.status_code == 429
    assert not {"Retry-After", "X-RateLimit-Limit"} & set(answer.headers)
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()


def test_an_answer_tells_how_long_it_waited(snow: Client) -> None:
    timing = snow.call("GET", "table/incident").headers["Server-Timing"]
    assert timing.endswith(", sem_wait;dur=0, sesh_wait;dur=0")


@dataclass(slots=True)
class _Crowd:
    """Requests at a turnstile: each stays inside until its gate opens."""

    turnstile: Turnstile
    inside: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def comes(self, name: str, session: str = "") -> None:
        self.gates[name] = asyncio.Event()
        self.tasks.append(asyncio.create_task(self._stay(name, session)))
        await self._settle()

    async def _stay(self, name: str, session: str) -> None:
        try:
            async with self.turnstile.turn(session):
                self.inside.append(name)
                await self.gates[name].wait()
                self.inside.remove(name)
        except QueueFullError:
            self.refused.append(name)

    async def goes(self, name: str) -> None:
        self.gates[name].set()
        await self._settle()

    async def _settle(self) -> None:
        for _ in range(10):  # more steps than any request has
            await asyncio.sleep(0)

    async def all_go(self) -> None:
        for gate in self.gates.values():
            gate.set()
        await asyncio.gather(*self.tasks)


def test_requests_wait_for_slots_and_are_refused_where_too_many_wait() -> None:  # item 49
    async def story() -> None:
        crowd = _Crowd(Turnstile(slots=2, queue=1))
        for name in ("a", "b", "c", "d"):
            await crowd.comes(name)
        assert (crowd.inside, crowd.refused) == (["a", "b"], ["d"])
        await crowd.goes("a")
        assert crowd.inside == ["b", "c"]
        await crowd.all_go()

    asyncio.run(story())


def test_requests_of_one_session_wait_for_each_other() -> None:  # item 49
    async def story() -> None:
        crowd = _Crowd(Turnstile(slots=4, queue=50))
        await crowd.comes("first", "one session")
        await crowd.comes("second", "one session")
        await crowd.comes("third", "another")
        await crowd.comes("fourth")  # without a cookie
        assert crowd.inside == ["first", "third", "fourth"]
        await crowd.goes("first")
        assert crowd.inside == ["third", "fourth", "second"]
        await crowd.all_go()

    asyncio.run(story())


def test_a_cookie_stands_for_a_login_until_it_is_idle(snow_desk: EmbeddedServiceNow) -> None:
    url = f"{snow_desk.url}/api/now/table/problem"  # item 53
    with requests.Session() as http:
        first = http.get(url, auth=(snow_desk.user, snow_desk.password), timeout=10)
        assert "HttpOnly" in first.headers["Set-Cookie"]
        second = http.get(url, timeout=10)
        assert (second.status_code, second.headers["X-Is-Logged-In"]) == (200, "true")
        assert "Set-Cookie" not in second.headers
        assert first.headers["X-Transaction-ID"] != second.headers["X-Transaction-ID"]
        snow_desk.clock.advance(timedelta(minutes=29))
        assert http.get(url, timeout=10).status_code == 200
        snow_desk.clock.advance(timedelta(minutes=31))
        gone = http.get(url, timeout=10)
    assert (gone.status_code, gone.headers["X-Is-Logged-In"]) == (401, "false")


def test_another_user_gets_another_session(snow_desk: EmbeddedServiceNow) -> None:
    url = f"{snow_desk.url}/api/now/table/incident"
    with requests.Session() as http:
        http.get(url, auth=(snow_desk.user, snow_desk.password), timeout=10)
        mine = http.cookies["JSESSIONID"]
        http.get(url, auth=(snow_desk.limited_user, snow_desk.limited_password), timeout=10)
        assert http.cookies["JSESSIONID"] != mine


def test_a_batch_item_has_a_largest_size_both_ways(snow: Client) -> None:  # item 42
    url = "/api/now/table/incident"
    large = packed({"description": "x" * (4 * 1024 * 1024)})
    items: list[dict[str, object]] = [
        {"id": "1", "method": "POST", "url": url, "body": large},
        {"id": "2", "method": "GET", "url": url, "headers": []},
    ]
    snow.add("incident")
    found = snow.call(
        "POST", "v1/batch", {"rest_requests": items},
        headers={"X-BATCHREQUEST-MAX-OUTPUT-SIZE": "100"},
    ).json()["serviced_requests"]  # fmt: skip
    assert [item["status_code"] for item in found] == [400, 500]
    assert "Max allowed: 100 bytes" in unpacked(found[1])["error"]["detail"]
    whole = snow.call("POST", "v1/batch", {"rest_requests": items[1:]}).json()
    assert whole["serviced_requests"][0]["status_code"] == 200


def _sla(snow: Client, due: timedelta) -> str:
    """Give a running SLA that began now and breaches after ``due``."""
    made = snow.add("incident", caller_id=ALICE)["sys_id"]
    sys_id = fixed_id("task_sla", made)
    now = snow.desk.clock.now()
    times = {"start_time": now, "planned_end_time": now + due}
    row = {name: f"{at:%Y-%m-%d %H:%M:%S}" for name, at in times.items()}
    snow.desk.database.load([("task_sla", {"sys_id": sys_id, "task": made, **row})])
    return sys_id


def _percentage(snow: Client, sla: str) -> str:
    found: str = snow.one("task_sla", sla)["percentage"]
    return found


def test_percentages_are_snapshots_of_jobs_that_run_more_often_near_the_breach(
    snow: Client,
) -> None:  # item 55
    sla = _sla(snow, timedelta(hours=4))
    assert _percentage(snow, sla) == "0"
    clock = snow.desk.clock
    clock.advance(timedelta(minutes=59))
    assert _percentage(snow, sla) == "0"  # hourly until the last hour
    clock.advance(timedelta(minutes=1))
    assert _percentage(snow, sla) == "25.00"
    clock.advance(timedelta(minutes=45))
    assert _percentage(snow, sla) == "25.00"
    clock.advance(timedelta(minutes=94))  # 3:19 gone: every ten minutes now
    assert _percentage(snow, sla) == "79.17"
    clock.advance(timedelta(minutes=33))  # 3:52 gone: every minute now
    assert _percentage(snow, sla) == "96.67"
    row = snow.one("task_sla", sla)
    assert (row["duration"], row["time_left"]) == ("1970-01-01 03:52:00", "1970-01-01 00:08:00")
    clock.advance(timedelta(minutes=9))
    assert snow.one("task_sla", sla)["has_breached"] == "true"
    assert snow.one("incident", row["task"]["value"])["made_sla"] == "false"


def test_far_breaches_are_looked_at_once_a_day(snow: Client) -> None:  # item 55
    sla = _sla(snow, timedelta(days=10))
    snow.desk.clock.advance(timedelta(hours=14))
    assert _percentage(snow, sla) == "0"
    snow.desk.clock.advance(timedelta(hours=2))  # past midnight
    assert _percentage(snow, sla) == "6.25"


def test_business_percentages_count_the_schedules_hours(snow: Client) -> None:
    office, span, promise = (fixed_id("cmn_schedule", one) for one in ("office", "week", "sla"))
    snow.desk.database.load(
        [
            ("cmn_schedule", {"sys_id": office, "name": "office", "time_zone": "Europe/Paris"}),
            (
                "cmn_schedule_span",
                {
                    "sys_id": span, "schedule": office, "days_of_week": "12345",
                    "start_date_time": "20240101T090000", "end_date_time": "20240101T110000",
                },
            ),
            ("contract_sla", {"sys_id": promise, "duration": "1970-01-01 04:00:00"}),
        ]
    )  # fmt: skip
    sla = _sla(snow, timedelta(hours=30))
    snow.desk.database.update("task_sla", sla, {"schedule": office, "sla": promise})
    snow.desk.clock.advance(timedelta(hours=15))  # daily until a day is left; midnight UTC
    row = snow.one("task_sla", sla)
    assert row["business_duration"] == "1970-01-01 01:00:00"  # 10:00 to 11:00 in Paris
    assert row["business_percentage"] == "25.00"
    assert row["percentage"] == "375.00"


def test_desks_share_what_is_fresh_and_nothing_else() -> None:
    first, second = ServiceNowDatabase(), ServiceNowDatabase()
    first.load(ROWS)
    assert second.count("sys_user_group") == 0
    assert second.count("sys_choice") == first.count("sys_choice")
    (admin,) = second.rows("sys_user", "t.user_name = 'admin'")
    assert admin["sys_id"] == "6816f79cc0a8016401c5a33be04be441"
    first.close()
    second.close()
