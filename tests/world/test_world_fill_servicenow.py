"""The embedded ServiceNow, filled with a world, looks like one that lived through it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from sdtools.emulator.clock import Clock
from sdtools.emulator.servicenow.database import Row, ServiceNowDatabase
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow, serve_servicenow
from sdtools.emulator.servicenow.fill import servicenow_rows
from sdtools.emulator.servicenow.tables import TABLES
from sdtools.emulator.world.model import Ticket, World
from sdtools.emulator.world.seeded import seeded_world
from sdtools.model.grades import Grade, Kind, Status

INCIDENT = {
    Status.new: "1",
    Status.assigned: "2",
    Status.pending: "3",
    Status.solved: "6",
    Status.closed: "7",
}
REQUEST = {
    Status.new: "1",
    Status.assigned: "2",
    Status.pending: "-5",
    Status.solved: "3",
    Status.closed: "3",
}
LEVEL = {Grade.very_high: "1", Grade.high: "1", Grade.medium: "2", Grade.low: "3"} | {
    Grade.very_low: "3"
}


@pytest.fixture(scope="module")
def snow(seeded: World, now: datetime) -> Iterator[ServiceNowDatabase]:
    database = ServiceNowDatabase()
    database.load(servicenow_rows(seeded, now))
    yield database
    database.close()


@pytest.fixture(scope="module")
def desk(snow: ServiceNowDatabase, now: datetime) -> Iterator[EmbeddedServiceNow]:
    with serve_servicenow(snow, Clock(now)) as served:
        yield served


@pytest.fixture(scope="module")
def tickets(seeded: World, snow: ServiceNowDatabase) -> list[tuple[Ticket, Row]]:
    """Pair the world's tickets with their rows, by the order in which they were numbered."""
    rows: dict[Kind, Iterator[Row]] = {
        Kind.incident: iter(snow.rows("incident", tail="ORDER BY number")),
        Kind.request: iter(snow.rows("sc_req_item", tail="ORDER BY number")),
    }
    return [(ticket, next(rows[ticket.kind])) for ticket in seeded.tickets]


def _by_id(snow: ServiceNowDatabase, table: str, column: str) -> Mapping[str, str]:
    return {"": ""} | {row["sys_id"]: row[column] for row in snow.rows(table)}


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def test_every_row_has_an_id_of_its_own_and_columns_that_servicenow_has(
    seeded: World, now: datetime
) -> None:
    seen = set()
    for table, row in servicenow_rows(seeded, now):
        assert set(row) <= set(TABLES[table].columns), table
        key = (TABLES[table].root, row["sys_id"])
        assert key not in seen
        assert len(str(row["sys_id"])) == 32
        seen.add(key)


def test_every_reference_points_to_a_row_that_is_there(snow: ServiceNowDatabase) -> None:
    ids = {root: set(_by_id(snow, root, "sys_id")) for root in {t.root for t in TABLES.values()}}
    for name in ("incident", "sc_req_item", "problem", "task_sla", "m2m_kb_task", "cmdb_ci"):
        references = {
            column.name: TABLES[column.reference].root
            for column in TABLES[name].columns.values()
            if column.reference in TABLES
        }
        for row in snow.rows(name):
            for column, root in references.items():
                assert row[column] in ids[root], (name, column)


def test_the_same_world_has_the_same_ids_whatever_else_is_in_it(
    seeded: World, now: datetime
) -> None:
    whole = {(table, row["sys_id"]) for table, row in servicenow_rows(seeded, now)}
    less = replace(seeded, tickets=(), articles=seeded.articles[:3], people=seeded.people)
    part = {(table, row["sys_id"]) for table, row in servicenow_rows(less, now)}
    assert part < whole


def test_accounts_choices_and_properties_of_a_fresh_instance_are_still_there(
    snow: ServiceNowDatabase,
) -> None:
    fresh = ServiceNowDatabase()
    for table in ("sys_user", "sys_user_role", "sys_user_has_role", "sys_properties"):
        for row in fresh.rows(table):
            assert snow.row(table, row["sys_id"]) == row
    labels = {row["label"] for row in snow.rows("sys_choice")}
    assert {row["label"] for row in fresh.rows("sys_choice")} <= labels
    fresh.close()


