"""From GLPI's rows to a ticket: its own row, its ties and what its numbers stand for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sdtools.connectors.glpi.answers import Row, identity, integer
from sdtools.connectors.glpi.fields import grade_of, kind_of, status_of
from sdtools.connectors.glpi.reference import Reference
from sdtools.connectors.glpi.tables import (
    APPROVALS,
    ARTICLES,
    ASSIGNED,
    DOCUMENTS,
    GROUPS,
    ITEMS,
    OBSERVER,
    PARENTS,
    PEOPLE,
    PROBLEMS,
    REQUESTER,
    SATISFACTION,
    WAITING,
    Table,
)
from sdtools.connectors.glpi.text import from_html, plain
from sdtools.connectors.glpi.ties import Ties
from sdtools.connectors.glpi.zone import Zone
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.made import maker
from sdtools.model.ticket import Ticket

__all__ = ["TicketMaker"]

_VALIDATIONS = {2: "waiting", 3: "accepted", 4: "refused"}
_ticket = maker(Ticket)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
# What is tied to a ticket, told of it elsewhere or counted here: no part of its own row.
_NOT_IN_ROW = (
    "requesters", "requester_groups", "observers", "assignees", "groups", "items", "problems",
    "articles", "parent", "satisfaction", "approvers", "documents", "reopens",
    "source", "sla_respond", "sla_resolve", "sla_calendar", "unknown",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMaker:
    """Makes tickets of rows of one desk."""

    zone: Zone
    front: str  # the address of GLPI's own pages

    def ticket(self, row: Row, ties: Ties, reference: Reference) -> Ticket:
        """Make a ticket with everything that is known of it."""
        linked = _Linked(integer(row, "id"), ties)
        return _ticket(
            **self._own(row),
            requesters=linked(PEOPLE, REQUESTER),
            requester_groups=linked(GROUPS, REQUESTER),
            observers=linked(PEOPLE, OBSERVER),
            assignees=linked(PEOPLE, ASSIGNED),
            groups=linked(GROUPS, ASSIGNED),
            items=linked.items,
            problems=linked(PROBLEMS),
            articles=linked(ARTICLES),
            parent=next(iter(linked(PARENTS)), ""),
            satisfaction=next((int(score) for score in linked(SATISFACTION)), None),
            approvers=linked(APPROVALS, WAITING),
            documents=linked(DOCUMENTS),
            source=reference.sources.get(identity(row, "requesttypes_id"), ""),
            sla_respond=reference.sla_name(row, "slas_id_tto"),
            sla_resolve=reference.sla_name(row, "slas_id_ttr"),
            sla_calendar=reference.calendar(row),
            unknown=_odd(row) | ties.unknown | reference.unknown,
        )

    def shows(self, ticket: Ticket, row: Row) -> bool:
        """Tell whether a ticket is just as its own row says."""
        alone = self.alone(row)
        return alone == replace(ticket, **{name: getattr(alone, name) for name in _NOT_IN_ROW})

    def updated(self, row: Row) -> datetime:
        """Return when a row was last touched."""
        said = self.zone.utc(row.get("date_mod")) or self.zone.utc(row.get("date_creation"))
        return said or _LONG_AGO

    def alone(self, row: Row) -> Ticket:
        """Make a ticket of its own row only."""
        return _ticket(**self._own(row))

    def _own(self, row: Row) -> dict[str, object]:
        """Return the fields that stand in a ticket's own row."""
        number, status = str(integer(row, "id")), status_of(row)

        def moment(key: str) -> datetime | None:
            return self.zone.utc(row.get(key))

        return {
            "id": number,
            "number": number,
            "url": f"{self.front}/front/ticket.form.php?id={number}",
            "kind": kind_of(row) or Kind.incident,
            "title": plain(row.get("name")),
            "description": from_html(row.get("content")),
            # Of an unknown status nothing may be decided: no rule looks at closed tickets.
            "status": status or Status.closed,
            "urgency": grade_of(row, "urgency") or Grade.medium,
            "impact": grade_of(row, "impact") or Grade.medium,
            "priority": grade_of(row, "priority") or Grade.medium,
            "opened": moment("date") or moment("date_creation") or _LONG_AGO,
            "updated": self.updated(row),
            "category_id": identity(row, "itilcategories_id"),
            "location_id": identity(row, "locations_id"),
            "entity_id": str(integer(row, "entities_id")),  # 0 is the root entity, not none
            "solved": moment("solvedate"),
            "closed": moment("closedate"),
            "responded": moment("takeintoaccountdate"),
            "pending_since": moment("begin_waiting_date") if status is Status.pending else None,
            "waiting": _waiting(row),
            "respond_due": moment("time_to_own"),
            "resolve_due": moment("time_to_resolve"),
            "validation": _VALIDATIONS.get(integer(row, "global_validation"), ""),
            "updated_by": identity(row, "users_id_lastupdater"),
            "deleted": bool(integer(row, "is_deleted")),
        }


def _waiting(row: Row) -> timedelta:
    """Return the time spent pending; with an SLA as that counts it, in its own calendar."""
    counted = "sla_waiting_duration" if integer(row, "slas_id_ttr") else "waiting_duration"
    return timedelta(seconds=integer(row, counted))


class _Linked(NamedTuple):
    """What one ticket is tied to."""

    ticket: int
    ties: Ties

    def __call__(self, table: Table, role: str = "") -> tuple[str, ...]:
        """Return the ids at the other ends of a table's links, in one role or in any."""
        there = self.ties.of(table, self.ticket)
        if not there:  # as in most tables
            return ()
        if len(there) == 1:  # as on most tickets
            (tie,) = there
            return (tie.target,) if role in ("", tie.role) else ()
        return tuple(sorted({tie.target for tie in there if role in ("", tie.role)}))

    @property
    def items(self) -> tuple[str, ...]:
        """Return the items, named by type and id."""
        there = self.ties.of(ITEMS, self.ticket)
        if not there:
            return ()
        return tuple(sorted({f"{tie.role}/{tie.target}" for tie in there}))


def _odd(row: Row) -> frozenset[str]:
    """Name the fields whose number is on no scale: GLPI stores anything (FACTS 8)."""
    found = [name for name in ("urgency", "impact", "priority") if grade_of(row, name) is None]
    if kind_of(row) is None:
        found.append("kind")
    if status_of(row) is None:
        found.append("status")
    return frozenset(found)
