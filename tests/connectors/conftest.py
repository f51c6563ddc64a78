"""An embedded GLPI with a few people, groups and tickets, and our desk at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi

Row = tuple[str, dict[str, object]]


NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


def ticket_row(number: int, **columns: object) -> Row:
    then = "2026-11-10 08:00:00"
    plain: dict[str, object] = {
        "id": number,
        "name": f"Ticket {number}",
        "content": "&#60;p&#62;It is broken&#60;/p&#62;",
        "date": then,
        "date_mod": then,
        "date_creation": then,
        "status": 1,
        "type": 1,
        "urgency": 3,
        "impact": 3,
        "priority": 3,
        "entities_id": 0,
    }
    return "Ticket", plain | columns


def directory_rows() -> Iterator[Row]:
    shared = {"entities_id": 0, "is_recursive": 1}
    yield "UserCategory", {"id": 1, "name": "VIP"}
    yield "UserTitle", {"id": 1, "name": "Director"}
    for number, first, last in ((7, "Marie", "Dupont"), (8, "Paul", "Martin"), (9, "Ann", "Smith")):
        login = f"{first}.{last}".lower()
        yield (
            "User",
            {
                "id": number,
                "name": login,
                "firstname": first,
                "realname": last,
                "is_active": 1,
                "language": "fr_FR" if number == 7 else None,
                "usercategories_id": 1 if number == 9 else 0,
                "usertitles_id": 1 if number == 8 else 0,
            },
        )
        email = f"{login}@example.org"
        yield "UserEmail", {"id": number, "users_id": number, "email": email, "is_default": 1}
    second = {"id": 1, "users_id": 7, "email": "marie@example.com", "is_default": 0}
    yield "UserEmail", second
    for number, name in ((1, "Service Desk N1"), (2, "N2 R&#38;D")):
        yield "Group", {"id": number, "name": name, "completename": name, "is_assign": 1} | shared
    yield "Group_User", {"id": 1, "groups_id": 1, "users_id": 7, "is_manager": 1}
    yield "Group_User", {"id": 2, "groups_id": 1, "users_id": 8, "is_manager": 0}
    yield "ITILCategory", {"id": 1, "name": "Network", "completename": "Network"} | shared
    yield (
        "ITILCategory",
        {"id": 2, "name": "VPN", "completename": "Network > VPN", "itilcategories_id": 1} | shared,
    )
    yield "Location", {"id": 1, "name": "Paris", "completename": "Paris"} | shared
    yield "Computer", {"id": 1, "name": "PC-001", "entities_id": 0}
    yield from _calendar_rows()


def _calendar_rows() -> Iterator[Row]:
    shared: dict[str, object] = {"entities_id": 0, "is_recursive": 1}
    yield "Calendar", {"id": 5, "name": "Office"} | shared
    for day in (0, 1):  # Sunday and Monday
        yield (
            "CalendarSegment",
            {
                "id": 100 + day,
                "calendars_id": 5,
                "day": day,
                "begin": "08:00:00",
                "end": "24:00:00",
            },
        )
    yearly: dict[str, object] = {
        "id": 1,
        "name": "Christmas",
        "begin_date": "2026-12-25",
        "end_date": "2026-12-26",
    }
    once: dict[str, object] = {
        "id": 2,
        "name": "Bridge",
        "begin_date": "2026-05-15",
        "end_date": "2026-05-15",
    }
    yield "Holiday", yearly | {"is_perpetual": 1} | shared
    yield "Holiday", once | {"is_perpetual": 0} | shared
    yield "Calendar_Holiday", {"id": 1, "calendars_id": 5, "holidays_id": 1}
    yield "Calendar_Holiday", {"id": 2, "calendars_id": 5, "holidays_id": 2}
    slm: dict[str, object] = {
        "slms_id": 1,
        "use_ticket_calendar": 0,
        "number_time": 4,
        "definition_time": "hour",
    }
    yield "SLM", {"id": 1, "name": "Standard", "calendars_id": 5} | shared
    yield "SLA", {"id": 1, "name": "Solve in 4 h", "type": 0, "calendars_id": 5} | slm | shared
    yield "SLA", {"id": 2, "name": "Answer in 1 h", "type": 1, "calendars_id": 5} | slm | shared


def knowledge_rows() -> Iterator[Row]:
    shared: dict[str, object] = {"entities_id": 0, "is_recursive": 1}
    names = ((1, "Known errors", 0), (2, "Network", 1), (3, "How-to", 0))
    for number, name, above in names:
        path = f"Known errors > {name}" if above else name
        yield (
            "KnowbaseItemCategory",
            {"id": number, "name": name, "completename": path, "knowbaseitemcategories_id": above}
            | shared,
        )
    for number, category in ((1, 2), (2, 3)):
        yield (
            "KnowbaseItem",
            {
                "id": number,
                "name": f"Article {number}",
                "answer": "&#60;p&#62;Open port 500&#60;/p&#62;",
            },
        )
        yield "Entity_KnowbaseItem", {"id": number, "knowbaseitems_id": number} | shared
        place: dict[str, object] = {
            "id": number,
            "knowbaseitems_id": number,
            "knowbaseitemcategories_id": category,
        }
        yield "KnowbaseItem_KnowbaseItemCategory", place
    for number, status, solved in (
        (1, 2, None),
        (2, 5, "2026-10-01 08:00:00"),
        (3, 6, "2024-10-01 08:00:00"),
    ):
        yield (
            "Problem",
            {
                "id": number,
                "name": f"Problem {number}",
                "content": "Drops",
                "status": status,
                "solvedate": solved,
                "closedate": solved,
            }
            | shared,
        )


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedGlpi]:
    """One server for all tests: starting and stopping it takes longer than most of them."""
    with serve_glpi(GlpiDatabase(), Clock(NOW)) as served:
        yield served


@pytest.fixture
def glpi(server: EmbeddedGlpi) -> EmbeddedGlpi:
    """The server with a database of its own, the clock at NOW and nothing going wrong."""
    database = GlpiDatabase()
    database.load(directory_rows())
    database.load(knowledge_rows())
    database.load(ticket_row(number) for number in range(1, 13))
    server.application.database = database
    server.application.faults = None
    server.application.requests = 0
    server.clock.set(NOW)
    return replace(server, database=database)


@pytest.fixture
def clock(glpi: EmbeddedGlpi) -> Clock:
    return glpi.clock


@pytest.fixture
def desk(glpi: EmbeddedGlpi) -> Iterator[GlpiDesk]:
    opened = glpi_desk(
        "glpi",
        url=glpi.url,
        app_token=glpi.app_token,
        user_token=glpi.user_token,
        wait=lambda _: None,
    )
    with opened:
        yield opened