def test_incidents_and_requests_stand_as_the_world_says(
    tickets: list[tuple[Ticket, Row]],
) -> None:
    for ticket, row in tickets:
        states = INCIDENT if ticket.kind is Kind.incident else REQUEST
        assert row["state"] == states[ticket.status]
        assert row["short_description"] == ticket.title
        assert row["description"] == ticket.description
        assert (row["urgency"], row["impact"]) == (LEVEL[ticket.urgency], LEVEL[ticket.impact])
        assert row["priority"] == str(6 - ticket.priority)
        assert _moment(row["opened_at"]) == ticket.opened
        assert _moment(row["sys_updated_on"]) == ticket.updated


def test_states_dates_and_texts_agree_as_servicenow_keeps_them(snow: ServiceNowDatabase) -> None:
    for row in snow.rows("incident"):
        done = row["state"] in {"6", "7"}
        assert row["incident_state"] == row["state"]
        assert bool(row["resolved_at"]) == bool(row["resolved_by"]) == done
        assert bool(row["close_code"]) == bool(row["close_notes"]) == done
        assert bool(row["closed_at"]) == (row["state"] == "7") == (row["active"] == "false")
        assert row["hold_reason"] == ("1" if row["state"] == "3" else "")
    for row in snow.rows("sc_req_item"):
        assert bool(row["closed_at"]) == (row["state"] == "3") == (row["active"] == "false")
        assert row["request"]


def test_hands_are_the_last_ones_and_names_lead_to_people_and_groups(
    snow: ServiceNowDatabase, tickets: list[tuple[Ticket, Row]]
) -> None:
    logins = _by_id(snow, "sys_user", "user_name")
    groups = _by_id(snow, "sys_user_group", "name")
    items = _by_id(snow, "cmdb_ci", "name")
    places = _by_id(snow, "cmn_location", "full_name")
    companies = _by_id(snow, "core_company", "name")
    for ticket, row in tickets:
        last = ticket.steps[-1]
        caller = row["caller_id" if ticket.kind is Kind.incident else "requested_for"]
        assert logins[caller] == ticket.requester
        assert groups[row["assignment_group"]] == last.group
        assert logins[row["assigned_to"]] == last.assignee
        assert items[row["cmdb_ci"]] == ticket.item
        assert places[row["location"]] == ticket.location.replace(" > ", "/")
        assert companies[row["company"]] == ticket.entity
        assert row["sys_updated_by"] in logins.values()


def test_categories_are_choices_with_their_labels(
    snow: ServiceNowDatabase, tickets: list[tuple[Ticket, Row]]
) -> None:
    choices = snow.rows("sys_choice", "t.name = 'incident'")
    labels = {
        (row["element"], row["value"], row["dependent_value"]): row["label"] for row in choices
    }
    for ticket, row in tickets:
        if ticket.kind is Kind.incident:
            head = labels["category", row["category"], ""]
            below = labels["subcategory", row["subcategory"], row["category"]]
            assert f"{head} > {below}" == ticket.category


def test_a_word_that_two_categories_share_is_two_choices(now: datetime) -> None:
    world = replace(
        seeded_world(1, 1, now), categories=("A", "A > Other", "B", "B > Other"), tickets=()
    )
    rows = [row for table, row in servicenow_rows(world, now) if table == "sys_choice"]
    below = [(row["value"], row["dependent_value"]) for row in rows if row["dependent_value"]]
    assert below == [("other", "a"), ("other", "b")]
    assert len({row["sys_id"] for row in rows}) == 4


