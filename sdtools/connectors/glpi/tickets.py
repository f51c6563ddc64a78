"""From GLPI's rows to a ticket: its own row, its ties and what its numbers stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from sdtools.connectors.glpi.answers import Row, integer
from sdtools.connectors.glpi.fields import GRADES, KINDS, STATUSES
from sdtools.connectors.glpi.reference import Reference
from sdtools.connectors.glpi.tables import ASSIGNED, OBSERVER, REQUESTER, TABLES, WAITING
from sdtools.connectors.glpi.text import from_html, plain
from sdtools.connectors.glpi.ties import Tie, Ties
from sdtools.connectors.glpi.zone import Zone
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.made import maker
from sdtools.model.ticket import Ticket

__all__ = ["TicketMaker"]

_VALIDATIONS = {2: "waiting", 3: "accepted", 4: "refused"}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_NO_WAIT = timedelta()
_URGENCIES, _IMPACTS, _PRIORITIES = GRADES["urgency"], GRADES["impact"], GRADES["priority"]
_ONLY_INTEGERS = {int}
_TABLES = tuple(table.itemtype for table in TABLES)
_NO_OTHERS = ((), (), (), "", None, (), ())  # what _others returns for no ties at all

# The fields of a ticket in the order in which they are worked out here. Given by place: names
# would take more time than the work.
_OWN = (
    "id", "number", "url", "kind", "title", "description",
    "status", "urgency", "impact", "priority", "opened", "updated",
    "category_id", "location_id", "entity_id",
    "solved", "closed", "responded", "respond_due", "resolve_due",
    "pending_since", "waiting", "validation", "updated_by", "deleted",
)  # fmt: skip
_MOMENTS = ("solvedate", "closedate", "takeintoaccountdate", "time_to_own", "time_to_resolve")
_TIED = (
    "requesters", "requester_groups", "observers", "assignees", "groups",
    "items", "problems", "articles", "parent", "satisfaction", "approvers", "documents",
)  # fmt: skip
_NAMED = ("source", "sla_respond", "sla_resolve", "sla_calendar")
_ticket = maker(Ticket, (*_OWN, *_TIED, *_NAMED, "unknown"))
# What is tied to a ticket, told of it elsewhere or counted here: no part of its own row.
_NOT_IN_ROW = (*_TIED, *_NAMED, "unknown", "reopens")


class _Numbers(NamedTuple):
    """The numbers of a ticket's row, called as there."""

    id: int
    entities_id: int
    itilcategories_id: int
    locations_id: int
    requesttypes_id: int
    users_id_lastupdater: int
    status: int
    type: int
    urgency: int
    impact: int
    priority: int
    global_validation: int
    is_deleted: int
    slas_id_tto: int
    slas_id_ttr: int
    waiting_duration: int
    sla_waiting_duration: int


