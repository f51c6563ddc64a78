"""``set``: give a field a value; categories and locations by name."""

from __future__ import annotations

from sdtools.model.effects import SetField
from sdtools.rules.book import SetAction
from sdtools.rules.proposal import Circumstances, Proposal
from sdtools.rules.resolve import nearest
from sdtools.rules.telling import words

__all__ = ["propose_set"]


def propose_set(action: SetAction, about: Circumstances) -> tuple[Proposal, ...]:
    """Propose the value, with the id of what it names."""
    value = _value(action, about)
    proposal = Proposal(
        path=action.path,
        field=action.field,
        effect=SetField(field=action.field, value=value),
        after=words(about.directory, action.field, value),
        once=False,
    )
    return (proposal,)


def _value(action: SetAction, about: Circumstances) -> str:
    directory, entity = about.directory, about.subject.ticket.entity_id
    match action.field:
        case "category":
            return nearest("category", directory.categories, action.value, entity, directory)
        case "location":
            return nearest("location", directory.locations, action.value, entity, directory)
        case _:
            return action.value
