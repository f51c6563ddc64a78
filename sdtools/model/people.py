"""The directory of a desk: people, groups, trees, items, calendars and the words it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

__all__ = ["Agreement", "Calendar", "Directory", "Group", "Item", "Node", "OpenHours", "Person"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account on the desk."""

    id: str
    login: str
    name: str  # as people say it: "Marie Dupont"
    email: str = ""
    phone: str = ""
    title: str = ""
    category: str = ""
    language: str = ""  # "fr", "en"; empty when the desk does not say
    vip: bool | None = None  # None: nothing tells (no vip in the configuration)
    active: bool = True  # those who left stay, so that old tickets show their names
    mobile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A place in one of the desk's trees: a category, a location or an entity."""

    id: str
    name: str
    path: str  # full path, parts joined by " > "
    entity_id: str = ""  # where it is defined; for an entity its parent
    recursive: bool = True  # visible in the entities below


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A team; ``members`` and ``managers`` are ids of people, sorted."""

    id: str
    name: str
    path: str
    entity_id: str = ""
    recursive: bool = True
    assignable: bool = True
    members: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A configuration item that tickets can be about."""

    id: str  # unique on the desk: "Computer/12" on GLPI, a sys_id on ServiceNow
    type: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHours:
    """One opening of a week day; ``weekday`` 0 is Monday, as in Python."""

    weekday: int
    begin: time
    end: time  # time.max stands for midnight at the end of the day


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Working hours of a desk or of ``rules.yaml``; ``closed`` holds every closed day."""

    id: str
    name: str
    timezone: str
    hours: tuple[OpenHours, ...]
    closed: frozenset[date] = frozenset()
    closed_every_year: frozenset[tuple[int, int]] = frozenset()  # (month, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A service level agreement of the desk: what is due within ``number`` of ``unit``."""

    id: str
    name: str
    due: str  # "respond" or "resolve"
    number: int
    unit: str  # minute, hour, day, month
    end_of_day: bool = False  # of the last working day, not at the hour
    calendar_id: str = ""  # "": around the clock
    own_calendar: bool = False  # it counts in the calendar of the ticket's entity instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """All that a ticket can point to, by id."""

    people: Mapping[str, Person] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    categories: Mapping[str, Node] = field(default_factory=dict)
    locations: Mapping[str, Node] = field(default_factory=dict)
    entities: Mapping[str, Node] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # by field (urgency, status...), the words that this desk has; a field that is not here has all
    fixed: frozenset[str] = frozenset()  # fields that nobody can set on this desk
    agreements: Mapping[str, Agreement] = field(default_factory=dict)
