"""What ties tickets to people, groups, items, problems and articles: GLPI's link tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sdtools.connectors.glpi.answers import Row, identity, integer, string
from sdtools.connectors.glpi.lists import Listing, Page, all_rows, pages
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.errors import DeskRefusedError

__all__ = [
    "ARTICLES",
    "ASSIGNED",
    "GROUPS",
    "ITEMS",
    "OBSERVER",
    "PARENTS",
    "PEOPLE",
    "PROBLEMS",
    "REQUESTER",
    "SATISFACTION",
    "TABLES",
    "Table",
    "Tie",
    "Ties",
    "rows_of",
    "ties_of",
]

REQUESTER, ASSIGNED, OBSERVER = "1", "2", "3"
_SON_OF = 3
_FEW = 3  # tickets: asking for each is cheaper than a page of the table
_TRUST = "ERROR_RIGHT_MISSING"
_GONE = "ERROR_ITEM_NOT_FOUND"


class Tie(NamedTuple):
    """One end of a link, seen from its ticket."""

    id: str  # of the link itself
    role: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A link table: where it names its ticket, and where the other end."""

    itemtype: str
    ticket: str
    target: str
    role: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    sub: bool = True  # ``Ticket/1/<itemtype>`` is filtered (FACTS 5: Ticket_Ticket is not)
    unknown: tuple[str, ...] = ()  # fields of a ticket that are unknown without it


PEOPLE = Table(
    itemtype="Ticket_User",
    ticket="tickets_id",
    target="users_id",
    role="type",
    unknown=("requesters", "observers", "assignees"),
)
GROUPS = Table(
    itemtype="Group_Ticket",
    ticket="tickets_id",
    target="groups_id",
    role="type",
    unknown=("requester_groups", "groups"),
)
ITEMS = Table(
    itemtype="Item_Ticket",
    ticket="tickets_id",
    target="items_id",
    role="itemtype",
    unknown=("items",),
)
PROBLEMS = Table(
    itemtype="Problem_Ticket", ticket="tickets_id", target="problems_id", unknown=("problems",)
)
ARTICLES = Table(
    itemtype="KnowbaseItem_Item",
    ticket="items_id",
    target="knowbaseitems_id",
    where={"itemtype": "Ticket"},
    unknown=("articles",),
)
PARENTS = Table(
    itemtype="Ticket_Ticket",
    ticket="tickets_id_1",
    target="tickets_id_2",
    where={"link": str(_SON_OF)},
    sub=False,
    unknown=("parent",),
)
SATISFACTION = Table(
    itemtype="TicketSatisfaction",
    ticket="tickets_id",
    target="satisfaction",
    unknown=("satisfaction",),
)
TABLES = (PEOPLE, GROUPS, ITEMS, PROBLEMS, ARTICLES, PARENTS, SATISFACTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """The ties of some tickets (or of all), and which tables could not be read."""

    by_table: Mapping[str, Mapping[int, Sequence[Tie]]]
    unknown: frozenset[str]

    def of(self, table: Table, ticket: int) -> Sequence[Tie]:
        """Return a ticket's ties of one table."""
        return self.by_table.get(table.itemtype, {}).get(ticket, ())


def ties_of(
    session: GlpiSession, tickets: Iterable[int] | None, tables: Sequence[Table] = TABLES
) -> Ties:
    """Read the ties of these tickets, or of all; a table we may not read is named, not raised."""
    wanted = None if tickets is None else frozenset(tickets)
    by_table: dict[str, Mapping[int, Sequence[Tie]]] = {}
    unknown: set[str] = set()
    for table in tables:
        try:
            by_table[table.itemtype] = _ties(table, rows_of(session, table, wanted))
        except DeskRefusedError as error:
            if error.code != _TRUST:
                raise
            unknown.update(table.unknown)
    return Ties(by_table=by_table, unknown=frozenset(unknown))


def rows_of(session: GlpiSession, table: Table, tickets: frozenset[int] | None) -> Iterable[Row]:
    """Read the rows of these tickets, or all, with as few requests as it takes.

    Changed tickets are mostly young ones, so the table is read from the highest ticket down;
    what that does not reach is asked for ticket by ticket once this is cheaper.
    """
    if tickets is None:
        yield from all_rows(session, _listing(table, descending=False))
        return
    left = tickets
    if len(left) > _FEW:
        for page in pages(session, _listing(table, descending=True)):
            yield from (row for row in page.rows if integer(row, table.ticket) in tickets)
            left = _still_open(table, page, left)
            if len(left) <= max(_FEW, page.total // max(1, len(page.rows)) - 1):
                break
    for ticket in sorted(left):
        yield from _rows_of_one(session, table, ticket)


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
        if error.code != _GONE:  # the ticket itself has gone meanwhile
            raise


def _listing(table: Table, *, descending: bool) -> Listing:
    return Listing(
        path=table.itemtype,
        sort=table.ticket if descending else "id",
        descending=descending,
        where=table.where,
    )


def _ties(table: Table, rows: Iterable[Row]) -> Mapping[int, Sequence[Tie]]:
    found: defaultdict[int, dict[str, Tie]] = defaultdict(dict)
    for row in rows:
        if any(str(row.get(column)) != value for column, value in table.where.items()):
            continue
        tie = Tie(
            id=identity(row, "id"),
            role=_role(table, row),
            target=identity(row, table.target),
        )
        if tie.target:  # 0: an anonymous requester with a mail address only
            found[integer(row, table.ticket)][tie.id] = tie
    return {ticket: tuple(ties.values()) for ticket, ties in found.items()}


def _role(table: Table, row: Row) -> str:
    if not table.role:
        return ""
    return string(row, table.role) or identity(row, table.role)
