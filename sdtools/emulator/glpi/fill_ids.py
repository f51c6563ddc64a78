"""Numbers for the names of a world, and GLPI's ways of writing text and time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sdtools.emulator.world.model import World

__all__ = ["Ids", "Row", "ids_of", "stored"]

Row = tuple[str, dict[str, object]]  # item type, columns

_FIRST_PERSON = 7  # a fresh GLPI has six users
_FIRST_CALENDAR = 2  # and a calendar named Default
_ESCAPES = str.maketrans({"&": "&#38;", "<": "&#60;", ">": "&#62;"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """Ids by name; "" is 0 everywhere: the root entity, and nothing elsewhere."""

    zone: ZoneInfo  # of the server's clock
    people: Mapping[str, int]
    groups: Mapping[str, int]
    entities: Mapping[str, int]
    categories: Mapping[str, int]
    locations: Mapping[str, int]
    items: Mapping[str, int]
    calendars: Mapping[str, int]
    levels: Mapping[str, int]  # the TTO SLA; the TTR SLA has the next number
    articles: Mapping[str, int]
    problems: Mapping[str, int]
    names: Mapping[str, str]  # of people by login, as the history shows them: "Dupont Marie (7)"

    def stamp(self, at: datetime) -> str:
        """Return a moment as GLPI writes it: the server's local time, without a zone."""
        return at.astimezone(self.zone).isoformat(" ", "seconds")[:19]


def ids_of(world: World, zone: ZoneInfo) -> Ids:
    """Return numbers for everything, in the world's order."""
    people = _numbered((person.login for person in world.people), _FIRST_PERSON)
    return Ids(
        zone=zone,
        people=people,
        groups=_numbered(group.name for group in world.groups),
        entities=_numbered(world.entities),
        categories=_numbered(world.categories),
        locations=_numbered(world.locations),
        items=_numbered(item.name for item in world.items),
        calendars=_numbered((one.id for one in world.calendars), _FIRST_CALENDAR),
        levels={"": 0} | {one.name: 2 * at + 1 for at, one in enumerate(world.service_levels)},
        articles=_numbered(article.key for article in world.articles),
        problems=_numbered(problem.key for problem in world.problems),
        names={
            person.login: f"{person.last_name} {person.first_name} ({people[person.login]})"
            for person in world.people
        },
    )


def stored(text: str) -> str:
    """Return text as GLPI keeps it (GLPI FACTS 10, Text)."""
    return text.translate(_ESCAPES)


def _numbered(names: Iterable[str], first: int = 1) -> dict[str, int]:
    return {"": 0} | {name: number for number, name in enumerate(names, first)}
