"""Tickets out of ServiceNow: both tables in keyset pages, what hangs on them joined here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sdtools.connectors.desk import Known
from sdtools.connectors.servicenow.answers import Row, is_id, moment, number, text
from sdtools.connectors.servicenow.deletions import deleted_since
from sdtools.connectors.servicenow.fields import (
    INCIDENT,
    REQUEST,
    TABLES,
    TicketTable,
    category_id,
    grade_of,
    status_of,
)
from sdtools.connectors.servicenow.hanging import EVERYTHING, Hanging, all_hanging, hanging_on
from sdtools.connectors.servicenow.levels import LEVEL_FIELDS
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.names import Logins
from sdtools.connectors.servicenow.queries import Among, all_of, in_chunks, when
from sdtools.connectors.servicenow.scoping import must_count, read_scope
from sdtools.connectors.workers import both
from sdtools.model.grades import Grade, Status
from sdtools.model.ticket import Ticket

__all__ = ["GLOBAL", "OVERLAP", "TicketReader"]

GLOBAL = "global"  # ServiceNow's own word for what belongs to no company
OVERLAP = timedelta(minutes=5)  # long transactions commit late, under an earlier time (FACTS 12)
_SETTLED = timedelta(minutes=1)  # by then all that follows from a change has been done
# What does not stand in the row of a ticket, and what the mirror counts itself.
_HANGING = (*sorted(LEVEL_FIELDS), "articles", "reopens")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS = (
    "sys_updated_on",
    "sys_created_on",
    "sys_updated_by",
    "sys_mod_count",
    "number",
    "short_description",
    "description",
    "state",
    "urgency",
    "impact",
    "priority",
    "opened_at",
    "opened_by",
    "closed_at",
    "location",
    "company",
    "contact_type",
    "assignment_group",
    "assigned_to",
    "cmdb_ci",
    "watch_list",
)
_URL = 1400  # characters of a url that asks for tickets by id, without the ids


@dataclass(slots=True, kw_only=True)
class TicketReader:
    """Reads tickets of one desk, and remembers which table each of them is in."""

    reader: Reader
    scope: str
    logins: Logins
    tables: dict[str, TicketTable] = field(default_factory=dict)  # by sys_id
    shown: set[str] = field(default_factory=set)  # sys_ids given out by ``all`` or ``changed``
    whole: bool = False  # ``all`` has given every one of the scope

    @property
    def front(self) -> str:
        """Return the address of the desk's own pages."""
        return self.reader.session.place.url

    @property
    def tested(self) -> tuple[str, ...]:
        """Return the fields that the scope tests: to be shown by every row."""
        return read_scope(self.scope).fields

    def all(self) -> Iterator[tuple[Ticket, ...]]:
        """Read every ticket of the scope."""
        self.reader.foresee([*EVERYTHING, self._listing(REQUEST, "", by="sys_id")])
        hanging = all_hanging(self.reader)
        for table in TABLES.values():
            for rows in self.reader.pages(self._listing(table, "", by="sys_id")):
                self._met(table, rows)
                yield self._tickets(table, rows, hanging)
        self.whole = True

    def changed(self, since: datetime, known: Known | None) -> Iterator[tuple[Ticket, ...]]:
        """Read the tickets of the scope touched at ``since`` or later, with overlap.

        Those of the overlap that are ``known`` as they are are left out. Deleted ones come last.
        """
        for table, listing in zip(TABLES.values(), self.listings(since), strict=True):
            for rows in self.reader.pages(listing):
                self._met(table, rows)
                news = self._news(table, rows, since, known)
                if news:
                    ids = [text(row, "sys_id") for row in news]
                    yield self._tickets(table, news, hanging_on(self.reader, ids))
        yield from deleted_since(self.reader, since - OVERLAP)

    def listings(self, since: datetime) -> list[Listing]:
        """Return the lists of tickets touched at ``since`` or later, of each table in order."""
        condition = f"sys_updated_on>={when(since - OVERLAP)}"
        return [self._listing(table, condition) for table in TABLES.values()]

    def _met(self, table: TicketTable, rows: Sequence[Row]) -> None:
        must_count(self.reader.session.desk, self.scope, table.word, rows)
        self.tables.update((text(row, "sys_id"), table) for row in rows)
        self.logins.learn(text(row, "sys_updated_by") for row in rows)
        self.shown.update(text(row, "sys_id") for row in rows)

    def _news(
        self, table: TicketTable, rows: Sequence[Row], since: datetime, known: Known | None
    ) -> Sequence[Row]:
        """Leave out rows that were old when they were last read, and are as they were then.

        A service level begins some seconds after its ticket: what was young is read again.
        """
        if known is None:
            return rows
        old = when(since - _SETTLED)
        held = known([text(row, "sys_id") for row in rows if text(row, "sys_updated_on") < old])
        return [
            row
            for row in rows
            if text(row, "sys_updated_on") >= old
            or not _same(self._alone(table, row), held.get(text(row, "sys_id")))
        ]

    def some(self, tickets: Sequence[str]) -> Mapping[str, Ticket]:
        """Read these tickets afresh; one that is gone, hidden or out of scope is missing."""
        ids = [ticket for ticket in dict.fromkeys(tickets) if is_id(ticket)]
        found, hanging = both(
            lambda: list(self.rows(ids, None)), lambda: hanging_on(self.reader.sibling(), ids)
        )
        self.logins.learn(text(row, "sys_updated_by") for _, rows in found for row in rows)
        return {
            ticket.id: ticket
            for table, rows in found
            for ticket in self._tickets(table, rows, hanging)
        }

    def rows(
        self, tickets: Sequence[str], fields: tuple[str, ...] | None
    ) -> Iterator[tuple[TicketTable, list[Row]]]:
        """Read the rows of these tickets, with all fields for None."""
        ids = [ticket for ticket in dict.fromkeys(tickets) if is_id(ticket)]
        left = set(ids)
        for table in TABLES.values():
            here = [one for one in ids if one in left and self.tables.get(one, table) is table]
            rows: list[Row] = []
            for some in in_chunks(here, taken=_URL + len(self.scope + ",".join(self.tested))):
                wanted = Among(field="sys_id", values=tuple(some))
                listing = replace(self._listing(table, "", by="sys_id"), among=(wanted,))
                if fields is not None:
                    listing = replace(listing, fields=(*fields, *self.tested))
                rows += self.reader.rows(listing)
            must_count(self.reader.session.desk, self.scope, table.word, rows)
            left -= {text(row, "sys_id") for row in rows}
            self.tables.update((text(row, "sys_id"), table) for row in rows)
            if rows:
                yield table, rows

    def ids(self) -> frozenset[str]:
        """Read the ids of all tickets that the account sees in the scope."""
        return frozenset(
            text(row, "sys_id")
            for table in TABLES.values()
            for row in self.reader.rows(
                Listing(table=table.name, fields=self.tested, where=all_of(self.scope))
            )
        )

    def within(self, tickets: Collection[str]) -> frozenset[str]:
        """Return those of these that are in the scope; only what was not read yet is asked for."""
        shown = self.shown & set(tickets)
        new = () if self.whole else sorted(set(tickets) - shown)
        found = {text(row, "sys_id") for _, rows in self.rows(new, ()) for row in rows}
        return frozenset(shown | found)

    def _listing(self, table: TicketTable, condition: str, by: str = "sys_updated_on") -> Listing:
        return Listing(
            table=table.name,
            fields=(*_FIELDS, *table.own, *self.tested),
            where=all_of(self.scope, condition),
            by=by,
        )

    def _tickets(
        self, table: TicketTable, rows: Iterable[Row], hanging: Hanging
    ) -> tuple[Ticket, ...]:
        return tuple(hanging.on(self._alone(table, row)) for row in rows)

    def _alone(self, table: TicketTable, row: Row) -> Ticket:
        """Read what stands in the ticket's own row."""
        sys_id, status = text(row, "sys_id"), status_of(table, row)
        return Ticket(
            id=sys_id,
            number=text(row, "number"),
            url=f"{self.front}/{table.name}.do?sys_id={sys_id}",
            kind=table.kind,
            title=text(row, "short_description"),
            description=text(row, "description").replace("\r\n", "\n").strip(),
            # Of an unknown state nothing may be decided: no rule looks at closed tickets.
            status=status or Status.closed,
            urgency=grade_of(row, "urgency") or Grade.medium,
            impact=grade_of(row, "impact") or Grade.medium,
            priority=grade_of(row, "priority") or Grade.medium,
            opened=moment(row, "opened_at") or moment(row, "sys_created_on") or _LONG_AGO,
            updated=moment(row, "sys_updated_on") or _LONG_AGO,
            category_id=category_id(text(row, "category"), text(row, "subcategory")),
            location_id=text(row, "location"),
            entity_id=text(row, "company") or GLOBAL,
            source=text(row, "contact_type"),
            requesters=_requesters(table, row),
            observers=tuple(sorted(filter(is_id, text(row, "watch_list").split(",")))),
            assignees=_one(row, "assigned_to"),
            groups=_one(row, "assignment_group"),
            items=_one(row, "cmdb_ci"),
            problems=_one(row, "problem_id"),
            parent=text(row, "parent_incident"),
            solved=moment(row, "resolved_at"),
            closed=moment(row, "closed_at"),
            updated_by=self.logins.id(text(row, "sys_updated_by")),
            reopens=number(row, "reopen_count") or 0,
            unknown=_odd(table, row),
        )


