"""What a desk of either kind makes of a ticket by itself."""

from __future__ import annotations

from dataclasses import replace

from sdtools.model.effects import Unlink
from sdtools.model.ticket import Ticket

__all__ = ["unlinked"]


def unlinked(ticket: Ticket, effect: Unlink) -> Ticket:
    """Return a ticket without one of its links."""

    def left(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one for one in ids if one != effect.id)

    match effect.target:
        case "article":
            return replace(ticket, articles=left(ticket.articles))
        case "problem":
            return replace(ticket, problems=left(ticket.problems))
        case "parent":
            return replace(ticket, parent="") if ticket.parent == effect.id else ticket
