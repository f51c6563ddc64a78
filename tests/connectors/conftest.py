"""An embedded GLPI and an embedded ServiceNow with a few tickets, and our desks at them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from glpi_rows import Row, ticket_row

from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.connectors.servicenow.desk import ServiceNowDesk, servicenow_desk
from sdtools.connectors.servicenow.options import Basic
from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.servicenow.authentication import Authentication
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow, serve_servicenow

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


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
    server.application.door.requests = 0
    server.application._sessions.clear()
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


def sys_id(name: str) -> str:
    """Give the sys_id of what these tests call so."""
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def ids() -> Mapping[str, str]:
    """The sys_ids of the records below, by name."""
    return _Ids()


class _Ids(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return sys_id(name)


def _snow(table: str, called: str, /, **columns: object) -> Row:
    then = "2026-11-10 08:00:00"
    stamps: dict[str, object] = {"sys_created_on": then, "sys_updated_on": then}
    return table, {"sys_id": sys_id(called), **stamps, **columns}


def incident_row(name: str, **columns: object) -> Row:
    plain: dict[str, object] = {
        "number": f"INC{name}",
        "short_description": f"Ticket {name}",
        "opened_at": "2026-11-10 07:00:00",
        "state": "1",
        "urgency": "2",
        "impact": "2",
        "priority": "3",
        "caller_id": sys_id("marie"),
        "sys_updated_by": "marie",
    }
    return _snow("incident", name, **plain | columns)


def snow_rows() -> Iterator[Row]:
    yield _snow("core_company", "acme", name="Acme")
    yield _snow("core_company", "lyon-branch", name="Lyon branch", parent=sys_id("acme"))
    yield _snow("cmn_location", "france", name="France", full_name="France")
    yield _snow(
        "cmn_location", "paris", name="Paris", full_name="France/Paris", parent=sys_id("france")
    )
    for name, first, vip in (("marie", "Marie", True), ("paul", "Paul", False)):
        yield _snow(
            "sys_user",
            name,
            user_name=name,
            name=f"{first} Example",
            email=f"{name}@example.org",
            vip=vip,
            title="Director" if name == "paul" else "",
            preferred_language="fr",
            active=True,
        )
    yield _snow("sys_user", "gone", user_name="gone", name="Gone Example", active=False)
    yield _snow("sys_user_group", "n1", name="Service Desk N1", manager=sys_id("paul"))
    yield _snow("sys_user_group", "n2", name="N2 Network", parent=sys_id("n1"))
    yield _snow("sys_user_group", "old", name="Old team", active=False)
    yield _snow("sys_user_grmember", "m1", user=sys_id("paul"), group=sys_id("n1"))
    yield _snow("sys_user_grmember", "m2", user=sys_id("marie"), group=sys_id("n2"))
    yield _snow("cmdb_ci_computer", "pc", name="PC-001")
    for element, value, depends in (("category", "network", ""), ("subcategory", "vpn", "network")):
        listed = {"element": element, "value": value, "dependent_value": depends}
        label = value.upper() if depends else value.title()
        yield _snow("sys_choice", f"choice-{value}", name="incident", label=label, **listed)
    yield from _snow_knowledge()
    yield incident_row(
        "0001",
        description="It is broken",
        category="network",
        subcategory="vpn",
        location=sys_id("paris"),
        company=sys_id("lyon-branch"),
        contact_type="phone",
        cmdb_ci=sys_id("pc"),
        watch_list=f"{sys_id('paul')},someone@example.com",
        reopen_count=2,
    )
    yield incident_row("0002", state="2", assignment_group=sys_id("n1"), assigned_to=sys_id("paul"))
    yield incident_row(
        "0003", state="6", resolved_at="2026-11-12 09:30:00", problem_id=sys_id("drops")
    )
    yield _snow("sc_request", "order", number="REQ1", requested_for=sys_id("marie"))
    yield _snow(
        "sc_req_item",
        "ritm",
        number="RITM1",
        short_description="New phone",
        state="1",
        urgency="3",
        impact="3",
        priority="4",
        opened_at="2026-11-10 07:00:00",
        request=sys_id("order"),
        requested_for="",
        sys_updated_by="paul",
    )


def _snow_knowledge() -> Iterator[Row]:
    yield _snow("problem", "drops", number="PRB1", short_description="VPN drops", known_error=True)
    yield _snow("problem", "guess", number="PRB2", short_description="A guess", known_error=False)
    yield _snow("kb_knowledge_base", "it", title="IT")
    yield _snow("kb_category", "known", label="Known errors", parent_id=sys_id("it"))
    yield _snow("kb_category", "network", label="Network", parent_id=sys_id("known"))
    for name, state in (("article", "published"), ("draft", "draft")):
        yield _snow(
            "kb_knowledge",
            name,
            number=f"KB-{name}",
            short_description="VPN does not start",
            text="<p>Open port 500</p>",
            workflow_state=state,
            kb_category=sys_id("network"),
            kb_knowledge_base=sys_id("it"),
        )


@pytest.fixture(scope="session")
def snow_server() -> Iterator[EmbeddedServiceNow]:
    with serve_servicenow(ServiceNowDatabase(), Clock(NOW)) as served:
        yield served


@pytest.fixture
def snow(snow_server: EmbeddedServiceNow) -> Iterator[EmbeddedServiceNow]:
    """The server with a database of its own, the clock at NOW and nothing going wrong."""
    database = ServiceNowDatabase()
    database.load(snow_rows())
    application = snow_server.application
    application.database = database
    application.authentication = Authentication(database=database, clock=snow_server.clock)
    application.faults = application.before = None
    application.door.requests = 0
    snow_server.clock.set(NOW)
    yield replace(snow_server, database=database)
    database.close()


@pytest.fixture
def snow_desk(snow: EmbeddedServiceNow) -> Iterator[ServiceNowDesk]:
    """Our desk as the integration account: itil, and no more."""
    login = Basic(user=snow.user, password=snow.password)
    with servicenow_desk("snow", url=snow.url, credentials=login, wait=lambda _: None) as opened:
        yield opened


@pytest.fixture
def snow_admin(snow: EmbeddedServiceNow) -> Iterator[ServiceNowDesk]:
    """Our desk as an administrator, who sees the choice lists."""
    login = Basic(user=snow.admin_user, password=snow.admin_password)
    with servicenow_desk("snow", url=snow.url, credentials=login, wait=lambda _: None) as opened:
        yield opened
