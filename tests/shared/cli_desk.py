"""What the tests of the command line share: a moment, a configuration, a result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import requests

from sdtools.emulator.glpi.desk import EmbeddedGlpi

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday afternoon

CONFIG = """\
database: sqlite:///sdtools.db
rules: [rules.yaml]
desks:
  glpi:
    kind: glpi
    url: {url}
    app_token: env:TEST_APP_TOKEN
    user_token: env:TEST_USER_TOKEN
    timezone: Europe/Paris
    vip: {{category: VIP}}
    known_errors: {{category: Known errors}}
mail: {{host: 127.0.0.1, port: {port}, security: none, from: "desk@example.org"}}
reports:
  weekly: {{desk: glpi, to: [manager@example.org], language: fr, timezone: Europe/Paris}}
"""

SNOW_CONFIG = """\
database: sqlite:///sdtools.db
rules: [rules.yaml]
desks:
  snow:
    kind: servicenow
    url: {url}
    user: env:TEST_SNOW_USER
    password: env:TEST_SNOW_PASSWORD
    known_errors: {{category: Known errors}}
mail: {{host: 127.0.0.1, port: {port}, security: none, from: "desk@example.org"}}
reports:
  weekly: {{desk: snow, to: [manager@example.org], language: en, timezone: Europe/Paris}}
"""


@dataclass(frozen=True)
class Result:
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """Return the one JSON document on stdout."""
        document: dict[str, object] = json.loads(self.out)
        return document


Sdtools = Callable[..., Result]


def change_as_a_person(
    desk: EmbeddedGlpi, ticket: object, fields: Mapping[str, object], login: str = "tech"
) -> None:
    """Change a ticket of a GLPI as somebody does who is not our account."""
    session = requests.Session()
    session.headers["App-Token"] = desk.app_token
    told = session.get(f"{desk.url}/initSession", auth=(login, login), timeout=10)
    session.headers["Session-Token"] = told.json()["session_token"]
    body = {"input": dict(fields)}
    session.put(f"{desk.url}/Ticket/{ticket}", json=body, timeout=10).raise_for_status()
    session.get(f"{desk.url}/killSession", timeout=10).raise_for_status()
