"""What a GLPI is asked while something else is: never what is old, and no more than is needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import pytest
from glpi_kept import Kept, listened
from glpi_person import Person

from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.model.ticket import Ticket

TICKETS = [str(number) for number in range(1, 13)]
CHANGED = (3, 4, 5, 9)
FORMAT = "%Y-%m-%d %H:%M:%S"


@pytest.fixture
def tied(glpi: EmbeddedGlpi) -> EmbeddedGlpi:
    """A GLPI with a group and a person on one ticket."""
    glpi.database.load(
        [
            ("Ticket_User", {"id": 1, "tickets_id": 3, "users_id": 7, "type": 2}),
            ("Group_Ticket", {"id": 1, "tickets_id": 3, "groups_id": 1, "type": 2}),
        ]
    )
    return glpi


@pytest.fixture
def kept(tied: EmbeddedGlpi, clock: Clock) -> Kept:
    """Return what a whole pull read; ten minutes later people change some tickets."""
    found = Kept()
    with opened(tied) as desk:
        found.take(desk.tickets(None))
    clock.advance(timedelta(minutes=10))
    for number in CHANGED:
        Person(tied).put("Ticket", number, name="Again")
    return found


def opened(glpi: EmbeddedGlpi, entity: str = "all") -> GlpiDesk:
    return glpi_desk(
        "glpi",
        url=glpi.url,
        app_token=glpi.app_token,
        user_token=glpi.user_token,
        entity=entity,
        wait=lambda _: None,
    )


def test_ties_of_whom_the_history_names_are_read_once(
    tied: EmbeddedGlpi, kept: Kept, now: datetime
) -> None:
    with opened(tied) as desk, listened(desk) as asked:
        kept.take(desk.tickets(now + timedelta(minutes=5), kept))
        assert [asked.count(table) for table in ("Group_Ticket", "Ticket_User")] == [1, 1]
        assert kept(TICKETS) == desk.read(TICKETS)
    assert kept.tickets["3"].title == "Again"


def test_a_row_that_moved_since_its_line_has_its_ties_read_after_it(
    tied: EmbeddedGlpi, kept: Kept, clock: Clock, now: datetime
) -> None:
    clock.advance(timedelta(seconds=2))
    # As a tool without history does.
    tied.database.update("Ticket", 4, {"date_mod": clock.now().strftime(FORMAT)})
    tied.database.load([("Group_Ticket", {"tickets_id": 4, "groups_id": 2, "type": 2})])
    with opened(tied) as desk, listened(desk) as asked:
        kept.take(desk.tickets(now + timedelta(minutes=5), kept))
        assert asked.count("Group_Ticket") == 2
    assert kept.tickets["4"].groups == ("2",)
    assert kept.tickets["3"].assignees == ("7",)


def test_who_is_tied_after_the_ties_were_read_is_seen_by_the_look(
    tied: EmbeddedGlpi, kept: Kept, now: datetime
) -> None:
    with opened(tied) as desk:
        for page in desk.tickets(now + timedelta(minutes=5), kept):
            Person(tied, tied.user_token).put("Group_Ticket", 1, groups_id=2)  # the same second
            kept.take([page])
        assert kept.tickets["3"].groups == ("1",)
        assert desk.read(TICKETS, kept)["3"].groups == ("2",)


def test_what_people_do_where_the_account_sees_nothing_costs_nothing(
    glpi: EmbeddedGlpi, clock: Clock, now: datetime
) -> None:
    for number, name in ((1, "Paris"), (2, "Lyon")):
        path = f"Root entity > {name}"
        glpi.database.load(
            [("Entity", {"id": number, "name": name, "entities_id": 0, "completename": path})]
        )
    then = dict.fromkeys(("date", "date_mod"), (now - timedelta(days=1)).strftime(FORMAT))
    glpi.database.load(
        ("Ticket", {"id": 200 + one, "entities_id": 2, "name": "Hidden", **then})
        for one in range(9)
    )
    clock.advance(timedelta(minutes=10))
    for one in range(9):
        Person(glpi).put("Ticket", 200 + one, urgency=5)
    with opened(glpi, "Root entity > Paris") as desk:
        assert list(desk.tickets(now + timedelta(minutes=5), lambda ids: {})) == []
        crew = desk._session.crew
        assert crew
        assert crew.awake == 0


def test_whoever_interrupts_waits_for_the_requests_in_hand_only(
    tied: EmbeddedGlpi, kept: Kept, now: datetime
) -> None:
    asked = 0

    def interrupted(ids: Collection[str]) -> Mapping[str, Ticket]:
        nonlocal asked
        if "Ticket" in heard:  # while the changed tickets are listed
            asked = tied.requests
            raise KeyboardInterrupt
        return kept(ids)

    with pytest.raises(KeyboardInterrupt), opened(tied) as desk, listened(desk) as heard:
        kept.take(desk.tickets(now + timedelta(minutes=5), interrupted))
    # Of three workers at most the request in hand, and the ends of all four sessions.
    assert tied.requests - asked <= 3 + 4
    assert desk._session.crew
    assert desk._session.crew.awake == 0


def test_whoever_leaves_does_not_wait_for_the_whole_directory(tied: EmbeddedGlpi) -> None:
    with opened(tied) as desk:
        alone = desk.requests
        desk.directory()
        whole = desk.requests - alone
    with opened(tied) as desk:
        desk.foresee_directory()
        next(desk.tickets(None))
        asked = tied.requests
    assert tied.requests - asked < whole
    assert not tied.application._sessions


def test_a_directory_that_nobody_took_is_not_kept_for_the_next_pull(
    tied: EmbeddedGlpi, now: datetime
) -> None:
    with opened(tied) as desk:
        desk.foresee_directory()
        list(desk.tickets(None))
        tied.database.insert("Group", {"name": "Made since", "entities_id": 0})
        desk.foresee_directory()
        list(desk.tickets(now))
        assert "Made since" in {one.name for one in desk.directory().groups.values()}
