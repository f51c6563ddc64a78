"""After a killed run: look on the desk for what it had intended, before anything is sent again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sdtools.apply.halves import finish_assignments, finish_holds
from sdtools.apply.held import held
from sdtools.apply.marks import mark
from sdtools.apply.readback import NOT_FOUND, found_in
from sdtools.apply.said import marks_on
from sdtools.connectors.desk import Desk
from sdtools.model.effects import Comment, Hold
from sdtools.model.ticket import Ticket
from sdtools.plan import Change, Outcome, OutcomeState

__all__ = ["find_unsettled"]


def find_unsettled(
    desk: Desk, unsettled: Sequence[Change], may: Callable[[], bool]
) -> tuple[Outcome, ...]:
    """Return what became of changes that were intended and never settled.

    What the desk holds was applied. What it does not hold was not, messages included: the next
    pass decides on it afresh. What is found half done is brought to its end.
    """
    ids = list(dict.fromkeys(change.ticket for change in unsettled))
    tickets = finish_assignments(desk, unsettled, desk.read(ids), may)
    spoken = [one.ticket for one in unsettled if isinstance(one.effect, Comment | Hold)]
    said = marks_on(desk, (ticket for ticket in spoken if ticket in tickets))
    finish_holds(desk, unsettled, tickets, said, may)
    return tuple(_outcome(change, tickets, said) for change in unsettled)


def _outcome(
    change: Change, tickets: Mapping[str, Ticket], said: Mapping[str, frozenset[str]]
) -> Outcome:
    ticket = tickets.get(change.ticket)
    if ticket is None:
        return Outcome(change=change, state=OutcomeState.refused, detail="the ticket is gone")
    there = held(ticket, change.effect) or mark(change.key) in said.get(ticket.id, frozenset())
    return Outcome(
        change=change,
        state=OutcomeState.applied if there else OutcomeState.failed,
        detail="found on the desk after the run had ended" if there else NOT_FOUND,
        found=found_in(change, ticket),
    )
