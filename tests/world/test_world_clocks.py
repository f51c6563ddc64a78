"""The clocks of a ticket are what a desk would have counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sdtools.emulator.world.clocks import clocks
from sdtools.emulator.world.model import Remark, ServiceLevel, Step, Ticket
from sdtools.model.grades import Grade, Kind, Status
from sdtools.worktime import AROUND_THE_CLOCK

BEGIN = datetime(2026, 11, 2, 8, tzinfo=UTC)
LEVEL = ServiceLevel(
    name="High",
    priorities=(Grade.high,),
    respond=timedelta(hours=1),
    resolve=timedelta(hours=8),
)


def _at(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


def _ticket(*steps: tuple[float, Status], remarks: tuple[Remark, ...] = ()) -> Ticket:
    return Ticket(
        number="",
        kind=Kind.incident,
        title="t",
        description="d",
        requester="asks",
        opened_by="asks",
        steps=tuple(Step(at=_at(hours), by="works", status=status) for hours, status in steps),
        updated=_at(100),
        remarks=remarks,
    )


def test_a_new_ticket_has_due_dates_and_nothing_else() -> None:
    found = clocks(_ticket((0, Status.new)), LEVEL, AROUND_THE_CLOCK)
    assert (found.respond_due, found.resolve_due) == (_at(1), _at(8))
    assert (found.responded, found.solved, found.closed, found.resting_since) == (None,) * 4


def test_without_a_service_level_nothing_is_due() -> None:
    found = clocks(_ticket((0, Status.new)), None, AROUND_THE_CLOCK)
    assert (found.respond_due, found.resolve_due) == (None, None)


def test_the_first_answer_is_the_desk_s_and_never_the_requester_s() -> None:
    remarks = (
        Remark(at=_at(1), by="asks", text="any news?"),
        Remark(at=_at(2), by="works", text="yes"),
    )
    ticket = _ticket((0, Status.new), (3, Status.assigned), remarks=remarks)
    assert clocks(ticket, LEVEL, AROUND_THE_CLOCK).responded == _at(2)


def test_a_finished_wait_moves_the_due_date_and_a_lasting_one_does_not() -> None:
    waited = _ticket((0, Status.new), (1, Status.pending), (3, Status.assigned))
    found = clocks(waited, LEVEL, AROUND_THE_CLOCK)
    assert (found.waited, found.resolve_due, found.resting_since) == (
        timedelta(hours=2),
        _at(10),
        None,
    )
    waits = _ticket((0, Status.new), (1, Status.pending))
    lasting = clocks(waits, LEVEL, AROUND_THE_CLOCK)
    assert (lasting.waited, lasting.resolve_due, lasting.resting_since) == (
        timedelta(),
        _at(8),
        _at(1),
    )


def test_solving_from_pending_ends_the_wait_and_closing_keeps_the_rest_s_begin() -> None:
    ticket = _ticket((0, Status.new), (1, Status.pending), (4, Status.solved), (9, Status.closed))
    found = clocks(ticket, LEVEL, AROUND_THE_CLOCK)
    assert (found.waited, found.resting_since) == (timedelta(hours=3), _at(4))
    assert (found.solved, found.closed) == (_at(4), _at(9))


def test_a_reopened_ticket_is_not_solved_and_its_vain_rest_was_a_wait() -> None:
    ticket = _ticket((0, Status.new), (2, Status.solved), (3, Status.closed), (7, Status.assigned))
    found = clocks(ticket, LEVEL, AROUND_THE_CLOCK)
    assert (found.solved, found.closed, found.waited) == (None, None, timedelta(hours=5))


def test_a_ticket_closed_at_once_was_solved_at_the_same_moment() -> None:
    found = clocks(_ticket((0, Status.new), (2, Status.closed)), LEVEL, AROUND_THE_CLOCK)
    assert (found.solved, found.closed) == (_at(2), _at(2))