def _requesters(table: TicketTable, row: Row) -> tuple[str, ...]:
    """Return for whom it is; older releases keep that on the order, not on its items."""
    if table is INCIDENT:
        return _one(row, "caller_id")
    found = (_one(row, name) for name in (*_WHO, "opened_by"))
    return next((people for people in found if people), ())


def _same(alone: Ticket, held: Ticket | None) -> bool:
    """Tell whether a ticket is held as its own row is now; what hangs on it is not compared."""
    if held is None:
        return False
    own = {name: getattr(alone, name) for name in _HANGING}
    unknown = held.unknown - LEVEL_FIELDS - {"articles"}
    return replace(held, **own, unknown=unknown) == alone


def _one(row: Row, key: str) -> tuple[str, ...]:
    return tuple(filter(None, (text(row, key),)))


# Fields of a ticket by the columns that they come from: a column that is not in the answer may
# not be read (FACTS 3.3), and what is made of it is unknown.
_MADE_OF = {
    "category": "category_id",
    "location": "location_id",
    "company": "entity_id",
    "contact_type": "source",
    "caller_id": "requesters",
    "watch_list": "observers",
    "assigned_to": "assignees",
    "assignment_group": "groups",
    "cmdb_ci": "items",
    "problem_id": "problems",
    "parent_incident": "parent",
    "description": "description",
    "short_description": "title",
    "opened_at": "opened",
    "reopen_count": "reopens",
    "subcategory": "category_id",
    "resolved_at": "solved",
    "closed_at": "closed",
}
_WHO = ("requested_for", "request.requested_for")  # older releases have the second alone


def _odd(table: TicketTable, row: Row) -> frozenset[str]:
    """Name the fields that were not shown, or whose value is on no scale."""
    asked = {*_FIELDS, *table.own}
    found = {name for column, name in _MADE_OF.items() if column in asked and column not in row}
    found |= {name for name in ("urgency", "impact", "priority") if grade_of(row, name) is None}
    status = status_of(table, row)
    # Open without an assignee is new; where that one does not show, nobody knows.
    unsure = table is REQUEST and status is Status.new and "assigned_to" not in row
    found |= {"status"} if status is None or unsure else set()
    if table is REQUEST and not any(name in row for name in _WHO):
        found.add("requesters")
    return frozenset(found)