_numbers_told = itemgetter(*_Numbers._fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMaker:
    """Makes tickets of rows of one desk."""

    zone: Zone
    front: str  # the address of GLPI's own pages

    def ticket(self, row: Row, ties: Ties, reference: Reference) -> Ticket:
        """Make a ticket with everything that is known of it."""
        numbers = _numbers(row)
        return _ticket(
            *self._own(row, numbers),
            *_tied(numbers.id, ties),
            *_named(row, numbers, reference),
            _odd(numbers).union(ties.unknown, reference.unknown),
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
        return _ticket(*self._own(row, _numbers(row)))

    def _own(self, row: Row, numbers: _Numbers) -> tuple[object, ...]:
        """Return the fields that stand in a ticket's own row, in the order of _OWN."""
        number, utc, value = str(numbers.id), self.zone.utc, row.get
        status = STATUSES.get(numbers.status)
        return (
            number,
            number,
            f"{self.front}/front/ticket.form.php?id={number}",
            KINDS.get(numbers.type) or Kind.incident,
            plain(value("name")),
            from_html(value("content")),
            # Of an unknown status nothing may be decided: no rule looks at closed tickets.
            status or Status.closed,
            _URGENCIES.get(numbers.urgency) or Grade.medium,
            _IMPACTS.get(numbers.impact) or Grade.medium,
            _PRIORITIES.get(numbers.priority) or Grade.medium,
            utc(value("date")) or utc(value("date_creation")) or _LONG_AGO,
            self.updated(row),
            _id(numbers.itilcategories_id),
            _id(numbers.locations_id),
            str(numbers.entities_id),  # 0 is the root entity, not none
            *[utc(told) if told else None for told in map(value, _MOMENTS)],
            utc(value("begin_waiting_date")) if status is Status.pending else None,
            _waiting(numbers),
            _VALIDATIONS.get(numbers.global_validation, ""),
            _id(numbers.users_id_lastupdater),
            bool(numbers.is_deleted),
        )


def _numbers(row: Row) -> _Numbers:
    """Read all numbers of a row, whatever type GLPI chose for them."""
    try:
        found: tuple[object, ...] = _numbers_told(row)
    except KeyError:  # an older GLPI without one of the columns
        found = ()
    if set(map(type, found)) != _ONLY_INTEGERS:  # hardly ever
        found = tuple(integer(row, name) for name in _Numbers._fields)
    return _Numbers._make(found)


def _id(number: int) -> str:
    """Return a foreign key as text; "" for 0, which is GLPI's none."""
    return str(number) if number > 0 else ""


def _waiting(numbers: _Numbers) -> timedelta:
    """Return the time spent pending; with an SLA as that counts it, in its own calendar."""
    seconds = numbers.sla_waiting_duration if numbers.slas_id_ttr else numbers.waiting_duration
    return timedelta(seconds=seconds) if seconds else _NO_WAIT


def _tied(ticket: int, ties: Ties) -> tuple[object, ...]:
    """Return what a ticket is tied to, in the order of _TIED."""
    tables = ties.by_table
    people, groups, *others = [
        found.get(ticket, ()) if (found := tables.get(name)) else () for name in _TABLES
    ]
    requesters, observers, assignees = _actors(people)
    requester_groups, _, assigned_groups = _actors(groups)
    return (
        requesters,
        requester_groups,
        observers,
        assignees,
        assigned_groups,
        *(_others(*others) if any(others) else _NO_OTHERS),  # as most tickets have none
    )


def _actors(ties: Sequence[Tie]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the ids of requesters, observers and assignees: one look serves all three."""
    requesters: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    for _, role, target in ties:
        if role == REQUESTER:
            requesters += (target,)
        elif role == ASSIGNED:
            assignees += (target,)
        elif role == OBSERVER:
            observers += (target,)
    if len(ties) > 1:
        return _in_order(requesters), _in_order(observers), _in_order(assignees)
    return requesters, observers, assignees


def _in_order(targets: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set(targets)) if len(targets) > 1 else targets)


def _others(
    items: Sequence[Tie],
    problems: Sequence[Tie],
    articles: Sequence[Tie],
    parents: Sequence[Tie],
    satisfaction: Sequence[Tie],
    approvals: Sequence[Tie],
    documents: Sequence[Tie],
) -> tuple[object, ...]:
    return (
        tuple(sorted({f"{tie.role}/{tie.target}" for tie in items})),
        _targets(problems),
        _targets(articles),
        next(iter(_targets(parents)), ""),
        next((int(score) for score in _targets(satisfaction)), None),
        _targets(approvals, WAITING),
        _targets(documents),
    )


def _targets(ties: Sequence[Tie], role: str = "") -> tuple[str, ...]:
    """Return the ids at the other ends of a table's links, in one role or in any."""
    return _in_order([tie.target for tie in ties if role in ("", tie.role)])


def _named(row: Row, numbers: _Numbers, reference: Reference) -> tuple[str, ...]:
    """Return the words that a ticket's numbers stand for, in the order of _NAMED."""
    source = reference.sources.get(_id(numbers.requesttypes_id), "")
    if not (numbers.slas_id_tto or numbers.slas_id_ttr):
        return source, "", "", ""
    return (
        source,
        reference.sla_name(row, "slas_id_tto"),
        reference.sla_name(row, "slas_id_ttr"),
        reference.calendar(row),
    )


def _odd(numbers: _Numbers) -> frozenset[str]:
    """Name the fields whose number is on no scale: GLPI stores anything (FACTS 8)."""
    found = [name for name, scale in GRADES.items() if getattr(numbers, name) not in scale]
    if numbers.type not in KINDS:
        found.append("kind")
    if numbers.status not in STATUSES:
        found.append("status")
    return frozenset(found)
