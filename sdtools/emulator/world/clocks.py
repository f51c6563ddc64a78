"""What a desk would have counted for a ticket: first answer, waits, due dates, solution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sdtools.emulator.world.model import ServiceLevel, Ticket, World
from sdtools.model.grades import Status
from sdtools.worktime import AROUND_THE_CLOCK, WorkTime, worktime_of

__all__ = ["Clocks", "Hours", "clocks", "hours_of"]

Hours = Mapping[str, WorkTime]  # by calendar; "" counts around the clock

_RESTING = frozenset({Status.pending, Status.solved, Status.closed})  # nobody is expected to work


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The times of one ticket; a wait is time spent pending, or solved in vain."""

    responded: datetime | None
    solved: datetime | None
    closed: datetime | None
    resting_since: datetime | None  # begin of the wait that still lasts
    waited: timedelta  # in finished waits, in the hours of the service level
    respond_due: datetime | None
    resolve_due: datetime | None


def hours_of(world: World, now: datetime) -> Hours:
    """Return the working hours of every calendar of a world."""
    first = min((ticket.opened for ticket in world.tickets), default=now)
    hours = {one.id: worktime_of(one, first.date(), now.date()) for one in world.calendars}
    return {"": AROUND_THE_CLOCK, **hours}


def clocks(ticket: Ticket, level: ServiceLevel | None, hours: WorkTime) -> Clocks:
    """Return what a desk would show; due dates move on by the waits that are over."""
    solved, closed = _ends(ticket)
    waited = sum((hours.elapsed(begin, end) for begin, end in _waits(ticket)), timedelta())
    return Clocks(
        responded=_first_answer(ticket),
        solved=solved,
        closed=closed,
        resting_since=_resting_since(ticket),
        waited=waited,
        respond_due=hours.due(ticket.opened, level.respond) if level else None,
        resolve_due=hours.due(ticket.opened, level.resolve + waited) if level else None,
    )


def _first_answer(ticket: Ticket) -> datetime | None:
    answers = [step.at for step in ticket.steps if step.status is not Status.new][:1]
    answers += [one.at for one in ticket.remarks if one.by != ticket.requester][:1]
    answers += [one.at for one in ticket.work][:1]
    return min(answers, default=None)


def _ends(ticket: Ticket) -> tuple[datetime | None, datetime | None]:
    solved: datetime | None = None
    closed: datetime | None = None
    for step in ticket.steps:
        if step.status not in {Status.solved, Status.closed}:
            solved = closed = None
            continue
        solved = solved or step.at
        if step.status is Status.closed:
            closed = closed or step.at
    return solved, closed


def _waits(ticket: Ticket) -> Iterator[tuple[datetime, datetime]]:
    """Yield the finished waits: pending until something else, solved until opened again."""
    begin, was = ticket.opened, Status.new
    for step in ticket.steps:
        if step.status is was:
            continue
        if was is Status.pending or (was in _RESTING and step.status not in _RESTING):
            yield begin, step.at
        if (was, step.status) != (Status.solved, Status.closed):
            begin = step.at
        was = step.status


def _resting_since(ticket: Ticket) -> datetime | None:
    since: datetime | None = None
    was = Status.new
    for step in ticket.steps:
        if step.status is not was and (was, step.status) != (Status.solved, Status.closed):
            since = step.at if step.status in _RESTING else None
        was = step.status
    return since
