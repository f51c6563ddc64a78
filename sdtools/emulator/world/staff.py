"""The directory of the seeded world: people, teams, computers, opening hours and promises."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sdtools.emulator.world.model import VIP, Group, Item, Person, Role, ServiceLevel
from sdtools.emulator.world.places import ENTITIES
from sdtools.emulator.world.texts import wording
from sdtools.model.grades import Grade
from sdtools.model.people import Calendar
from sdtools.worktime import calendar_from

__all__ = [
    "EXPERTS",
    "FIRST_LINE",
    "MANAGERS",
    "Staff",
    "office",
    "promises",
    "staff_of",
    "team_of",
]

FIRST_LINE = "Service Desk N1"
NETWORK = "N2 Network"
APPLICATIONS = "N2 Applications"
EXPERTS = "N3 Experts"
MANAGERS = "IT Managers"

_TEAMS = ((FIRST_LINE, 1, 6), (NETWORK, 2, 3), (APPLICATIONS, 2, 3), (EXPERTS, 3, 2))
_REQUESTERS = 150
_VIPS = 5
_FRENCH = 0.6  # share of people who write French
_IN_WORKSHOP = 0.3  # share of the people of Lyon
_TEAM_OF = {
    "Network": NETWORK,
    "Applications": APPLICATIONS,
    "Security": EXPERTS,
    "Legal": MANAGERS,
}
_VIP_TITLES = {"fr": "Directrice générale adjointe", "en": "Member of the board"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Everybody, the teams, and what requesters work with."""

    agents: tuple[Person, ...]
    requesters: tuple[Person, ...]
    groups: tuple[Group, ...]
    computers: tuple[Item, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        """Return agents and managers first, then requesters."""
        return self.agents + self.requesters


def staff_of(rng: Random) -> Staff:
    """Return the people of the seeded desk: 17 who work on it and 150 who ask."""
    names = _names(rng)
    agents: list[Person] = []
    groups: list[Group] = []
    for team, tier, size in _TEAMS:
        boss = _person(rng, next(names), Role.manager)
        members = [_person(rng, next(names), Role.agent) for _ in range(size)]
        agents += [boss, *members]
        logins = tuple(person.login for person in (boss, *members))
        groups.append(Group(name=team, tier=tier, members=logins, managers=logins[:1]))
    bosses = tuple(group.managers[0] for group in groups)
    groups.append(Group(name=MANAGERS, tier=3, members=bosses, managers=bosses[:1]))
    requesters = tuple(_requester(rng, next(names), index) for index in range(_REQUESTERS))
    return Staff(
        agents=tuple(agents),
        requesters=requesters,
        groups=tuple(groups),
        computers=tuple(_computer(person, index) for index, person in enumerate(requesters, 1)),
    )


def team_of(category: str) -> str:
    """Return the team that knows this category best."""
    return _TEAM_OF.get(category.partition(" > ")[0], FIRST_LINE)


def office(now: datetime) -> Calendar:
    """Return the opening hours of the seeded desk."""
    hours = {"mon-fri": "08:00-18:00"}
    years = range(now.year - 1, now.year + 2)
    return calendar_from("office", "Europe/Paris", hours, "FR", None, years)


def promises() -> tuple[ServiceLevel, ...]:
    """Return the service levels: every priority has exactly one."""
    table = (
        ("Urgent", (Grade.very_high, Grade.major), 0.5, 4),
        ("High", (Grade.high,), 1, 8),
        ("Standard", (Grade.medium,), 2, 20),
        ("Low", (Grade.low, Grade.very_low), 8, 50),
    )
    return tuple(
        ServiceLevel(
            name=name,
            priorities=priorities,
            respond=timedelta(hours=respond),
            resolve=timedelta(hours=resolve),
            calendar="office",
        )
        for name, priorities, respond, resolve in table
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    first: str
    last: str
    language: str
    login: str


def _names(rng: Random) -> Iterator[_Name]:
    taken: set[str] = set()
    while True:
        language = "fr" if rng.random() < _FRENCH else "en"
        words = wording(language)
        first, last = rng.choice(words.first_names), rng.choice(words.last_names)
        login = f"{_plain(first)}.{_plain(last)}"
        if login not in taken and first != last:
            taken.add(login)
            yield _Name(first=first, last=last, language=language, login=login)


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if letter.isascii()).lower()


def _person(rng: Random, name: _Name, role: Role) -> Person:
    return Person(
        login=name.login,
        first_name=name.first,
        last_name=name.last,
        email=f"{name.login}@example.org",
        role=role,
        phone=_phone(rng),
        language=name.language,
        title="IT manager" if role is Role.manager else "IT support",
        location="Head Office > Floor 1",
    )


def _requester(rng: Random, name: _Name, index: int) -> Person:
    vip = index < _VIPS
    entity = "" if vip else rng.choice(("", *ENTITIES, ENTITIES[0]))
    place = entity or "Head Office"
    floor = "Workshop" if place.startswith("Lyon") and rng.random() < _IN_WORKSHOP else "Floor 1"
    return Person(
        login=name.login,
        first_name=name.first,
        last_name=name.last,
        email=f"{name.login}@example.org",
        phone=_phone(rng),
        language=name.language,
        title=_VIP_TITLES[name.language] if vip else rng.choice(wording(name.language).titles),
        category=VIP if vip else "",
        entity=entity,
        location=f"{place} > {floor}",
    )


def _phone(rng: Random) -> str:
    return f"+33 1 99 00 {rng.randrange(100):02d} {rng.randrange(100):02d}"  # reserved for fiction


def _computer(owner: Person, index: int) -> Item:
    return Item(
        name=f"PC-{index:04d}",
        owner=owner.login,
        serial=f"SN{index:06d}",
        location=owner.location,
        entity=owner.entity,
    )
