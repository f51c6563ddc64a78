"""Service level clocks: how much of its time a ticket has used, on the desk's terms or the book's.

A clock runs in working time from the ticket's opening. It stands still while the ticket waits, and
stops for good at the answer (respond) or the solution (resolve).

Of earlier waits a desk gives only the sum, ``Ticket.waiting``. Where its SLA has a calendar, the
sum is taken as working time, as the desk counted it; else as time by the wall, of which as much
is working time as if the ticket had waited from its opening on. So ``elapsed`` and ``used`` are
close rather than exact once a ticket has waited; ``due``, ``left`` and ``breached`` of the desk's
own due dates do not depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sdtools.model.grades import Status
from sdtools.model.ticket import Ticket
from sdtools.worktime import WorkTime

__all__ = ["Clock", "Which", "book_clock", "desk_clock"]

Which = Literal["respond", "resolve"]
_NOTHING = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One service level of one ticket at one moment; durations are working time."""

    name: str  # of the SLA; "" for a due date that was set by hand
    due: datetime  # moved on by the current wait so far
    target: timedelta
    elapsed: timedelta
    used: float  # elapsed / target; 1.0 for a due date that left no time
    left: timedelta  # negative after the breach
    breached: bool  # answered, solved or still open later than due; at due is in time
    stopped: bool  # answered, solved or waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """What a clock went through until now: ``at`` is the moment that it shows."""

    begin: datetime
    at: datetime
    now: datetime  # later than ``at`` during a wait, which moves the due date on
    waited: timedelta  # before the current wait, in working time
    stopped: bool


def desk_clock(ticket: Ticket, which: Which, worktime: WorkTime, now: datetime) -> Clock | None:
    """Read the clock of the desk's own due date; None when the ticket has none.

    ``worktime`` is that of ``ticket.sla_calendar``. A desk moves ``resolve_due`` by a wait only
    when the wait ends, and in calendar time (GLPI FACTS 10, Pending); the current wait is
    therefore added here. ``respond_due`` never moves.
    """
    if which == "respond":
        name, due, course = ticket.sla_respond, ticket.respond_due, _unpaused(ticket, which, now)
    else:
        name, due = ticket.sla_resolve, ticket.resolve_due
        course = _paused(ticket, which, worktime, now)
    return None if due is None else _clock(name, course, due, worktime)


def book_clock(
    ticket: Ticket,
    name: str,
    target: timedelta | int,
    worktime: WorkTime,
    pause: frozenset[Status],
    which: Which,
    now: datetime,
) -> Clock:
    """Read the clock of a service level of ``rules.yaml``; an int target counts business days.

    Business days end with the last opening of the n-th open date after the opening. ``pause`` is
    honoured for pending alone: no desk tells how long a ticket was new or assigned. Raises
    ValueError when the calendar never offers the target.
    """
    if Status.pending in pause:
        course = _paused(ticket, which, worktime, now)
    else:
        course = _unpaused(ticket, which, now)
    if isinstance(target, int):
        due = worktime.due_days(course.begin, target)
    else:
        due = worktime.due(course.begin, target)
    return _clock(name, course, worktime.due(due, course.waited), worktime)


def _clock(name: str, course: _Course, due: datetime, worktime: WorkTime) -> Clock:
    left = worktime.elapsed(course.at, due)
    elapsed = max(worktime.elapsed(course.begin, course.at), _NOTHING) - course.waited
    target = elapsed + left
    wait = worktime.elapsed(course.at, course.now)
    return Clock(
        name=name,
        due=worktime.due(due, wait) if wait else due,
        target=target,
        elapsed=elapsed,
        used=elapsed / target if target > _NOTHING else 1.0,
        left=left,
        breached=course.at > due,
        stopped=course.stopped,
    )


def _unpaused(ticket: Ticket, which: Which, now: datetime) -> _Course:
    end = _end(ticket, which)
    at = end or now
    return _Course(begin=ticket.opened, at=at, now=at, waited=_NOTHING, stopped=end is not None)


def _paused(ticket: Ticket, which: Which, worktime: WorkTime, now: datetime) -> _Course:
    end = _end(ticket, which)
    if end is not None and which == "respond":  # nobody knows which waits came before the answer
        return _unpaused(ticket, which, now)
    waiting = end is None and ticket.status is Status.pending
    since = min(ticket.pending_since or now, now)
    at = end or (since if waiting else now)
    return _Course(
        begin=ticket.opened,
        at=at,
        now=now if waiting else at,
        waited=_waited(ticket, at, worktime),
        stopped=end is not None or waiting,
    )


def _waited(ticket: Ticket, at: datetime, worktime: WorkTime) -> timedelta:
    if ticket.sla_calendar:
        waited = ticket.waiting
    else:
        waited = worktime.elapsed(ticket.opened, ticket.opened + ticket.waiting)
    return max(min(waited, worktime.elapsed(ticket.opened, at)), _NOTHING)


def _end(ticket: Ticket, which: Which) -> datetime | None:
    if which == "respond" and ticket.responded is not None:
        return ticket.responded
    if ticket.is_open:
        return None
    return ticket.solved or ticket.closed or ticket.updated
