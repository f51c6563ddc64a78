"""Names to ids for an action: looked up from the ticket's entity upwards (DESIGN 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar

from sdtools.model.people import Directory
from sdtools.rules.names import names_of
from sdtools.rules.proposal import UnfitError
from sdtools.rules.values import Refers

__all__ = ["nearest", "person_named"]


class Placed(Protocol):
    """Anything that is defined in an entity, and perhaps in those below."""

    @property
    def entity_id(self) -> str: ...
    @property
    def recursive(self) -> bool: ...


P = TypeVar("P", bound=Placed)


def nearest(
    part: Refers, things: Mapping[str, P], wanted: str, entity: str, directory: Directory
) -> str:
    """Return the id of the nearest thing of this name that the entity sees.

    Raises UnfitError when it sees none, or two at the same distance.
    """
    found = [key for key in names_of(directory, part).found(wanted) if key in things]
    if not directory.entities:
        return _single(found, wanted)
    for distance, place in enumerate(_upwards(entity, directory)):
        here = [key for key in found if _visible(things[key], place, distance)]
        if here:
            return _single(here, wanted)
    raise UnfitError(f"{part} {wanted!r} is not visible from the ticket's entity")


def person_named(directory: Directory, wanted: str) -> str:
    """Return the id of the active person with this login, mail address or name."""
    found = names_of(directory, "person").found(wanted)
    return _single([key for key in found if directory.people[key].active], wanted)


def _single(keys: list[str], wanted: str) -> str:
    if not keys:
        raise UnfitError(f"the desk has no active {wanted!r}")
    if len(keys) > 1:
        raise UnfitError(f"{wanted!r} means {len(keys)} things here: write the full path")
    return keys[0]


def _upwards(entity: str, directory: Directory) -> Iterator[str]:
    seen: set[str] = set()
    while entity in directory.entities and entity not in seen:
        seen.add(entity)
        yield entity
        entity = directory.entities[entity].entity_id


def _visible(thing: Placed, place: str, distance: int) -> bool:
    return thing.entity_id == place and (distance == 0 or thing.recursive)
