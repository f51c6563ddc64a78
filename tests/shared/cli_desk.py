"""What the tests of the command line share: a moment, a configuration, a result."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

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
