"""Advance what rules remember by what really happened: nothing is remembered that was not done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sdtools.apply.held import wanted, written_field
from sdtools.model.effects import Link, Unlink
from sdtools.model.grades import Status
from sdtools.model.memory import Fired, RuleMemory, Written
from sdtools.plan import Change, Outcome, OutcomeState, Plan
from sdtools.rules.arbiter import left_to, link_text

__all__ = ["Memories", "left_alone", "remembering"]

Pair = tuple[str, str]  # (rule, ticket)

_DONE = frozenset({OutcomeState.applied, OutcomeState.unchanged, OutcomeState.overridden})


class Memories:
    """What the rules remember in the course of one run, from the stored to the advanced."""

    def __init__(self, stored: Mapping[Pair, RuleMemory], plan: Plan) -> None:
        """Start from what is stored, and from the episodes as the plan judged them."""
        self._since = plan.now
        self._planned = {(entry.rule, entry.ticket): entry for entry in plan.memory}
        self._known = dict(stored)
        self._saved: set[Pair] = set()
        self._by_ticket: dict[str, list[Pair]] = {}  # made when a solution is taken back

    def done(self, changes: Iterable[Change]) -> frozenset[str]:
        """Return the keys of changes that happened since the plan was made: applied before."""
        return frozenset(change.key for change in changes if self._fired_since(change))

    def _fired_since(self, change: Change) -> bool:
        known = self._known.get((change.rule, change.ticket))
        return (
            known is not None
            and known.episode == change.episode
            and any(one.action == change.action and one.at > self._since for one in known.fired)
        )

    def take(self, outcomes: Iterable[Outcome], now: datetime) -> tuple[RuleMemory, ...]:
        """Return the memories that these outcomes advance, to be stored along with them."""
        moved: dict[Pair, RuleMemory] = {}
        for outcome in outcomes:
            pair = (outcome.change.rule, outcome.change.ticket)
            memory = moved.get(pair) or self._now(pair, outcome.change)
            moved[pair] = recorded(memory, outcome, self._since, now)
            if _reopened(outcome):
                self._reopen(outcome.change.ticket, moved)
        self._known.update(moved)
        self._saved.update(moved)
        return tuple(moved.values())

    def _reopen(self, ticket: str, moved: dict[Pair, RuleMemory]) -> None:
        """Let a solution that is taken back not count as a reopening: no episode ends by it."""
        if not self._by_ticket:
            for pair in {**self._known, **self._planned}:
                self._by_ticket.setdefault(pair[1], []).append(pair)
        for pair in {*self._by_ticket.get(ticket, ()), *(one for one in moved if one[1] == ticket)}:
            memory = moved.get(pair) or self._latest(pair)
            if memory is not None:
                moved[pair] = replace(memory, reopens=memory.reopens + 1)

    def rest(self, untouched: Iterable[Change]) -> tuple[RuleMemory, ...]:
        """Return the plan's memories not taken yet, but for rules with changes left undone."""
        waiting = {(change.rule, change.ticket) for change in untouched}
        return tuple(
            entry
            for pair, entry in self._planned.items()
            if pair not in self._saved and pair not in waiting and not self._overtaken(pair)
        )

    def _now(self, pair: Pair, change: Change) -> RuleMemory:
        latest = self._latest(pair)
        if latest is not None and (pair in self._planned or pair in self._saved):
            return latest
        return remembering(latest, change, self._since)

    def _latest(self, pair: Pair) -> RuleMemory | None:
        """Return the memory as the plan judged it, or what was stored after that."""
        planned = self._planned.get(pair)
        if planned is None or pair in self._saved or self._overtaken(pair):
            return self._known.get(pair)
        return planned

    def _overtaken(self, pair: Pair) -> bool:
        """Tell whether the stored memory is younger than the plan: a plan that waited in a file."""
        known, planned = self._known.get(pair), self._planned[pair]
        if known is None:
            return False
        news = _moments(known) - _moments(planned)
        return known.episode > planned.episode or any(at > self._since for at in news)


def _moments(memory: RuleMemory) -> frozenset[datetime]:
    written, fired = memory.written, memory.fired
    return frozenset([entry.at for entry in written] + [entry.at for entry in fired])


def _reopened(outcome: Outcome) -> bool:
    """Tell whether an undo took a solution back: desks and the mirror count a reopening."""
    change = outcome.change
    solved = change.undoes and change.before_value == Status.solved and change.field == "status"
    return solved and outcome.state is OutcomeState.applied


def remembering(known: RuleMemory | None, change: Change, at: datetime) -> RuleMemory:
    """Return what is known of a rule on a ticket, or the beginning of the change's episode."""
    if known is not None and known.episode >= change.episode:
        return known
    return RuleMemory(
        rule=change.rule, ticket=change.ticket, episode=change.episode, active=True, began=at
    )


def recorded(memory: RuleMemory, outcome: Outcome, since: datetime, now: datetime) -> RuleMemory:
    """Return the memory with one outcome in it; of another episode's change it keeps nothing.

    ``since`` is when the plan was made: what was recorded after it is this very change, met
    a second time.
    """
    change = outcome.change
    if change.undoes:
        return _with_undone(memory, outcome)
    if change.episode != memory.episode:
        return memory
    if outcome.state in _DONE:
        return _with_fired(_with_written(memory, outcome, now), change, since, now)
    if outcome.state is OutcomeState.yielded:
        field = link_text(change.effect) if isinstance(change.effect, Link) else change.field
        return replace(memory, yielded=tuple(sorted({*memory.yielded, field})))
    return memory


def _with_undone(memory: RuleMemory, outcome: Outcome) -> RuleMemory:
    return left_alone(memory, outcome.change) if outcome.state in _DONE else memory


def left_alone(memory: RuleMemory, undone: Change) -> RuleMemory:
    """Return the memory of a rule whose change was undone: it yields, even where it insists.

    An episode that began or ended since the run counts too: else the rule would act again at
    once on what a person has just taken back.
    """
    effect = undone.effect
    name = link_text(effect) if isinstance(effect, Link | Unlink) else undone.field
    yielded = tuple(sorted({*memory.yielded, left_to(name, "undo")}))
    return replace(memory, yielded=yielded, active=True, ended=None)


def _with_written(memory: RuleMemory, outcome: Outcome, now: datetime) -> RuleMemory:
    field, value = _writes(outcome.change)
    if not field:
        return memory
    earlier = next((entry for entry in memory.written if entry.field == field), None)
    others = tuple(entry for entry in memory.written if entry.field != field)
    overridden = outcome.state is OutcomeState.overridden
    times = earlier.overridden if earlier and earlier.value == value else 0
    entry = Written(
        field=field,
        value=value,
        at=now,
        overridden=times + 1 if overridden else 0,
        found=outcome.found if overridden else "",
    )
    return replace(memory, written=(*others, entry))


def _writes(change: Change) -> tuple[str, str]:
    if isinstance(change.effect, Link):
        return link_text(change.effect), link_text(change.effect)
    return written_field(change), wanted(change)


def _with_fired(memory: RuleMemory, change: Change, since: datetime, now: datetime) -> RuleMemory:
    fired = {entry.action: entry for entry in memory.fired}
    for action in (change.action, *change.covers):
        earlier = fired.get(action)
        if earlier is None:
            fired[action] = Fired(action=action, at=now)
        elif earlier.at < since:
            fired[action] = Fired(action=action, at=now, times=earlier.times + 1)
    return replace(memory, fired=tuple(fired.values()))
