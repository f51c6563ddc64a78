"""What ties tickets to people, groups, items, problems and articles: GLPI's link tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sdtools.connectors.glpi.answers import Row, identity, integer, is_closed, string
from sdtools.connectors.glpi.lists import PAGE, Listing, Page, all_rows, pages
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.errors import DeskRefusedError

__all__ = [
    "APPROVALS",
    "ARTICLES",
    "ASSIGNED",
    "DOCUMENTS",
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
    "every_tie",
    "rows_of",
    "target_of",
    "ties_of",
]

REQUESTER, ASSIGNED, OBSERVER = "1", "2", "3"
_SON_OF = 3
_FEW = 2  # tickets: asking for each is cheaper than a page of the table
_MANY = 10_000  # rows a page: they are small, 5,000 take 56 ms (FACTS 13)
_ONE_COST, _ROW_COST = 13.0, 0.008  # ms of any request, and of each row in it (FACTS 13)
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
    zero: bool = False  # 0 is a target like others, and only null is none
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
    zero=True,
    unknown=("satisfaction",),
)
APPROVALS = Table(
    itemtype="TicketValidation",
    ticket="tickets_id",
    target="users_id_validate",
    role="status",
    unknown=("approvers",),
)
DOCUMENTS = Table(
    itemtype="Document_Item",
    ticket="items_id",
    target="documents_id",
    where={"itemtype": "Ticket"},
    unknown=("documents",),
)
TABLES = (
    PEOPLE,
    GROUPS,
    ITEMS,
    PROBLEMS,
    ARTICLES,
    PARENTS,
    SATISFACTION,
    APPROVALS,
    DOCUMENTS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """The ties of some tickets (or of all), and which tables could not be read."""

    by_table: Mapping[str, Mapping[int, Sequence[Tie]]]
    unknown: frozenset[str]

    def of(self, table: Table, ticket: int) -> Sequence[Tie]:
        """Return a ticket's ties of one table."""
        return self.by_table.get(table.itemtype, {}).get(ticket, ())


def ties_of(session: GlpiSession, tickets: Iterable[int], tables: Sequence[Table] = TABLES) -> Ties:
    """Read the ties of these tickets; a table we may not read is named, not raised."""
    wanted = frozenset(tickets)
    return _of_tables(tables, lambda table: _ties(table, rows_of(session, table, wanted)))


def every_tie(session: GlpiSession) -> Ties:
    """Read the ties of all tickets, without the ids of the links: of many, that is much."""
    return _of_tables(
        TABLES, lambda table: _shared_ties(table, all_rows(session, _listing(table, "id")))
    )


def _of_tables(
    tables: Sequence[Table], read: Callable[[Table], Mapping[int, Sequence[Tie]]]
) -> Ties:
    by_table: dict[str, Mapping[int, Sequence[Tie]]] = {}
    unknown: set[str] = set()
    for table in tables:
        try:
            by_table[table.itemtype] = read(table)
        except DeskRefusedError as error:
            if not is_closed(error):
                raise
            unknown.update(table.unknown)
    return Ties(by_table=by_table, unknown=frozenset(unknown))


def rows_of(session: GlpiSession, table: Table, tickets: frozenset[int]) -> Iterable[Row]:
    """Read the rows of these tickets with as few requests as it takes.

    Changed tickets are mostly young ones, so the table is read from the highest ticket down;
    what that does not reach is asked for ticket by ticket once this is cheaper.
    """
    left, read = tickets, 0
    if len(left) > _FEW:
        # A short page first: it tells how long the table is, and most tables are short.
        for page in pages(session, replace(_listing(table, table.ticket), first=PAGE)):
            yield from (row for row in page.rows if integer(row, table.ticket) in tickets)
            left = _still_open(table, page, left)
            read += len(page.rows)
            if len(left) * _ONE_COST <= _cost(page.total - read):
                break
    for ticket in sorted(left):
        yield from _rows_of_one(session, table, ticket)


def _cost(rows: int) -> float:
    """Return the ms that so many more rows of a table take."""
    return (1 + rows // _MANY) * _ONE_COST + rows * _ROW_COST


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
        if error.code != _GONE and not (error.code == _TRUST and _is_hidden(session, ticket)):
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
    for ticket, tie in _named(table, rows):
        if tie not in found[ticket]:
            found[ticket].append(tie)
    return found


def _shared_ties(table: Table, rows: Iterable[Row]) -> Mapping[int, Sequence[Tie]]:
    """Keep equal ties once: thousands of tickets have the same group."""
    found: dict[int, tuple[Tie, ...]] = {}
    alone: dict[Tie, tuple[Tie, ...]] = {}
    for ticket, named in _named(table, rows):
        tie = named._replace(id="")
        (tie,) = alone.setdefault(tie, (tie,))
        there = found.get(ticket)
        if there is None:
            found[ticket] = alone[tie]
        elif tie not in there:
            found[ticket] = (*there, tie)
    return found


def _named(table: Table, rows: Iterable[Row]) -> Iterator[tuple[int, Tie]]:
    """Say of each row which ticket it is about, and what it ties to it."""
    for row in rows:
        if any(str(row.get(column)) != value for column, value in table.where.items()):
            continue
        target = target_of(table, row)
        if target:  # none: an anonymous requester with a mail address only
            yield (
                integer(row, table.ticket),
                Tie(id=identity(row, "id"), role=_role(table, row), target=target),
            )


def target_of(table: Table, row: Row) -> str:
    """Return what a row ties its ticket to; "" for none."""
    if table.zero:
        return "" if row.get(table.target) is None else str(integer(row, table.target))
    if table is APPROVALS and string(row, "itemtype_target") == "User":  # GLPI 11
        return identity(row, "items_id_target")
    return identity(row, table.target)


def _role(table: Table, row: Row) -> str:
    if not table.role:
        return ""
    return string(row, table.role) or identity(row, table.role)
