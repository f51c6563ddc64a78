"""A small embedded GLPI, served, and a client that speaks plain HTTP to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import servicenow_desk

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow, serve_servicenow

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # a working day, for the calendars

_DESK: list[tuple[str, dict[str, object]]] = [
    ("Entity", {"id": 1, "name": "Paris", "entities_id": 0, "completename": "Root entity > Paris",
                "level": 2}),
    ("Group", {"id": 1, "name": "Service Desk N1", "completename": "Service Desk N1",
               "is_recursive": 1}),
    ("Group", {"id": 2, "name": "N2 Network", "completename": "N2 Network", "is_recursive": 1}),
    ("Group", {"id": 3, "name": "Paris only", "completename": "Paris only", "entities_id": 1}),
    ("User", {"id": 7, "name": "alice.martin", "realname": "Martin", "firstname": "Alice"}),
    ("User", {"id": 8, "name": "bob.durand", "realname": "Durand", "firstname": "Bob"}),
    ("ITILCategory", {"id": 1, "name": "Network", "completename": "Network", "level": 1}),
    ("ITILCategory", {"id": 2, "name": "VPN", "itilcategories_id": 1, "level": 2,
                      "completename": "Network > VPN", "is_recursive": 1}),
    ("Calendar", {"id": 2, "name": "Business hours", "is_recursive": 1}),
    *(("CalendarSegment", {"id": 10 + day, "calendars_id": 2, "day": day, "begin": "08:00:00",
                           "end": "18:00:00"}) for day in range(1, 6)),
    ("Holiday", {"id": 1, "name": "Christmas", "begin_date": "2020-12-25",
                 "end_date": "2020-12-25", "is_perpetual": 1}),
    ("Calendar_Holiday", {"id": 1, "calendars_id": 2, "holidays_id": 1}),
    ("SLM", {"id": 1, "name": "Standard", "calendars_id": 2, "is_recursive": 1}),
    ("SLA", {"id": 1, "name": "TTR 8h", "slms_id": 1, "type": 0, "number_time": 8,
             "definition_time": "hour", "calendars_id": 2, "is_recursive": 1}),
    ("SLA", {"id": 2, "name": "TTO 1h", "slms_id": 1, "type": 1, "number_time": 1,
             "definition_time": "hour", "calendars_id": 2, "is_recursive": 1}),
    ("SLA", {"id": 3, "name": "TTR 2d", "slms_id": 1, "type": 0, "number_time": 2,
             "definition_time": "day", "calendars_id": 2, "is_recursive": 1}),
    ("SLA", {"id": 4, "name": "24x7 4h", "slms_id": 1, "type": 0, "number_time": 4,
             "definition_time": "hour", "calendars_id": 0, "is_recursive": 1}),
    ("Computer", {"id": 1, "name": "PC-001"}),
    ("Problem", {"id": 1, "name": "VPN drops", "date": "2026-11-01 09:00:00", "content": "c"}),
    ("KnowbaseItem", {"id": 1, "name": "VPN error 809", "answer": "Check the ports."}),
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Plain requests to an embedded GLPI, with a session's tokens."""

    desk: EmbeddedGlpi
    http: requests.Session
    token: str

    def call(self, method: str, path: str, body: object = None, **more: Any) -> requests.Response:
        """Send one request; ``path`` with its query."""
        headers = {"App-Token": self.desk.app_token, "Session-Token": self.token}
        headers |= more.pop("headers", {})
        if body is not None:
            headers["Content-Type"] = "application/json"
            more["data"] = json.dumps(body)
        return self.http.request(
            method, f"{self.desk.url}/{path}", headers=headers, timeout=10, **more
        )

    def get(self, path: str) -> Any:
        """Give the JSON of a GET without links."""
        joint = "&" if "?" in path else "?"
        return self.call("GET", f"{path}{joint}get_hateoas=false").json()

    def add(self, itemtype: str, /, **given: object) -> int:
        """Add one item; give its id."""
        answer = self.call("POST", itemtype, {"input": given})
        assert answer.status_code == 201, answer.text
        made: int = answer.json()["id"]
        return made

    def refused(self, itemtype: str, /, **given: object) -> tuple[int, Any]:
        """Try to add one item; give the status and the message."""
        answer = self.call("POST", itemtype, {"input": given})
        return answer.status_code, answer.json()[1]

    def put(self, path: str, /, **given: object) -> requests.Response:
        """Update one item."""
        return self.call("PUT", path, {"input": given})

    def ticket(self, tickets_id: int) -> dict[str, Any]:
        """Give one ticket."""
        row: dict[str, Any] = self.get(f"Ticket/{tickets_id}")
        return row


def log_in(desk: EmbeddedGlpi, user_token: str) -> Client:
    """Open a session for a user's token."""
    http = requests.Session()
    headers = {"App-Token": desk.app_token, "Authorization": f"user_token {user_token}"}
    answer = http.get(f"{desk.url}/initSession", headers=headers, timeout=10)
    return Client(desk=desk, http=http, token=answer.json()["session_token"])


@pytest.fixture
def database() -> Iterator[GlpiDatabase]:
    found = GlpiDatabase()
    found.load(_DESK)
    yield found
    found.close()


@pytest.fixture
def desk(database: GlpiDatabase) -> Iterator[EmbeddedGlpi]:
    with serve_glpi(database, Clock(FRIDAY)) as served:
        yield served


@pytest.fixture
def glpi(desk: EmbeddedGlpi) -> Iterator[Client]:
    client = log_in(desk, desk.user_token)
    yield client
    client.http.close()


@pytest.fixture
def someone(desk: EmbeddedGlpi) -> Iterator[Callable[[str], Client]]:
    """Log somebody else in, by user token."""
    opened: list[Client] = []

    def open_for(user_token: str) -> Client:
        opened.append(log_in(desk, user_token))
        return opened[-1]

    yield open_for
    for client in opened:
        client.http.close()


@pytest.fixture
def snow_desk() -> Iterator[EmbeddedServiceNow]:
    found = ServiceNowDatabase()
    found.load(servicenow_desk.ROWS)
    with serve_servicenow(found, Clock(servicenow_desk.FRIDAY)) as served:
        yield served
    found.close()


@pytest.fixture
def snow(snow_desk: EmbeddedServiceNow) -> Iterator[servicenow_desk.Client]:
    """Be the integration account: itil, and no more."""
    client = servicenow_desk.log_in(snow_desk, snow_desk.user, snow_desk.password)
    yield client
    client.http.close()


@pytest.fixture
def snow_admin(snow_desk: EmbeddedServiceNow) -> Iterator[servicenow_desk.Client]:
    client = servicenow_desk.log_in(snow_desk, snow_desk.admin_user, snow_desk.admin_password)
    yield client
    client.http.close()


@pytest.fixture
def snow_limited(snow_desk: EmbeddedServiceNow) -> Iterator[servicenow_desk.Client]:
    client = servicenow_desk.log_in(snow_desk, snow_desk.limited_user, snow_desk.limited_password)
    yield client
    client.http.close()
