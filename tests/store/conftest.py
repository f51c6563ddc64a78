"""Databases, tickets and changes for the tests of the store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from sdtools.model.effects import SetField
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.ticket import Comment, Ticket
from sdtools.plan import Change, Plan, Reason, change_key
from sdtools.store.database import Database, open_database

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)

MakeTicket = Callable[..., Ticket]
MakeComment = Callable[..., Comment]
MakeChange = Callable[..., Change]
MakePlan = Callable[..., Plan]


POSTGRES = os.environ.get("SDTOOLS_TEST_POSTGRES", "")


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRES else ["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh SQLite file; a fresh PostgreSQL schema where SDTOOLS_TEST_POSTGRES names a server."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    schema = f"sdtools_{uuid4().hex}"
    engine = create_engine(POSTGRES)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield f"{POSTGRES}?options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with open_database(url) as opened:
        yield opened


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        yield opened


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def make_ticket() -> MakeTicket:
    def make(id: str = "1", **given: object) -> Ticket:
        values: dict[str, object] = {
            "number": id,
            "url": f"https://desk.example.org/ticket/{id}",
            "kind": Kind.incident,
            "title": "L'imprimante ne répond plus",
            "description": "Depuis ce matin.\nÉtage 2",
            "status": Status.new,
            "urgency": Grade.medium,
            "impact": Grade.medium,
            "priority": Grade.medium,
            "opened": NOW - timedelta(days=2),
            "updated": NOW - timedelta(days=1),
            "requesters": ("41",),
        }
        return Ticket(id=id, **{**values, **given})  # type: ignore[arg-type]  # any field, by name

    return make


@pytest.fixture
def make_comment() -> MakeComment:
    def make(id: str, author: str, written: datetime, **given: object) -> Comment:
        values: dict[str, object] = {"ticket_id": "1", "text": "Bonjour", "public": True}
        return Comment(id=id, author_id=author, written=written, **{**values, **given})  # type: ignore[arg-type]  # any field, by name

    return make


@pytest.fixture
def make_change() -> MakeChange:
    def make(ticket: str = "1", rule: str = "vip-is-urgent", **given: object) -> Change:
        values: dict[str, object] = {
            "key": change_key("glpi", rule, ticket, 1, "then.0.urgency"),
            "number": ticket,
            "title": "Écran noir",
            "section": "priority",
            "action": "then.0.urgency",
            "episode": 1,
            "effect": SetField(field="urgency", value="high"),
            "field": "urgency",
            "before": "medium",
            "after": "high",
            "before_value": "medium",
            "after_value": "high",
            "why": (Reason(fact="requester.vip", operator="is", wanted="true", actual="true"),),
            "basis": {"status": "new"},
        }
        return Change(ticket=ticket, rule=rule, **{**values, **given})  # type: ignore[arg-type]  # any field, by name

    return make


@pytest.fixture
def make_plan() -> MakePlan:
    def make(*changes: Change, **given: object) -> Plan:
        values: dict[str, object] = {
            "id": "p-1",
            "desk": "glpi",
            "desk_url": "https://desk.example.org",
            "rulebook": "abc",
            "now": NOW,
            "tickets": 10,
        }
        return Plan(changes=changes, **{**values, **given})  # type: ignore[arg-type]  # any field, by name

    return make
