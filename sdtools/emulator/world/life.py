"""The life of a seeded ticket: from opening through hands, questions and solution to the survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sdtools.emulator.world.model import Group, Person, Remark, Satisfaction, Step, Work
from sdtools.emulator.world.texts import wording
from sdtools.emulator.world.voice import phrase
from sdtools.model.grades import Status
from sdtools.worktime import WorkTime

__all__ = ["Cast", "Life", "cut", "held", "in_hands", "opened", "whole"]

_DESK_CLOSES = timedelta(days=5)  # after which the desk closes what is solved
_TO_FIRST_LINE = 0.6  # share of tickets that the first line looks at before the team
_ASKED = 0.25  # share of tickets on which an agent asks and waits
_TO_EXPERTS = 0.1  # share of escalated tickets that climb once more
_LONGEST_TRIAGE = timedelta(hours=1)
_TAKEN = 0.85  # share of assignments that name somebody, not only the group
_NOTED = 0.5
_SAID = 0.5  # share of notes that the requester sees
_WORKED = 0.4
_CHASED = 0.12
_REOPENED = 0.04
_APPROVED = 0.4  # share of solutions that the requester approves before the desk closes
_SURVEYED = 0.35
_ANSWERED = 0.6
_SCORES = (5, 5, 5, 4, 4, 4, 3, 3, 2, 1)
_GOOD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays in one ticket, and by which working hours."""

    requester: Person
    people: Mapping[str, Person]
    first_line: Group
    team: Group
    experts: Group
    trade: str  # which kind of solution fits
    hours: WorkTime

    def after(self, begin: datetime, span: timedelta) -> datetime:
        """Return when so much working time has passed, to the second."""
        return self.hours.due(begin, span).replace(microsecond=0)


@dataclass(slots=True, kw_only=True)
class Life:
    """A life being written."""

    steps: list[Step] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    solution: str = ""
    satisfaction: Satisfaction | None = None

    @property
    def last(self) -> Step:
        """Return how the ticket stands."""
        return self.steps[-1]

    @property
    def updated(self) -> datetime:
        """Return when somebody touched it last."""
        said, done = (one.at for one in self.remarks), (one.at for one in self.work)
        return max((self.last.at, *said, *done))

    def turn(self, at: datetime, by: str, status: Status) -> None:
        """Change the status and leave it in the same hands."""
        self.steps.append(
            Step(at=at, by=by, status=status, group=self.last.group, assignee=self.last.assignee)
        )

    def say(self, at: datetime, person: Person, text: str, public: bool = True) -> None:
        """Add a remark."""
        self.remarks.append(Remark(at=at, by=person.login, text=text, public=public))


def opened(at: datetime, by: str) -> Life:
    """Return the life of a ticket that nobody has touched."""
    return Life(steps=[Step(at=at, by=by, status=Status.new)])


def in_hands(rng: Random, cast: Cast, life: Life, span: timedelta) -> None:
    """Let the desk take it up and work on it during a span of working time since it was opened."""
    begin = life.last.at
    first = cast.first_line if rng.random() < _TO_FIRST_LINE else cast.team
    triage = min(span * 0.3, timedelta(minutes=rng.lognormvariate(3.2, 0.9)), _LONGEST_TRIAGE)
    _hand(rng, life, cast.after(begin, triage), first)
    moves = [cast.team] if first is not cast.team else []
    if moves and rng.random() < _TO_EXPERTS:
        moves.append(cast.experts)
    for place, group in enumerate(moves, 1):
        _hand(rng, life, cast.after(begin, triage + span * 0.15 * place), group)
    agent = _agent(cast, life)
    if rng.random() < _NOTED:
        at = cast.after(begin, span * 0.6)
        life.say(at, agent, phrase(rng, cast.requester, "progress"), public=rng.random() < _SAID)
    if rng.random() < _CHASED:
        at = cast.after(begin, span * 0.7) + timedelta(minutes=rng.randrange(90))
        life.say(at, cast.requester, phrase(rng, cast.requester, "chase"))
    if rng.random() < _WORKED:
        text, spent = (
            phrase(rng, cast.requester, "work"),
            timedelta(minutes=5 * rng.randrange(1, 25)),
        )
        at = cast.after(begin, span * 0.8)
        life.work.append(Work(at=at, by=agent.login, text=text, spent=spent))


