"""The world that fills an embedded desk, in words of no particular desk.

Everything points by name: people by login, groups and service levels by name, trees by full path
(parts joined by `` > ``, parents listed before children), knowledge by key. "" means none, and the
root where an entity is asked. All times have a zone (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.people import Calendar

__all__ = [
    "VIP",
    "Article",
    "Group",
    "Item",
    "Person",
    "Problem",
    "Remark",
    "Role",
    "Satisfaction",
    "ServiceLevel",
    "Source",
    "Step",
    "Ticket",
    "Work",
    "World",
]

VIP = "VIP"  # the category of people who must never wait


class Role(StrEnum):
    """What somebody does on the desk."""

    requester = "requester"
    agent = "agent"
    manager = "manager"


class Source(StrEnum):
    """How a ticket came in."""

    phone = "phone"
    mail = "mail"
    self_service = "self service"
    walk_in = "walk in"
    other = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account."""

    login: str
    first_name: str
    last_name: str
    email: str
    role: Role = Role.requester
    phone: str = ""
    language: str = ""  # "fr", "en"
    title: str = ""
    category: str = ""  # VIP or ""
    entity: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A team of the desk; every manager is a member too."""

    name: str
    tier: int | None = None
    members: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    entity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that tickets are about."""

    name: str
    owner: str = ""
    serial: str = ""
    location: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """What is promised for tickets of some priorities."""

    name: str
    priorities: tuple[Grade, ...]
    respond: timedelta
    resolve: timedelta
    calendar: str = ""  # Calendar.id; "": around the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A knowledge base article."""

    key: str
    title: str
    text: str  # HTML
    category: str  # full path in the tree of articles
    author: str
    written: datetime
    public: bool = False  # requesters see it
    codes: tuple[str, ...] = ()  # error codes that give it away


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """The cause behind several tickets."""

    key: str
    title: str
    text: str  # plain
    opened: datetime
    category: str = ""
    urgency: Grade = Grade.medium
    impact: Grade = Grade.medium
    priority: Grade = Grade.medium
    group: str = ""
    author: str = ""
    codes: tuple[str, ...] = ()  # error codes that give it away


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How a ticket stands from this moment on; the first step of a ticket is its creation."""

    at: datetime
    by: str
    status: Status
    group: str = ""
    assignee: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that somebody said on a ticket."""

    at: datetime
    by: str
    text: str  # plain
    public: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Work that somebody noted on a ticket."""

    at: datetime
    by: str
    text: str  # plain
    spent: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """The survey of a closed ticket; ``score`` is 1 to 5, None while nobody has answered."""

    asked: datetime
    answered: datetime | None = None
    score: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket with its whole life so far."""

    number: str  # "" when the desk may number it
    kind: Kind
    title: str
    description: str  # plain
    requester: str
    opened_by: str
    steps: tuple[Step, ...]  # oldest first, never empty
    updated: datetime
    markup: str = ""  # the description as HTML, when it came as such
    source: Source = Source.other
    urgency: Grade = Grade.medium
    impact: Grade = Grade.medium
    priority: Grade = Grade.medium
    category: str = ""
    location: str = ""
    entity: str = ""
    item: str = ""
    service_level: str = ""
    remarks: tuple[Remark, ...] = ()
    work: tuple[Work, ...] = ()
    solution: str = ""  # plain; "" while there is none
    satisfaction: Satisfaction | None = None
    articles: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def opened(self) -> datetime:
        """Return when it was created."""
        return self.steps[0].at

    @property
    def status(self) -> Status:
        """Return how it stands."""
        return self.steps[-1].status


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A whole desk: its directory, its knowledge and its tickets, oldest first."""

    name: str
    people: tuple[Person, ...]
    groups: tuple[Group, ...]
    tickets: tuple[Ticket, ...]
    entities: tuple[str, ...] = ()  # below the root
    categories: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    service_levels: tuple[ServiceLevel, ...] = ()
    articles: tuple[Article, ...] = ()
    problems: tuple[Problem, ...] = ()
