"""Memory lasts from pass to pass, and only as long as the ticket does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sdtools.model.grades import Status
from sdtools.model.memory import Fired, Memory, RuleMemory, Written
from sdtools.model.ticket import Ticket
from sdtools.store.database import Database
from sdtools.store.journal import Journal
from sdtools.store.memory import MemoryStore
from sdtools.store.mirror import Mirror

MakeTicket = Callable[..., Ticket]
HOUR = timedelta(hours=1)


@pytest.fixture
def store(database: Database) -> MemoryStore:
    return MemoryStore(database, "glpi")


def save(database: Database, now: datetime, *memories: RuleMemory, desk: str = "glpi") -> None:
    with database.begin() as connection:
        MemoryStore(database, desk).save(connection, memories, now)


def test_a_desk_is_new_until_a_pass_went_through(
    database: Database, store: MemoryStore, now: datetime
) -> None:
    journal = Journal(database, "glpi")
    assert store.load(now) == Memory(first=True)
    journal.end(journal.begin("apply", None, now), now, 3, error="the desk is down")
    journal.end(journal.begin("undo", None, now), now, 3)
    run = journal.begin("baseline", None, now)
    assert store.load(now).first
    journal.end(run, now, 3)
    assert not store.load(now).first
    assert MemoryStore(database, "snow").load(now).first


def test_a_memory_comes_back_exactly(database: Database, store: MemoryStore, now: datetime) -> None:
    memory = RuleMemory(
        rule="vip-is-urgent",
        ticket="1",
        episode=3,
        active=True,
        began=now,
        reopens=1,
        written=(Written(field="urgency", value="high", at=now, overridden=1),),
        fired=(Fired(action="then.0", at=now, times=2),),
        yielded=("urgency",),
        inputs="abc",
    )
    save(database, now, memory)
    found = store.load(now).rules
    assert found == {("vip-is-urgent", "1"): memory}
    began = found["vip-is-urgent", "1"].began
    assert began is not None
    assert began.tzinfo is UTC


def test_a_later_memory_replaces_the_one_before(
    database: Database, store: MemoryStore, now: datetime
) -> None:
    memory = RuleMemory(rule="a", ticket="1", episode=1, active=True)
    save(database, now, memory, replace(memory, ticket="2"))
    save(database, now, replace(memory, episode=2))
    assert store.load(now).rules["a", "1"].episode == 2
    assert store.load(now).rules["a", "2"].episode == 1


def test_what_an_ended_run_remembers_is_kept_though_nothing_changed(
    database: Database, store: MemoryStore, now: datetime
) -> None:
    journal = Journal(database, "glpi")
    memory = RuleMemory(rule="a", ticket="1", episode=1, ended=now)
    journal.end(journal.begin("apply", None, now), now, 1, memory=[memory])
    assert store.load(now).rules == {("a", "1"): memory}


def test_memory_of_tickets_that_are_over_sleeps_until_they_are_reopened(
    database: Database, store: MemoryStore, make_ticket: MakeTicket, now: datetime
) -> None:
    mirror = Mirror(database, "glpi")
    tickets = [make_ticket(status.value, status=status) for status in Status]
    mirror.upsert_tickets(tickets, now)
    save(database, now, *(RuleMemory(rule="a", ticket=ticket.id) for ticket in tickets))
    awake = {"new", "assigned", "pending", "solved"}
    assert {ticket for _, ticket in store.load(now).rules} == awake
    mirror.upsert_tickets([make_ticket("closed")], now)
    assert {ticket for _, ticket in store.load(now).rules} == awake | {"closed"}


def test_values_written_in_the_last_day_come_oldest_first(
    database: Database, store: MemoryStore, now: datetime
) -> None:
    a = Written(field="urgency", value="high", at=now - 3 * HOUR)
    b = Written(field="urgency", value="low", at=now - 2 * HOUR)
    c = Written(field="urgency", value="high", at=now - HOUR)
    old = Written(field="group", value="3", at=now - 25 * HOUR)
    save(database, now, RuleMemory(rule="one", ticket="1", written=(a, old)))
    save(database, now, RuleMemory(rule="two", ticket="1", written=(b,)))
    save(database, now, RuleMemory(rule="one", ticket="1", written=(c,)))
    save(database, now, RuleMemory(rule="one", ticket="1", written=(replace(c, overridden=1),)))
    assert store.load(now).values == {("1", "urgency"): (a, b, replace(c, overridden=1))}
    assert store.load(now + 30 * HOUR).values == {}


def test_a_renamed_rule_takes_its_memory_along(
    database: Database, store: MemoryStore, now: datetime
) -> None:
    save(database, now, RuleMemory(rule="old", ticket="1", episode=3), desk="snow")
    save(database, now, RuleMemory(rule="old", ticket="1", episode=3))
    save(database, now, RuleMemory(rule="old", ticket="2", episode=4))
    save(database, now, RuleMemory(rule="new", ticket="2", episode=5))
    for _ in range(2):
        store.rename("old", "new")
        assert store.load(now).rules == {
            ("new", "1"): RuleMemory(rule="new", ticket="1", episode=3),
            ("new", "2"): RuleMemory(rule="new", ticket="2", episode=5),
        }
    assert ("old", "1") in MemoryStore(database, "snow").load(now).rules
