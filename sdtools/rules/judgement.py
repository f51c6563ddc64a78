"""What judging one rule on one ticket gives: the common ground of decide and explain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from sdtools.model.memory import RuleMemory
from sdtools.model.ticket import Ticket
from sdtools.model.world import World
from sdtools.plan import Change, Conflict, Yielded
from sdtools.rules.book import Renderer, Rule, RuleBook
from sdtools.rules.conditions import Check, compiled
from sdtools.rules.episode import engaged
from sdtools.rules.subject import Subject
from sdtools.rules.writes import written_by

__all__ = ["Judgement", "Pass", "Progress", "paused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One rule on one ticket, as earlier rules of this pass left it."""

    rule: Rule
    subject: Subject
    truth: bool | None  # ``when`` as written
    masked: bool | None  # with the rule's own fields taken as true: the episode
    memory: RuleMemory
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    yields: tuple[Yielded, ...] = ()
    notes: tuple[str, ...] = ()  # why an action came to nothing

    @property
    def holds(self) -> bool:
        """Tell whether the rule may act: ``when`` holds, or held before the rule acted itself."""
        return bool(self.masked and (self.truth or engaged(self.memory)))


@dataclass(slots=True, kw_only=True)
class Pass:
    """What judging many tickets shares: lives as long as one call of decide."""

    book: RuleBook
    world: World
    now: datetime
    texts: Renderer
    off: dict[str, str] = field(default_factory=dict)  # rule id: why it is switched off
    only: frozenset[str] = frozenset()  # rules to judge; empty: all
    everything_protected: bool = False  # ``protect`` names something that this desk seems to miss
    loads: Counter[str] = field(default_factory=Counter)
    rounds: Counter[str] = field(default_factory=Counter)
    masks: dict[str, frozenset[str]] = field(default_factory=dict)
    protects: Check | None = field(init=False)
    whens: dict[str, Check] = field(init=False)  # rule id: its ``when`` as written
    episodes: dict[str, Check] = field(init=False)  # with what the rule writes taken as true
    course: tuple[tuple[Rule, Check, Set[str]], ...] = field(init=False)
    # the rules that take part, each with its ``when`` and the tickets that it remembers

    def __post_init__(self) -> None:
        for ticket in self.world.tickets:
            if ticket.is_open:
                self.loads.update(ticket.assignees)
        for (rule, _), memory in self.world.memory.rules.items():
            for fired in memory.fired:
                self.rounds[f"{rule}/{fired.action}"] += fired.times
        self.masks = {rule.id: written_by(rule) for rule in self.book.rules}
        self.protects = compiled(self.book.protect) if self.book.protect else None
        rules = self.book.rules
        self.whens = {rule.id: compiled(rule.when) for rule in rules}
        self.episodes = {rule.id: compiled(rule.when, self.masks[rule.id]) for rule in rules}
        known: defaultdict[str, set[str]] = defaultdict(set)
        for rule_id, ticket_id in self.world.memory.rules:
            known[rule_id].add(ticket_id)
        self.course = tuple(
            (rule, self.whens[rule.id], known[rule.id] | known[rule.was or rule.id])
            for rule in rules
            if self.judges(rule)
        )

    def judges(self, rule: Rule) -> bool:
        """Tell whether a rule takes part."""
        wanted = not self.only or rule.id in self.only
        stopped = rule.id in self.off or bool(paused(rule, self.world.paused))
        return rule.enabled and wanted and not stopped

    def memory(self, rule: Rule, ticket: str) -> RuleMemory:
        """Return what the rule, or the one that it replaces, remembers of the ticket."""
        known = self.world.memory.rules
        found = known.get((rule.id, ticket)) or known.get((rule.was, ticket))
        if found is None:
            return RuleMemory(rule=rule.id, ticket=ticket)
        return found if found.rule == rule.id else _renamed(found, rule.id)


def paused(rule: Rule, pauses: Mapping[str, str]) -> str:
    """Return why people paused a rule, be it by its earlier name; "" when they did not."""
    return pauses.get(rule.id, "") or pauses.get(rule.was, "")


def _renamed(memory: RuleMemory, rule: str) -> RuleMemory:
    return replace(memory, rule=rule)


@dataclass(slots=True, kw_only=True)
class Progress:
    """One ticket on its way through the rules: the working copy, and who set what.

    ``writers`` set a field in this pass; ``owners`` wanted the value that it already has.
    """

    original: Ticket
    work: Ticket
    writers: dict[str, tuple[str, str]] = field(default_factory=dict)  # field: (rule, words)
    owners: dict[str, tuple[str, str]] = field(default_factory=dict)
