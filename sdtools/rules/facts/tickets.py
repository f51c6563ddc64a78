"""Facts that stand on the ticket itself: its scales, texts, times and comments."""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

from sdtools.model.grades import Kind, Status
from sdtools.model.ticket import Activity
from sdtools.rules.calendars import rule_worktime, timezone_of
from sdtools.rules.facts.mailtext import own_words
from sdtools.rules.subject import Subject
from sdtools.rules.values import Fact, FactType, Since, Value

__all__ = ["TICKET_FACTS"]

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NO_ACTIVITY = Activity()


def _activity(subject: Subject) -> Activity:
    return subject.world.activity.get(subject.ticket.id, _NO_ACTIVITY)


def _since(subject: Subject, begin: datetime | None) -> Since | None:
    return None if begin is None else Since(begin=begin, end=subject.now)


def _text(subject: Subject) -> str:
    return f"{subject.ticket.title}\n{own_words(subject.ticket.description)}".strip()


def _waiting(subject: Subject) -> timedelta:
    since = subject.ticket.pending_since
    current = subject.now - since if since else timedelta()
    return subject.ticket.waiting + max(current, timedelta())


def _wall(subject: Subject, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(timezone_of(subject.book, subject.calendar)))


def _last_human(subject: Subject) -> datetime:
    return _activity(subject).last_human or subject.ticket.opened


def _pending_since(subject: Subject) -> datetime | None:
    ticket = subject.ticket
    return ticket.pending_since if ticket.status is Status.pending else None


def _by(subject: Subject) -> str | None:
    return _activity(subject).last_comment_by or None


def _weekday(subject: Subject) -> str:
    return _WEEKDAYS[_wall(subject, subject.ticket.opened).weekday()]


_SCALES = (
    Fact(
        name="kind",
        type=FactType.choice,
        doc="What it is: `incident` or `request`.",
        read=lambda subject: subject.ticket.kind.value,
        fields=frozenset({"kind"}),
        key=attrgetter("kind"),
        choices=tuple(Kind),
    ),
    Fact(
        name="status",
        type=FactType.choice,
        doc="Where it stands.",
        read=lambda subject: subject.ticket.status.value,
        fields=frozenset({"status"}),
        key=attrgetter("status"),
        choices=tuple(Status),
    ),
    Fact(
        name="urgency",
        type=FactType.grade,
        doc="How soon it must be solved.",
        read=lambda subject: subject.ticket.urgency,
        fields=frozenset({"urgency"}),
        key=attrgetter("urgency"),
    ),
    Fact(
        name="impact",
        type=FactType.grade,
        doc="How much of the business it touches.",
        read=lambda subject: subject.ticket.impact,
        fields=frozenset({"impact"}),
        key=attrgetter("impact"),
    ),
    Fact(
        name="priority",
        type=FactType.grade,
        doc="What the desk made of urgency and impact.",
        read=lambda subject: subject.ticket.priority,
        fields=frozenset({"priority"}),
        key=attrgetter("priority"),
    ),
)

_TEXTS = (
    Fact(
        name="title",
        type=FactType.text,
        doc="Its title.",
        read=lambda subject: subject.ticket.title,
        fields=frozenset({"title"}),
        cost=3,
    ),
    Fact(
        name="description",
        type=FactType.text,
        doc="Its description, quoted mail and signature included.",
        read=lambda subject: subject.ticket.description,
        fields=frozenset({"description"}),
        cost=4,
    ),
    Fact(
        name="text",
        type=FactType.text,
        doc="Title and description, without quoted mail and signature.",
        read=_text,
        fields=frozenset({"title", "description"}),
        cost=5,
    ),
    Fact(
        name="source",
        type=FactType.text,
        doc="How it came in (phone, mail...), in the desk's own words.",
        read=lambda subject: subject.ticket.source,
        fields=frozenset({"source"}),
        key=attrgetter("source"),
    ),
)

