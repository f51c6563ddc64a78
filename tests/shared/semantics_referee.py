"""A referee with books of his own: says when a pass breaks a law of docs/semantics.md."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product

from semantics_paper import ACCOUNT, Paper

from sdtools.apply.held import wanted, written_field
from sdtools.model.effects import Assign, Comment, Link, Notify, SetField
from sdtools.model.grades import OPEN, Grade, Status
from sdtools.model.memory import RuleMemory
from sdtools.model.ticket import Ticket
from sdtools.plan import Change, Outcome, OutcomeState, Plan, field_text
from sdtools.rules.arbiter import link_text
from sdtools.rules.book import AssignAction, Rule
from sdtools.rules.episode import engaged
from sdtools.rules.language import actions_of
from sdtools.rules.writes import written_by

__all__ = ["LAWS", "Referee", "twin_of"]

# Every law, and what is counted as one try of it.
LAWS: Mapping[str, str] = {
    "twice": "plans decided twice",
    "order": "plans decided with the tickets in another order",
    "sections": "books written with their sections in another order, or in two files",
    "settles": "worlds with something to do, left alone by the desk's own rules",
    "people": "fields that a person moved away from what a rule wrote, and the rule wanted again",
    "unknown": "judgements on what cannot be read that could have gone either way",
    "unread": "plans made again with other values behind what cannot be read",
    "once": "comments, messages and relative assignments that a later pass could have repeated",
    "steps": "steps of ladders that a later pass could have taken again",
    "episode": "things said again in a new episode",
    "scope": "closed, cancelled, deleted or protected tickets that rules would have changed",
    "parked": "writes held back because the field had gone there and away within a day",
    "desk": "writes held back because the desk had overruled them twice",
    "one writer": "fields that a second rule wanted otherwise in the same pass",
    "paused": "passes in which a paused rule had something to do",
    "disabled": "passes in which a disabled rule had something to do",
    "observe": "changes that were planned by rules that only observe",
    "requester": "comments on a solved ticket that our own account asked for",
}
FIELDS = ("urgency", "impact", "priority", "category", "group", "assignee", "status")
_DONE = {OutcomeState.applied, OutcomeState.unchanged, OutcomeState.overridden}
_PAUSE = timedelta(minutes=30)
_DAY = timedelta(hours=24)
_EITHER: Mapping[str, tuple[object, ...]] = {
    "requesters": (("1",), ("2",)),
    "groups": ((), ("1",), ("2",)),
    "assignees": ((), ("12",)),
    "category_id": ("", "5", "6"),
    "urgency": (Grade.low, Grade.high),
}
Pair = tuple[str, str]  # rule, ticket
Place = tuple[str, str, int, str]  # rule, ticket, episode, field


def twin_of(paper: Paper, **given: object) -> Paper:
    """Copy a desk on paper, so that what happens to the copy does not happen to it."""
    fresh = replace(
        paper,
        tickets=dict(paper.tickets),
        memory=dict(paper.memory),
        values=dict(paper.values),
        overrides=dict(paper.overrides),
        paused=dict(paper.paused),
        said=[],
    )
    return replace(fresh, **given)  # type: ignore[arg-type]  # fields of a Paper


@dataclass(slots=True)
class _Fired:
    at: datetime
    episode: int
    reopens: int
    times: int = 1


@dataclass(slots=True)
class Referee:
    """Watches one desk from pass to pass."""

    tried: Counter[str]
    movers: dict[Pair, str] = field(default_factory=dict)  # (ticket, field): who moved it last
    wrote: dict[Place, frozenset[str]] = field(default_factory=dict)
    left: set[Place] = field(default_factory=set)  # what a rule has yielded
    linked: set[Place] = field(default_factory=set)
    fired: dict[tuple[str, str, str], _Fired] = field(default_factory=dict)
    history: defaultdict[Pair, list[tuple[datetime, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    overruled: dict[Place, int] = field(default_factory=dict)
    conceded: dict[Place, Mapping[str, str]] = field(default_factory=dict)
    planned: dict[str, Ticket] = field(default_factory=dict)  # as they were when it was decided

    # -- what people do ------------------------------------------------------------------------

    def moved(self, before: Ticket, after: Ticket, by: str) -> None:
        """Note who moved which field."""
        for name in FIELDS:
            if field_text(before, name) != field_text(after, name):
                self.movers[after.id, name] = by

    # -- before a pass -------------------------------------------------------------------------

    def watch_plan(self, paper: Paper, plan: Plan) -> None:
        """Judge a plan before it is carried out."""
        self.planned = dict(paper.tickets)
        rules = {rule.id: rule for rule in paper.book.rules}
        assert paper.plan() == plan
        self.tried["twice"] += 1
        other = twin_of(paper, tickets=dict(reversed(paper.tickets.items())))
        assert other.plan() == plan
        self.tried["order"] += len(paper.tickets) > 1
        self._scope(paper, plan)
        self._one_writer(plan)
        self._sleepers(paper, plan, rules)
        self._observers(paper, plan, rules)
        for rule in rules.values():
            self._unknown(paper, rule)
        self._unread(paper, plan)
        for change in plan.changes:
            self._people(paper, change, rules[change.rule])
            self._parked(paper, change, rules[change.rule])
            self._desk(change, rules[change.rule])
            self._once(paper, change, rules[change.rule])

    def _scope(self, paper: Paper, plan: Plan) -> None:
        out = {ticket.id for ticket in paper.tickets.values() if not _in_scope(ticket)}
        assert not out & {change.ticket for change in plan.changes}
        assert not out & {memory.ticket for memory in plan.memory}
        if out:
            inside = {id: _brought_in(paper.tickets[id]) for id in out}
            would = twin_of(paper, tickets={**paper.tickets, **inside}).plan()
            self.tried["scope"] += len(out & {change.ticket for change in would.changes})

    def _one_writer(self, plan: Plan) -> None:
        writers: defaultdict[Pair, set[str]] = defaultdict(set)
        for change in plan.changes:
            if change.field in FIELDS and not change.observe:
                writers[change.ticket, change.field].add(change.rule)
        assert all(len(rules) == 1 for rules in writers.values()), writers
        self.tried["one writer"] += len(plan.conflicts)

    def _sleepers(self, paper: Paper, plan: Plan, rules: Mapping[str, Rule]) -> None:
        """See that a paused or disabled rule is as good as not there, and keeps its memory."""
        off = {rule.id for rule in rules.values() if not rule.enabled}
        asleep = off | set(paper.paused)
        if not asleep & set(rules):
            return
        assert not asleep & {change.rule for change in plan.changes}
        assert not asleep & {memory.rule for memory in plan.memory}
        awake = twin_of(paper, paused={})
        others = frozenset(rules) - asleep
        if others:
            assert awake.plan(others).changes == plan.changes
        awake.rules = awake.rules.replace('"enabled": false', '"enabled": true')
        due = {change.rule for change in awake.plan().changes}
        self.tried["paused"] += bool(due & set(paper.paused))
        self.tried["disabled"] += bool(due & off)

    def _observers(self, paper: Paper, plan: Plan, rules: Mapping[str, Rule]) -> None:
        """See that a rule which observes changes nothing for the others."""
        observers = {rule.id for rule in rules.values() if rule.observe}
        assert all(change.observe == (change.rule in observers) for change in plan.changes)
        others = frozenset(rules) - observers
        if not observers or not others or any(rules[one].stop for one in observers):
            return
        real = tuple(change for change in plan.changes if not change.observe)
        assert paper.plan(others).changes == real
        self.tried["observe"] += len(plan.changes) - len(real)

    def _unknown(self, paper: Paper, rule: Rule) -> None:
        """See that a rule does nothing where what it cannot read would decide."""
        for ticket in paper.tickets.values():
            if not ticket.unknown or not _in_scope(ticket) or not rule.enabled:
                continue
            alone = twin_of(paper, tickets={ticket.id: ticket}, paused={})
            only = frozenset({rule.id})
            found = alone.plan(only)
            known = paper.memory.get((rule.id, ticket.id))
            either = [
                twin_of(alone, tickets={ticket.id: one}).plan(only) for one in _completions(ticket)
            ]
            matches = {plan.rules[0].matched for plan in either if plan.rules}
            if len(matches) == 2:
                self.tried["unknown"] += 1
                acted = known is not None and engaged(known)
                assert acted or not found.changes, (rule.id, ticket.unknown)
            reopened = known is not None and ticket.reopens > known.reopens
            if known and not reopened and len({_active(plan, known) for plan in either}) == 2:
                assert _active(found, known) == known.active

    def _unread(self, paper: Paper, plan: Plan) -> None:
        """See that a value which could not be read is not used, whatever stands there."""
        blind = [one for one in paper.tickets.values() if one.unknown & {"groups", "requesters"}]
        for ticket in blind:
            other = replace(
                ticket,
                groups=("3",) if "groups" in ticket.unknown else ticket.groups,
                requesters=("13",) if "requesters" in ticket.unknown else ticket.requesters,
            )
            again = twin_of(paper, tickets={**paper.tickets, ticket.id: other}).plan()
            assert _deeds(again) == _deeds(plan)
            self.tried["unread"] += 1

    # -- what a change may not be ---------------------------------------------------------------

    def _people(self, paper: Paper, change: Change, rule: Rule) -> None:
        place = _place(change)
        if isinstance(change.effect, Link):
            assert rule.insist or place not in self.linked, change
        if not _absolute(change, rule):
            return
        assert place not in self.left, change
        found = field_text(paper.tickets[change.ticket], change.field)
        by_person = self.movers.get((change.ticket, change.field)) == "person"
        if place in self.wrote and by_person and not rule.insist:
            assert found in self.wrote[place], change

    def _parked(self, paper: Paper, change: Change, rule: Rule) -> None:
        if not _absolute(change, rule):
            return
        lately = [
            value
            for at, value in self.history[change.ticket, change.field]
            if paper.now - at < _DAY
        ]
        assert change.after_value not in lately or lately[-1] == change.after_value, change

    def _desk(self, change: Change, rule: Rule) -> None:
        place = _place(change)
        if self.overruled.get(place, 0) >= 2 and _absolute(change, rule):
            assert place in self.conceded
            assert _inputs(change, rule) != self.conceded[place], change

    def _once(self, paper: Paper, change: Change, rule: Rule) -> None:
        """See that nothing is said twice in an episode, and no step taken twice."""
        known = self.fired.get((change.rule, change.ticket, change.action))
        reopens = paper.tickets[change.ticket].reopens
        levels = _absolute(change, rule) or isinstance(change.effect, Link)
        if known is None or levels or change.observe:
            return
        if change.action.startswith("steps."):
            assert reopens > known.reopens, change
        elif change.episode == known.episode:
            assert rule.repeat is not None, change
            assert known.times < rule.repeat.max, change
            assert paper.now - known.at >= timedelta(hours=2), change
        else:
            assert reopens > known.reopens or paper.now - known.at > _PAUSE, change
            self.tried["episode"] += 1

    # -- after a pass --------------------------------------------------------------------------

    def watch_outcomes(
        self,
        paper: Paper,
        plan: Plan,
        outcomes: Sequence[Outcome],
        before: Mapping[str, Ticket],
        memory: Mapping[Pair, RuleMemory],
    ) -> None:
        """Note what became of a plan; ``before`` and ``memory`` are from before it was done."""
        rules = {rule.id: rule for rule in paper.book.rules}
        for key, ticket in paper.tickets.items():
            self.moved(before[key], ticket, "rule")
        asleep = {rule.id for rule in rules.values() if not rule.enabled} | set(paper.paused)
        for pair, known in memory.items():
            assert pair[0] not in asleep or paper.memory[pair] == known
        for key, ticket in before.items():
            if not _in_scope(ticket):
                assert paper.tickets[key] == ticket
        self._count_repeats(plan, paper)
        for outcome in outcomes:
            assert not outcome.change.observe
            self._note(paper, outcome, rules[outcome.change.rule], before)
        self._note_yields(paper, plan, rules)

    def _count_repeats(self, plan: Plan, paper: Paper) -> None:
        """Count what was done before, in the episode that lasts, and is not done again now."""
        now = {(one.rule, one.ticket, one.action) for one in plan.changes}
        for (rule, ticket, action), fired in self.fired.items():
            known = paper.memory.get((rule, ticket))
            lasts = known is not None and known.active and known.episode == fired.episode
            if lasts and (rule, ticket, action) not in now:
                self.tried["steps" if action.startswith("steps.") else "once"] += 1

    def _note(
        self, paper: Paper, outcome: Outcome, rule: Rule, before: Mapping[str, Ticket]
    ) -> None:
        change, place = outcome.change, _place(outcome.change)
        ticket = before[change.ticket]
        if isinstance(change.effect, Comment) and ACCOUNT in ticket.requesters:
            solved = ticket.status is Status.solved
            assert not (solved and outcome.state in _DONE)
            self.tried["requester"] += solved
        if outcome.state not in _DONE:
            return
        name, value = written_field(change), wanted(change)
        if isinstance(change.effect, Link):
            self.linked.add(place)
        if name:
            self.wrote[place] = frozenset({value, outcome.found})
            self.history[change.ticket, name].append((paper.now, value))
        again = outcome.state is OutcomeState.overridden
        times = self.overruled.get(place, 0) % 2  # after two the inputs have changed: from anew
        self.overruled[place] = times + 1 if again else 0
        if again and self.overruled[place] == 2:
            self.conceded[place] = _inputs(change, rule)
        if not again:
            self.conceded.pop(place, None)
        for action in (change.action, *change.covers):
            self._note_fired(paper, change, action)

    def _note_fired(self, paper: Paper, change: Change, action: str) -> None:
        key = (change.rule, change.ticket, action)
        known = self.fired.get(key)
        times = known.times + 1 if known and known.episode == change.episode else 1
        reopens = paper.tickets[change.ticket].reopens
        self.fired[key] = _Fired(paper.now, change.episode, reopens, times)

    def _note_yields(self, paper: Paper, plan: Plan, rules: Mapping[str, Rule]) -> None:
        for one in plan.yields:
            place = (one.rule, one.ticket, paper.memory[one.rule, one.ticket].episode, one.field)
            self.tried["people"] += one.to == "people"
            self.tried["parked"] += one.to == "parked"
            self.tried["desk"] += one.to == "desk"
            if one.to == "desk":  # by what it knew then
                known = self.conceded.get(place, {})
                ticket = self.planned[one.ticket]
                self.conceded[place] = {name: field_text(ticket, name) for name in known}
                if ticket.unknown & known.keys():  # which may be read some day: that is a change
                    self.conceded[place] = {"unread": one.rule}
            kept = one.to in {"people", "rule", "parked"} and not rules[one.rule].insist
            if kept and one.field != "link":  # one that insists is parked for the day only
                self.left.add(place)


def _place(change: Change) -> Place:
    name = link_text(change.effect) if isinstance(change.effect, Link) else change.field
    return (change.rule, change.ticket, change.episode, name)


def _in_scope(ticket: Ticket) -> bool:
    """Tell whether rules may see it: here category 7 is protected, and so is an unread one."""
    seen = ticket.status in OPEN or ticket.status is Status.solved
    hidden = ticket.deleted or ticket.category_id == "7" or "category_id" in ticket.unknown
    return seen and not hidden


def _brought_in(ticket: Ticket) -> Ticket:
    status = ticket.status if ticket.status in OPEN else Status.assigned
    return replace(
        ticket,
        status=status,
        deleted=False,
        category_id="" if ticket.category_id == "7" else ticket.category_id,
        unknown=ticket.unknown - {"category_id"},
    )


def _absolute(change: Change, rule: Rule) -> bool:
    """Tell whether a change is one that a rule makes whenever it does not hold."""
    if change.action.startswith("steps."):
        return False
    if isinstance(change.effect, SetField):
        return True
    if not isinstance(change.effect, Assign):
        return False
    path = change.action.removesuffix(".user")
    actions = [one for one in actions_of(rule) if isinstance(one, AssignAction)]
    return not any(one.path == path and one.relative for one in actions)


def _inputs(change: Change, rule: Rule) -> Mapping[str, str]:
    own = written_by(rule)
    return {name: value for name, value in change.basis.items() if name not in own}


def _completions(ticket: Ticket) -> Iterator[Ticket]:
    names = sorted(ticket.unknown)
    for values in product(*(_EITHER[name] for name in names)):
        given = dict(zip(names, values, strict=True))
        yield replace(ticket, unknown=frozenset(), **given)  # type: ignore[arg-type]  # fields of a Ticket


def _active(plan: Plan, known: RuleMemory) -> bool:
    return next((one.active for one in plan.memory), known.active)


def _deeds(plan: Plan) -> set[tuple[str, str, str]]:
    """Name what is done to tickets; whom a message reaches is nothing that a rule decides by."""
    return {
        (change.rule, change.ticket, change.action)
        for change in plan.changes
        if not isinstance(change.effect, Notify)
    }
