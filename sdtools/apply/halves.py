"""Finish what was found half done: two groups where one should be, a wait without its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sdtools.apply.batch import write
from sdtools.apply.held import wanted
from sdtools.apply.marks import add_mark, mark
from sdtools.connectors.desk import Desk, NewComment
from sdtools.model.effects import Assign, Hold
from sdtools.model.grades import Status
from sdtools.model.ticket import Ticket
from sdtools.plan import Change, field_text

__all__ = ["finish_assignments", "finish_holds", "is_half"]


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


def finish_holds(
    desk: Desk,
    changes: Sequence[Change],
    tickets: Mapping[str, Ticket],
    said: Mapping[str, frozenset[str]],
    may: Callable[[], bool],
) -> None:
    """Say why a ticket waits where the status was set and its reason never arrived."""
    reasons = [
        NewComment(ticket=one.ticket, text=add_mark(one.effect.reason, one.key), public=False)
        for one in changes
        if isinstance(one.effect, Hold)
        and _waits(tickets.get(one.ticket))
        and mark(one.key) not in said.get(one.ticket, frozenset())
    ]
    if reasons and may():
        desk.comment(reasons)


def _waits(ticket: Ticket | None) -> bool:
    return ticket is not None and ticket.status is Status.pending


def _ids(text: str) -> frozenset[str]:
    return frozenset(text.split(",")) - {""}
