"""What an effect wants of a ticket, and whether the ticket holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sdtools.model.effects import Assign, Effect, Hold, Link, SetField, Solve, Unlink
from sdtools.model.grades import Status
from sdtools.model.ticket import Ticket
from sdtools.plan import Change, field_text
from sdtools.rules.actions.link import is_linked

__all__ = ["effective", "held", "touched", "wanted", "written_field"]

_LINKED_IN = {"article": "articles", "problem": "problems", "parent": "parent"}


def written_field(change: Change) -> str:
    """Return the name of the ticket field that the change writes; "" when it writes none."""
    match change.effect:
        case SetField(field=name):
            return name
        case Assign():
            return change.field
        case Hold() | Solve():
            return "status"
        case _:
            return ""


def wanted(change: Change) -> str:
    """Return the field_text that the written field shall have; "" when none is written."""
    match change.effect:
        case SetField(value=value):
            return value
        case Assign(groups=groups, people=people):
            ids = groups if change.field == "group" else people
            return ",".join(sorted(ids or ()))
        case Hold():
            return Status.pending.value
        case Solve():
            return Status.solved.value
        case _:
            return ""


def touched(ticket: Ticket, effect: Effect) -> frozenset[str]:
    """Return the fields that the effect writes to a ticket, besides the ticket's own values."""
    match effect:
        case Assign(groups=groups, people=people):
            there = (
                ("groups", _same(groups, ticket.groups)),
                ("assignees", _same(people, ticket.assignees)),
            )
            return frozenset(name for name, same in there if not same)
        case Link(target=target) | Unlink(target=target):
            return frozenset({_LINKED_IN[target]})
        case _:
            return frozenset()


def held(ticket: Ticket, effect: Effect) -> bool:
    """Tell whether nothing is left to do; what leaves no trace in the ticket is never held."""
    match effect:
        case SetField(field=name, value=value):
            return field_text(ticket, name) == value
        case Assign(groups=groups, people=people):
            return _same(groups, ticket.groups) and _same(people, ticket.assignees)
        case Link():
            return is_linked(ticket, effect)
        case Unlink():
            return not is_linked(ticket, effect)
        case Hold():
            return ticket.status is Status.pending
        case Solve():
            return ticket.status in {Status.solved, Status.closed}
        case _:
            return False


def effective(changes: Sequence[Change]) -> tuple[Effect, ...]:
    """Return the effects of one ticket's changes, without what a later one of them replaces.

    Assigning a group also says who stays; when a later change assigns a person, that is no
    longer wanted.
    """
    effects: list[Effect] = []
    groups_later = people_later = False
    for change in reversed(changes):
        effect = change.effect
        if isinstance(effect, Assign):
            groups, people = effect.groups, effect.people
            effect = replace(
                effect,
                groups=None if groups_later else groups,
                people=None if people_later else people,
            )
            groups_later = groups_later or groups is not None
            people_later = people_later or people is not None
        effects.append(effect)
    return tuple(reversed(effects))


def _same(ids: tuple[str, ...] | None, found: tuple[str, ...]) -> bool:
    return ids is None or set(ids) == set(found)
