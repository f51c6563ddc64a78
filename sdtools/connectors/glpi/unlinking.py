"""What is taken away from tickets: links that undo removes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sdtools.connectors.desk import OldLink, Written
from sdtools.connectors.glpi.batches import Pacers, Work
from sdtools.connectors.glpi.lanes import write_all
from sdtools.connectors.glpi.lookup import gone
from sdtools.connectors.glpi.results import updated
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.tables import ARTICLES, PARENTS, PROBLEMS, Table
from sdtools.connectors.glpi.ties import ties_of
from sdtools.connectors.pacing import refused, there

__all__ = ["remove_links"]

_TABLES: Mapping[str, Table] = {"article": ARTICLES, "problem": PROBLEMS, "parent": PARENTS}


def remove_links(
    session: GlpiSession, links: Sequence[OldLink], pacers: Pacers
) -> tuple[Written, ...]:
    """Delete the rows that tie tickets to these articles, problems or parents."""
    answers: dict[int, Written] = {}
    for target, table in _TABLES.items():
        places = [place for place, one in enumerate(links) if one.link.target == target]
        known = [place for place in places if links[place].ticket.isdecimal()]
        answers |= dict.fromkeys(places, refused("this is no ticket of the desk"))
        answers |= dict.fromkeys(known, there("the link is gone already"))
        rows = _rows(session, table, links, known)
        answers |= _delete(session, table, rows, pacers)
    return tuple(answers[place] for place in range(len(links)))


def _rows(
    session: GlpiSession, table: Table, links: Sequence[OldLink], places: Iterable[int]
) -> list[tuple[int, int, int]]:
    """Return place, ticket and row id of the links that are there."""
    tickets = {place: int(links[place].ticket) for place in places}
    if not tickets:
        return []
    ties = ties_of(session, set(tickets.values()), (table,))
    return [
        (place, ticket, int(tie.id))
        for place, ticket in tickets.items()
        for tie in ties.of(table, ticket)
        if tie.target == links[place].link.id
    ]


def _delete(
    session: GlpiSession, table: Table, rows: Sequence[tuple[int, int, int]], pacers: Pacers
) -> dict[int, Written]:
    if not rows:
        return {}
    work = Work(
        kind=f"DELETE {table.itemtype}",
        send=lambda own, batch: own.delete(table.itemtype, [str(row["id"]) for row in batch]),
        judge=updated,
        found=gone(table, (ticket for _, ticket, _ in rows)),
        ticket=table.ticket,
    )
    inputs = [{"id": row, table.ticket: ticket} for _, ticket, row in rows]
    results = write_all(session, inputs, work, pacers)
    return {place: result for (place, _, _), result in zip(rows, results, strict=True)}
