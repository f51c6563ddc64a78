"""Facts about the service levels of a ticket: how much of its time is used, left, overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sdtools.model.grades import Status
from sdtools.rules.book import Duration, SlaDefinition
from sdtools.rules.calendars import worktime_for, worktime_in
from sdtools.rules.durations import wanted_time
from sdtools.rules.facts.basic import BASIC_FACTS
from sdtools.rules.logic import holds_with
from sdtools.rules.subject import Subject
from sdtools.rules.values import UNKNOWN, Fact, FactType, Unknown, Value
from sdtools.sla import Clock, Which, book_clock, desk_clock
from sdtools.worktime import AROUND_THE_CLOCK, WorkTime

__all__ = ["LEVEL_FACTS", "ticket_clock"]

_DESK_FIELDS = {
    "respond": frozenset({"respond_due", "sla_respond", "sla_calendar"}),
    "resolve": frozenset({"resolve_due", "sla_resolve", "sla_calendar"}),
}
_COURSE = {
    "respond": frozenset({"opened", "responded"}),
    "resolve": frozenset({"opened", "solved", "waiting", "pending_since"}),
}
_NOBODY: frozenset[str] = frozenset()


def ticket_clock(subject: Subject, name: str) -> Clock | None:
    """Return the clock ``sla.respond`` or ``sla.resolve``; None without one, or when unknown."""
    clock = _clock(subject, "respond" if name == "sla.respond" else "resolve")
    return clock if isinstance(clock, Clock) else None


def _clock(subject: Subject, which: Which) -> Clock | Unknown | None:
    if subject.book.slas is None:
        return _desk_clock(subject, which)
    definition = _definition(subject)
    if definition is None or isinstance(definition, Unknown):
        return definition
    return _book_clock(subject, definition, which)


def _desk_clock(subject: Subject, which: Which) -> Clock | Unknown | None:
    if _DESK_FIELDS[which] & subject.ticket.unknown:
        return UNKNOWN
    worktime = _desk_worktime(subject)
    if worktime is None:
        return UNKNOWN
    return desk_clock(subject.ticket, which, worktime, subject.now)


def _desk_worktime(subject: Subject) -> WorkTime | None:
    calendar_id = subject.ticket.sla_calendar
    if not calendar_id:
        return AROUND_THE_CLOCK
    calendar = subject.world.directory.calendars.get(calendar_id)
    return worktime_in(calendar) if calendar else None


def _definition(subject: Subject) -> SlaDefinition | Unknown | None:
    """Return the first definition that holds; unknown when one before it may hold."""
    for definition in subject.book.slas or ():
        holds = holds_with(BASIC_FACTS, definition.when, subject, _NOBODY)
        if holds is None:
            return UNKNOWN
        if holds:
            return definition
    return None


def _book_clock(subject: Subject, definition: SlaDefinition, which: Which) -> Clock | None:
    target = definition.respond if which == "respond" else definition.resolve
    if target is None:
        return None
    return book_clock(
        subject.ticket,
        definition.id,
        _target(target),
        worktime_for(subject.book, definition.calendar),
        frozenset(map(Status, definition.pause)),
        which,
        subject.now,
    )


def _target(duration: Duration) -> timedelta | int:
    """Return what the clock counts to: hours of its calendar, or business days."""
    return wanted_time(duration) if duration.business_days is None else duration.business_days


def _of_clock(which: Which, said: Callable[[Clock], Value]) -> Callable[[Subject], Value]:
    def read(subject: Subject) -> Value:
        clock = _clock(subject, which)
        return said(clock) if isinstance(clock, Clock) else clock

    return read


def _name(subject: Subject) -> Value:
    """Read the name from the clock to the solution, else from the one to the answer."""
    clock = _clock(subject, "resolve")
    return (
        _of_clock("respond", lambda one: one.name)(subject)
        if clock is None
        else (clock.name if isinstance(clock, Clock) else clock)
    )


def _clock_facts(which: Which, what: str) -> tuple[Fact, ...]:
    kinds: tuple[tuple[str, FactType, str, Callable[[Clock], Value]], ...] = (
        (
            "used",
            FactType.share,
            f"How much of the time to {what} is used; above 100% when late.",
            lambda clock: clock.used,
        ),
        (
            "left",
            FactType.duration,
            f"The working time left to {what}; negative when late.",
            lambda clock: clock.left,
        ),
        ("due", FactType.moment, f"When {what} is due.", lambda clock: clock.due),
        (
            "breached",
            FactType.flag,
            f"Whether the time to {what} was missed.",
            lambda clock: clock.breached,
        ),
    )
    return tuple(
        Fact(
            name=f"sla.{which}.{name}",
            type=kind,
            doc=f"{doc[:-1]}; empty without an SLA.",
            read=_of_clock(which, said),
            fields=_COURSE[which] | _DESK_FIELDS[which],
            lenient=_DESK_FIELDS[which],
            cost=2,
        )
        for name, kind, doc, said in kinds
    )


LEVEL_FACTS = (
    *_clock_facts("respond", "answer"),
    *_clock_facts("resolve", "solve"),
    Fact(
        name="sla.name",
        type=FactType.text,
        doc="The name of its service level; empty without an SLA.",
        read=_name,
        fields=_DESK_FIELDS["respond"] | _DESK_FIELDS["resolve"],
        lenient=_DESK_FIELDS["respond"] | _DESK_FIELDS["resolve"],
        cost=2,
    ),
)
