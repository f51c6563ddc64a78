"""Reading an embedded GLPI: tickets, comments, the directory and known errors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.connectors.glpi.options import KnownErrorSource, Vip
from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.glpi.fresh import OBSERVER_TOKEN, TECHNICIAN_TOKEN
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.people import Agreement, OpenHours
from sdtools.model.ticket import Ticket


def row(number: int, **columns: object) -> tuple[str, dict[str, object]]:
    then = "2026-11-10 08:00:00"
    base: dict[str, object] = {
        "id": number, "name": "n", "content": "c", "date": then, "date_mod": then,
        "date_creation": then, "status": 1, "type": 1, "urgency": 3, "impact": 3, "priority": 3,
        "entities_id": 0,
    }  # fmt: skip
    return "Ticket", base | columns


def every(desk: GlpiDesk, since: datetime | None = None) -> dict[str, Ticket]:
    return {ticket.id: ticket for page in desk.tickets(since) for ticket in page}


def opened(glpi: EmbeddedGlpi, token: str = "", **options: object) -> GlpiDesk:
    vip = options.get("vip")
    source = options.get("known_errors")
    return glpi_desk(
        "glpi",
        url=glpi.url,
        app_token=glpi.app_token,
        user_token=token or glpi.user_token,
        vip=vip if isinstance(vip, Vip) else None,
        known_errors=source if isinstance(source, KnownErrorSource) else None,
        wait=lambda _: None,
    )


def test_a_ticket_comes_with_everything_that_is_tied_to_it(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    glpi.database.load(
        [
            row(
                20,
                name="R&#38;D &#62; VPN down",
                content="&#60;p&#62;All &#38;amp; sundry&#60;/p&#62;&#60;p&#62;Help&#60;/p&#62;",
                status=4,
                type=2,
                urgency=5,
                impact=4,
                priority=6,
                itilcategories_id=2,
                locations_id=1,
                requesttypes_id=3,
                begin_waiting_date="2026-11-12 10:00:00",
                waiting_duration=3600,
                sla_waiting_duration=1800,
                takeintoaccountdate="2026-11-10 08:30:00",
                time_to_own="2026-11-10 09:00:00",
                time_to_resolve="2026-11-10 12:00:00",
                slas_id_ttr=1,
                slas_id_tto=2,
                users_id_lastupdater=7,
            ),
            ("Ticket_User", {"id": 1, "tickets_id": 20, "users_id": 9, "type": 1}),
            ("Ticket_User", {"id": 2, "tickets_id": 20, "users_id": 8, "type": 2}),
            ("Ticket_User", {"id": 3, "tickets_id": 20, "users_id": 7, "type": 2}),
            ("Ticket_User", {"id": 4, "tickets_id": 20, "users_id": 7, "type": 3}),
            ("Ticket_User", {"id": 5, "tickets_id": 20, "users_id": 0, "type": 1}),
            ("Group_Ticket", {"id": 1, "tickets_id": 20, "groups_id": 2, "type": 2}),
            ("Group_Ticket", {"id": 2, "tickets_id": 20, "groups_id": 1, "type": 1}),
            ("Item_Ticket", {"id": 1, "tickets_id": 20, "itemtype": "Computer", "items_id": 1}),
            ("Problem_Ticket", {"id": 1, "tickets_id": 20, "problems_id": 1}),
            (
                "KnowbaseItem_Item",
                {"id": 1, "itemtype": "Ticket", "items_id": 20, "knowbaseitems_id": 2},
            ),
            ("Ticket_Ticket", {"id": 1, "tickets_id_1": 20, "tickets_id_2": 3, "link": 3}),
            ("Ticket_Ticket", {"id": 2, "tickets_id_1": 20, "tickets_id_2": 4, "link": 1}),
            ("TicketSatisfaction", {"id": 1, "tickets_id": 20, "type": 1, "satisfaction": 4}),
        ]
    )
    day = datetime(2026, 11, 10, tzinfo=UTC)
    expected = Ticket(
        id="20",
        number="20",
        url=glpi.url.replace("apirest.php", "front/ticket.form.php?id=20"),
        kind=Kind.request,
        title="R&D > VPN down",
        description="All & sundry\nHelp",
        status=Status.pending,
        urgency=Grade.very_high,
        impact=Grade.high,
        priority=Grade.major,
        opened=day + timedelta(hours=8),
        updated=day + timedelta(hours=8),
        category_id="2",
        location_id="1",
        entity_id="0",
        source="Phone",
        requesters=("9",),
        requester_groups=("1",),
        observers=("7",),
        assignees=("7", "8"),
        groups=("2",),
        items=("Computer/1",),
        problems=("1",),
        articles=("2",),
        parent="3",
        responded=day + timedelta(hours=8, minutes=30),
        pending_since=datetime(2026, 11, 12, 10, tzinfo=UTC),
        waiting=timedelta(minutes=30),  # as the SLA counts it
        respond_due=day + timedelta(hours=9),
        resolve_due=day + timedelta(hours=12),
        sla_respond="Answer in 1 h",
        sla_resolve="Solve in 4 h",
        sla_calendar="5",
        updated_by="7",
        satisfaction=4,
    )
    assert every(desk)["20"] == expected
    assert desk.read(["20"])["20"] == expected


def test_numbers_on_no_scale_make_fields_unknown_and_close_the_ticket_to_rules(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    glpi.database.load([row(20, status=99, urgency=9, priority=42, type=7)])
    ticket = every(desk)["20"]
    assert ticket.unknown == {"status", "urgency", "priority", "kind"}
    assert not ticket.is_open


def test_several_thousand_tickets_come_once_each(now: datetime) -> None:
    database = GlpiDatabase()
    database.load(row(number) for number in range(1, 2502))
    database.load(
        ("Ticket_User", {"id": number, "tickets_id": number, "users_id": 2, "type": 1})
        for number in range(1, 2502)
    )
    with serve_glpi(database, Clock(now)) as glpi, opened(glpi) as desk:
        tickets = [ticket for page in desk.tickets(None) for ticket in page]
        assert [ticket.id for ticket in tickets] == [str(one) for one in range(1, 2502)]
        assert all(ticket.requesters == ("2",) for ticket in tickets)
        assert desk.requests <= 21
        assert len(desk.ticket_ids()) == 2501


def test_only_what_changed_is_read_with_a_little_overlap(
    glpi: EmbeddedGlpi, desk: GlpiDesk, now: datetime
) -> None:
    glpi.database.load(
        [
            row(20, date_mod="2026-11-16 08:50:00"),
            row(21, date_mod="2026-11-16 08:38:30"),
            row(22, date_mod="2026-11-16 08:30:00"),
        ]
    )
    since = now - timedelta(minutes=20)
    assert set(every(desk, since)) == {"20", "21"}


@pytest.mark.parametrize("changed", [1, 3, 4, 150])
def test_changed_tickets_bring_their_ties_however_many_they_are(
    glpi: EmbeddedGlpi, desk: GlpiDesk, now: datetime, changed: int
) -> None:
    ids = range(100, 100 + changed)
    glpi.database.load(row(one, date_mod="2026-11-16 09:00:00") for one in ids)
    for place, table, end in (
        (0, "Group_Ticket", "groups_id"),
        (1, "Problem_Ticket", "problems_id"),
    ):
        extra = {} if place else {"type": 2}
        glpi.database.load((table, {"id": one, "tickets_id": one, end: 1} | extra) for one in ids)
    found = every(desk, now)
    assert len(found) == changed
    assert {(ticket.groups, ticket.problems) for ticket in found.values()} == {(("1",), ("1",))}


def test_ties_that_a_page_cuts_in_two_are_read_whole(
    glpi: EmbeddedGlpi, desk: GlpiDesk, now: datetime
) -> None:
    changed = range(500, 505)
    glpi.database.load(row(one, date_mod="2026-11-16 09:00:00") for one in changed)
    tickets = [*range(501, 1500), 500, 500]  # a page of 1000, read from the top, ends within 500
    glpi.database.load(
        ("Group_Ticket", {"id": place, "tickets_id": one, "groups_id": 1 + place % 2, "type": 2})
        for place, one in enumerate(tickets, 1)
    )
    assert every(desk, now)["500"].groups == ("1", "2")


def test_an_hour_that_comes_twice_hides_no_change() -> None:
    database = GlpiDatabase()
    # Paris, 25 October 2026: 02:10 is 00:10 and 01:10 in UTC, and nothing says which.
    database.load([row(1, date_mod="2026-10-25 02:10:00")])
    since = datetime(2026, 10, 25, 1, 5, tzinfo=UTC)
    with serve_glpi(database, Clock(since), timezone="Europe/Paris") as paris:
        desk = glpi_desk(
            "glpi",
            url=paris.url,
            app_token=paris.app_token,
            user_token=paris.user_token,
            timezone="Europe/Paris",
        )
        with desk:
            assert set(every(desk, since)) == {"1"}


def test_an_idle_pass_costs_at_most_ten_requests(glpi: EmbeddedGlpi, now: datetime) -> None:
    with opened(glpi) as desk:
        assert not every(desk, now)
        assert list(desk.comments(now)) == []
        assert desk.consequences.matrix[4][4] == 5
        assert desk.account_id == "2"
        counted = desk.requests
    assert glpi.requests <= 10
    assert counted == glpi.requests - 1  # the logout comes after


def test_the_trash_shows_as_deleted(glpi: EmbeddedGlpi, desk: GlpiDesk, now: datetime) -> None:
    glpi.database.load([row(20, is_deleted=1, date_mod="2026-11-16 09:00:00")])
    assert every(desk, now)["20"].deleted
    assert every(desk)["20"].deleted
    assert desk.read(["20"])["20"].deleted
    assert "20" not in desk.ticket_ids()


def test_tickets_that_are_gone_are_missing_and_odd_ids_are_not_asked_for(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    wanted = [str(one) for one in range(1, 13)]
    found = desk.read([*wanted, "999", "1000", "0", "-1", "abc", ""])
    assert sorted(found, key=int) == wanted


def test_times_are_read_in_the_zone_of_the_server(now: datetime) -> None:
    database = GlpiDatabase()
    database.load([row(1, date="2026-11-16 18:00:00")])
    with serve_glpi(database, Clock(now), timezone="Asia/Tokyo") as glpi, opened(glpi) as desk:
        assert every(desk)["1"].opened == datetime(2026, 11, 16, 9, tzinfo=UTC)


def test_comments_tasks_and_solutions_are_told_apart(
    glpi: EmbeddedGlpi, desk: GlpiDesk, now: datetime
) -> None:
    early, late = "2026-11-10 09:00:00", "2026-11-16 09:00:00"
    on_ticket = {"itemtype": "Ticket", "items_id": 3, "users_id": 7}
    glpi.database.load(
        [
            (
                "ITILFollowup",
                {"id": 1, "content": "one", "date": early, "date_mod": early, "is_private": 1}
                | on_ticket,
            ),
            (
                "ITILFollowup",
                {"id": 2, "content": "two", "date": late, "date_mod": late, "is_private": 0}
                | on_ticket,
            ),
            (
                "ITILFollowup",
                {"id": 3, "content": "x", "date": late, "date_mod": late}
                | {"itemtype": "Problem", "items_id": 3},
            ),
            (
                "TicketTask",
                {"id": 1, "tickets_id": 3, "content": "task", "date": late, "date_mod": late},
            ),
            (
                "ITILSolution",
                {"id": 1, "content": "done", "date_creation": late, "date_mod": late} | on_ticket,
            ),
        ]
    )
    said = {comment.id: comment for page in desk.comments(None) for comment in page}
    assert {(one.id, one.form, one.text, one.public) for one in said.values()} == {
        ("ITILFollowup/1", "comment", "one", False),
        ("ITILFollowup/2", "comment", "two", True),
        ("TicketTask/1", "task", "task", True),
        ("ITILSolution/1", "solution", "done", True),
    }
    assert {one.ticket_id for one in said.values()} == {"3"}
    assert said["ITILFollowup/1"].author_id == "7"
    fresh = {comment.id for page in desk.comments(now) for comment in page}
    assert fresh == set(said) - {"ITILFollowup/1"}
    read = desk.read_comments(["3", "4"])
    assert read["3"][0].id == "ITILFollowup/1"
    assert {one.id for one in read["3"]} == set(said)
    assert read["4"] == ()


def test_the_directory_names_people_groups_and_trees(glpi: EmbeddedGlpi, desk: GlpiDesk) -> None:
    glpi.database.load(
        [("Item_Ticket", {"id": 1, "tickets_id": 1, "itemtype": "Computer", "items_id": 1})]
    )
    directory = desk.directory()
    marie = directory.people["7"]
    assert (marie.name, marie.login, marie.language) == ("Marie Dupont", "marie.dupont", "fr")
    assert marie.email == "marie.dupont@example.org"
    assert marie.vip is None
    assert directory.people["8"].title == "Director"
    assert directory.people["9"].category == "VIP"
    first, second = directory.groups["1"], directory.groups["2"]
    assert (first.members, first.managers, first.assignable) == (("7", "8"), ("7",), True)
    assert second.path == "N2 R&D"
    assert directory.categories["2"].path == "Network > VPN"
    assert directory.entities["0"].entity_id == ""
    assert directory.items["Computer/1"].name == "PC-001"


def test_calendars_begin_on_monday_and_know_their_holidays(desk: GlpiDesk) -> None:
    office = desk.directory().calendars["5"]
    assert office.timezone == "UTC"
    assert office.hours == (
        OpenHours(weekday=0, begin=time(8), end=time.max),
        OpenHours(weekday=6, begin=time(8), end=time.max),
    )
    assert office.closed == {date(2026, 5, 15)}
    assert office.closed_every_year == {(12, 25), (12, 26)}


@pytest.mark.parametrize(
    ("vip", "found"),
    [
        (Vip(category="vip"), {"9"}),
        (Vip(title="Director"), {"8"}),
        (Vip(group="Service Desk N1"), {"7", "8"}),
    ],
)
def test_who_is_a_vip_comes_from_the_configuration(
    glpi: EmbeddedGlpi, vip: Vip, found: set[str]
) -> None:
    with opened(glpi, vip=vip) as desk:
        people = desk.directory().people.values()
    assert {person.id for person in people if person.vip} == found
    assert all(person.vip is not None for person in people)


def test_known_errors_are_the_articles_of_a_category_and_the_current_problems(
    glpi: EmbeddedGlpi,
) -> None:
    glpi.database.load(
        [
            (
                "KnowbaseItem_Item",
                {"id": 1, "itemtype": "Ticket", "items_id": 4, "knowbaseitems_id": 1},
            ),
            ("Problem_Ticket", {"id": 1, "tickets_id": 5, "problems_id": 2}),
            (
                "ITILSolution",
                {"id": 1, "itemtype": "Problem", "items_id": 2, "content": "Restart it"},
            ),
        ]
    )
    with opened(glpi, known_errors=KnownErrorSource(category="Known errors")) as desk:
        found = {one.id: one for one in desk.knowledge()}
    assert set(found) == {"article/1", "problem/1", "problem/2"}  # the third closed in 2024
    article, problem = found["article/1"], found["problem/2"]
    assert (article.desk_id, article.workaround) == ("1", "Open port 500")
    assert article.linked_texts == ("Ticket 4",)
    assert (problem.workaround, problem.linked_texts) == ("Restart it", ("Ticket 5",))
    assert problem.text == "Drops\n\nRestart it"
    assert problem.url.endswith("/front/problem.form.php?id=2")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (KnownErrorSource(problems=False), set()),
        (KnownErrorSource(category="Nowhere", problems=False), set()),
        (KnownErrorSource(category="known errors > network", problems=False), {"article/1"}),
        (KnownErrorSource(category="How-to", problems=False), {"article/2"}),
        (KnownErrorSource(entity="Root entity", problems=False), {"article/1", "article/2"}),
    ],
)
def test_the_configuration_says_which_articles_are_known_errors(
    glpi: EmbeddedGlpi, source: KnownErrorSource, found: set[str]
) -> None:
    with opened(glpi, known_errors=source) as desk:
        assert {one.id for one in desk.knowledge()} == found


@pytest.fixture
def observer(glpi: EmbeddedGlpi) -> Iterator[GlpiDesk]:
    with opened(glpi, OBSERVER_TOKEN) as desk:
        yield desk


def test_what_the_account_may_not_read_is_unknown_and_no_error(observer: GlpiDesk) -> None:
    ticket = next(iter(every(observer).values()))
    assert "sla_resolve" in ticket.unknown
    assert "groups" not in ticket.unknown
    assert observer.directory().calendars == {}


def test_a_technician_reads_and_writes_what_a_pass_needs(glpi: EmbeddedGlpi) -> None:
    with opened(glpi, TECHNICIAN_TOKEN) as desk:
        assert len(every(desk)) == 12
        assert desk.account_id == "4"


def test_approvals_and_documents_are_read_with_their_ticket(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    glpi.database.update("Ticket", 3, {"global_validation": 2})
    glpi.database.update("Ticket", 4, {"global_validation": 4})
    validation = {"tickets_id": 3, "users_id": 2}
    glpi.database.load(
        [
            ("TicketValidation", validation | {"id": 1, "users_id_validate": 8, "status": 2}),
            ("TicketValidation", validation | {"id": 2, "users_id_validate": 9, "status": 3}),
            ("Document_Item", {"id": 1, "itemtype": "Ticket", "items_id": 3, "documents_id": 5}),
            ("Document_Item", {"id": 2, "itemtype": "Computer", "items_id": 3, "documents_id": 6}),
        ]
    )
    for found in (every(desk), desk.read(["3", "4", "5"])):
        assert [found[id].validation for id in ("3", "4", "5")] == ["waiting", "refused", ""]
        assert found["3"].approvers == ("8",)
        assert found["3"].documents == ("5",)


def test_a_satisfaction_of_zero_is_one(glpi: EmbeddedGlpi, desk: GlpiDesk) -> None:
    glpi.database.load(
        [
            ("TicketSatisfaction", {"id": 1, "tickets_id": 3, "satisfaction": 0}),
            ("TicketSatisfaction", {"id": 2, "tickets_id": 4, "satisfaction": None}),
        ]
    )
    found = desk.read(["3", "4", "5"])
    assert [found[id].satisfaction for id in ("3", "4", "5")] == [0, None, None]


def test_people_in_the_trash_and_deactivated_ones_are_there_as_inactive(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    glpi.database.update("User", 7, {"is_deleted": 1, "phone": "01", "mobile": "06"})
    glpi.database.update("User", 8, {"is_active": 0, "phone2": "02"})
    people = desk.directory().people
    assert [(people[id].name, people[id].active) for id in ("7", "8", "9")] == [
        ("Marie Dupont", False),
        ("Paul Martin", False),
        ("Ann Smith", True),
    ]
    assert [(people[id].phone, people[id].mobile) for id in ("7", "8")] == [
        ("01", "06"),
        ("02", ""),
    ]


def test_agreements_say_what_is_due_when(desk: GlpiDesk) -> None:
    found = desk.directory().agreements
    assert found["1"] == Agreement(
        id="1", name="Solve in 4 h", due="resolve", number=4, unit="hour", calendar_id="5"
    )
    assert (found["2"].due, found["2"].own_calendar, found["2"].end_of_day) == (
        "respond",
        False,
        False,
    )
