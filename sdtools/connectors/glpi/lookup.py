"""What GLPI holds of writes that got no clear answer: what is there is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sdtools.connectors.desk import Written
from sdtools.connectors.glpi.answers import Row, integer
from sdtools.connectors.glpi.reading import TicketReader
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.tables import ASSIGNED, GROUPS, PEOPLE, Table
from sdtools.connectors.glpi.text import from_html, to_plain
from sdtools.connectors.glpi.ties import Ties, rows_of, ties_of
from sdtools.connectors.pacing import done

__all__ = ["ASSIGN_KEYS", "FOLLOWUPS", "SOLUTIONS", "Found", "gone", "held", "linked", "said"]

Found = Callable[[GlpiSession, Sequence[Row]], Sequence[Written | None]]

ASSIGN_KEYS = ((GROUPS, "_groups_id_assign"), (PEOPLE, "_users_id_assign"))

_ON_TICKETS = {"itemtype": "Ticket"}
FOLLOWUPS = Table(itemtype="ITILFollowup", ticket="items_id", target="", where=_ON_TICKETS)
SOLUTIONS = Table(itemtype="ITILSolution", ticket="items_id", target="", where=_ON_TICKETS)


def held(reader: TicketReader) -> Found:
    """Look whether tickets hold the fields and the assignments of an update."""

    def found(session: GlpiSession, inputs: Sequence[Row]) -> Sequence[Written | None]:
        own = replace(reader, session=session)
        rows = {integer(row, "id"): row for row in own.rows([str(one["id"]) for one in inputs])}
        assigned = [
            integer(one, "id") for one in inputs if any(key in one for _, key in ASSIGN_KEYS)
        ]
        empty = Ties(by_table={}, unknown=frozenset())
        ties = ties_of(session, assigned, (GROUPS, PEOPLE)) if assigned else empty
        return [_if(_holds(one, rows.get(integer(one, "id")), ties)) for one in inputs]

    return found


def said(table: Table) -> Found:
    """Look for texts on their tickets, each text as often as it was sent.

    A text is known by its mark, so the same text is the same comment.
    """

    def found(session: GlpiSession, inputs: Sequence[Row]) -> Sequence[Written | None]:
        tickets = frozenset(integer(one, table.ticket) for one in inputs)
        there: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        for row in _once(rows_of(session, table, tickets)):
            place = integer(row, table.ticket), from_html(row.get("content"))
            there[place].append(integer(row, "id"))
        answers = []
        for one in inputs:
            ids = there[integer(one, table.ticket), to_plain(str(one["content"]))]
            answers.append(done(str(ids.pop())) if ids else None)
        return answers

    return found


def linked(table: Table) -> Found:
    """Look for links of tickets."""

    def found(session: GlpiSession, inputs: Sequence[Row]) -> Sequence[Written | None]:
        ties = ties_of(session, {integer(one, table.ticket) for one in inputs}, (table,))
        return [
            _if(
                any(
                    tie.target == str(one[table.target])
                    for tie in ties.of(table, integer(one, table.ticket))
                )
            )
            for one in inputs
        ]

    return found


def gone(table: Table, tickets: Iterable[int]) -> Found:
    """Look whether links of these tickets are gone."""
    theirs = frozenset(tickets)

    def found(session: GlpiSession, inputs: Sequence[Row]) -> Sequence[Written | None]:
        ties = ties_of(session, theirs, (table,))
        left = {tie.id for ticket in theirs for tie in ties.of(table, ticket)}
        return [_if(str(one["id"]) not in left) for one in inputs]

    return found


def _holds(wanted: Row, row: Row | None, ties: Ties) -> bool:
    if row is None:
        return False
    columns = (key for key in wanted if key != "id" and not key.startswith("_"))
    if any(integer(row, column) != wanted[column] for column in columns):
        return False
    return all(_all_assigned(wanted, table, key, ties) for table, key in ASSIGN_KEYS)


def _all_assigned(wanted: Row, table: Table, key: str, ties: Ties) -> bool:
    ids = wanted.get(key)
    there = {tie.target for tie in ties.of(table, integer(wanted, "id")) if tie.role == ASSIGNED}
    return not isinstance(ids, list) or {str(one) for one in ids} <= there


def _once(rows: Iterable[Row]) -> Iterable[Row]:
    return {integer(row, "id"): row for row in rows}.values()


def _if(there: bool) -> Written | None:
    return done() if there else None
