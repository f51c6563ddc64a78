"""The seeded world: a believable service desk that is the same for the same seed and moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from sdtools.emulator.world.arrivals import arrivals, so_long_before
from sdtools.emulator.world.known import articles, problems
from sdtools.emulator.world.life import Cast, Life, cut, held, in_hands, opened, whole
from sdtools.emulator.world.model import (
    VIP,
    Group,
    Item,
    Person,
    ServiceLevel,
    Source,
    Ticket,
    World,
)
from sdtools.emulator.world.places import CATEGORIES, ENTITIES, LOCATIONS, WEIGHTS
from sdtools.emulator.world.staff import (
    EXPERTS,
    FIRST_LINE,
    NETWORK,
    Staff,
    office,
    promises,
    staff_of,
    team_of,
)
from sdtools.emulator.world.texts import Known, Scenario, knowledge, wording
from sdtools.emulator.world.voice import report
from sdtools.model.grades import Grade, Kind, Status
from sdtools.worktime import WorkTime, worktime_of

__all__ = ["PRIORITY", "seeded_world"]

# urgency 1 to 5 by row, impact 1 to 5 by column: what both desks are delivered with (GLPI FACTS 10)
PRIORITY = ((1, 1, 2, 2, 2), (1, 2, 2, 3, 3), (2, 2, 3, 4, 4), (2, 3, 4, 4, 5), (2, 3, 4, 5, 5))

_URGENCY = (0.02, 0.15, 0.62, 0.15, 0.06)  # from very low to very high
_IMPACT = (0.02, 0.16, 0.7, 0.1, 0.02)
_GRADES = (Grade.very_low, Grade.low, Grade.medium, Grade.high, Grade.very_high)
_SOURCES = {
    Source.phone: 0.3,
    Source.mail: 0.36,
    Source.self_service: 0.3,
    Source.walk_in: 0.04,
}
_BY_VIP = 0.05
_VIP_TOO_LOW = 0.75  # share of a VIP's tickets that came in with a low or medium urgency
_KNOWN = 0.2  # share of tickets of its categories that are a known error
_LINKED = 0.6  # share of those that somebody linked, once solved
_ON_ITEM = 0.45
_NEW, _WORKING, _HELD = 0.012, 0.028, 0.018  # shares of tickets that are surely open
_STAGES = (0.05, 0.2, 0.4, 0.6, 0.75, 0.8, 0.82, 0.9, 0.95, 0.97, 1.02, 1.3, 2.0)  # of the promise
_IDLE_DAYS = (0.2, 0.5, 1, 2, 3, 4, 6, 7, 9, 12, 15)
_UNSEEN = 0.6  # of the promise: nobody lets a ticket lie until it is late
_DAY = timedelta(hours=10)  # of office time


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What all tickets share."""

    now: datetime
    hours: WorkTime
    staff: Staff
    people: Mapping[str, Person]
    teams: Mapping[str, Group]
    computers: Mapping[str, Item]  # by owner
    vips: tuple[Person, ...]
    levels: Mapping[Grade, ServiceLevel]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What a ticket is about, before anything happened to it."""

    requester: Person
    category: str
    kind: Kind
    urgency: Grade
    impact: Grade
    source: Source
    scenario: Scenario
    known: Known | None

    @property
    def priority(self) -> Grade:
        """Return the priority that follows from urgency and impact."""
        return Grade(PRIORITY[self.urgency - 1][self.impact - 1])


_Story = Callable[[Random, _Desk, Cast, _Wish, datetime], Life]


def seeded_world(seed: int, tickets: int, now: datetime) -> World:
    """Return a desk with so many tickets of the twelve weeks before now; few are open."""
    now = now.replace(microsecond=0)
    rng = Random(seed)  # noqa: S311  (a world, not a secret)
    calendar = office(now)
    hours = worktime_of(calendar, now.date() - timedelta(weeks=20), now.date())
    staff = staff_of(rng)
    desk = _desk(now, hours, staff)
    made = [_ticket(rng, desk, *arrival) for arrival in _arrivals(rng, desk, tickets)]
    author, expert = desk.teams[EXPERTS].members[-1], desk.teams[NETWORK]
    return World(
        name=f"seed {seed}",
        people=staff.people,
        groups=staff.groups,
        tickets=tuple(sorted(made, key=lambda ticket: ticket.opened)),
        entities=ENTITIES,
        categories=CATEGORIES,
        locations=LOCATIONS,
        items=staff.computers,
        calendars=(calendar,),
        service_levels=promises(),
        articles=articles(author, now),
        problems=problems(expert.name, expert.members[-1], now),
    )


def _desk(now: datetime, hours: WorkTime, staff: Staff) -> _Desk:
    return _Desk(
        now=now,
        hours=hours,
        staff=staff,
        people={person.login: person for person in staff.people},
        teams={group.name: group for group in staff.groups},
        computers={item.owner: item for item in staff.computers},
        vips=tuple(person for person in staff.requesters if person.category == VIP),
        levels={grade: level for level in promises() for grade in level.priorities},
    )


def _arrivals(rng: Random, desk: _Desk, count: int) -> list[tuple[datetime, _Story]]:
    stories: list[_Story] = []
    for share, story in ((_NEW, _untouched), (_WORKING, _working), (_HELD, _waiting)):
        stories += [story] * round(share * count)
    stories += [_life] * (count - len(stories))
    return list(zip(arrivals(rng, count, desk.now, desk.hours), stories, strict=True))


def _ticket(rng: Random, desk: _Desk, at: datetime, story: _Story) -> Ticket:
    wish = _wish(rng, desk)
    life = cut(story(rng, desk, _cast(desk, wish), wish, at), desk.now)
    computer = desk.computers[wish.requester.login]
    begin = life.steps[0]
    text = report(
        rng, wish.scenario, wish.kind, wish.requester, computer.name, wish.source, begin.at
    )
    link = _link(rng, wish, life)
    return Ticket(
        number="",
        kind=wish.kind,
        title=text.title,
        description=text.description,
        markup=text.markup,
        requester=wish.requester.login,
        opened_by=begin.by,
        steps=tuple(life.steps),
        updated=life.updated,
        source=wish.source,
        urgency=wish.urgency,
        impact=wish.impact,
        priority=wish.priority,
        category=wish.category,
        location=wish.requester.location,
        entity=wish.requester.entity,
        item=computer.name if rng.random() < _ON_ITEM else "",
        service_level=desk.levels[wish.priority].name,
        remarks=tuple(life.remarks),
        work=tuple(life.work),
        solution=life.solution,
        satisfaction=life.satisfaction,
        articles=link if wish.known and wish.known.form == "article" else (),
        problems=link if wish.known and wish.known.form == "problem" else (),
    )


def _cast(desk: _Desk, wish: _Wish) -> Cast:
    return Cast(
        requester=wish.requester,
        people=desk.people,
        first_line=desk.teams[FIRST_LINE],
        team=desk.teams[team_of(wish.category)],
        experts=desk.teams[EXPERTS],
        trade=_trade(wish),
        hours=desk.hours,
    )


def _trade(wish: _Wish) -> str:
    return wish.category.partition(" > ")[0] if wish.kind is Kind.incident else "Requests"


def _life(rng: Random, desk: _Desk, cast: Cast, wish: _Wish, at: datetime) -> Life:
    life = opened(at, _opener(rng, cast, wish))
    promised = desk.levels[wish.priority].resolve
    whole(rng, cast, life, promised * min(rng.lognormvariate(-1.0, 1.15), 4))
    return life


def _untouched(rng: Random, desk: _Desk, cast: Cast, wish: _Wish, _: datetime) -> Life:
    ago = desk.levels[wish.priority].resolve * rng.uniform(0.01, _UNSEEN)
    return opened(so_long_before(desk.now, ago, desk.hours), _opener(rng, cast, wish))


def _working(rng: Random, desk: _Desk, cast: Cast, wish: _Wish, _: datetime) -> Life:
    used = desk.levels[wish.priority].resolve * rng.choice(_STAGES)
    life = opened(so_long_before(desk.now, used, desk.hours), _opener(rng, cast, wish))
    in_hands(rng, cast, life, used)
    return life


def _waiting(rng: Random, desk: _Desk, cast: Cast, wish: _Wish, _: datetime) -> Life:
    since = so_long_before(desk.now, _DAY * rng.choice(_IDLE_DAYS), desk.hours)
    before = timedelta(hours=rng.uniform(0.5, 12))
    life = opened(so_long_before(since, before, desk.hours), _opener(rng, cast, wish))
    in_hands(rng, cast, life, before)
    life = cut(life, since)
    held(rng, cast, life, since)
    return life


def _opener(rng: Random, cast: Cast, wish: _Wish) -> str:
    if wish.source in {Source.phone, Source.walk_in}:
        return rng.choice(cast.first_line.members[1:])
    return wish.requester.login


def _link(rng: Random, wish: _Wish, life: Life) -> tuple[str, ...]:
    done = life.last.status in {Status.solved, Status.closed}
    return (wish.known.key,) if wish.known and done and rng.random() < _LINKED else ()


_PATHS = tuple(WEIGHTS)
_PATH_SUMS = tuple(accumulate(WEIGHTS.values()))


def _wish(rng: Random, desk: _Desk) -> _Wish:
    requester = rng.choice(desk.vips if rng.random() < _BY_VIP else desk.staff.requesters)
    category = rng.choices(_PATHS, cum_weights=_PATH_SUMS)[0]
    kind, scenario, known = _subject(rng, requester.language, category)
    urgency = rng.choices(_GRADES, _URGENCY)[0]
    if requester.category == VIP and rng.random() < _VIP_TOO_LOW:
        urgency = rng.choice((Grade.low, Grade.medium))
    return _Wish(
        requester=requester,
        category=category,
        kind=kind,
        urgency=urgency,
        impact=rng.choices(_GRADES, _IMPACT)[0],
        source=rng.choices(tuple(_SOURCES), tuple(_SOURCES.values()))[0],
        scenario=scenario,
        known=known,
    )


def _subject(rng: Random, language: str, category: str) -> tuple[Kind, Scenario, Known | None]:
    known = [one for one in knowledge().known_errors if one.category == category]
    if known and rng.random() < _KNOWN:
        one = rng.choice(known)
        return Kind.incident, rng.choice(one.reports[language]), one
    words = wording(language)
    incidents, requests = words.incidents.get(category, ()), words.requests.get(category, ())
    scenario = rng.choice(incidents + requests)
    return (Kind.request if scenario in requests else Kind.incident), scenario, None