def held(rng: Random, cast: Cast, life: Life, at: datetime) -> None:
    """Let the agent ask the requester something and wait for the answer."""
    agent = _agent(cast, life)
    life.say(at, agent, phrase(rng, cast.requester, "ask"))
    life.turn(at, agent.login, Status.pending)


def whole(rng: Random, cast: Cast, life: Life, span: timedelta) -> None:
    """Let it live to the end; ``span`` is the working time that the desk needs."""
    begin = life.last.at
    in_hands(rng, cast, life, span)
    at = max(cast.after(begin, span), life.updated + timedelta(seconds=30))
    if rng.random() < _ASKED:
        at = _answered(rng, cast, life, at)
    _solved(rng, cast, life, at)
    if rng.random() < _REOPENED:
        back = cast.after(at, timedelta(hours=rng.uniform(2, 12)))
        life.say(back, cast.requester, phrase(rng, cast.requester, "reopen"))
        life.turn(back, cast.requester.login, Status.assigned)
        _solved(rng, cast, life, cast.after(back, timedelta(hours=rng.uniform(0.5, 6))))
    _closed(rng, cast, life)


def cut(life: Life, now: datetime) -> Life:
    """Return what has happened until now."""
    steps = [step for step in life.steps if step.at <= now]
    solved = any(step.status is Status.solved for step in steps)
    survey = life.satisfaction
    if survey and survey.asked > now:
        survey = None
    if survey and survey.answered and survey.answered > now:
        survey = Satisfaction(asked=survey.asked)
    return Life(
        steps=steps,
        remarks=sorted((one for one in life.remarks if one.at <= now), key=lambda one: one.at),
        work=[one for one in life.work if one.at <= now],
        solution=life.solution if solved else "",
        satisfaction=survey,
    )


def _hand(rng: Random, life: Life, at: datetime, group: Group) -> None:
    agents = group.members if len(group.members) == 1 else group.members[1:]
    assignee = rng.choice(agents) if rng.random() < _TAKEN else ""
    by = assignee or rng.choice(agents)
    life.steps.append(
        Step(at=at, by=by, status=Status.assigned, group=group.name, assignee=assignee)
    )


def _agent(cast: Cast, life: Life) -> Person:
    return cast.people[life.last.assignee or life.last.by]


def _answered(rng: Random, cast: Cast, life: Life, at: datetime) -> datetime:
    held(rng, cast, life, at)
    wait = timedelta(hours=min(rng.lognormvariate(1.8, 0.9), 40))
    back = cast.after(at, wait) + timedelta(seconds=rng.randrange(3600))
    life.say(back, cast.requester, phrase(rng, cast.requester, "reply"))
    life.turn(back, cast.requester.login, Status.assigned)
    return cast.after(back, timedelta(minutes=rng.uniform(5, 180)))


def _solved(rng: Random, cast: Cast, life: Life, at: datetime) -> None:
    agent = _agent(cast, life)
    if agent is cast.requester:  # it came back from the requester, to nobody in particular
        agent = cast.people[cast.team.members[-1]]
    life.turn(at, agent.login, Status.solved)
    solutions = wording(cast.requester.language).solutions
    life.solution = rng.choice(solutions[cast.trade])


def _closed(rng: Random, cast: Cast, life: Life) -> None:
    solved = life.last.at
    if rng.random() < _APPROVED:
        at = cast.after(solved, timedelta(hours=rng.uniform(0.2, 16)))
        life.turn(at, cast.requester.login, Status.closed)
    else:
        life.turn(solved + _DESK_CLOSES, "", Status.closed)
    if rng.random() < _SURVEYED:
        life.satisfaction = _survey(rng, cast, life.last.at)


def _survey(rng: Random, cast: Cast, asked: datetime) -> Satisfaction:
    if rng.random() >= _ANSWERED:
        return Satisfaction(asked=asked)
    score = rng.choice(_SCORES)
    comment = phrase(rng, cast.requester, "praise" if score >= _GOOD else "complaint")
    answered = asked + timedelta(minutes=rng.randrange(5, 3600))
    return Satisfaction(asked=asked, answered=answered, score=score, comment=comment)
