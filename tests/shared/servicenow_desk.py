"""A small embedded ServiceNow's rows, and a client that speaks plain HTTP to it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.emulator.servicenow.fresh import fixed_id

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MADE = "2026-11-01 08:00:00"
DESK, NETWORK, EMPTY_GROUP = (
    fixed_id("sys_user_group", name) for name in ("IT Desk", "IT Network", "Archive")
)
ALICE, BOB = (fixed_id("sys_user", name) for name in ("alice.martin", "bob.durand"))
ROUTER = fixed_id("cmdb_ci", "router-1")
PROBLEM = fixed_id("problem", "PRB0010001")
ARTICLE = fixed_id("kb_knowledge", "KB0010001")

ROWS: list[tuple[str, dict[str, object]]] = [
    ("sys_user_group", {"sys_id": DESK, "name": "IT Desk", "manager": BOB}),
    ("sys_user_group", {"sys_id": NETWORK, "name": "IT Network"}),
    ("sys_user_group", {"sys_id": EMPTY_GROUP, "name": "Archive", "active": False}),
    ("sys_user", {"sys_id": ALICE, "user_name": "alice.martin", "name": "Alice Martin",
                  "first_name": "Alice", "last_name": "Martin", "vip": True,
                  "email": "alice.martin@example.org", "time_zone": "Europe/Paris"}),
    ("sys_user", {"sys_id": BOB, "user_name": "bob.durand", "name": "Bob Durand",
                  "first_name": "Bob", "last_name": "Durand", "email": "bob.durand@example.org"}),
    ("sys_user_grmember", {"sys_id": fixed_id("member"), "user": BOB, "group": DESK}),
    ("cmdb_ci_computer", {"sys_id": ROUTER, "name": "router-1", "support_group": NETWORK}),
    ("problem", {"sys_id": PROBLEM, "number": "PRB0010001", "state": 103, "known_error": True,
                 "short_description": "VPN drops"}),
    ("kb_knowledge", {"sys_id": ARTICLE, "number": "KB0010001", "workflow_state": "published",
                      "short_description": "VPN error 809"}),
]  # fmt: skip
ROWS = [(table, {"sys_created_on": MADE, **row}) for table, row in ROWS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Plain requests to an embedded ServiceNow, logged in."""

    desk: EmbeddedServiceNow
    http: requests.Session

    def call(self, method: str, path: str, body: object = None, **more: Any) -> requests.Response:
        """Send one request; ``path`` follows /api/now/."""
        headers = {"Accept": "application/json", **more.pop("headers", {})}
        if body is not None:
            headers["Content-Type"] = "application/json"
            more["data"] = json.dumps(body)
        url = f"{self.desk.url}/api/now/{path}"
        return self.http.request(method, url, headers=headers, timeout=10, **more)

    def rows(self, table: str, query: str = "", **parameters: str) -> list[dict[str, Any]]:
        """Give the records of a query; other parameters without their ``sysparm_``."""
        found = {"sysparm_query": query} if query else {}
        found |= {f"sysparm_{name}": value for name, value in parameters.items()}
        answer = self.call("GET", f"table/{table}", params=found)
        assert answer.status_code == 200, answer.text
        records: list[dict[str, Any]] = answer.json()["result"]
        return records

    def titles(self, query: str, table: str = "incident") -> list[str]:
        """Give the short descriptions of a query's records, in its order."""
        return [row["short_description"] for row in self.rows(table, query)]

    def one(self, table: str, sys_id: str, **parameters: str) -> dict[str, Any]:
        """Give one record."""
        found = {f"sysparm_{name}": value for name, value in parameters.items()}
        answer = self.call("GET", f"table/{table}/{sys_id}", params=found)
        assert answer.status_code == 200, answer.text
        record: dict[str, Any] = answer.json()["result"]
        return record

    def add(self, table: str, /, **given: object) -> dict[str, Any]:
        """Create one record."""
        answer = self.call("POST", f"table/{table}", given)
        assert answer.status_code == 201, answer.text
        record: dict[str, Any] = answer.json()["result"]
        return record

    def patch(self, table: str, sys_id: str, /, **given: object) -> dict[str, Any]:
        """Change one record."""
        answer = self.call("PATCH", f"table/{table}/{sys_id}", given)
        assert answer.status_code == 200, answer.text
        record: dict[str, Any] = answer.json()["result"]
        return record

    def refused(self, method: str, path: str, body: object = None, **more: Any) -> tuple[int, Any]:
        """Send what fails; give status and error."""
        answer = self.call(method, path, body, **more)
        found = answer.json()
        assert found["status"] == "failure"
        return answer.status_code, found["error"]


def log_in(desk: EmbeddedServiceNow, user: str, password: str) -> Client:
    """Give a client with basic authentication."""
    http = requests.Session()
    http.auth = (user, password)
    return Client(desk=desk, http=http)


def packed(body: object) -> str:
    """Give a JSON body as a batch holds it."""
    return base64.b64encode(json.dumps(body).encode()).decode()


def unpacked(item: dict[str, Any]) -> Any:
    """Read the JSON body of a batch's item."""
    return json.loads(base64.b64decode(item["body"]))
