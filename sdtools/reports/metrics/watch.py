"""Tickets to look at now: due dates that were missed, and those that soon will be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sdtools.model.grades import Grade, Status
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.reports.metrics.metric import Clocks, Table, Words
from sdtools.sla import Clock, Which

__all__ = ["AT_RISK", "WATCH", "Watched", "watched"]

AT_RISK = 0.75  # of the time that the service level gives


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One open ticket with the due date that is worst off."""

    ticket: str  # id
    number: str
    title: str
    url: str
    status: Status
    priority: Grade
    group: str  # full paths, joined by commas; "" for none
    assignee: str
    which: Which
    due: datetime
    used: float
    left: timedelta  # working time; negative after the breach
    breached: bool


def watched(
    tickets: Sequence[Ticket], directory: Directory, clocks: Clocks, now: datetime
) -> tuple[Watched, ...]:
    """Return the open tickets that used three quarters of their time or more.

    Breached ones come first, the most pressing and longest overdue at the top; then those at
    risk, the least time left at the top.
    """
    found = [
        _watched(ticket, which, clock, directory)
        for ticket in tickets
        if ticket.is_open and not ticket.deleted and ticket.opened <= now
        for which, clock in [_worst(ticket, clocks, now)]
        if clock is not None and (clock.breached or clock.used >= AT_RISK)
    ]
    return tuple(sorted(found, key=_urgency))


def _urgency(one: Watched) -> tuple[bool, int, timedelta, str]:
    return not one.breached, -one.priority if one.breached else 0, one.left, one.number


def _worst(ticket: Ticket, clocks: Clocks, now: datetime) -> tuple[Which, Clock | None]:
    """Return the running due date with the least time left; a given answer has none."""
    resolve = clocks(ticket, "resolve", now)
    respond = clocks(ticket, "respond", now) if ticket.responded is None else None
    if respond is not None and (resolve is None or respond.left < resolve.left):
        return "respond", respond
    return "resolve", resolve


def _watched(ticket: Ticket, which: Which, clock: Clock, directory: Directory) -> Watched:
    groups = (directory.groups.get(key) for key in ticket.groups)
    people = (directory.people.get(key) for key in ticket.assignees)
    return Watched(
        ticket=ticket.id,
        number=ticket.number,
        title=ticket.title,
        url=ticket.url,
        status=ticket.status,
        priority=ticket.priority,
        group=", ".join(group.path for group in groups if group),
        assignee=", ".join(person.name for person in people if person),
        which=which,
        due=clock.due,
        used=clock.used,
        left=clock.left,
        breached=clock.breached,
    )


WATCH = (
    Table(
        id="breached",
        title=Words(fr="Échéance dépassée", en="Past their due date"),
        definition=Words(
            fr="Tickets ouverts au moment du rapport dont l'échéance de résolution, ou de prise "
            "en charge s'ils attendent encore une réponse, est passée. Le retard est "
            "le temps écoulé depuis l'échéance, nuits et week-ends compris.",
            en="Tickets open when the report was made whose due date for the solution, or for "
            "the answer while nobody has answered, has passed. Overdue is the "
            "time since then, nights and weekends included.",
        ),
    ),
    Table(
        id="at_risk",
        title=Words(fr="À risque", en="At risk"),
        definition=Words(
            fr="Tickets ouverts au moment du rapport qui ont consommé au moins 75 % de leur délai, "
            "compté dans le calendrier du niveau de service, sans l'avoir dépassé.",
            en="Tickets open when the report was made that have used 75 % or more of their time, "
            "counted in the calendar of the service level, and are not past it.",
        ),
    ),
)
