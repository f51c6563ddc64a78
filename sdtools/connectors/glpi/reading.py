"""Tickets out of GLPI: plain lists, ties joined here, never ``search`` (FACTS 13: 10-45x)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sdtools.connectors.glpi.answers import Row, identity, integer, rows_in
from sdtools.connectors.glpi.fields import grade_of, kind_of, status_of
from sdtools.connectors.glpi.lists import Listing, all_rows, pages
from sdtools.connectors.glpi.reference import Reference
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.text import from_html, plain
from sdtools.connectors.glpi.ties import (
    ARTICLES,
    ASSIGNED,
    GROUPS,
    ITEMS,
    OBSERVER,
    PARENTS,
    PEOPLE,
    PROBLEMS,
    REQUESTER,
    SATISFACTION,
    Table,
    Ties,
    ties_of,
)
from sdtools.connectors.glpi.zone import Zone
from sdtools.errors import DeskRefusedError
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.ticket import Ticket

__all__ = ["TicketReader", "changed_rows"]

_OVERLAP = timedelta(minutes=2)  # clocks differ, and date_mod has whole seconds
_AT_ONCE = 40  # tickets by id in one url: nginx refuses urls over 8 kB (FACTS 6)
_IDS = 10_000  # rows of ids only: small
_UNUSABLE = frozenset({"ERROR_ITEM_NOT_FOUND", "ERROR_RIGHT_MISSING"})
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReader:
    """Reads tickets of one desk; ``reference`` is asked for only when a ticket needs it."""

    session: GlpiSession
    zone: Zone
    front: str  # the address of GLPI's own pages
    reference: Callable[[], Reference]

    def all(self) -> Iterator[tuple[Ticket, ...]]:
        """Read every ticket, the trash included."""
        ties = ties_of(self.session, None)
        for trash in (False, True):
            for page in pages(self.session, Listing(path="Ticket", trash=trash)):
                if page.rows:
                    yield self._tickets(page.rows, ties)

    def changed(self, since: datetime) -> Iterator[tuple[Ticket, ...]]:
        """Read the tickets touched at ``since`` or later, the trash included.

        Links to problems and articles do not touch a ticket (FACTS 10): a full read sees them.
        """
        for trash in (False, True):
            for rows in changed_rows(self.session, "Ticket", since, self.zone, trash=trash):
                ties = ties_of(self.session, [integer(row, "id") for row in rows])
                yield self._tickets(rows, ties)

    def some(self, tickets: Sequence[str]) -> Mapping[str, Ticket]:
        """Read these tickets afresh; one that is gone or out of sight is missing."""
        rows = list(self.rows(tickets))
        ties = ties_of(self.session, [integer(row, "id") for row in rows])
        return {ticket.id: ticket for ticket in self._tickets(rows, ties)}

    def rows(self, tickets: Sequence[str]) -> Iterator[Row]:
        """Read the raw rows of these tickets."""
        ids = [ticket for ticket in dict.fromkeys(tickets) if _is_id(ticket)]
        for first in range(0, len(ids), _AT_ONCE):
            yield from self._rows_at_once(ids[first : first + _AT_ONCE])

    def ids(self) -> frozenset[str]:
        """Read the ids of all tickets that the account sees."""
        listing = Listing(path="Ticket", ids_only=True, size=_IDS)
        return frozenset(identity(row, "id") for row in all_rows(self.session, listing))

    def _rows_at_once(self, ids: Sequence[str]) -> Iterator[Row]:
        """Read several in one request; one missing refuses them all, so halve until it is found."""
        if len(ids) == 1:
            yield from self._row(ids[0])
            return
        query = {"get_hateoas": "false"}
        for place, ticket in enumerate(ids):
            query |= {f"items[{place}][itemtype]": "Ticket", f"items[{place}][items_id]": ticket}
        try:
            yield from rows_in(self.session.get("getMultipleItems", query).data)
        except DeskRefusedError as error:
            if error.code not in _UNUSABLE:
                raise
            half = len(ids) // 2
            yield from self._rows_at_once(ids[:half])
            yield from self._rows_at_once(ids[half:])

    def _row(self, ticket: str) -> Iterator[Row]:
        try:
            row = self.session.item("Ticket", ticket).data
        except DeskRefusedError as error:
            if error.code not in _UNUSABLE:
                raise
            return
        if isinstance(row, dict):
            yield row

    def _tickets(self, rows: Iterable[Row], ties: Ties) -> tuple[Ticket, ...]:
        return tuple(self._ticket(row, ties) for row in rows)

    def _ticket(self, row: Row, ties: Ties) -> Ticket:
        reference = self.reference()
        return replace(
            _tied(self._alone(row), ties),
            source=reference.sources.get(identity(row, "requesttypes_id"), ""),
            sla_respond=reference.sla_name(row, "slas_id_tto"),
            sla_resolve=reference.sla_name(row, "slas_id_ttr"),
            sla_calendar=reference.calendar(row),
            unknown=_odd(row) | ties.unknown | reference.unknown,
        )

    def _alone(self, row: Row) -> Ticket:
        """Read what stands in the ticket's own row."""
        number, moment, status = str(integer(row, "id")), self._moments(row), status_of(row)
        return Ticket(
            id=number,
            number=number,
            url=f"{self.front}/front/ticket.form.php?id={number}",
            kind=kind_of(row) or Kind.incident,
            title=plain(row.get("name")),
            description=from_html(row.get("content")),
            # Of an unknown status nothing may be decided: no rule looks at closed tickets.
            status=status or Status.closed,
            urgency=grade_of(row, "urgency") or Grade.medium,
            impact=grade_of(row, "impact") or Grade.medium,
            priority=grade_of(row, "priority") or Grade.medium,
            opened=moment("date") or moment("date_creation") or _LONG_AGO,
            updated=moment("date_mod") or moment("date_creation") or _LONG_AGO,
            category_id=identity(row, "itilcategories_id"),
            location_id=identity(row, "locations_id"),
            entity_id=str(integer(row, "entities_id")),  # 0 is the root entity, not none
            solved=moment("solvedate"),
            closed=moment("closedate"),
            responded=moment("takeintoaccountdate"),
            pending_since=moment("begin_waiting_date") if status is Status.pending else None,
            waiting=_waiting(row),
            respond_due=moment("time_to_own"),
            resolve_due=moment("time_to_resolve"),
            updated_by=identity(row, "users_id_lastupdater"),
            deleted=bool(integer(row, "is_deleted")),
        )

    def _moments(self, row: Row) -> Callable[[str], datetime | None]:
        return lambda key: self.zone.utc(row.get(key))


