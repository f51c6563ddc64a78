"""What GLPI's own tasks touch: they move ``date_mod`` and leave the name of the person before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sdtools.connectors.glpi.history import Entry
from sdtools.model.ticket import Ticket

__all__ = ["without_claims"]


def without_claims(tickets: Iterable[Ticket], entries: Iterable[Entry]) -> tuple[Ticket, ...]:
    """Name nobody as last to update a ticket whose history names nobody at that time.

    GLPI's tasks (service levels, reminders) write no ``users_id_lastupdater`` (CommonDBTM).
    """
    by_people: dict[tuple[str, datetime], bool] = {}
    for entry in entries:
        moment = (entry.ticket, entry.at)
        by_people[moment] = by_people.get(moment, False) or bool(entry.author)
    return tuple(
        ticket
        if by_people.get((ticket.id, ticket.updated), True)
        else replace(ticket, updated_by="")
        for ticket in tickets
    )
