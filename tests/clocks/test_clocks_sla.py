"""Service level clocks: by hand, and against a desk that is played minute by minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.ticket import Ticket
from sdtools.sla import Clock, book_clock, desk_clock
from sdtools.worktime import AROUND_THE_CLOCK, WorkTime, calendar_from

PARIS = ZoneInfo("Europe/Paris")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OFFICE = WorkTime(
    calendar_from("office", "Europe/Paris", {"mon-fri": "08:00-18:00"}, "FR", None, range(2026, 28))
)
PENDING = frozenset({Status.pending})


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return a moment of November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=PARIS)


def ticket(**changes: object) -> Ticket:
    plain = Ticket(
        id="1",
        number="1",
        url="",
        kind=Kind.incident,
        title="Printer",
        description="",
        status=Status.assigned,
        urgency=Grade.medium,
        impact=Grade.medium,
        priority=Grade.medium,
        opened=at(23, 9),
        updated=at(23, 9),
        sla_calendar="1",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields by name


def resolve(now: datetime, work: WorkTime = OFFICE, **changes: object) -> Clock:
    clock = desk_clock(ticket(**changes), "resolve", work, now)
    assert clock is not None
    return clock


def test_without_a_due_date_there_is_no_clock() -> None:
    assert desk_clock(ticket(), "resolve", OFFICE, at(23, 10)) is None
    assert desk_clock(ticket(), "respond", OFFICE, at(23, 10)) is None


def test_half_of_the_time_is_used_half_way() -> None:
    clock = resolve(at(23, 11), resolve_due=at(23, 13), sla_resolve="4 hours")
    assert (clock.name, clock.target, clock.elapsed, clock.left, clock.used) == (
        "4 hours",
        4 * HOUR,
        2 * HOUR,
        2 * HOUR,
        0.5,
    )
    assert not clock.breached
    assert not clock.stopped


def test_the_night_uses_nothing() -> None:
    evening = resolve(at(23, 18), resolve_due=at(24, 10))
    morning = resolve(at(24, 8), resolve_due=at(24, 10))
    assert evening.elapsed == morning.elapsed == 9 * HOUR


def test_at_the_due_moment_it_is_in_time_and_all_is_used() -> None:
    clock = resolve(at(23, 13), resolve_due=at(23, 13))
    assert (clock.used, clock.breached) == (1.0, False)


def test_a_minute_after_the_due_moment_it_is_breached() -> None:
    clock = resolve(at(23, 13, 1), resolve_due=at(23, 13))
    assert clock.breached
    assert clock.used > 1
    assert clock.left == -MINUTE


def test_it_is_breached_also_where_the_due_moment_was_closing_time() -> None:
    clock = resolve(at(23, 21), resolve_due=at(23, 18))
    assert (clock.used, clock.breached, clock.left) == (1.0, True, timedelta())


def test_a_waiting_ticket_stands_still_and_its_due_date_moves_on() -> None:
    early, late = (
        resolve(now, status=Status.pending, pending_since=at(23, 10), resolve_due=at(23, 13))
        for now in (at(23, 11), at(24, 10))
    )
    assert early.elapsed == late.elapsed == HOUR
    assert early.left == late.left == 3 * HOUR
    assert early.due == at(23, 14)
    assert late.due == at(24, 13)
    assert late.stopped
    assert not late.breached


def test_a_wait_over_the_week_end_moves_the_due_date_by_working_time_only() -> None:
    clock = resolve(
        at(29, 12),
        status=Status.pending,
        opened=at(27, 16),
        pending_since=at(27, 18),
        resolve_due=at(30, 10),
    )
    assert clock.due == at(30, 10)


def test_a_ticket_that_began_to_wait_after_the_breach_stays_breached() -> None:
    clock = resolve(
        at(24, 9), status=Status.pending, pending_since=at(23, 14), resolve_due=at(23, 13)
    )
    assert clock.breached


def test_what_a_ticket_waited_before_is_neither_target_nor_elapsed() -> None:
    # 4 hours from 9:00, waited from 10:00 to 12:00: the desk moved the due date to 15:00.
    clock = resolve(at(23, 13), resolve_due=at(23, 15), waiting=2 * HOUR)
    assert (clock.target, clock.elapsed, clock.left) == (4 * HOUR, 2 * HOUR, 2 * HOUR)


def test_a_wait_by_the_wall_does_not_eat_the_clock_around_the_clock() -> None:
    clock = resolve(
        at(23, 13), AROUND_THE_CLOCK, resolve_due=at(23, 15), waiting=2 * HOUR, sla_calendar=""
    )
    assert (clock.target, clock.elapsed) == (4 * HOUR, 2 * HOUR)


@pytest.mark.parametrize("status", [Status.solved, Status.closed])
def test_a_solved_ticket_is_judged_by_the_moment_it_was_solved(status: Status) -> None:
    in_time = resolve(at(30), status=status, solved=at(23, 12), resolve_due=at(23, 13))
    too_late = resolve(at(30), status=status, solved=at(23, 14), resolve_due=at(23, 13))
    assert (in_time.breached, in_time.stopped, in_time.used) == (False, True, 0.75)
    assert (too_late.breached, too_late.stopped, too_late.used) == (True, True, 1.25)


def test_a_due_date_before_the_opening_leaves_no_time() -> None:
    clock = resolve(at(23, 10), resolve_due=at(20, 10))
    assert (clock.used, clock.breached) == (1.0, True)


def test_the_answer_stops_the_respond_clock_for_good() -> None:
    answered = ticket(respond_due=at(23, 10), responded=at(23, 9, 30))
    clock = desk_clock(answered, "respond", OFFICE, at(27, 9))
    assert clock is not None
    assert (clock.stopped, clock.breached, clock.used) == (True, False, 0.5)


def test_a_solution_answers_a_ticket_that_nobody_answered() -> None:
    solved = ticket(respond_due=at(23, 10), status=Status.solved, solved=at(23, 9, 15))
    clock = desk_clock(solved, "respond", OFFICE, at(27, 9))
    assert clock is not None
    assert (clock.stopped, clock.elapsed) == (True, 15 * MINUTE)


def test_the_desks_respond_clock_runs_while_the_ticket_waits() -> None:
    waiting = ticket(status=Status.pending, pending_since=at(23, 9, 10), respond_due=at(23, 10))
    clock = desk_clock(waiting, "respond", OFFICE, at(23, 11))
    assert clock is not None
    assert (clock.stopped, clock.breached, clock.due) == (False, True, at(23, 10))


def test_a_level_of_the_book_counts_in_its_own_calendar() -> None:
    clock = book_clock(
        ticket(opened=at(27, 17)), "urgent", 4 * HOUR, OFFICE, PENDING, "resolve", at(30, 8, 30)
    )
    assert (clock.name, clock.due, clock.elapsed) == ("urgent", at(30, 11), 90 * MINUTE)


def test_business_days_of_the_book_are_due_at_closing_time() -> None:
    clock = book_clock(ticket(), "slow", 2, OFFICE, PENDING, "resolve", at(24, 9))
    assert clock.due == at(25, 18)
    assert clock.target == 29 * HOUR
    assert clock.elapsed == 10 * HOUR


def test_the_book_pauses_only_where_it_says_so() -> None:
    waiting = ticket(status=Status.pending, pending_since=at(23, 10), waiting=HOUR / 2)
    still = book_clock(waiting, "a", 4 * HOUR, OFFICE, PENDING, "resolve", at(23, 12))
    runs = book_clock(waiting, "b", 4 * HOUR, OFFICE, frozenset(), "resolve", at(23, 12))
    assert (still.stopped, still.elapsed, still.due) == (True, HOUR / 2, at(23, 15, 30))
    assert (runs.stopped, runs.elapsed, runs.due) == (False, 3 * HOUR, at(23, 13))


def test_waits_after_the_answer_do_not_lengthen_the_answers_time() -> None:
    answered = ticket(responded=at(23, 11), waiting=8 * HOUR)
    clock = book_clock(answered, "a", HOUR, OFFICE, PENDING, "respond", at(24, 9))
    assert (clock.breached, clock.due, clock.elapsed) == (True, at(23, 10), 2 * HOUR)


def test_a_week_end_waited_by_the_wall_does_not_stop_a_level_of_the_book_for_ever() -> None:
    waited = ticket(opened=at(27, 16), sla_calendar="", waiting=timedelta(days=2, hours=15))
    clock = book_clock(waited, "a", 4 * HOUR, OFFICE, PENDING, "resolve", at(30, 17))
    assert (clock.elapsed, clock.due, clock.breached) == (9 * HOUR, at(30, 12), True)


def test_a_ticket_from_the_future_has_used_nothing() -> None:
    clock = book_clock(ticket(), "a", 4 * HOUR, OFFICE, PENDING, "resolve", at(23, 8))
    assert (clock.elapsed, clock.used, clock.breached) == (timedelta(), 0.0, False)


@st.composite
def stories(draw: st.DrawFn) -> tuple[datetime, int, list[tuple[datetime, datetime]], datetime]:
    """Draw an opening, a target in minutes, waits in order, and now: in the wait or after all."""
    start = datetime(2026, 10, 22, 5, tzinfo=UTC)  # the clocks change on the 25th
    edges = sorted(draw(st.sets(st.integers(0, 12 * 24 * 60), min_size=2, max_size=8)))
    moments = [start + edge * MINUTE for edge in edges]
    waits = list(pairwise(moments[1:-1]))[::2]
    return moments[0], draw(st.integers(1, 3000)), waits, moments[-1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(), st.booleans())
def test_the_clock_is_the_count_of_open_minutes_in_which_the_ticket_did_not_wait(
    story: tuple[datetime, int, list[tuple[datetime, datetime]], datetime], waits_still: bool
) -> None:
    opened, minutes, waits, now = story
    target = minutes * MINUTE
    over = waits if not waits_still else waits[:-1]
    current = waits[-1:] if waits_still else []
    due, waited = OFFICE.due(opened, target), timedelta()
    for begin, end in over:  # as the desk does when a wait ends
        pause = OFFICE.elapsed(begin, end)
        due, waited = OFFICE.due(due, pause), waited + pause
    held = ticket(
        opened=opened,
        resolve_due=due,
        waiting=waited,
        status=Status.pending if current else Status.assigned,
        pending_since=current[0][0] if current else None,
    )
    pauses = [*over, (current[0][0], now)] if current else over
    counted = sum(
        OFFICE.is_open(moment) and not any(begin <= moment < end for begin, end in pauses)
        for moment in (opened + step * MINUTE for step in range((now - opened) // MINUTE))
    )
    clock = desk_clock(held, "resolve", OFFICE, now)
    assert clock is not None
    assert (clock.elapsed, clock.target) == (counted * MINUTE, target)
    assert clock.left == target - counted * MINUTE
    assert OFFICE.elapsed(opened, clock.due) == target + sum(
        (OFFICE.elapsed(begin, end) for begin, end in pauses), timedelta()
    )
    assert clock.breached or clock.used <= 1
    assert not clock.breached or clock.used >= 1
    booked = book_clock(held, "", target, OFFICE, PENDING, "resolve", now)
    assert (booked.elapsed, booked.target, booked.due) == (clock.elapsed, target, clock.due)
