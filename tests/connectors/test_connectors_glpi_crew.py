"""Several things read at a time from a GLPI: the same result, one error, and no session left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import pytest

from sdtools.connectors.desk import TicketUpdate, WriteState
from sdtools.connectors.glpi import desk as glpi_desks
from sdtools.connectors.glpi.crew import WORKERS
from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.connectors.glpi.lists import PAGE, Listing, begun
from sdtools.connectors.workers import in_parallel
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.errors import DeskError, DeskUnreachableError
from sdtools.model.effects import Assign
from sdtools.model.people import Directory
from sdtools.model.ticket import Comment, Ticket

THEN = "2026-11-10 08:00:00"
EARLIER, LATER = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 22, 12, tzinfo=UTC)
COUNT = 5200  # several pages of tickets and of comments, so that they are read ahead

Everything = tuple[Directory, Sequence[Ticket], Sequence[Comment], dict[str, Ticket]]


@pytest.fixture
def busy(glpi: EmbeddedGlpi) -> EmbeddedGlpi:
    """A GLPI whose tickets, ties and comments take several pages."""
    numbers = range(1000, 1000 + COUNT)
    row = {"name": "Slow", "content": "&#60;p&#62;Slow&#60;/p&#62;", "date": THEN, "date_mod": THEN}
    glpi.database.load(("Ticket", {**row, "id": one, "entities_id": 0}) for one in numbers)
    glpi.database.load(
        (
            "Ticket_User",
            {"id": one, "tickets_id": one, "users_id": 7 + one % 3, "type": 1},
        )
        for one in numbers
    )
    said = {"itemtype": "Ticket", "content": "Really", "date": THEN, "date_mod": THEN}
    glpi.database.load(("ITILFollowup", {**said, "id": one, "items_id": one}) for one in numbers)
    return glpi


def connected(glpi: EmbeddedGlpi) -> GlpiDesk:
    return glpi_desk(
        "glpi",
        url=glpi.url,
        app_token=glpi.app_token,
        user_token=glpi.user_token,
        wait=lambda _: None,
    )


def everything(desk: GlpiDesk) -> Everything:
    return (
        desk.directory(),
        [ticket for page in desk.tickets(None) for ticket in page],
        [comment for page in desk.comments(None) for comment in page],
        dict(desk.read([str(one) for one in range(1000, 1100)])),
    )


def test_one_worker_and_four_read_the_same(
    busy: EmbeddedGlpi, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected(busy) as desk:
        many = everything(desk)
    monkeypatch.setattr(glpi_desks, "WORKERS", 1)
    with connected(busy) as desk:
        one = everything(desk)
    assert many == one
    assert len(many[1]) >= COUNT
    assert len(many[2]) >= COUNT


def test_the_results_come_in_the_order_of_the_calls() -> None:
    turns = [threading.Event() for _ in range(4)]
    turns[3].set()

    def call(place: int) -> int:
        turns[place].wait()
        turns[place - 1].set()  # the last one ends first
        return place

    assert in_parallel([partial(call, one) for one in range(4)], 4) == [0, 1, 2, 3]


def test_the_first_error_is_raised_and_the_others_have_ended() -> None:
    ended: list[int] = []

    def call(place: int) -> int:
        if place in {1, 2}:
            raise DeskUnreachableError(f"worker {place}")
        ended.append(place)
        return place

    calls: list[Callable[[], int]] = [partial(call, one) for one in range(3)]
    before = threading.active_count()
    with pytest.raises(DeskUnreachableError, match="worker 1"):
        in_parallel(calls, 3)
    assert ended == [0]
    assert threading.active_count() == before


def test_each_worker_logs_in_once_and_out_again(busy: EmbeddedGlpi) -> None:
    with connected(busy) as desk:
        everything(desk)
        assert len(busy.application._sessions) == 1 + WORKERS
        assert desk.requests == busy.requests
    assert not busy.application._sessions
    assert desk.requests == busy.requests


def test_what_takes_a_few_small_requests_needs_one_session_only(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    desk.read(["1", "2"])
    desk.read_comments(["1", "2"])
    written = desk.update([TicketUpdate(ticket="1", assign=Assign(groups=("2",)))])
    assert [one.state for one in written] == [WriteState.done]
    assert len(glpi.application._sessions) == 1


def test_small_lists_are_read_by_workers_who_are_there_and_wake_none(
    busy: EmbeddedGlpi,
) -> None:
    with connected(busy) as desk:
        crew = desk._session.crew
        assert crew is not None
        alone = list(desk.comments(LATER))
        assert (crew.awake, crew.requests) == (0, 0)
        list(desk.tickets(None))
        before, all_before = crew.requests, desk.requests
        assert list(desk.comments(LATER)) == alone
        assert crew.requests - before == 3
        assert desk.requests - all_before == 4  # and the history, which tells what is gone
        list(desk.history(LATER))
        assert desk.requests - all_before == 4


def test_many_changed_comments_are_the_same_whoever_reads_them(busy: EmbeddedGlpi) -> None:
    with connected(busy) as desk:
        alone = [one for page in desk.comments(EARLIER) for one in page]
        list(desk.tickets(None))
        assert [one for page in desk.comments(EARLIER) for one in page] == alone
    assert len({one.id for one in alone}) >= COUNT


def test_sessions_that_die_while_several_read_are_renewed(busy: EmbeddedGlpi) -> None:
    with connected(busy) as desk:
        quiet = everything(desk)
    killed = range(busy.requests + 5, busy.requests + 500, 25)  # never one twice in a row
    busy.application.faults = FaultPlan(chosen=dict.fromkeys(killed, "session_killed"))
    with connected(busy) as desk:
        assert everything(desk) == quiet


def test_a_desk_that_goes_away_while_several_read_is_one_error(busy: EmbeddedGlpi) -> None:
    before = threading.active_count()
    with pytest.raises(DeskError), connected(busy) as desk:
        pages = desk.tickets(None)
        next(pages)
        busy.application.faults = FaultPlan(rate=1.0, kinds=("unavailable",))
        list(pages)
    assert threading.active_count() == before


def test_whoever_stops_reading_leaves_no_worker_behind(busy: EmbeddedGlpi) -> None:
    before = threading.active_count()
    with connected(busy) as desk:
        pages = desk.tickets(None)
        next(pages)
        pages.close()  # type: ignore[attr-defined]  # it is a generator
        assert threading.active_count() == before


def test_the_first_page_of_a_list_is_asked_for_before_anybody_reads_it(busy: EmbeddedGlpi) -> None:
    asked = threading.Event()
    with connected(busy) as desk:
        session = desk._session
        assert session.crew
        for worker in session.crew._sessions:
            worker._http.hooks["response"].append(
                lambda answer, **_: asked.set() if "Ticket" in answer.url else None
            )
        with begun(session, Listing(path="Ticket")) as found:
            assert asked.wait(60)
            sent = desk.requests
            assert len(next(found).rows) == PAGE
            assert desk.requests == sent


def test_what_was_foreseen_is_read_once_beside_the_tickets(busy: EmbeddedGlpi) -> None:
    with connected(busy) as desk:
        alone = desk.directory()
        whole = [ticket for page in desk.tickets(None) for ticket in page]
    spent = busy.requests
    with connected(busy) as desk:
        desk.foresee_directory()
        assert [ticket for page in desk.tickets(None) for ticket in page] == whole
        assert desk.directory() == alone
        assert desk.requests <= spent + WORKERS  # logins
        before = desk.requests
        busy.database.insert("Group", {"name": "Made since", "entities_id": 0})
        assert desk.directory() != alone  # given out once: who asks again reads anew
        assert desk.requests > before


def test_where_only_changes_are_read_nothing_is_begun(busy: EmbeddedGlpi) -> None:
    with connected(busy) as desk:
        desk.foresee_directory()
        assert list(desk.tickets(LATER)) == []
        crew = desk._session.crew
        assert crew is not None
        assert crew.awake == 0
        assert desk.directory().people


def test_what_was_foreseen_and_not_asked_for_leaves_no_worker_behind(busy: EmbeddedGlpi) -> None:
    before = threading.active_count()
    with connected(busy) as desk:
        desk.foresee_directory()
        next(desk.tickets(None))
    assert threading.active_count() == before
    assert not busy.application._sessions


def test_an_error_beside_the_tickets_is_raised_to_whoever_asks(busy: EmbeddedGlpi) -> None:
    with connected(busy) as desk:
        desk.foresee_directory()
        pages = desk.tickets(None)
        next(pages)
        busy.application.faults = FaultPlan(rate=1.0, kinds=("unavailable",))
        with pytest.raises(DeskError):
            desk.directory()


def test_who_came_after_the_look_on_which_was_decided_stays(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    desk.update([TicketUpdate(ticket="1", assign=Assign(groups=("1",), people=()))])
    desk.read(["1"])
    glpi.database.insert("Group_Ticket", {"tickets_id": 1, "groups_id": 3, "type": 2})
    desk.update([TicketUpdate(ticket="1", assign=Assign(groups=("2",)))])
    assert set(desk.read(["1"])["1"].groups) == {"2", "3"}


def test_an_update_without_a_look_before_it_takes_off_whoever_is_there(
    glpi: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    desk.read(["1"])
    desk.update([TicketUpdate(ticket="1", assign=Assign(groups=("1",), people=()))])
    glpi.database.insert("Group_Ticket", {"tickets_id": 1, "groups_id": 3, "type": 2})
    desk.update([TicketUpdate(ticket="1", assign=Assign(groups=("2",)))])
    assert desk.read(["1"])["1"].groups == ("2",)
