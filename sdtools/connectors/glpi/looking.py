"""Looks at some tickets: before their first write and after it, with as little as it takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sdtools.connectors.desk import Known
from sdtools.connectors.glpi.answers import Row, identity, integer, is_id
from sdtools.connectors.glpi.byid import row_calls
from sdtools.connectors.glpi.known import known_ties
from sdtools.connectors.glpi.reading import Look, TicketReader
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.tables import ARTICLES, PROBLEMS, SATISFACTION, TABLES, Table
from sdtools.connectors.glpi.ties import FEW, Ties, Wanted, tie_calls, ties_in, ties_where
from sdtools.connectors.glpi.watch import Watch
from sdtools.model.ticket import Ticket

__all__ = ["Looks"]

_NOTHING = Ties(by_table={}, unknown=frozenset())
# What neither moves a ticket's date_mod nor is sure to be in its history (FACTS 10).
_SILENT = (PROBLEMS, ARTICLES, SATISFACTION)


class Looks:
    """The looks that are taken at the tickets of one desk, each resting on the one before."""

    def __init__(self) -> None:
        self.still: frozenset[str] = frozenset()  # what the last look before a write took as held
        self._last: Look | None = None
        self._decided: Look | None = None  # on which the next update is decided

    def before(
        self, reader: TicketReader, watch: Watch | None, tickets: Sequence[str], known: Known | None
    ) -> Look:
        """Look at tickets before anything is written; see :func:`_look_again`."""
        if watch is None or known is None:
            look, self.still = reader.look(tickets), frozenset()
        else:
            look, self.still = _look_again(reader, watch, tickets, known)
        self._last = self._decided = look
        return look

    def decided(self) -> Look | None:
        """Return the look on which an update was decided; it serves once, for now they change."""
        look, self._decided = self._decided, None
        return look

    def after(self, reader: TicketReader, written: Mapping[str, Collection[str]]) -> Look:
        """Look at what was written; see :func:`_look_after`."""
        self._last = look = _look_after(reader, self._last, written)
        return look


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Tickets as they are now, and by id what is held of those that have not moved since."""

    rows: Sequence[Row]
    silent: Ties
    still: Mapping[int, Ticket]

    @property
    def ids(self) -> frozenset[int]:
        """Return the tickets that are there."""
        return frozenset(integer(row, "id") for row in self.rows)

    @property
    def moved(self) -> frozenset[int]:
        """Return those of which nothing that is held may be taken for granted."""
        return self.ids - self.still.keys()


def _look_again(
    reader: TicketReader, watch: Watch, tickets: Sequence[str], known: Known
) -> tuple[Look, frozenset[str]]:
    """Look at tickets that were read after the ``watch`` began; ``known`` gives them.

    Returns the ids of those that have not moved, too.

    What ties a ticket is taken as it was read while two things hold: its own row is the same,
    ``date_mod`` included, which every tie but the silent ones moves, and no line of the history
    names it since, which tells what happened in the same second and who was replaced in place
    (FACTS 10, 14).
    """
    seen = _seen(reader, watch, tickets, known)
    held = known_ties(seen.still.values())
    wanted = [
        (table, seen.ids if held.unknown & {*table.unknown} else seen.moved)
        for table in TABLES
        if table not in _SILENT
    ]
    ties = ties_where(reader.session, wanted)
    look = _made(reader, seen.rows, seen.silent.over(ties).over(_known(held)))
    return look, frozenset(one.id for one in seen.still.values())


def _known(held: Ties) -> Ties:
    """Return ties without saying what is unknown of them: those tables are read anew."""
    return Ties(by_table=held.by_table, unknown=frozenset())


def _seen(reader: TicketReader, watch: Watch, tickets: Sequence[str], known: Known) -> _Seen:
    rows, lines, silent = _together(reader, tickets, [watch.lines], _about(tickets, _SILENT))
    watch.take(lines)
    ids = set() if watch.ended else {identity(row, "id") for row in rows} - watch.touched
    held = known(ids) if ids else {}
    still = {
        integer(row, "id"): ticket
        for row in rows
        if (ticket := held.get(identity(row, "id"))) and reader.maker.shows(ticket, row)
    }
    return _Seen(rows=rows, silent=silent, still=still)


def _look_after(
    reader: TicketReader, before: Look | None, written: Mapping[str, Collection[str]]
) -> Look:
    """Look at what was ``written``: by ticket the fields; the rest is as the look ``before`` knew.

    Tickets that it did not see are read whole.
    """
    seen = before.tickets if before else {}
    wanted = [
        (
            table,
            frozenset(
                int(id)
                for id, fields in written.items()
                if is_id(id) and (id not in seen or not {*table.unknown}.isdisjoint(fields))
            ),
        )
        for table in TABLES
    ]
    rows, _, ties = _together(reader, list(written), [], wanted)
    return _made(reader, rows, ties.over(before.ties if before else _NOTHING))


def _about(tickets: Sequence[str], tables: Sequence[Table]) -> Wanted:
    ids = frozenset(int(ticket) for ticket in tickets if is_id(ticket))
    return [(table, ids) for table in tables]


def _together(
    reader: TicketReader,
    tickets: Sequence[str],
    others: Sequence[Callable[[GlpiSession], list[Row]]],
    wanted: Wanted,
) -> tuple[list[Row], list[Row], Ties]:
    """Read the rows of tickets, other rows, and ties, all at a time."""
    session = reader.session
    rows, ties = row_calls(tickets), tie_calls(wanted)
    calls = [*rows, *others, *ties]
    # A few small requests are no reason for workers to log in.
    found = session.in_turn(calls) if len(tickets) <= FEW else session.together(calls)
    first, last = len(rows), len(rows) + len(others)
    return (
        [row for chunk in found[:first] for row in chunk or ()],
        [row for chunk in found[first:last] for row in chunk or ()],
        ties_in(wanted, found[last:]),
    )


def _made(reader: TicketReader, rows: Sequence[Row], ties: Ties) -> Look:
    return Look(tickets={ticket.id: ticket for ticket in reader.made(rows, ties)}, ties=ties)
