"""Service level clocks for reports: the desk's own due dates in the desk's own calendars."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.reports.metrics.metric import Clocks
from sdtools.sla import Clock, Which, desk_clock
from sdtools.worktime import AROUND_THE_CLOCK, WorkTime

__all__ = ["desk_clocks"]


def desk_clocks(directory: Directory) -> Clocks:
    """Return the clocks of a desk; a calendar that is not in the directory never closes."""

    @cache
    def worktime(calendar: str) -> WorkTime:
        known = directory.calendars.get(calendar)
        return WorkTime(known) if known else AROUND_THE_CLOCK

    def clock(ticket: Ticket, which: Which, now: datetime) -> Clock | None:
        if f"{which}_due" in ticket.unknown:
            return None
        return desk_clock(ticket, which, worktime(ticket.sla_calendar), now)

    return clock
