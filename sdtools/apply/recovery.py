"""After a killed run: look on the desk for what it had intended, before anything is sent again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sdtools.apply.advance import Memories
from sdtools.apply.context import ApplyContext
from sdtools.apply.halves import finish_assignments
from sdtools.apply.held import effective, held
from sdtools.apply.marks import mark
from sdtools.apply.readback import NOT_FOUND, found_in
from sdtools.apply.said import marks_on
from sdtools.connectors.desk import Desk
from sdtools.model.effects import Comment, Effect
from sdtools.model.ticket import Ticket
from sdtools.plan import Change, Outcome, OutcomeState
from sdtools.store.journal import Journal

__all__ = ["find_unsettled", "recover"]


def recover(
    desk: Desk, journal: Journal, run: str, memories: Memories, context: ApplyContext
) -> tuple[Outcome, ...]:
    """Settle what killed runs left open, by what the desk holds now; ``run`` is the one at it."""
    unsettled = journal.unsettled()
    if not unsettled:
        return ()
    outcomes = find_unsettled(desk, unsettled, context.holds)
    touched = dict.fromkeys(change.ticket for change in unsettled)
    context.keep(desk.read(list(touched)).values())
    now = context.now()
    journal.settle(run, outcomes, memories.take(outcomes, now), (), now)
    return outcomes


def find_unsettled(
    desk: Desk, unsettled: Sequence[Change], may: Callable[[], bool]
) -> tuple[Outcome, ...]:
    """Return what became of changes that were intended and never settled.

    What the desk holds was applied. What it does not hold was not, messages included: the next
    pass decides on it afresh. What is found half done is brought to its end.
    """
    ids = list(dict.fromkeys(change.ticket for change in unsettled))
    tickets = finish_assignments(desk, unsettled, desk.read(ids), may)
    spoken = [one.ticket for one in unsettled if isinstance(one.effect, Comment)]
    said = marks_on(desk, (ticket for ticket in spoken if ticket in tickets))
    effects = _effective(unsettled)
    return tuple(_outcome(change, effects[change.key], tickets, said) for change in unsettled)


def _effective(unsettled: Sequence[Change]) -> Mapping[str, Effect]:
    """Return by key what each change still wants: one after it may have replaced the rest."""
    by_ticket: dict[str, list[Change]] = {}
    for change in unsettled:
        by_ticket.setdefault(change.ticket, []).append(change)
    return {
        change.key: effect
        for changes in by_ticket.values()
        for change, effect in zip(changes, effective(changes), strict=True)
    }


def _outcome(
    change: Change,
    effect: Effect,
    tickets: Mapping[str, Ticket],
    said: Mapping[str, frozenset[str]],
) -> Outcome:
    ticket = tickets.get(change.ticket)
    if ticket is None:
        return Outcome(change=change, state=OutcomeState.refused, detail="the ticket is gone")
    there = (
        mark(change.key) in said.get(ticket.id, frozenset())
        if isinstance(change.effect, Comment)
        else held(ticket, effect)
    )
    return Outcome(
        change=change,
        state=OutcomeState.applied if there else OutcomeState.failed,
        detail="found on the desk after the run had ended" if there else NOT_FOUND,
        found=found_in(change, ticket),
    )