def test_vips_teams_managers_and_roles_are_there(seeded: World, snow: ServiceNowDatabase) -> None:
    assert snow.count("sys_user", "t.vip = 'true'") == 5
    logins = _by_id(snow, "sys_user", "user_name")
    for group in seeded.groups:
        (row,) = snow.rows("sys_user_group", "t.name = ?", (group.name,))
        assert logins[row["manager"]] == next(iter(group.managers), "")
        members = snow.rows("sys_user_grmember", 't."group" = ?', (row["sys_id"],))
        assert {logins[member["user"]] for member in members} == {*group.members, *group.managers}
    french = snow.rows("sys_user", "t.preferred_language = 'fr'")
    assert len(french) == sum(person.language == "fr" for person in seeded.people)


def test_remarks_are_journal_entries_public_ones_as_comments(
    snow: ServiceNowDatabase, tickets: list[tuple[Ticket, Row]]
) -> None:
    entries: dict[str, Counter[tuple[str, str]]] = {}
    for row in snow.rows("sys_journal_field"):
        entries.setdefault(row["element_id"], Counter())[row["element"], row["value"]] += 1
    for ticket, row in tickets:
        said = Counter(
            ("comments" if one.public else "work_notes", one.text) for one in ticket.remarks
        )
        said.update(("work_notes", one.text) for one in ticket.work)
        assert entries.get(row["sys_id"], Counter()) == said


def test_each_ticket_has_a_clock_for_the_answer_and_one_for_the_solution(
    snow: ServiceNowDatabase, tickets: list[tuple[Ticket, Row]]
) -> None:
    targets = _by_id(snow, "contract_sla", "target")
    tables = _by_id(snow, "contract_sla", "collection")
    clocks: dict[str, dict[str, Row]] = {}
    for row in snow.rows("task_sla"):
        clocks.setdefault(row["task"], {})[targets[row["sla"]]] = row
    for ticket, row in tickets:
        answer, solution = (clocks[row["sys_id"]][name] for name in ("response", "resolution"))
        assert tables[solution["sla"]] == row["sys_class_name"]
        assert (answer["stage"] == "completed") == (ticket.status is not Status.new)
        wanted = {Status.pending: "paused", Status.solved: "completed", Status.closed: "completed"}
        assert solution["stage"] == wanted.get(ticket.status, "in_progress")
        assert bool(solution["pause_time"]) == (solution["stage"] == "paused")
        for clock in (answer, solution):
            assert bool(clock["end_time"]) == (clock["stage"] == "completed")
            assert (clock["active"] == "true") == (clock["stage"] != "completed")


def test_a_breach_is_a_clock_that_went_on_behind_its_end(
    snow: ServiceNowDatabase, now: datetime
) -> None:
    breached = 0
    for row in snow.rows("task_sla"):
        until = row["end_time"] or row["pause_time"] or now.strftime("%Y-%m-%d %H:%M:%S")
        assert (row["has_breached"] == "true") == (until > row["planned_end_time"])
        breached += row["has_breached"] == "true"
    assert breached


def test_due_dates_count_office_hours_and_move_on_by_waits_that_are_over(
    snow: ServiceNowDatabase,
) -> None:
    where = "t.name = 'Standard resolution' AND t.collection = 'incident'"
    (standard,) = snow.rows("contract_sla", where)
    assert standard["duration"] == "1970-01-01 20:00:00"
    rows = snow.rows(
        "task_sla",
        "t.sla = ? AND t.start_time BETWEEN '2026-10-06 06:00:00' AND '2026-10-06 15:59:59'",
        (standard["sys_id"],),
    )
    straight = [row for row in rows if not row["business_pause_duration"]]
    assert straight
    for row in straight:  # a Tuesday: 20 hours are two days of ten
        assert row["planned_end_time"] == row["start_time"].replace("10-06", "10-08")
    waited = snow.rows("task_sla", "t.business_pause_duration != ''")
    assert waited
    for row in waited:
        assert row["planned_end_time"] > row["original_breach_time"]


def test_the_schedule_is_open_on_week_days_and_closed_on_holidays(
    snow: ServiceNowDatabase,
) -> None:
    (office,) = snow.rows("cmn_schedule", "t.name = 'office'")
    assert office["time_zone"] == "Europe/Paris"
    spans = snow.rows("cmn_schedule_span", "t.schedule = ?", (office["sys_id"],))
    (weekly,) = [row for row in spans if row["repeat_type"] == "weekly"]
    assert weekly["days_of_week"] == "12345"
    assert weekly["start_date_time"].endswith("T080000")
    assert weekly["end_date_time"].endswith("T180000")
    closed = {row["start_date_time"] for row in spans if row["type"] == "excluded"}
    assert "20261111T000000" in closed


