"""The life of a ticket in a report: when it came, when it left, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sdtools.model.grades import Status
from sdtools.model.ticket import Ticket

__all__ = ["Life", "life_of", "seconds_to_solve"]


@dataclass(frozen=True, slots=True)
class Life:
    """From when to when a ticket was in the backlog; ``ended`` None: it still is."""

    ticket: Ticket
    opened: datetime
    ended: datetime | None
    cancelled: bool

    def open_at(self, moment: datetime) -> bool:
        """Tell whether the ticket was in the backlog right before a moment."""
        return self.opened < moment and (self.ended is None or self.ended >= moment)


def life_of(ticket: Ticket) -> Life:
    """Return the life of a ticket.

    It ends when the ticket was solved; else when it was closed; else, for a solved, closed or
    cancelled ticket without either time, when it was last updated. An open ticket has no end,
    also when it was solved once before. No ticket ends before it was opened, whatever the desk
    says: so the backlog always is the earlier one, plus what came, minus what left.
    """
    if ticket.is_open:
        return Life(ticket, ticket.opened, None, cancelled=False)
    ended = max(ticket.opened, ticket.solved or ticket.closed or ticket.updated)
    return Life(ticket, ticket.opened, ended, cancelled=ticket.status is Status.cancelled)


def seconds_to_solve(ticket: Ticket) -> float:
    """Return the time by the wall from opening to solution, without the time spent waiting."""
    ended = life_of(ticket).ended or ticket.updated
    return max(ended - ticket.opened - ticket.waiting, timedelta()).total_seconds()
