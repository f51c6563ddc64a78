"""GLPI's own arithmetic as a pure function: what else happens when something is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sdtools.connectors.consequences import unlinked
from sdtools.connectors.glpi.answers import Row, integer
from sdtools.model.effects import Assign, Effect, Hold, Link, SetField, Solve, Unlink
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket

__all__ = ["GlpiConsequences", "matrix_from"]

Matrix = tuple[tuple[int, ...], ...]  # rows of urgency 1 to 5, columns of impact 1 to 5

# GLPI's own default (FACTS 10), for accounts that may not read the configuration.
_DEFAULT: Matrix = (
    (1, 1, 2, 2, 2),
    (1, 2, 2, 3, 3),
    (2, 2, 3, 4, 4),
    (2, 3, 4, 4, 5),
    (2, 3, 4, 5, 5),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GlpiConsequences:
    """What GLPI makes of an effect (FACTS 10); business rules on the desk are not foreseen."""

    matrix: Matrix = _DEFAULT

    def after(self, ticket: Ticket, effect: Effect, directory: Directory) -> Ticket:  # noqa: ARG002  # GLPI needs no directory for it; the protocol has it
        """Return the ticket as GLPI would hold it after the effect."""
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
            case Solve():
                return replace(ticket, status=Status.solved)
            case _:
                return ticket

    def _set(self, ticket: Ticket, effect: SetField) -> Ticket:
        match effect.field:
            case "urgency":
                return self._graded(ticket, Grade[effect.value], ticket.impact)
            case "impact":
                return self._graded(ticket, ticket.urgency, Grade[effect.value])
            case "priority":
                return replace(ticket, priority=Grade[effect.value])
            case "category":
                return replace(ticket, category_id=effect.value)
            case "kind":
                return replace(ticket, kind=Kind(effect.value))
            case "location":
                return replace(ticket, location_id=effect.value)
            case "status":
                return replace(ticket, status=Status(effect.value), solved=None)

    def _graded(self, ticket: Ticket, urgency: Grade, impact: Grade) -> Ticket:
        """Recompute the priority, but only when urgency or impact really changes."""
        if (urgency, impact) == (ticket.urgency, ticket.impact):
            return ticket
        if Grade.major in (urgency, impact):  # only priority can be major: it will be refused
            return ticket
        number = self.matrix[urgency - 1][impact - 1]
        return replace(ticket, urgency=urgency, impact=impact, priority=Grade(number))


def matrix_from(config: Row) -> Matrix:
    """Read the desk's own matrix; cells that it lacks are GLPI's default."""
    rows = config.get("priority_matrix")
    if not isinstance(rows, dict):
        return _DEFAULT
    return tuple(
        tuple(_cell(rows.get(str(urgency)), impact, usual) for impact, usual in enumerate(row, 1))
        for urgency, row in enumerate(_DEFAULT, 1)
    )


def _cell(row: object, impact: int, usual: int) -> int:
    number = integer(row, str(impact)) if isinstance(row, dict) else 0
    return number if Grade.very_low <= number <= Grade.major else usual


def _assigned(ticket: Ticket, effect: Assign) -> Ticket:
    groups = ticket.groups if effect.groups is None else tuple(sorted(set(effect.groups)))
    people = ticket.assignees if effect.people is None else tuple(sorted(set(effect.people)))
    status = ticket.status
    added = set(groups) - set(ticket.groups) or set(people) - set(ticket.assignees)
    if status is Status.new and added:
        status = Status.assigned
    # All but solved and closed ones become new again (GLPI 10.0, CommonITILActor).
    leaving = not (groups or people) and (ticket.groups or ticket.assignees)
    if leaving and status in {Status.assigned, Status.pending}:
        status = Status.new
    return replace(ticket, groups=groups, assignees=people, status=status)


def _linked(ticket: Ticket, effect: Link) -> Ticket:
    match effect.target:
        case "article":
            return replace(ticket, articles=tuple(sorted({*ticket.articles, effect.id})))
        case "problem":
            return replace(ticket, problems=tuple(sorted({*ticket.problems, effect.id})))
        case "parent":  # a second one will be refused
            return replace(ticket, parent=ticket.parent or effect.id)
