"""Finish what was found half done: two groups where one should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sdtools.apply.batch import write
from sdtools.apply.held import wanted
from sdtools.connectors.desk import Desk
from sdtools.model.effects import Assign
from sdtools.model.ticket import Ticket
from sdtools.plan import Change, field_text

__all__ = ["finish_assignments", "is_half"]


def is_half(change: Change, ticket: Ticket | None) -> bool:
    """Tell whether everything wanted is assigned, and only what was there before is left over.

    A desk without a replacing write adds first and then removes (GLPI FACTS 10): between the
    two a line can drop or a process die.
    """
    if ticket is None or not isinstance(change.effect, Assign):
        return False
    found, goal = _ids(field_text(ticket, change.field)), _ids(wanted(change))
    return goal < found and found - goal <= _ids(change.before_value)


def finish_assignments(
    desk: Desk,
    changes: Sequence[Change],
    tickets: Mapping[str, Ticket],
    may: Callable[[], bool],
) -> Mapping[str, Ticket]:
    """Write half-done assignments once more, and return the tickets as they are after it.

    Left as they are, a rule that climbs tiers would see both groups and climb again.
    """
    halves = [change for change in changes if is_half(change, tickets.get(change.ticket))]
    if not halves:
        return tickets
    sent = write(desk, halves, may)
    if sent.error:
        raise sent.error
    again = desk.read(list(dict.fromkeys(change.ticket for change in halves)))
    return {**tickets, **again}


def _ids(text: str) -> frozenset[str]:
    return frozenset(text.split(",")) - {""}
