"""The night when an hour comes twice: no ticket touched in it is missed over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sdtools.connectors.desk import NewComment
from sdtools.connectors.glpi.desk import glpi_desk
from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi

BEFORE = datetime(2026, 10, 24, 23, 40, tzinfo=UTC)  # at 1:00 the clocks of Paris go back


@pytest.fixture(scope="module")
def paris() -> Iterator[EmbeddedGlpi]:
    database = GlpiDatabase()
    stamps: dict[str, object] = dict.fromkeys(
        ("date", "date_mod", "date_creation"), "2026-10-20 08:00:00"
    )
    plain: dict[str, object] = {"name": "x", "status": 1, "type": 1, "entities_id": 0} | stamps
    database.load(("Ticket", {"id": number} | plain) for number in range(1, 30))
    with serve_glpi(database, Clock(BEFORE), timezone="Europe/Paris") as served:
        yield served


def test_every_ticket_touched_in_the_night_is_found_by_the_next_pass(paris: EmbeddedGlpi) -> None:
    """A pass every 20 minutes, and a ticket touched right after each began."""
    cursor = BEFORE
    for number in range(1, 11):
        paris.clock.set(BEFORE + timedelta(minutes=20 * number, seconds=1))
        with glpi_desk(
            "paris",
            url=paris.url,
            app_token=paris.app_token,
            user_token=paris.user_token,
            timezone="Europe/Paris",
            wait=lambda _: None,
        ) as desk:
            begun = desk.opened_at
            desk.comment([NewComment(ticket=str(number), text="touched", public=False)])
            found = {one.id for page in desk.tickets(cursor) for one in page}
        assert str(number) in found
        assert begun is not None
        cursor = begun


def test_a_pass_in_the_day_does_not_read_an_hour_again(paris: EmbeddedGlpi) -> None:
    paris.clock.set(datetime(2026, 11, 16, 9, 0, tzinfo=UTC))
    with glpi_desk(
        "paris",
        url=paris.url,
        app_token=paris.app_token,
        user_token=paris.user_token,
        timezone="Europe/Paris",
        wait=lambda _: None,
    ) as desk:
        desk.comment([NewComment(ticket="27", text="touched", public=False)])
        paris.clock.set(datetime(2026, 11, 16, 9, 30, tzinfo=UTC))
        found = [one.id for page in desk.tickets(desk.opened_at) for one in page]
        paris.clock.advance(timedelta(minutes=5))
        since = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
        later = [one.id for page in desk.tickets(since) for one in page]
    assert found == ["27"]
    assert later == []


def test_what_only_the_history_tells_is_found_in_the_hour_that_comes_twice(
    paris: EmbeddedGlpi,
) -> None:
    paris.clock.set(datetime(2026, 10, 25, 1, 10, tzinfo=UTC))
    with glpi_desk(
        "paris",
        url=paris.url,
        app_token=paris.app_token,
        user_token=paris.user_token,
        timezone="Europe/Paris",
        wait=lambda _: None,
    ) as desk:
        held = desk.read(["20"])
        paris.database.load(
            [
                (
                    "Log",
                    {
                        "id": 9000,
                        "itemtype": "Ticket",
                        "items_id": 20,
                        "itemtype_link": "Document",
                        "linked_action": 15,
                        "date_mod": "2026-10-25 02:10:30",  # an hour after the first of that name
                        "user_name": "marie (7)",
                    },
                ),
                (
                    "Document_Item",
                    {"id": 9, "items_id": 20, "itemtype": "Ticket", "documents_id": 1},
                ),
            ]
        )
        paris.clock.advance(timedelta(minutes=1))
        pages = desk.tickets(datetime(2026, 10, 25, 1, 10, tzinfo=UTC), lambda _: held)
        found = {one.id: one.documents for page in pages for one in page}
    assert found["20"] == ("1",)
