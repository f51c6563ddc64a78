"""The world of a real desk's audit log: every incident in the state it had at a moment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sdtools.emulator.world.events import GRADES, PRIORITIES, STATES, Event, read_events
from sdtools.emulator.world.model import (
    Group,
    Item,
    Person,
    Problem,
    Role,
    ServiceLevel,
    Source,
    Step,
    Ticket,
    World,
)
from sdtools.errors import ConfigError
from sdtools.model.grades import Grade, Kind, Status

__all__ = ["history_world"]

_SOURCES = {
    "phone": Source.phone,
    "ivr": Source.phone,
    "email": Source.mail,
    "self service": Source.self_service,
    "direct opening": Source.walk_in,
}
# The log says only whether a promise was kept. These fit what it says for moderate and low
# priorities (it agrees in nine of ten resolved incidents); above, hardly any promise was kept.
_PROMISES = (
    ("Critical", Grade.very_high, timedelta(minutes=30), timedelta(hours=4)),
    ("High", Grade.high, timedelta(hours=1), timedelta(hours=8)),
    ("Moderate", Grade.medium, timedelta(hours=4), timedelta(days=5)),
    ("Low", Grade.low, timedelta(days=1), timedelta(days=10)),
    ("Planning", Grade.very_low, timedelta(days=2), timedelta(days=30)),
)
_LEVELS = {grade: name for name, grade, *_ in _PROMISES}
_MAIL_DOMAIN = "example.org"


def history_world(path: Path, as_of: datetime) -> World:
    """Return the desk as its log shows it at ``as_of``, in file order.

    An incident stands as its last event up to then says; what has no event yet does not exist.
    Raises ConfigError for a file that is missing or not in the layout of ``docs/history.md``, with
    the lines, and for a moment before its first event.
    """
    histories: dict[str, list[Event]] = {}
    first: datetime | None = None
    for event in read_events(path):
        first = min(first or event.sys_updated_at, event.sys_updated_at)
        if event.sys_updated_at <= as_of:
            histories.setdefault(event.number, []).append(event)
    if not histories:
        begin = f"its first event is of {first:%Y-%m-%dT%H:%MZ}" if first else "it has no events"
        raise ConfigError(
            f"{path}: nothing up to {as_of.isoformat()}: {begin}", "choose a later --as-of"
        )
    return _world(path.name, list(histories.values()), as_of)


def _world(name: str, histories: list[list[Event]], as_of: datetime) -> World:
    lasts = [events[-1] for events in histories]
    crew = _Crew(as_of=as_of)
    for events in histories:
        crew.meet(events)
    return World(
        name=name,
        people=crew.people(),
        groups=crew.groups(),
        tickets=tuple(_ticket(events, crew, as_of) for events in histories),
        categories=tuple(dict.fromkeys(path for last in lasts for path in _paths(last))),
        locations=_names(last.location for last in lasts),
        items=tuple(Item(name=item) for item in _names(last.cmdb_ci for last in lasts)),
        service_levels=tuple(
            ServiceLevel(name=level, priorities=(grade,), respond=respond, resolve=resolve)
            for level, grade, respond, resolve in _PROMISES
        ),
        problems=tuple(_problems(histories)),
    )


@dataclass(slots=True)
class _Crew:
    """Everybody who is met in the log, and who worked how often for which group."""

    as_of: datetime
    taken: set[str] = field(default_factory=set)  # logins
    logins: dict[str, str] = field(default_factory=dict)  # by name
    agents: set[str] = field(default_factory=set)  # names
    worked: dict[str, Counter[str]] = field(default_factory=dict)  # by group: incidents by name

    def meet(self, events: list[Event]) -> None:
        """Note the people of one incident."""
        for event in events:
            callers, agents = {event.caller_id}, self._agents(event)
            for name in sorted(callers | agents):
                if name and name not in self.logins:
                    self.logins[name] = self._login(name)
            self.agents |= agents
        for group, name in dict.fromkeys((one.assignment_group, one.assigned_to) for one in events):
            if group:
                self.worked.setdefault(group, Counter()).update(filter(None, (name,)))

    def resolver(self, event: Event) -> str:
        """Return who resolved it, as far as that was known."""
        known = event.resolved_at is not None and event.resolved_at <= self.as_of
        return event.resolved_by if known else ""

    def people(self) -> tuple[Person, ...]:
        """Return everybody, in order of appearance."""
        managers = {manager for group in self.groups() for manager in group.managers}
        return tuple(self._person(name, login, managers) for name, login in self.logins.items())

    def groups(self) -> tuple[Group, ...]:
        """Return the groups; who worked most for one manages it."""
        return tuple(
            Group(
                name=group,
                members=tuple(self.logins[name] for name, _ in worked.most_common()),
                managers=tuple(self.logins[name] for name, _ in worked.most_common(1)),
            )
            for group, worked in self.worked.items()
        )

    def _agents(self, event: Event) -> set[str]:
        return {event.opened_by, event.sys_updated_by, event.assigned_to, self.resolver(event)}

    def _login(self, name: str) -> str:
        login = re.sub(r"[^a-z0-9]+", ".", name.lower()).strip(".") or "person"
        if login in self.taken:
            login = f"{login}.{len(self.taken)}"
        self.taken.add(login)
        return login

    def _person(self, name: str, login: str, managers: set[str]) -> Person:
        first, _, last = name.rpartition(" ")
        role = Role.agent if name in self.agents else Role.requester
        return Person(
            login=login,
            first_name=first,
            last_name=last,
            email=f"{login}@{_MAIL_DOMAIN}",
            role=Role.manager if login in managers else role,
        )


def _ticket(events: list[Event], crew: _Crew, as_of: datetime) -> Ticket:
    last = events[-1]
    requester = crew.logins.get(last.caller_id, "")
    steps = _steps(events, crew)
    priority = PRIORITIES.get(last.priority, Grade.medium)
    return Ticket(
        number=last.number,
        kind=Kind.incident,
        title=" ".join(filter(None, (last.number, _subject(last)))),
        description=_facts(last),
        requester=requester,
        opened_by=crew.logins.get(last.opened_by, requester),
        steps=steps,
        updated=max(steps[-1].at, last.sys_updated_at),
        source=_SOURCES.get(last.contact_type.lower(), Source.other),
        urgency=GRADES.get(last.urgency, Grade.medium),
        impact=GRADES.get(last.impact, Grade.medium),
        priority=priority,
        category=_paths(last)[-1] if last.category else "",
        location=last.location,
        item=last.cmdb_ci,
        service_level=_LEVELS[priority],
        solution=_solution(last, steps[-1].status, as_of),
        problems=(last.problem_id,) if last.problem_id else (),
    )


def _steps(events: list[Event], crew: _Crew) -> tuple[Step, ...]:
    begin = events[0]
    opened = min(begin.opened_at, begin.sys_updated_at)
    steps = [Step(at=opened, by=crew.logins.get(begin.opened_by, ""), status=Status.new)]
    for event in events:
        now = steps[-1]
        status = STATES.get(event.incident_state, now.status)
        assignee = crew.logins.get(event.assigned_to, "")
        if (status, event.assignment_group, assignee) != (now.status, now.group, now.assignee):
            steps.append(
                Step(
                    at=max(event.sys_updated_at, now.at),
                    by=_actor(event, status, crew),
                    status=status,
                    group=event.assignment_group,
                    assignee=assignee,
                )
            )
    return tuple(steps)


def _actor(event: Event, status: Status, crew: _Crew) -> str:
    resolver = crew.resolver(event) if status is Status.solved else ""
    return crew.logins.get(resolver or event.sys_updated_by, "")


def _solution(last: Event, status: Status, as_of: datetime) -> str:
    if status not in {Status.solved, Status.closed}:
        return ""
    known = last.closed_code and last.resolved_at is not None and last.resolved_at <= as_of
    return f"Resolved: {last.closed_code}" if known else "Resolved"


def _subject(event: Event) -> str:
    return ": ".join(filter(None, (event.category, event.u_symptom)))


def _facts(event: Event) -> str:
    facts = (
        ("Category", event.category),
        ("Subcategory", event.subcategory),
        ("Symptom", event.u_symptom),
        ("Location", event.location),
        ("Item", event.cmdb_ci),
    )
    return "\n".join(f"{name}: {value}" for name, value in facts if value)


def _paths(event: Event) -> tuple[str, ...]:
    if not event.category:
        return ()
    if not event.subcategory:
        return (event.category,)
    return event.category, f"{event.category} > {event.subcategory}"


def _names(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))


def _problems(histories: list[list[Event]]) -> Iterator[Problem]:
    """Describe each problem by the incidents that were tied to it up to now."""
    about: dict[str, list[Event]] = {}
    for events in histories:
        if events[-1].problem_id:
            about.setdefault(events[-1].problem_id, []).append(events[-1])
    for name, lasts in about.items():
        subject = Counter(filter(None, map(_subject, lasts))).most_common(1)
        worst = max(PRIORITIES.get(last.priority, Grade.medium) for last in lasts)
        yield Problem(
            key=name,
            title=f"{name}: {subject[0][0]}" if subject else name,
            text="\n\n".join(dict.fromkeys(filter(None, map(_facts, lasts)))),
            opened=min(last.opened_at for last in lasts),
            category=next((_paths(last)[-1] for last in lasts if last.category), ""),
            priority=worst,
            group=lasts[0].assignment_group,
        )
