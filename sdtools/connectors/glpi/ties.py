"""What ties tickets to people, groups, items, problems and articles: GLPI's link tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple, TypeVar

from sdtools.connectors.glpi.answers import FORBIDDEN, Row, identity, integer, is_closed, string
from sdtools.connectors.glpi.lists import PAGE, Listing, Page, all_rows, pages
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.tables import APPROVALS, TABLES, Table
from sdtools.errors import DeskRefusedError

__all__ = [
    "FEW",
    "Tie",
    "Ties",
    "Wanted",
    "every_tie",
    "rows_of",
    "target_of",
    "tie_calls",
    "ties_in",
    "ties_of",
    "ties_where",
]

T = TypeVar("T")

FEW = 2  # tickets: asking for each is cheaper than a page of the table
_SOME = 20  # tickets: more are seldom all among the highest, where a short page would do
_MANY = 30_000  # rows a page: they are small, 15,000 take 105 ms (FACTS 13)
# ms (FACTS 13): of one ticket's rows, of a page of a table, of each row in it.
_ONE_COST, _PAGE_COST, _ROW_COST = 14.7, 23.0, 0.006
_GONE = "ERROR_ITEM_NOT_FOUND"


class Tie(NamedTuple):
    """One end of a link, seen from its ticket."""

    id: str  # of the link itself
    role: str
    target: str


_Found = Mapping[int, Sequence[Tie]]
Wanted = Sequence[tuple[Table, frozenset[int]]]  # of each table the ties of some tickets


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """The ties of some tickets (or of all), and which tables could not be read."""

    by_table: Mapping[str, Mapping[int, Sequence[Tie]]]
    unknown: frozenset[str]

    def only(self, tables: Sequence[Table]) -> Ties:
        """Return the ties of some of the tables that were read."""
        names = {table.itemtype for table in tables}
        fields = frozenset(name for table in tables for name in table.unknown)
        return Ties(
            by_table={name: ties for name, ties in self.by_table.items() if name in names},
            unknown=self.unknown & fields,
        )

    def over(self, others: Ties) -> Ties:
        """Return these ties, and the others' of tickets that were not read from a table."""
        names = {**others.by_table, **self.by_table}
        return Ties(
            by_table={
                name: {**others.by_table.get(name, {}), **self.by_table.get(name, {})}
                for name in names
            },
            unknown=others.unknown | self.unknown,
        )

    def of(self, table: Table, ticket: int) -> Sequence[Tie]:
        """Return a ticket's ties of one table."""
        return self.by_table.get(table.itemtype, {}).get(ticket, ())


def ties_of(session: GlpiSession, tickets: Iterable[int], tables: Sequence[Table] = TABLES) -> Ties:
    """Read the ties of these tickets; a table we may not read is named, not raised."""
    wanted = frozenset(tickets)
    return ties_where(session, [(table, wanted) for table in tables])


def ties_where(session: GlpiSession, wanted: Wanted) -> Ties:
    """Read of each table the ties of some tickets; a table of which none are wanted is left out."""
    # A few small requests are no reason for workers to log in.
    many = any(len(tickets) > FEW for _, tickets in wanted)
    calls = tie_calls(wanted)
    return ties_in(wanted, session.together(calls) if many else session.in_turn(calls))


def tie_calls(wanted: Wanted) -> list[Callable[[GlpiSession], list[Row] | None]]:
    """Return the calls that read the rows of these ties; None comes of a closed table."""
    return [
        partial(_if_open, read=partial(_some_of, table=table, tickets=tickets))
        for table, tickets in wanted
        if tickets
    ]


def ties_in(wanted: Wanted, found: Sequence[list[Row] | None]) -> Ties:
    """Make ties of what :func:`tie_calls` found, in the same order."""
    asked = [(table, tickets) for table, tickets in wanted if tickets]
    return _put_together(
        [table for table, _ in asked],
        [
            None if rows is None else _ties_of_all(table, tickets, rows)
            for (table, tickets), rows in zip(asked, found, strict=True)
        ],
    )


def _some_of(session: GlpiSession, *, table: Table, tickets: frozenset[int]) -> list[Row]:
    return list(rows_of(session, table, tickets))


def _ties_of_all(table: Table, tickets: frozenset[int], rows: Iterable[Row]) -> _Found:
    none: _Found = dict.fromkeys(tickets, ())  # what was read and is not there is known as well
    return {**none, **_ties(table, rows)}


def every_tie(session: GlpiSession) -> Ties:
    """Read the ties of all tickets, without the ids of the links: of many, that is much."""
    calls = [partial(_if_open, read=partial(_all_of, table=table)) for table in TABLES]
    return _put_together(TABLES, session.together(calls))


def _all_of(session: GlpiSession, *, table: Table) -> _Found:
    return _shared_ties(table, all_rows(session, _listing(table, "id")))


