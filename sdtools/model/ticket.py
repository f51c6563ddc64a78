"""A ticket, what was said on it, and what is derived from that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sdtools.model.grades import OPEN, Grade, Kind, Status

__all__ = ["Activity", "Comment", "Ticket", "role_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An incident or a service request as the desk holds it; all times have a zone (UTC).

    Tuples of ids are sorted. A field named in ``unknown`` could not be read: its value means
    nothing, and every fact made of it is unknown.
    """

    id: str
    number: str  # what people say on the phone
    url: str  # the desk's own page
    kind: Kind
    title: str
    description: str  # plain text: no HTML, no entities
    status: Status
    urgency: Grade
    impact: Grade
    priority: Grade
    opened: datetime
    updated: datetime
    category_id: str = ""  # "" everywhere: none
    location_id: str = ""
    entity_id: str = ""
    source: str = ""  # phone, mail, self service: in the desk's own words
    requesters: tuple[str, ...] = ()
    requester_groups: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # assigned groups
    items: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()  # ids of linked problems
    articles: tuple[str, ...] = ()  # ids of linked knowledge articles
    parent: str = ""
    solved: datetime | None = None
    closed: datetime | None = None
    responded: datetime | None = None  # first human answer, as the desk counts it
    pending_since: datetime | None = None
    waiting: timedelta = timedelta()  # time spent pending so far, without the current wait
    respond_due: datetime | None = None  # the desk's own due date (GLPI TTO)
    resolve_due: datetime | None = None  # the desk's own due date (GLPI TTR)
    sla_respond: str = ""  # name of the desk's SLA
    sla_resolve: str = ""
    sla_calendar: str = ""  # id of the calendar that the desk's SLA counts in; "": around the clock
    updated_by: str = ""  # id of the person who touched it last
    satisfaction: int | None = None
    validation: str = ""  # of an approval that was asked for: waiting, accepted or refused
    approvers: tuple[str, ...] = ()  # ids of people who were asked and have not answered
    documents: tuple[str, ...] = ()  # ids of attached documents
    reopens: int = 0  # how often it was solved and opened again, as far as the mirror saw
    deleted: bool = False
    unknown: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to work on it."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """Something said on a ticket: a comment, a task or a solution."""

    id: str
    ticket_id: str
    author_id: str
    written: datetime
    text: str  # plain text
    public: bool
    form: str = "comment"  # comment, task, solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What people did on a ticket, robots left out (DESIGN 4: ``idle``)."""

    comments: int = 0
    last_human: datetime | None = None
    last_comment: datetime | None = None
    last_comment_by: str = ""  # requester, agent or robot


def role_of(author: str, ticket: Ticket, robots: frozenset[str]) -> str:
    """Say as whom somebody speaks on a ticket: requester, agent or robot.

    A robot is one also where it is the requester: no person answered.
    """
    if author in robots:
        return "robot"
    return "requester" if author in ticket.requesters else "agent"