def changed_rows(
    session: GlpiSession, itemtype: str, since: datetime, zone: Zone, *, trash: bool = False
) -> Iterator[tuple[Row, ...]]:
    """Read the rows changed at ``since`` or later, newest first, with some overlap."""
    from_then = since - _OVERLAP - zone.doubt(since)
    listing = Listing(path=itemtype, sort="date_mod", descending=True, trash=trash)
    for page in pages(session, listing):
        rows = tuple(
            row for row in page.rows if (zone.utc(row.get("date_mod")) or since) >= from_then
        )
        if rows:
            yield rows
        if len(rows) < len(page.rows):
            return


def _waiting(row: Row) -> timedelta:
    """Return the time spent pending; with an SLA as that counts it, in its own calendar."""
    counted = "sla_waiting_duration" if integer(row, "slas_id_ttr") else "waiting_duration"
    return timedelta(seconds=integer(row, counted))


def _tied(ticket: Ticket, ties: Ties) -> Ticket:
    """Add the people, groups, items and known errors that a ticket is tied to."""

    def linked(table: Table, role: str = "") -> tuple[str, ...]:
        found = {tie.target for tie in ties.of(table, int(ticket.id)) if role in ("", tie.role)}
        return tuple(sorted(found))

    items = {f"{tie.role}/{tie.target}" for tie in ties.of(ITEMS, int(ticket.id))}
    scores = linked(SATISFACTION)
    return replace(
        ticket,
        requesters=linked(PEOPLE, REQUESTER),
        requester_groups=linked(GROUPS, REQUESTER),
        observers=linked(PEOPLE, OBSERVER),
        assignees=linked(PEOPLE, ASSIGNED),
        groups=linked(GROUPS, ASSIGNED),
        items=tuple(sorted(items)),
        problems=linked(PROBLEMS),
        articles=linked(ARTICLES),
        parent=next(iter(linked(PARENTS)), ""),
        satisfaction=int(scores[0]) if scores else None,
    )


def _odd(row: Row) -> frozenset[str]:
    """Name the fields whose number is on no scale: GLPI stores anything (FACTS 8)."""
    found = {name for name in ("urgency", "impact", "priority") if grade_of(row, name) is None}
    found |= {"kind"} if kind_of(row) is None else set()
    found |= {"status"} if status_of(row) is None else set()
    return frozenset(found)


def _is_id(ticket: str) -> bool:
    """Refuse what is no id: ``Ticket/0`` and ``Ticket/abc`` answer with the list (FACTS 3)."""
    return ticket.isdecimal() and int(ticket) > 0