def _put_together(tables: Sequence[Table], found: Sequence[_Found | None]) -> Ties:
    closed = [table for table, ties in zip(tables, found, strict=True) if ties is None]
    return Ties(
        by_table={
            table.itemtype: ties
            for table, ties in zip(tables, found, strict=True)
            if ties is not None
        },
        unknown=frozenset(name for table in closed for name in table.unknown),
    )


def _if_open(session: GlpiSession, *, read: Callable[[GlpiSession], T]) -> T | None:
    """Read of a table; None for one that is closed to us."""
    try:
        return read(session)
    except DeskRefusedError as error:
        if is_closed(error):
            return None
        raise


def rows_of(session: GlpiSession, table: Table, tickets: frozenset[int]) -> Iterable[Row]:
    """Read the rows of these tickets with as few requests as it takes.

    Changed tickets are mostly young ones, so the table is read from the highest ticket down;
    what that does not reach is asked for ticket by ticket once this is cheaper.
    """
    left, read = tickets, 0
    if len(left) > FEW:
        # A short page first: it tells how long the table is, and most tables are short.
        first = PAGE if len(left) <= _SOME else _MANY
        for page in pages(session, replace(_listing(table, table.ticket), first=first)):
            yield from (row for row in page.rows if integer(row, table.ticket) in tickets)
            left = _still_open(table, page, left)
            read += len(page.rows)
            if len(left) * _ONE_COST <= _cost(page.total - read):
                break
    for ticket in sorted(left):
        yield from _rows_of_one(session, table, ticket)


def _cost(rows: int) -> float:
    """Return the ms that so many more rows of a table take."""
    return (1 + rows // _MANY) * _PAGE_COST + rows * _ROW_COST


def _still_open(table: Table, page: Page, tickets: frozenset[int]) -> frozenset[int]:
    """Return the tickets whose rows may go on after this page."""
    if page.last:
        return frozenset()
    reached = min((integer(row, table.ticket) for row in page.rows), default=0)
    return frozenset(ticket for ticket in tickets if ticket <= reached)


def _rows_of_one(session: GlpiSession, table: Table, ticket: int) -> Iterable[Row]:
    if not table.sub:
        where = {**table.where, table.ticket: str(ticket)}
        yield from all_rows(session, Listing(path=table.itemtype, where=where))
        return
    try:
        yield from all_rows(session, Listing(path=f"Ticket/{ticket}/{table.itemtype}"))
    except DeskRefusedError as error:
        if error.code != _GONE and not (error.code == FORBIDDEN and _is_hidden(session, ticket)):
            raise


def _is_hidden(session: GlpiSession, ticket: int) -> bool:
    """Tell whether a ticket itself is out of our sight: it went to another entity meanwhile."""
    try:
        session.item("Ticket", str(ticket))
    except DeskRefusedError:
        return True
    return False


def _listing(table: Table, sort: str) -> Listing:
    return Listing(
        path=table.itemtype, sort=sort, descending=sort != "id", where=table.where, size=_MANY
    )


def _ties(table: Table, rows: Iterable[Row]) -> Mapping[int, Sequence[Tie]]:
    found: defaultdict[int, list[Tie]] = defaultdict(list)
    for row, ticket, role, target in _ends(table, rows):
        tie = Tie(id=identity(row, "id"), role=role, target=target)
        if tie not in found[ticket]:
            found[ticket].append(tie)
    return found


def _shared_ties(table: Table, rows: Iterable[Row]) -> Mapping[int, Sequence[Tie]]:
    """Keep equal ties once: thousands of tickets have the same group."""
    found: dict[int, tuple[Tie, ...]] = {}
    alone: dict[tuple[str, str], tuple[Tie]] = {}
    for _, ticket, role, target in _ends(table, rows):
        end = (role, target)
        one = alone.get(end) or alone.setdefault(end, (Tie("", role, target),))
        there = found.setdefault(ticket, one)
        if there is not one and one[0] not in there:
            found[ticket] = (*there, *one)
    return found


def _ends(table: Table, rows: Iterable[Row]) -> Iterator[tuple[Row, int, str, str]]:
    """Say of each row which ticket it ties, in which role, and to what."""
    where, at, role = tuple(table.where.items()), table.ticket, table.role
    for row in rows:
        if where and any(str(row.get(column)) != value for column, value in where):
            continue
        target = target_of(table, row)
        if target:  # none: an anonymous requester with a mail address only
            named = (string(row, role) or identity(row, role)) if role else ""
            yield row, integer(row, at), named, target


def target_of(table: Table, row: Row) -> str:
    """Return what a row ties its ticket to; "" for none."""
    if table.zero:
        return "" if row.get(table.target) is None else str(integer(row, table.target))
    if table is APPROVALS and string(row, "itemtype_target") == "User":  # GLPI 11
        return identity(row, "items_id_target")
    return identity(row, table.target)
