"""Change, Plan and Outcome: the only input of apply, and what comes of it (DESIGN 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as default
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Literal

from sdtools.model.effects import Effect
from sdtools.model.memory import RuleMemory
from sdtools.model.ticket import Ticket

__all__ = [
    "UNDO",
    "Blocked",
    "Change",
    "Conflict",
    "Limits",
    "Outcome",
    "OutcomeState",
    "Plan",
    "Reason",
    "RuleCount",
    "SwitchedOff",
    "Yielded",
    "change_key",
    "field_text",
    "narrow",
    "plan_id",
]


UNDO = "undo"  # the section of changes that take back what a run did


class OutcomeState(StrEnum):
    """What became of a change."""

    applied = "applied"
    unchanged = "unchanged"  # the desk held it already
    overridden = "overridden"  # written, and the desk made something else of it
    refused = "refused"  # the desk said no
    stale = "stale"  # the ticket moved since it was judged
    failed = "failed"  # an error, or nobody knows: the next pass looks again
    yielded = "yielded"  # somebody changed it since the plan: left to people


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One condition that held, as text for people and JSON."""

    fact: str
    operator: str
    wanted: str
    actual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One wanted effect on one ticket, with its reason."""

    key: str
    ticket: str  # id
    number: str
    title: str
    rule: str
    section: str
    action: str  # the action's name in its rule: "then.comment.known_error"
    episode: int
    effect: Effect
    field: str  # what it writes: "urgency", "group", "assignee", "comment", "link", "notify"...
    before: str  # in words, names and not ids; "" when there was nothing
    after: str
    before_value: str = ""  # field_text of the ticket when it was judged
    after_value: str = ""  # field_text of the ticket that is wanted; "" where nothing is written
    why: tuple[Reason, ...] = ()
    basis: Mapping[str, str] = default(default_factory=dict)
    # field_text of every ticket field that the decision looked at, as the desk held it: if one
    # has moved when the change is about to be written, the change is stale
    observe: bool = False  # planned and reported, never applied
    covers: tuple[str, ...] = ()  # further actions of the rule that count as done with this one
    moved: Mapping[str, str] = default(default_factory=dict)
    # field_text before, of every field that the effect and the desk's consequences move: what an
    # undo gives back

    @property
    def undoes(self) -> bool:
        """Tell whether this takes back what a rule did."""
        return self.section == UNDO


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchedOff:
    """A rule that this desk cannot run: a name it does not know, or more than one."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """What one rule found in a pass; all count tickets."""

    rule: str
    matched: int  # its `when` or its episode holds
    changed: int
    observed: int = 0  # it would have changed, were it not in `mode: observe`
    yielded: int = 0
    waiting: int = 0  # an earlier rule had set the field that it wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A rule wanted another value for a field that an earlier rule had set in this pass."""

    ticket: str
    field: str
    rule: str
    wanted: str
    winner: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Yielded:
    """A rule left a field alone, and to whom: people, the desk, another rule, or parked."""

    ticket: str
    field: str
    rule: str
    to: Literal["people", "desk", "parked", "rule", "undo"]
    wrote: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one pass may touch (DESIGN 6); all count tickets."""

    known_percent: float = 5.0
    known_most: int = 50
    known_least: int = 20
    new_most: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Why the guard stopped a plan: which limit, how many, and the rule that wanted most."""

    limit: str
    allowed: int
    wanted: int
    rule: str
    advice: str

    @property
    def words(self) -> str:
        """Say which limit it is, and how far over it."""
        name = self.limit if self.limit.startswith("limit ") else f"limit on {self.limit}"
        return f"{name}: {self.wanted} wanted, {self.allowed} allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The changes of one pass, texts already rendered: saved, reviewed, applied."""

    id: str
    desk: str
    desk_url: str
    rulebook: str  # fingerprint of the rule book that made it
    now: datetime
    tickets: int  # how many were judged
    changes: tuple[Change, ...]
    memory: tuple[RuleMemory, ...] = ()  # what the rules remember once this plan is applied
    switched_off: tuple[SwitchedOff, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    yields: tuple[Yielded, ...] = ()
    blocked: Blocked | None = None
    partial: bool = False  # of some rules or tickets only: says nothing of the desk as a whole
    rules: tuple[RuleCount, ...] = ()  # of every rule that was judged
    paused: tuple[SwitchedOff, ...] = ()  # rules that people paused, and until when
    prints: Mapping[str, str] = default(default_factory=dict)  # of each rule that made it
    undoes: str = ""  # the run that this takes back

    @property
    def due(self) -> tuple[Change, ...]:
        """Return what is to be carried out: all but what rules in ``mode: observe`` want."""
        return tuple(change for change in self.changes if not change.observe)

    @property
    def touched(self) -> frozenset[str]:
        """Return the tickets that it would change."""
        return frozenset(change.ticket for change in self.due)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a change, and what the desk holds now."""

    change: Change
    state: OutcomeState
    detail: str = ""
    found: str = ""  # field_text after the write


def change_key(desk: str, rule: str, ticket: str, episode: int, action: str) -> str:
    """Name an effect for ever: the same rule, ticket, episode and action give the same key."""
    parts = "\x1f".join((desk, rule, ticket, str(episode), action))
    return blake2b(parts.encode(), digest_size=10).hexdigest()


def plan_id(letter: str, desk: str, now: datetime, changes: Sequence[Change]) -> str:
    """Name a plan by its time and what it wants; ``letter`` tells plans of rules from undos."""
    keys = "\x1f".join(change.key for change in changes)
    text = f"{desk}\x1f{now.isoformat()}\x1f{keys}"
    return f"{letter}-{now:%Y%m%d-%H%M%S}-{blake2b(text.encode(), digest_size=4).hexdigest()}"


def field_text(ticket: Ticket, name: str) -> str:
    """Return a ticket's field as one comparable text: ids joined by commas, times in ISO.

    Long prose comes as its digest: a plan compares it and need not carry people's words.
    """
    value = _WRITTEN_AS[name](ticket) if name in _WRITTEN_AS else getattr(ticket, name)
    return _text(value)


_WRITTEN_AS = {
    "urgency": lambda ticket: ticket.urgency.name,
    "impact": lambda ticket: ticket.impact.name,
    "priority": lambda ticket: ticket.priority.name,
    "category": lambda ticket: ticket.category_id,
    "location": lambda ticket: ticket.location_id,
    "entity": lambda ticket: ticket.entity_id,
    "group": lambda ticket: ticket.groups,
    "assignee": lambda ticket: ticket.assignees,
}


_PROSE = 200  # characters


def _text(value: object) -> str:
    if isinstance(value, str) and len(value) > _PROSE:
        return f"#{blake2b(value.encode(), digest_size=12).hexdigest()}"
    if value is None:
        return ""
    if isinstance(value, tuple | frozenset):
        return ",".join(sorted(str(part) for part in value))
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def narrow(plan: Plan, tickets: frozenset[str], rules: frozenset[str]) -> Plan:
    """Keep the part of a plan that is about these tickets and rules; an empty set keeps all."""

    def kept(ticket: str, rule: str) -> bool:
        return (not tickets or ticket in tickets) and (not rules or rule in rules)

    return replace(
        plan,
        partial=plan.partial or bool(tickets or rules),
        changes=tuple(c for c in plan.changes if kept(c.ticket, c.rule)),
        memory=tuple(m for m in plan.memory if kept(m.ticket, m.rule)),
        conflicts=tuple(c for c in plan.conflicts if kept(c.ticket, c.rule)),
        yields=tuple(y for y in plan.yields if kept(y.ticket, y.rule)),
        rules=() if tickets else tuple(count for count in plan.rules if kept("", count.rule)),
    )
