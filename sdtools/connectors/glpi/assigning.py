"""Updates of tickets: fields and assignments, the superseded links removed afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sdtools.connectors.desk import TicketUpdate, WriteState, Written
from sdtools.connectors.glpi.answers import Row, is_id
from sdtools.connectors.glpi.batches import Pacers, Work
from sdtools.connectors.glpi.fields import field_input
from sdtools.connectors.glpi.lanes import write_all
from sdtools.connectors.glpi.lookup import ASSIGN_KEYS, gone, held
from sdtools.connectors.glpi.reading import Look, TicketReader
from sdtools.connectors.glpi.results import updated
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.tables import ASSIGNED, GROUPS, PEOPLE, Table
from sdtools.connectors.glpi.ties import Tie, Ties, ties_of, ties_where
from sdtools.connectors.pacing import done, refused, unknown
from sdtools.errors import DeskError
from sdtools.model.effects import Assign

__all__ = ["HONEST_CLOCK", "update_tickets"]

# Keeps an automatic write from counting as the first human answer (FACTS 14).
HONEST_CLOCK = "_do_not_compute_takeintoaccount"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One update on its way: its place in the answer, what to send, and who was assigned."""

    place: int
    ticket: int
    assign: Assign | None
    row: Row
    before: Ties


def update_tickets(
    reader: TicketReader,
    updates: Sequence[TicketUpdate],
    pacers: Pacers,
    look: Look | None = None,
) -> tuple[Written, ...]:
    """Write fields and assignments to tickets.

    GLPI only ever adds what ``_groups_id_assign`` names (FACTS 10), so whoever is superseded is
    taken off afterwards, and only once the new ones are really there: no ticket is left alone.
    Superseded are those of the ``look`` on which the update was decided, if it is given: whoever
    came since stays.
    """
    answers: dict[int, Written] = {}
    steps: list[_Step] = []
    before = _assigned(reader.session, [one.ticket for one in updates if one.assign], look)
    for place, update in enumerate(updates):
        try:
            steps.append(_step(place, update, before))
        except ValueError as error:
            answers[place] = refused(str(error))
    answers |= _put(reader, steps, pacers)
    replaced = [
        step
        for step in steps
        if answers[step.place].state is WriteState.done and any(_superseded(step, step.before))
    ]
    if replaced:
        answers |= _take_off(reader.session, replaced, pacers)
    return tuple(answers[place] for place in range(len(updates)))


def _assigned(session: GlpiSession, tickets: Sequence[str], look: Look | None) -> Ties:
    if look is not None and look.tickets.keys() >= set(tickets):
        return look.ties.only((GROUPS, PEOPLE))
    ids = [int(ticket) for ticket in tickets if is_id(ticket)]
    return (
        ties_of(session, ids, (GROUPS, PEOPLE)) if ids else Ties(by_table={}, unknown=frozenset())
    )


def _step(place: int, update: TicketUpdate, before: Ties) -> _Step:
    """Prepare one update; raise ValueError with the reason when it cannot be written."""
    if not is_id(update.ticket):
        raise ValueError(f"{update.ticket!r} is no ticket id")
    if update.assign and before.unknown:
        raise ValueError("the account may not read who is assigned")
    ticket = int(update.ticket)
    row: dict[str, object] = dict(field_input(one) for one in update.fields)
    for table, key in ASSIGN_KEYS:
        there = {tie.target for tie in _assigned_ties(before, table, ticket)}
        new = [one for one in _wanted(update.assign, table) or () if one not in there]
        if new:
            row[key] = [int(one) for one in new]
    if row:
        row |= {"id": ticket, HONEST_CLOCK: True}
    return _Step(place=place, ticket=ticket, assign=update.assign, row=row, before=before)


def _put(reader: TicketReader, steps: Sequence[_Step], pacers: Pacers) -> dict[int, Written]:
    sent = [step for step in steps if step.row]
    work = Work(
        kind="PUT Ticket",
        send=lambda session, batch: session.update("Ticket", batch),
        judge=updated,
        found=held(reader),
        ticket="id",
    )
    results = write_all(reader.session, [step.row for step in sent], work, pacers)
    nothing_to_put = {step.place: done() for step in steps if not step.row}
    return nothing_to_put | dict(zip((step.place for step in sent), results, strict=True))


def _take_off(session: GlpiSession, steps: Sequence[_Step], pacers: Pacers) -> dict[int, Written]:
    """Remove the superseded links of tickets whose new assignment is there."""
    wanted = [
        (table, frozenset(step.ticket for step in steps if _wanted(step.assign, table) is not None))
        for table, _ in ASSIGN_KEYS
    ]
    try:
        after = ties_where(session, wanted)
    except DeskError as error:
        return {step.place: unknown(f"assigned, but not read back: {error}") for step in steps}
    answers: dict[int, Written] = {}
    ready = []
    for step in steps:
        absent = _absent(step, after)
        if absent:
            answers[step.place] = refused(f"the desk did not assign {absent}; nobody was taken off")
        else:
            ready.append(step)
    for table, _ in ASSIGN_KEYS:
        links = [
            (step, tie.id)
            for step in ready
            for owner, tie in _superseded(step, after)
            if owner is table
        ]
        answers |= _delete(session, table, links, pacers)
    return answers


def _delete(
    session: GlpiSession, table: Table, links: Sequence[tuple[_Step, str]], pacers: Pacers
) -> Mapping[int, Written]:
    """Delete links; answer only for tickets where that was not clearly done."""
    work = Work(
        kind=f"DELETE {table.itemtype}",
        send=lambda own, batch: own.delete(table.itemtype, [str(row["id"]) for row in batch]),
        judge=updated,
        found=gone(table, (step.ticket for step, _ in links)),
        ticket=table.ticket,
    )
    rows = [{"id": int(link), table.ticket: step.ticket} for step, link in links]
    try:
        results = write_all(session, rows, work, pacers)
    except DeskError as error:
        results = [unknown(str(error))] * len(links)
    return {
        step.place: unknown(f"assigned, but the one before may still be: {result.detail}")
        for (step, _), result in zip(links, results, strict=True)
        if result.state is not WriteState.done
    }


def _superseded(step: _Step, now: Ties) -> Iterator[tuple[Table, Tie]]:
    """Give the links that were there before, still are, and that the update does not want."""
    for table, _ in ASSIGN_KEYS:
        wanted = _wanted(step.assign, table)
        if wanted is None:
            continue
        before = _assigned_ties(step.before, table, step.ticket)
        for tie in _assigned_ties(now, table, step.ticket):
            # Of a ticket that had not moved since it was read, the links' own ids are not known.
            if tie.target not in wanted and (tie in before or tie._replace(id="") in before):
                yield table, tie


def _absent(step: _Step, after: Ties) -> str:
    """Name the wanted groups and people that the desk silently left out."""
    names = []
    for table, _ in ASSIGN_KEYS:
        there = {tie.target for tie in _assigned_ties(after, table, step.ticket)}
        word = "group" if table is GROUPS else "person"
        names += [f"{word} {one}" for one in _wanted(step.assign, table) or () if one not in there]
    return ", ".join(names)


def _wanted(assign: Assign | None, table: Table) -> tuple[str, ...] | None:
    if assign is None:
        return None
    return assign.groups if table is GROUPS else assign.people


def _assigned_ties(ties: Ties, table: Table, ticket: int) -> list[Tie]:
    return [tie for tie in ties.of(table, ticket) if tie.role == ASSIGNED]
