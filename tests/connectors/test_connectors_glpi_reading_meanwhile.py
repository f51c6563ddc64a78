"""Reading a GLPI on which people work between two pages: nothing is missed, nothing doubled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from glpi_person import Meanwhile

from sdtools.connectors.glpi.desk import GlpiDesk
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi

Act = Callable[[GlpiDatabase, int], None]
THEN, NOW = "2026-11-10 08:00:00", "2026-11-16 09:00:00"


def load(glpi: EmbeddedGlpi, count: int, date_mod: str) -> None:
    base: dict[str, object] = {
        "name": "n", "content": "c", "date": THEN, "date_creation": THEN, "date_mod": date_mod,
        "status": 1, "type": 1, "urgency": 3, "impact": 3, "priority": 3, "entities_id": 0,
    }  # fmt: skip
    glpi.database.delete("Ticket", "id > ?", (0,))
    glpi.database.load(("Ticket", base | {"id": number}) for number in range(1, count + 1))


def meanwhile(glpi: EmbeddedGlpi, act: Act) -> None:
    glpi.application.faults = Meanwhile(act=lambda number: act(glpi.database, number))


def read(desk: GlpiDesk, since: datetime | None) -> list[int]:
    return [int(ticket.id) for page in desk.tickets(since) for ticket in page]


def purge_front(database: GlpiDatabase, number: int) -> None:
    """Purge the 25 oldest tickets: many more than two pages have in common."""
    database.delete("Ticket", "id <= ?", (25 * number,))


def purge_and_open(database: GlpiDatabase, number: int) -> None:
    """As many tickets come as go: the total stays."""
    row = database.row("Ticket", 2500)
    assert row is not None
    purge_front(database, number)
    first = 10_000 + 25 * number
    database.load(("Ticket", row | {"id": first + one}) for one in range(25))


def touch(database: GlpiDatabase, number: int) -> None:
    """Touch tickets all over the list."""
    for ticket in range(number, 2500, 97):
        database.update("Ticket", ticket, {"date_mod": NOW, "urgency": 5})


@pytest.mark.parametrize("act", [purge_front, purge_and_open, touch])
def test_a_full_read_misses_no_ticket_that_was_there_all_the_time(
    glpi: EmbeddedGlpi, desk: GlpiDesk, act: Act
) -> None:
    load(glpi, 2500, THEN)
    meanwhile(glpi, act)
    found = read(desk, None)
    there = {int(row["id"] or 0) for row in glpi.database.rows("Ticket", "id <= 2500")}
    assert len(there) > 1500
    assert there <= set(found)
    assert len(found) == len(set(found))


def purge_newest(database: GlpiDatabase) -> None:
    """Purge most of the first page: all are of one second, and then the lowest id is in front."""
    database.delete("Ticket", "id <= ?", (90,))


def touch_oldest(database: GlpiDatabase) -> None:
    """Move tickets from the end of the list to its front."""
    for ticket in range(1300, 1400):
        database.update("Ticket", ticket, {"date_mod": "2026-11-16 09:00:05"})


@pytest.mark.parametrize("act", [purge_newest, touch_oldest])
def test_a_read_of_what_changed_misses_no_ticket_that_was_there_all_the_time(
    glpi: EmbeddedGlpi, desk: GlpiDesk, now: datetime, act: Callable[[GlpiDatabase], None]
) -> None:
    load(glpi, 1400, NOW)  # all in one second: the order has no tie-breaker of its own
    pages = desk.tickets(now)
    first = next(pages)
    act(glpi.database)
    found = [int(ticket.id) for page in (first, *pages) for ticket in page]
    # Those touched while we read come with the next pull: their date_mod says so.
    there = {int(row["id"] or 0) for row in glpi.database.rows("Ticket", f"date_mod = '{NOW}'")}
    assert len(there) >= 1300
    assert there <= set(found)
    assert len(found) == len(set(found))


def test_a_list_that_all_but_vanishes_between_two_pages_just_ends(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    load(glpi, 6000, THEN)
    pages = desk.tickets(None)
    first = next(pages)
    glpi.database.delete("Ticket", "id > ?", (40,))
    found = [ticket.id for page in (first, *pages) for ticket in page]
    assert 1000 <= len(found) == len(set(found)) <= 4000  # three pages are read ahead
