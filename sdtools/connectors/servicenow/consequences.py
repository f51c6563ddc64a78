"""ServiceNow's own arithmetic as a pure function: what else happens when something is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sdtools.connectors.consequences import unlinked
from sdtools.connectors.servicenow.answers import Row, number
from sdtools.connectors.servicenow.fields import CHOICES, FIXED
from sdtools.model.effects import Assign, Effect, Hold, Link, SetField, Solve, Unlink
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket

__all__ = ["ServiceNowConsequences", "matrix_from"]

Matrix = tuple[tuple[int, ...], ...]  # priority by impact 1 to 3 (rows) and urgency 1 to 3

# The lookup rules of a fresh instance (FACTS 10.1), for accounts that may not read them.
_DEFAULT: Matrix = ((1, 2, 3), (2, 3, 4), (3, 4, 5))
_LEVEL = {Grade.high: 1, Grade.medium: 2, Grade.low: 3}
_LOWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNowConsequences:
    """What ServiceNow makes of an effect (FACTS 10.1); an instance's own rules are not foreseen.

    Assigning does not move an incident from New: no rule of a fresh instance does.
    """

    matrix: Matrix = _DEFAULT

    def after(self, ticket: Ticket, effect: Effect, directory: Directory) -> Ticket:  # noqa: ARG002  # ServiceNow needs no directory for it; the protocol has it
        """Return the ticket as ServiceNow would hold it after the effect."""
        match effect:
            case SetField():
                return self._set(ticket, effect)
            case Assign():
                return _assigned(ticket, effect)
            case Link():
                return _linked(ticket, effect)
            case Unlink():
                return unlinked(ticket, effect)
            case Hold():
                return replace(ticket, status=Status.pending)
            case Solve() if ticket.kind is Kind.incident:
                return replace(ticket, status=Status.solved)
            case _:
                return ticket

    def _set(self, ticket: Ticket, effect: SetField) -> Ticket:
        if effect.field in FIXED or effect.value not in CHOICES.get(effect.field, (effect.value,)):
            return ticket  # it will be refused
        match effect.field:
            case "urgency":
                return self._graded(ticket, Grade[effect.value], ticket.impact)
            case "impact":
                return self._graded(ticket, ticket.urgency, Grade[effect.value])
            case "category" if ticket.kind is Kind.incident:
                return replace(ticket, category_id=effect.value)
            case "location":
                return replace(ticket, location_id=effect.value)
            case "status":
                status = _worked_on(ticket, Status(effect.value))
                return replace(ticket, status=status, solved=None)
            case _:
                return ticket

    def _graded(self, ticket: Ticket, urgency: Grade, impact: Grade) -> Ticket:
        """Look the priority up, when urgency or impact really changes; on incidents only."""
        if (urgency, impact) == (ticket.urgency, ticket.impact):
            return ticket
        graded = replace(ticket, urgency=urgency, impact=impact)
        if ticket.kind is not Kind.incident or not {urgency, impact} <= _LEVEL.keys():
            return graded
        level = self.matrix[_LEVEL[impact] - 1][_LEVEL[urgency] - 1]
        return replace(graded, priority=Grade(_LOWEST + 1 - level))


def matrix_from(rows: Iterable[Row]) -> Matrix:
    """Read the desk's own lookup; cells that it lacks are those of a fresh instance."""
    cells = {
        (number(row, "impact"), number(row, "urgency")): number(row, "priority") for row in rows
    }
    return tuple(
        tuple(_level(cells.get((impact, urgency)), usual) for urgency, usual in enumerate(row, 1))
        for impact, row in enumerate(_DEFAULT, 1)
    )


def _level(found: int | None, usual: int) -> int:
    return found if found and 1 <= found <= _LOWEST else usual


def _assigned(ticket: Ticket, effect: Assign) -> Ticket:
    """Put group and person in place; a new group drops the person, unless one comes with it."""
    groups = ticket.groups if effect.groups is None else tuple(sorted(set(effect.groups)))
    people = ticket.assignees if effect.people is None else tuple(sorted(set(effect.people)))
    if max(len(groups), len(people)) > 1:  # one of each: it will be refused
        return ticket
    if effect.people is None and groups != ticket.groups:
        people = ()
    status = ticket.status
    if ticket.kind is Kind.request and status in {Status.new, Status.assigned}:
        status = _request_status(ticket, people)
    return replace(ticket, groups=groups, assignees=people, status=status)


def _request_status(ticket: Ticket, people: tuple[str, ...]) -> Status:
    """Return the status of a requested item: open without an assignee is new (DESIGN 1)."""
    if people:
        return Status.assigned
    # Work in progress looks like open with an assignee; losing that one shows only in the former.
    return Status.new if ticket.assignees else ticket.status


def _worked_on(ticket: Ticket, wanted: Status) -> Status:
    """Return what a wait or solution is taken back to: a requested item in hands is not new."""
    held = ticket.kind is Kind.request and ticket.assignees
    return Status.assigned if held and wanted is Status.new else wanted


def _takes_parent(ticket: Ticket, parent: str) -> bool:
    return ticket.kind is Kind.incident and not ticket.parent and parent != ticket.id


def _linked(ticket: Ticket, effect: Link) -> Ticket:
    match effect.target:
        case "article":
            return replace(ticket, articles=tuple(sorted({*ticket.articles, effect.id})))
        case "problem" if ticket.kind is Kind.incident and not ticket.problems:
            return replace(ticket, problems=(effect.id,))
        case "parent" if _takes_parent(ticket, effect.id):
            return replace(ticket, parent=effect.id)
        case _:
            return ticket