_TIMES = (
    Fact(
        name="opened",
        type=FactType.moment,
        doc="When it was opened.",
        read=lambda subject: subject.ticket.opened,
        fields=frozenset({"opened"}),
    ),
    Fact(
        name="opened.weekday",
        type=FactType.choice,
        doc="The week day of its opening, in the rule's calendar.",
        read=_weekday,
        fields=frozenset({"opened"}),
        choices=_WEEKDAYS,
    ),
    Fact(
        name="opened.hour",
        type=FactType.number,
        doc="The hour of its opening, 0 to 23, in the rule's calendar.",
        read=lambda subject: _wall(subject, subject.ticket.opened).hour,
        fields=frozenset({"opened"}),
    ),
    Fact(
        name="updated",
        type=FactType.moment,
        doc="When anything on it was changed last, by whomever.",
        read=lambda subject: subject.ticket.updated,
    ),
    Fact(
        name="age",
        type=FactType.age,
        doc="The time since it was opened.",
        read=lambda subject: _since(subject, subject.ticket.opened),
        fields=frozenset({"opened"}),
    ),
    Fact(
        name="idle",
        type=FactType.age,
        doc="The time since a person last did something on it; robots do not count.",
        read=lambda subject: _since(subject, _last_human(subject)),
        fields=frozenset({"opened"}),
    ),
    Fact(
        name="pending.age",
        type=FactType.age,
        doc="The time since it was set to pending; empty when it is not pending.",
        read=lambda subject: _since(subject, _pending_since(subject)),
        fields=frozenset({"pending_since"}),
    ),
    Fact(
        name="solved.age",
        type=FactType.age,
        doc="The time since it was solved; empty before.",
        read=lambda subject: _since(subject, subject.ticket.solved),
        fields=frozenset({"solved"}),
    ),
    Fact(
        name="waiting",
        type=FactType.duration,
        doc="All the time that it spent pending.",
        read=_waiting,
        fields=frozenset({"waiting", "pending_since"}),
    ),
    Fact(
        name="working_hours",
        type=FactType.flag,
        doc="Whether the rule's calendar is open now.",
        read=lambda subject: rule_worktime(subject).is_open(subject.now),
    ),
)


def _satisfaction(subject: Subject) -> Value:
    return subject.ticket.satisfaction


_COURSE = (
    Fact(
        name="reopens",
        type=FactType.number,
        doc="How often it was solved and opened again.",
        read=lambda subject: subject.ticket.reopens,
        fields=frozenset({"reopens"}),
        key=attrgetter("reopens"),
    ),
    Fact(
        name="comments",
        type=FactType.number,
        doc="How many comments people wrote on it.",
        read=lambda subject: _activity(subject).comments,
    ),
    Fact(
        name="last_comment.by",
        type=FactType.choice,
        doc="Who commented last; empty when nobody did.",
        read=_by,
        choices=("requester", "agent", "robot"),
    ),
    Fact(
        name="last_comment.age",
        type=FactType.age,
        doc="The time since the last comment; empty when there is none.",
        read=lambda subject: _since(subject, _activity(subject).last_comment),
    ),
    Fact(
        name="satisfaction",
        type=FactType.number,
        doc="The answer to the survey; empty before.",
        read=_satisfaction,
        fields=frozenset({"satisfaction"}),
        key=attrgetter("satisfaction"),
    ),
    Fact(
        name="parent",
        type=FactType.ids,
        doc="The id of the ticket that it is part of.",
        read=lambda subject: (subject.ticket.parent,) if subject.ticket.parent else (),
        fields=frozenset({"parent"}),
        key=attrgetter("parent"),
    ),
    Fact(
        name="problem",
        type=FactType.ids,
        doc="The ids of the problems linked to it.",
        read=lambda subject: subject.ticket.problems,
        fields=frozenset({"problems"}),
        key=attrgetter("problems"),
    ),
    Fact(
        name="article",
        type=FactType.ids,
        doc="The ids of the knowledge articles linked to it.",
        read=lambda subject: subject.ticket.articles,
        fields=frozenset({"articles"}),
        key=attrgetter("articles"),
    ),
)

TICKET_FACTS = (*_SCALES, *_TEXTS, *_TIMES, *_COURSE)
