"""Reading: tickets as ServiceNow holds them, over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
import responses
from servicenow_reader import reader_at

from sdtools.connectors.servicenow.calendars import read_calendars
from sdtools.connectors.servicenow.desk import ServiceNowDesk, servicenow_desk
from sdtools.connectors.servicenow.options import Basic, KnownErrorSource, Vip
from sdtools.emulator.clock import Clock
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.errors import DeskRefusedError
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.people import Calendar
from sdtools.model.ticket import Ticket

Ids = Mapping[str, str]
URL = "https://snow.example.org/api/now/table"
Row = tuple[str, dict[str, object]]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def all_tickets(desk: ServiceNowDesk, since: datetime | None = None) -> dict[str, Ticket]:
    return {one.number: one for page in desk.tickets(since) for one in page}


def scoped(
    snow: EmbeddedServiceNow, scope: str, user: str = "", password: str = ""
) -> ServiceNowDesk:
    login = Basic(user=user or snow.user, password=password or snow.password)
    return servicenow_desk(
        "snow", url=snow.url, credentials=login, scope=scope, wait=lambda _: None
    )


def test_an_incident_comes_with_everything_that_it_points_to(
    snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    ticket = all_tickets(snow_desk)["INC0001"]
    assert ticket == Ticket(
        id=ids["0001"],
        number="INC0001",
        url=f"{snow_desk.url}/incident.do?sys_id={ids['0001']}",
        kind=Kind.incident,
        title="Ticket 0001",
        description="It is broken",
        status=Status.new,
        urgency=Grade.medium,
        impact=Grade.medium,
        priority=Grade.medium,
        opened=utc("2026-11-10 07:00"),
        updated=utc("2026-11-10 08:00"),
        category_id="network/vpn",
        location_id=ids["paris"],
        entity_id=ids["lyon-branch"],
        source="phone",
        requesters=(ids["marie"],),
        observers=(ids["paul"],),
        items=(ids["pc"],),
        updated_by=ids["marie"],
        reopens=2,
    )


def test_a_requested_item_is_a_request_of_whom_it_was_ordered_for(
    snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    ticket = all_tickets(snow_desk)["RITM1"]
    assert (ticket.kind, ticket.status) == (Kind.request, Status.new)
    assert ticket.requesters == (ids["marie"],)
    assert (ticket.urgency, ticket.priority) == (Grade.low, Grade.low)
    assert (ticket.category_id, ticket.entity_id) == ("", "global")
    assert ticket.updated_by == ids["paul"]


def test_a_solved_incident_has_its_problem_and_its_time(
    snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    ticket = all_tickets(snow_desk)["INC0003"]
    assert (ticket.status, ticket.solved) == (Status.solved, utc("2026-11-12 09:30"))
    assert ticket.problems == (ids["drops"],)


@pytest.mark.parametrize(
    ("state", "person", "status"),
    [
        ("1", "", Status.new),
        ("1", "paul", Status.assigned),
        ("2", "", Status.assigned),
        ("-5", "paul", Status.pending),
        ("3", "paul", Status.closed),
        ("4", "", Status.closed),
        ("7", "", Status.cancelled),
    ],
)
def test_the_states_of_a_requested_item_are_those_of_the_table(
    snow: EmbeddedServiceNow,
    snow_desk: ServiceNowDesk,
    ids: Ids,
    state: str,
    person: str,
    status: Status,
) -> None:
    assigned = ids[person] if person else ""
    snow.database.update("sc_req_item", ids["ritm"], {"state": state, "assigned_to": assigned})
    assert snow_desk.read([ids["ritm"]])[ids["ritm"]].status is status


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("1", Status.new),
        ("2", Status.assigned),
        ("3", Status.pending),
        ("6", Status.solved),
        ("7", Status.closed),
        ("8", Status.cancelled),
    ],
)
def test_the_states_of_an_incident_are_those_of_the_table(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, state: str, status: Status
) -> None:
    snow.database.update("incident", ids["0001"], {"state": state})
    assert snow_desk.read([ids["0001"]])[ids["0001"]].status is status


def test_a_state_or_grade_on_no_scale_is_unknown_and_no_rule_looks_at_it(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    snow.database.update("incident", ids["0001"], {"state": "11", "urgency": "9"})
    ticket = snow_desk.read([ids["0001"]])[ids["0001"]]
    assert ticket.unknown >= {"status", "urgency"}
    assert ticket.status is Status.closed


def test_only_what_changed_is_read_again_with_some_overlap(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, now: datetime
) -> None:
    snow.database.update("incident", ids["0002"], {"sys_updated_on": "2026-11-16 08:56:00"})
    snow.database.update("incident", ids["0001"], {"sys_updated_on": "2026-11-16 08:54:00"})
    assert set(all_tickets(snow_desk, now)) == {"INC0002"}


def test_tickets_are_read_afresh_by_id_and_what_is_gone_is_missing(
    snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    found = snow_desk.read([ids["0001"], ids["ritm"], ids["nothing"], "no^id", ids["0001"]])
    assert set(found) == {ids["0001"], ids["ritm"]}


def test_reading_again_asks_only_the_table_that_a_ticket_is_in(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    snow_desk.read([ids["0001"], ids["0002"]])
    asked: list[str] = []
    snow.application.before = lambda call: asked.append(call.parts[-1])
    snow_desk.read([ids["0001"], ids["0002"]])
    assert sorted(asked) == ["incident", "m2m_kb_task", "task_sla"]


def test_a_scope_is_added_to_every_branch_of_every_question(
    snow: EmbeddedServiceNow, ids: Ids, now: datetime
) -> None:
    branches = "short_descriptionLIKE0001^NQshort_descriptionLIKEphone^ORDERBYnumber"
    with scoped(snow, branches) as desk:
        assert set(all_tickets(desk)) == {"INC0001", "RITM1"}
        assert desk.ticket_ids() == {ids["0001"], ids["ritm"]}
        assert set(desk.read([ids["0001"], ids["0002"]])) == {ids["0001"]}
        assert all_tickets(desk, now) == {}


def test_a_scope_on_a_field_that_a_table_lacks_is_refused_and_not_dropped(
    snow: EmbeddedServiceNow,
) -> None:
    with scoped(snow, "category=network") as desk, pytest.raises(DeskRefusedError) as caught:
        all_tickets(desk)
    assert "scope tests 'category', which a requested item does not have" in str(caught.value)
    assert "sys_class_name=incident^" in caught.value.advice
    with scoped(snow, "sys_class_name=incident^category=network") as desk:
        assert set(all_tickets(desk)) == {"INC0001"}


def test_comments_outside_of_the_scope_stay_on_the_desk(snow: EmbeddedServiceNow, ids: Ids) -> None:
    snow.database.load([journal("j1", ids["0001"], "mine"), journal("j2", ids["0002"], "not mine")])
    with scoped(snow, "number=INC0001") as desk:
        list(desk.tickets(None))
        assert [one.text for page in desk.comments(None) for one in page] == ["mine"]


def journal(
    entry: str, ticket: str, text: str, /, **columns: object
) -> tuple[str, dict[str, object]]:
    plain: dict[str, object] = {
        "sys_id": f"{entry:0>32}".replace("j", "a"),
        "name": "incident",
        "element": "work_notes",
        "element_id": ticket,
        "value": text,
        "sys_created_on": "2026-11-12 10:00:00",
        "sys_created_by": "paul",
    }
    return "sys_journal_field", plain | columns


def test_what_was_said_is_read_with_author_time_and_audience(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    snow.database.load(
        [
            journal("j1", ids["0001"], "For us: a < b\r\nnext"),
            journal(
                "j2",
                ids["0001"],
                "[code]<p>Hello</p><p>you</p>[/code]",
                element="comments",
                sys_created_by="nobody.known",
                sys_created_on="2026-11-12 09:00:00",
            ),
        ]
    )
    public, private = snow_desk.read_comments([ids["0001"]])[ids["0001"]]
    assert (private.text, private.public, private.author_id) == (
        "For us: a < b\nnext",
        False,
        ids["paul"],
    )
    assert (public.text, public.public, public.author_id) == ("Hello\nyou", True, "")
    assert private.written == utc("2026-11-12 10:00")
    assert {one.id for page in snow_desk.comments(None) for one in page} == {public.id, private.id}
    assert list(snow_desk.comments(utc("2026-11-12 10:06"))) == []


def test_hidden_entries_are_an_error_and_not_silence(snow: EmbeddedServiceNow, ids: Ids) -> None:
    snow.database.load([journal("j1", ids["0001"], "For us")])
    limited = scoped(snow, "", snow.limited_user, snow.limited_password)
    with limited as desk, pytest.raises(DeskRefusedError, match="may not read what was said"):
        desk.read_comments([ids["0001"]])
    with limited as desk, pytest.raises(DeskRefusedError, match="may not read what was said"):
        list(desk.comments(None))


@responses.activate
def test_notes_that_are_hidden_while_comments_show_are_an_error_too(ids: Ids) -> None:
    """Otherwise what was said already would be said again."""
    seen = {"sys_id": "b" * 32, "element": "comments", "element_id": ids["0001"], "value": "Hello"}
    journal_at = f"{URL}/sys_journal_field"
    for total in ("2", "2", "2", "1", "1"):
        told = {"X-Total-Count": total}
        responses.add(responses.GET, journal_at, json={"result": [seen]}, headers=told)
    responses.add(responses.GET, f"{URL}/sys_user", json={"result": []})
    login = Basic(user="u", password="p")
    desk = servicenow_desk("snow", url="https://snow.example.org", credentials=login)
    with pytest.raises(DeskRefusedError, match="or not all of it"):
        desk.read_comments([ids["0001"]])
    # An entry that was deleted between counting and reading does not count the second time.
    assert len(desk.read_comments([ids["0001"]])[ids["0001"]]) == 1


def sla_rows(ids: Ids, **columns: object) -> list[tuple[str, dict[str, object]]]:
    row: dict[str, object] = {
        "sys_id": ids["sla-row"],
        "task": ids["0002"],
        "sla": ids["resolve"],
        "stage": "in_progress",
        "active": True,
        "planned_end_time": "2026-11-17 12:00:00",
        "schedule": ids["office"],
    }
    return [
        (
            "contract_sla",
            {"sys_id": ids["resolve"], "name": "Solve in 8 h", "target": "resolution"},
        ),
        ("contract_sla", {"sys_id": ids["respond"], "name": "Answer", "target": "response"}),
        ("task_sla", row | columns),
    ]


def test_due_dates_come_from_the_running_service_levels(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    answered: dict[str, object] = {
        "sys_id": ids["answer-row"],
        "task": ids["0002"],
        "sla": ids["respond"],
        "stage": "completed",
        "active": False,
        "end_time": "2026-11-10 07:20:00",
        "planned_end_time": "2026-11-10 07:30:00",
    }
    cancelled = {**answered, "sys_id": ids["cancelled"], "stage": "cancelled", "end_time": ""}
    snow.database.load([*sla_rows(ids), ("task_sla", answered), ("task_sla", cancelled)])
    ticket = all_tickets(snow_desk)["INC0002"]
    assert (ticket.resolve_due, ticket.sla_resolve) == (utc("2026-11-17 12:00"), "Solve in 8 h")
    assert (ticket.respond_due, ticket.sla_respond) == (utc("2026-11-10 07:30"), "Answer")
    assert ticket.responded == utc("2026-11-10 07:20")
    assert ticket.sla_calendar == ids["office"]
    assert "responded" not in ticket.unknown


def test_a_paused_service_level_tells_since_when_and_how_long_it_waited(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    paused = {
        "stage": "paused",
        "pause_time": "2026-11-13 10:00:00",
        "pause_duration": "1970-01-02 02:00:00",
        "business_pause_duration": "1970-01-01 04:30:00",
    }
    snow.database.load(sla_rows(ids, **paused))
    snow.database.update("incident", ids["0002"], {"state": "3"})
    ticket = snow_desk.read([ids["0002"]])[ids["0002"]]
    assert ticket.pending_since == utc("2026-11-13 10:00")
    assert ticket.waiting == timedelta(hours=4, minutes=30)
    snow.database.update("task_sla", ids["sla-row"], {"schedule": ""})
    assert snow_desk.read([ids["0002"]])[ids["0002"]].waiting == timedelta(hours=26)


def test_without_a_service_level_for_it_nobody_knows_when_it_was_answered(
    snow_desk: ServiceNowDesk,
) -> None:
    tickets = all_tickets(snow_desk)
    assert "responded" in tickets["INC0002"].unknown
    assert "responded" not in tickets["INC0001"].unknown


def test_hidden_service_levels_are_unknown_and_not_absent(
    snow: EmbeddedServiceNow, ids: Ids
) -> None:
    snow.database.load(sla_rows(ids))
    snow.database.add_account("reader", "secret-of-reader")
    snow.database.load(
        [
            (
                "sys_user_has_role",
                {
                    "sys_id": ids["role"],
                    "user": ids["reader"],
                    "role": role(snow, "sn_incident_read"),
                },
            ),
            ("sys_user", {"sys_id": ids["reader"], "user_name": "reader", "active": True}),
        ]
    )
    with scoped(snow, "", "reader", "secret-of-reader") as desk:
        ticket = desk.read([ids["0002"]])[ids["0002"]]
    assert {"resolve_due", "respond_due", "sla_calendar"} <= ticket.unknown


def role(snow: EmbeddedServiceNow, name: str) -> str:
    return snow.database.rows("sys_user_role", "t.name = ?", (name,))[0]["sys_id"]


def test_links_to_articles_are_joined(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    link = {"sys_id": ids["link"], "task": ids["0001"], "kb_knowledge": ids["article"]}
    snow.database.load([("m2m_kb_task", link)])
    assert all_tickets(snow_desk)["INC0001"].articles == (ids["article"],)
    assert snow_desk.read([ids["0001"]])[ids["0001"]].articles == (ids["article"],)


def test_people_groups_and_places_make_the_directory(snow_desk: ServiceNowDesk, ids: Ids) -> None:
    found = snow_desk.directory()
    marie, gone = found.people[ids["marie"]], found.people[ids["gone"]]
    assert (marie.login, marie.name, marie.vip, marie.language) == (
        "marie",
        "Marie Example",
        True,
        "fr",
    )
    assert (gone.active, found.people[ids["paul"]].vip) == (False, False)
    first, second = found.groups[ids["n1"]], found.groups[ids["n2"]]
    assert (first.managers, first.members) == ((ids["paul"],), (ids["paul"],))
    assert second.path == "Service Desk N1 > N2 Network"
    assert not found.groups[ids["old"]].assignable
    assert found.locations[ids["paris"]].path == "France > Paris"
    assert found.items[ids["pc"]].name == "PC-001"
    assert found.items[ids["pc"]].type == "cmdb_ci_computer"


def test_a_directory_that_was_foreseen_is_read_once_and_spares_looking_for_logins(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk
) -> None:
    alone, tickets = snow_desk.directory(), all_tickets(snow_desk)
    snow_desk.foresee_directory()
    before = snow_desk.requests
    assert all_tickets(snow_desk) == tickets
    spent = snow_desk.requests - before
    assert snow_desk.directory() == alone
    assert snow_desk.requests - before == spent
    snow.database.load([("sys_user_group", {"sys_id": "7" * 32, "name": "Made since"})])
    assert "7" * 32 in snow_desk.directory().groups


def test_companies_are_entities_below_one_for_all(snow_desk: ServiceNowDesk, ids: Ids) -> None:
    found = snow_desk.directory().entities
    assert found[ids["lyon-branch"]].path == "Acme > Lyon branch"
    assert found[ids["lyon-branch"]].entity_id == ids["acme"]
    assert found[ids["acme"]].entity_id == "global"
    assert found["global"].entity_id == ""


def test_a_title_or_group_makes_a_vip_besides_the_record(
    snow: EmbeddedServiceNow, ids: Ids
) -> None:
    login = Basic(user=snow.user, password=snow.password)
    by_title, by_group = Vip(title="director"), Vip(group="Service Desk N1")
    for vip in (by_title, by_group):
        with servicenow_desk("snow", url=snow.url, credentials=login, vip=vip) as desk:
            people = desk.directory().people
        assert [people[ids[name]].vip for name in ("marie", "paul", "gone")] == [True, True, False]


def test_categories_are_those_in_use_where_the_lists_do_not_show(
    snow_desk: ServiceNowDesk,
) -> None:
    found = snow_desk.directory().categories
    assert found["network/vpn"].path == "Network > VPN"
    assert found["network"].name == "Network"
    assert "database" not in found


def test_an_administrator_sees_the_whole_lists(snow_admin: ServiceNowDesk) -> None:
    found = snow_admin.directory().categories
    assert found["network/vpn"].path == "Network > VPN"
    assert found["database"].path == "Database"


def test_the_desk_says_which_words_it_has(snow_desk: ServiceNowDesk) -> None:
    found = snow_desk.directory()
    assert found.choices["urgency"] == ("low", "medium", "high")
    assert found.choices["priority"] == ("very_low", "low", "medium", "high", "very_high")
    assert found.fixed == {"kind", "priority"}


def span(ids: Ids, name: str, /, **columns: object) -> tuple[str, dict[str, object]]:
    plain: dict[str, object] = {"sys_id": ids[name], "schedule": ids["office"], "name": name}
    return "cmn_schedule_span", plain | columns


def office(snow: EmbeddedServiceNow, ids: Ids, *spans: tuple[str, dict[str, object]]) -> None:
    schedule = {"sys_id": ids["office"], "name": "Office", "time_zone": "Europe/Paris"}
    week = {"repeat_type": "weekly", "repeat_count": 1, "days_of_week": "15"}
    hours = {"start_date_time": "20240101T080000", "end_date_time": "20240101T183000"}
    snow.database.load([("cmn_schedule", schedule), span(ids, "week", **week, **hours), *spans])


def calendar(desk: ServiceNowDesk, ids: Ids) -> Calendar | None:
    return desk.directory().calendars.get(ids["office"])


def test_a_schedule_is_a_calendar(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    night = {"repeat_type": "weekly", "days_of_week": "7"}
    night |= {"start_date_time": "20240107T220000", "end_date_time": "20240108T020000"}
    closed = {"type": "excluded", "start_date_time": "20261224T000000", "all_day": True}
    closed |= {"end_date_time": "20261225T235959"}
    yearly = {"type": "excluded", "repeat_type": "yearly", "start_date_time": "20240501T000000"}
    yearly |= {"end_date_time": "20240501T235959"}
    office(
        snow, ids, span(ids, "night", **night), span(ids, "x", **closed), span(ids, "y", **yearly)
    )
    found = calendar(snow_desk, ids)
    assert found is not None
    assert (found.name, found.timezone) == ("Office", "Europe/Paris")
    assert [(one.weekday, str(one.begin), str(one.end)) for one in found.hours] == [
        (0, "00:00:00", "02:00:00"),
        (0, "08:00:00", "18:30:00"),
        (4, "08:00:00", "18:30:00"),
        (6, "22:00:00", "23:59:59.999999"),
    ]
    assert sorted(map(str, found.closed)) == ["2026-12-24", "2026-12-25"]
    assert found.closed_every_year == {(5, 1)}


@pytest.mark.parametrize(
    "odd",
    [
        {"repeat_type": "monthly"},
        {"repeat_type": "weekly", "repeat_count": 2},
        {"repeat_type": "weekly", "repeat_until": "20261231"},
        {"type": "excluded", "end_date_time": "20240101T100000"},
        {"start_date_time": "nonsense"},
        {"type": "excluded", "all_day": True, "repeat_type": "yearly", "yearly_type": "float"},
    ],
)
def test_a_schedule_that_cannot_be_told_is_left_out_rather_than_wrong(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, odd: dict[str, object]
) -> None:
    hours: dict[str, object] = {
        "start_date_time": "20240101T080000",
        "end_date_time": "20240101T183000",
    }
    office(snow, ids, span(ids, "odd", **(hours | odd)))
    assert calendar(snow_desk, ids) is None


def test_a_schedule_that_takes_in_others_or_lies_below_one_is_left_out(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    week = {"repeat_type": "weekly", "days_of_week": "15"}
    week |= {"start_date_time": "20240101T080000", "end_date_time": "20240101T183000"}
    office(snow, ids)
    for name, parent in (("below", ids["office"]), ("with-holidays", "")):
        schedule = {"sys_id": ids[name], "name": name, "parent": parent}
        hours = {"sys_id": ids[f"{name}-hours"], "schedule": ids[name], **week}
        snow.database.load([("cmn_schedule", schedule), ("cmn_schedule_span", hours)])
    holidays = {"sys_id": ids["tie"], "schedule": ids["with-holidays"], "type": "exclude"}
    snow.database.load([("cmn_other_schedule", holidays | {"child_schedule": ids["france"]})])
    assert set(snow_desk.directory().calendars) == {ids["office"]}


@pytest.mark.parametrize(
    ("status", "answer", "there"),
    [
        (400, {"error": {"message": "Invalid table cmn_other_schedule", "detail": None}}, True),
        (200, {"result": []}, False),
        (403, {"error": {"message": "User Not Authorized", "detail": "closed"}}, False),
    ],
)
@responses.activate
def test_schedules_are_unknown_where_what_they_take_in_does_not_show_and_not_where_nothing_can_be(
    status: int, answer: dict[str, object], there: bool
) -> None:
    hours = {"start_date_time": "20240101T080000", "end_date_time": "20240101T183000"}
    span = {"sys_id": "2", "schedule": "1", "repeat_type": "weekdays", **hours}
    one = {"X-Total-Count": "1"}
    schedule = {"sys_id": "1", "name": "Office", "time_zone": "UTC", "parent": ""}
    responses.add(responses.GET, f"{URL}/cmn_schedule", json={"result": [schedule]}, headers=one)
    responses.add(responses.GET, f"{URL}/cmn_schedule_span", json={"result": [span]}, headers=one)
    responses.add(
        responses.GET, f"{URL}/cmn_other_schedule", status=status, json=answer, headers=one
    )
    assert bool(read_calendars(reader_at("https://snow.example.org"), "")) is there


def test_known_errors_are_problems_marked_so_and_published_articles_of_a_category(
    snow: EmbeddedServiceNow, ids: Ids
) -> None:
    login = Basic(user=snow.user, password=snow.password)
    link = {"sys_id": ids["link"], "task": ids["0002"], "kb_knowledge": ids["article"]}
    snow.database.load([("m2m_kb_task", link)])
    source = KnownErrorSource(category="Known errors")
    with servicenow_desk("s", url=snow.url, credentials=login, known_errors=source) as desk:
        article, problem = desk.knowledge()
    assert (article.id, article.desk_id) == (f"article/{ids['article']}", ids["article"])
    assert (article.title, article.workaround) == ("VPN does not start", "Open port 500")
    assert article.linked_texts == ("Ticket 0002",)
    assert (problem.id, problem.title) == (f"problem/{ids['drops']}", "VPN drops")
    assert problem.linked_texts == ("Ticket 0003",)


@pytest.mark.parametrize("state", ["4", "106", "107", "1"])
def test_whether_a_problem_is_over_is_told_by_active_and_its_dates_whatever_its_state(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, state: str
) -> None:
    long_ago, lately = "2024-01-01 00:00:00", "2026-10-01 00:00:00"
    marked = {"known_error": True, "state": state}
    for name, active, ended in (
        ("reopened", True, long_ago),
        ("over", False, long_ago),
        ("ended", False, lately),
    ):
        told = {"short_description": name, "active": active, "closed_at": ended}
        snow.database.load([("problem", {"sys_id": ids[name], **told, **marked})])
    assert {one.title for one in snow_desk.knowledge()} == {"VPN drops", "reopened", "ended"}


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        (KnownErrorSource(), ["problem"]),
        (KnownErrorSource(problems=False), []),
        (KnownErrorSource(knowledge_base="IT", problems=False), ["article"]),
        (KnownErrorSource(category="Known errors > Network", problems=False), ["article"]),
        (KnownErrorSource(category="Elsewhere", problems=False), []),
    ],
)
def test_what_counts_as_a_known_error_is_configured(
    snow: EmbeddedServiceNow, source: KnownErrorSource, kinds: list[str]
) -> None:
    login = Basic(user=snow.user, password=snow.password)
    with servicenow_desk("s", url=snow.url, credentials=login, known_errors=source) as desk:
        assert [str(one.kind) for one in desk.knowledge()] == kinds


def test_a_pass_in_which_nothing_changed_asks_little(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, now: datetime
) -> None:
    _ = (snow_desk.account_id, snow_desk.consequences, snow_desk.opened_at)
    assert list(snow_desk.tickets(now)) == []
    assert list(snow_desk.comments(now)) == []
    assert snow_desk.requests == snow.requests <= 6


def test_the_time_of_the_first_answer_is_the_desks_own(
    snow_desk: ServiceNowDesk, clock: Clock, now: datetime
) -> None:
    assert snow_desk.opened_at == now


def test_a_ticket_that_changes_between_two_pages_is_read_as_it_is_then(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    pages = snow_desk.tickets(None)
    assert {one.number: one.title for one in next(pages)}["INC0001"] == "Ticket 0001"
    later = {"sys_updated_on": "2026-11-16 09:00:00", "short_description": "Moved"}
    snow.database.update("incident", ids["0001"], later)
    assert "INC0001" not in {one.number for page in pages for one in page}
    assert all_tickets(snow_desk, snow_desk.opened_at)["INC0001"].title == "Moved"