def test_known_errors_are_published_and_their_links_are_there(
    seeded: World, snow: ServiceNowDatabase
) -> None:
    (category,) = snow.rows("kb_category", "t.label = 'Erreurs connues'")
    assert category["full_category"] == "Known errors / Erreurs connues"
    (above,) = snow.rows("kb_category", "t.label = 'Known errors'")
    assert category["parent_id"] == above["sys_id"]
    articles = snow.rows("kb_knowledge", "t.kb_category = ?", (category["sys_id"],))
    assert len(articles) == sum(one.category.endswith("Erreurs connues") for one in seeded.articles)
    assert {row["workflow_state"] for row in articles} == {"published"}
    links = sum(len(one.articles) for one in seeded.tickets)
    assert snow.count("m2m_kb_task") == links
    assert links
    problems = snow.rows("problem")
    assert len(problems) == len(seeded.problems)
    for row in problems:
        assert (row["known_error"], row["state"]) == ("true", "103")
        assert row["assigned_to"]
        linked = snow.count("incident", "t.problem_id = ?", (row["sys_id"],))
        assert int(row["related_incidents"]) == linked


def test_a_ticket_reads_over_http_as_the_world_says(
    tickets: list[tuple[Ticket, Row]], desk: EmbeddedServiceNow
) -> None:
    ticket, row = next(
        (one, row) for one, row in tickets if one.kind is Kind.incident and one.solution
    )
    answer = requests.get(
        f"{desk.url}/api/now/table/incident/{row['sys_id']}",
        params={"sysparm_display_value": "true", "sysparm_exclude_reference_link": "true"},
        auth=(desk.user, desk.password),
        timeout=10,
    )
    found = answer.json()["result"]
    assert found["short_description"] == ticket.title
    assert found["close_notes"] == ticket.solution
    assert found["assignment_group"] == ticket.steps[-1].group
    assert f"{found['category']} > {found['subcategory']}" == ticket.category
    assert found["state"] == {Status.solved: "Resolved", Status.closed: "Closed"}[ticket.status]


def test_the_api_counts_all_tickets(seeded: World, desk: EmbeddedServiceNow) -> None:
    found = 0
    for table in ("incident", "sc_req_item"):
        answer = requests.get(
            f"{desk.url}/api/now/table/{table}",
            params={"sysparm_fields": "sys_id"},
            auth=(desk.user, desk.password),
            timeout=10,
        )
        found += len(answer.json()["result"])
    assert found == len(seeded.tickets)


def test_grades_that_servicenow_lacks_are_squeezed_and_a_long_title_is_cut(now: datetime) -> None:
    world = seeded_world(1, 1, now)
    odd = replace(
        world.tickets[0],
        kind=Kind.incident,
        title="x" * 300,
        urgency=Grade.very_high,
        impact=Grade.very_low,
        priority=Grade.major,
    )
    rows = servicenow_rows(replace(world, tickets=(odd,)), now)
    (row,) = [row for table, row in rows if table == "incident"]
    assert (row["urgency"], row["impact"], row["priority"]) == ("1", "3", "1")
    assert len(str(row["short_description"])) == 160


def test_ten_thousand_tickets_are_ready_in_six_seconds(seeded: World, now: datetime) -> None:
    many = tuple(
        replace(ticket, number=f"INC{9_000_000 + place:07}")
        for place, ticket in enumerate(seeded.tickets * 6)
    )[:10_568]
    began = time.process_time()
    rows = servicenow_rows(replace(seeded, tickets=many), now)
    assert sum(table in {"incident", "sc_req_item"} for table, _ in rows) == 10_568
    assert timedelta(seconds=time.process_time() - began) < timedelta(seconds=6)
