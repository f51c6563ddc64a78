"""What is held of a ticket may be older than its row says: the next pull or look finds out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
import responses
from glpi_kept import Kept
from glpi_person import Person
from glpi_rows import ticket_row

from sdtools.connectors.desk import TicketUpdate
from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.model.effects import SetField

ASKED = ["3", "4", "5"]
URGENT = TicketUpdate(ticket="3", fields=(SetField(field="urgency", value="very_high"),))


def new_desk(served: EmbeddedGlpi, timezone: str = "") -> GlpiDesk:
    return glpi_desk(
        "glpi",
        url=served.url,
        app_token=served.app_token,
        user_token=served.user_token,
        timezone=timezone,
        wait=lambda _: None,
    )


def seen_whole(desk: GlpiDesk, kept: Kept) -> bool:
    """Tell whether a look that rests on what is kept sees what one that rests on nothing does."""
    return desk.read(ASKED, kept) == desk.read(ASKED)


def pulled(served: EmbeddedGlpi, kept: Kept, since: datetime | None, timezone: str) -> datetime:
    with new_desk(served, timezone) as desk:
        kept.take(desk.tickets(since, kept))
        assert seen_whole(desk, kept)
        assert desk.opened_at is not None
        return desk.opened_at


def tie_beside_our_write(served: EmbeddedGlpi, desk: GlpiDesk, kept: Kept) -> None:
    """Tie an item between the look and the write: the read-back of the urgency does not see it."""
    desk.read(ASKED, kept)
    Person(served, served.user_token).add(
        "Item_Ticket", tickets_id=3, itemtype="Computer", items_id=1
    )
    desk.update([URGENT])
    kept.take([tuple(desk.read_back({"3": frozenset()}).values())])
    assert kept.tickets["3"].items == ()


@pytest.mark.parametrize(
    ("at", "timezone", "ahead"),
    [
        pytest.param(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Paris", 0, id="autumn"),
        pytest.param(datetime(2026, 11, 16, 9, 0, tzinfo=UTC), "UTC", 10, id="proxy's clock"),
    ],
)
def test_what_came_beside_our_own_write_is_seen_however_late_the_desk_dates_it(
    at: datetime, timezone: str, ahead: int
) -> None:
    database = GlpiDatabase()
    database.load(ticket_row(number) for number in range(1, 8))
    database.load([("Computer", {"id": 1, "name": "PC", "entities_id": 0})])
    kept = Kept()
    with serve_glpi(database, Clock(at - timedelta(minutes=20)), timezone=timezone) as served:
        pulled(served, kept, None, timezone)
        served.clock.set(at)
        with new_desk(served, timezone) as desk:
            kept.take(desk.tickets(at - timedelta(minutes=20), kept))
            served.clock.advance(timedelta(seconds=3))
            tie_beside_our_write(served, desk, kept)
        served.clock.set(at + timedelta(minutes=5))
        pulled(served, kept, at + timedelta(seconds=ahead), timezone)
    assert kept.tickets["3"].items == ("Computer/1",)


def test_a_whole_pull_reads_again_what_moved_while_it_read(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    person = Person(glpi, glpi.user_token)
    kept = Kept()
    for number, page in enumerate(desk.tickets(None)):
        if number == 0:  # the ties have been read by now
            person.add("Group_Ticket", tickets_id=3, groups_id=2, type=2)
        kept.take([page])
    assert kept.tickets["3"].groups == ("2",)


BETWEEN: Mapping[str, Mapping[str, object]] = {
    "a second approval": {"itemtype_link": "TicketValidation", "linked_action": 17},
    "a document": {"itemtype_link": "Document", "linked_action": 15},
    "an item in place of another": {"itemtype_link": "Computer", "linked_action": 21},
}
ROWS: Mapping[str, tuple[str, dict[str, object]]] = {
    "a second approval": (
        "TicketValidation",
        {"id": 9, "tickets_id": 3, "users_id_validate": 8, "status": 2},
    ),
    "a document": (
        "Document_Item",
        {"id": 9, "items_id": 3, "itemtype": "Ticket", "documents_id": 1},
    ),
    "an item in place of another": (
        "Item_Ticket",
        {"id": 9, "tickets_id": 3, "itemtype": "Computer", "items_id": 1},
    ),
}


@pytest.mark.parametrize("what", BETWEEN)
def test_a_tie_that_moves_no_date_is_found_by_its_line_of_history(
    glpi: EmbeddedGlpi, clock: Clock, what: str
) -> None:
    kept = Kept()
    cursor = pulled(glpi, kept, None, "")
    clock.advance(timedelta(minutes=10))
    line: dict[str, object] = {
        "id": 9000,
        "itemtype": "Ticket",
        "items_id": 3,
        "date_mod": clock.now().strftime("%Y-%m-%d %H:%M:%S"),
        "user_name": "marie (7)",
    }
    glpi.database.load([ROWS[what], ("Log", line | dict(BETWEEN[what]))])
    clock.advance(timedelta(minutes=1))
    before = kept.tickets["3"]
    pulled(glpi, kept, cursor, "")
    assert kept.tickets["3"] != before


def test_a_clock_that_is_set_back_hides_no_line(glpi: EmbeddedGlpi, clock: Clock) -> None:
    glpi.database.load([("Group_Ticket", {"id": 1, "tickets_id": 3, "groups_id": 1, "type": 2})])
    kept = Kept()
    cursor = pulled(glpi, kept, None, "")
    clock.advance(timedelta(minutes=10))
    Person(glpi, glpi.user_token).put("Ticket", 5, name="Another")
    with new_desk(glpi) as desk:
        kept.take(desk.tickets(cursor, kept))
        clock.advance(timedelta(minutes=-30))
        Person(glpi, glpi.user_token).put("Group_Ticket", 1, groups_id=2)
        assert desk.read(ASKED, kept)["3"].groups == ("2",)
        assert "3" not in desk.still


def test_without_the_right_to_the_history_any_more_tickets_are_looked_at_whole(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    kept = Kept()
    kept.take(desk.tickets(None))
    glpi.database.load([("Group_Ticket", {"id": 7, "tickets_id": 4, "groups_id": 2, "type": 2})])
    with responses.RequestsMock() as wire:
        wire.add_passthru(glpi.url)
        no = ["ERROR_RIGHT_MISSING", "no"]
        wire.add(responses.GET, f"{glpi.url}/Log", json=no, status=403)
        assert desk.read(ASKED, kept)["4"].groups == ("2",)
    assert desk.still == frozenset()
