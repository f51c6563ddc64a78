"""A small desk on paper: decide, carry the plan out exactly, remember as apply does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sdtools.apply.advance import Memories
from sdtools.connectors.glpi.consequences import GlpiConsequences
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.knowledge import Candidate, KnownError
from sdtools.model.memory import Memory, RuleMemory, Written
from sdtools.model.people import Directory, Group, Node, Person
from sdtools.model.ticket import Activity, Ticket
from sdtools.model.world import World
from sdtools.plan import Change, Outcome, OutcomeState, Plan, field_text
from sdtools.rules.book import RuleBook
from sdtools.rules.decide import decide
from sdtools.rules.language import load_rules
from sdtools.templating import Templates

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # a Wednesday
_VALUES = {"urgency", "impact", "priority", "category", "kind", "location", "group", "assignee"}


def _person(key: str, vip: bool | None = None) -> Person:
    name = f"Person {key}"
    return Person(id=key, login=f"p{key}", name=name, email=f"p{key}@example.org", vip=vip)


def _group(key: str, *members: str) -> Group:
    return Group(id=key, name=f"N{key}", path=f"N{key}", members=members, managers=("19",))


DIRECTORY = Directory(
    people={
        "1": _person("1", vip=True),
        "2": _person("2", vip=False),
        **{key: _person(key) for key in ("11", "12", "13", "19")},
    },
    groups={"1": _group("1", "11"), "2": _group("2", "12", "13"), "3": _group("3", "13")},
    categories={
        "5": Node(id="5", name="Network", path="Network"),
        "6": Node(id="6", name="VPN", path="Network > VPN"),
        "7": Node(id="7", name="Legal", path="Legal"),
    },
)

TICKET = Ticket(
    id="100",
    number="100",
    url="http://127.0.0.1/100",
    kind=Kind.incident,
    title="No VPN",
    description="The VPN says error 809",
    status=Status.new,
    urgency=Grade.medium,
    impact=Grade.medium,
    priority=Grade.medium,
    opened=NOW - timedelta(hours=2),
    updated=NOW - timedelta(hours=2),
    requesters=("1",),
)


def book_of(rules: str) -> RuleBook:
    """Load a rule file from a text."""

    def no_side_file(name: str) -> str:
        raise FileNotFoundError(name)

    return load_rules([("rules.yaml", f"version: 1\n{rules}")], no_side_file)


@dataclass
class Paper:
    """A desk on paper; ``overrides`` is what its own rules make of a field, whatever is written."""

    rules: str
    tickets: dict[str, Ticket]
    now: datetime = NOW
    activity: dict[str, Activity] = field(default_factory=dict)
    known_errors: dict[str, KnownError] = field(default_factory=dict)
    candidates: dict[str, tuple[Candidate, ...]] = field(default_factory=dict)
    memory: dict[tuple[str, str], RuleMemory] = field(default_factory=dict)
    values: dict[tuple[str, str], tuple[Written, ...]] = field(default_factory=dict)
    overrides: dict[str, dict[str, object]] = field(default_factory=dict)

    @property
    def ticket(self) -> Ticket:
        """Return the first ticket."""
        return next(iter(self.tickets.values()))

    def plan(self, only: frozenset[str] = frozenset()) -> Plan:
        """Decide, without touching anything."""
        world = World(
            desk="paper",
            kind="glpi",
            account_id="99",
            consequences=GlpiConsequences(),
            tickets=tuple(self.tickets.values()),
            directory=DIRECTORY,
            known_errors=self.known_errors,
            candidates=self.candidates,
            activity=self.activity,
            memory=Memory(first=False, rules=dict(self.memory), values=dict(self.values)),
        )
        return decide(book_of(self.rules), world, self.now, Templates.load([]), only)

    def apply(self) -> tuple[Change, ...]:
        """Decide, do it, and remember it; return what was done."""
        plan = self.plan()
        memories = Memories(self.memory, plan)
        due = [change for change in plan.changes if not change.observe]
        outcomes = [self._do(change) for change in due]
        for memory in (*memories.take(outcomes, self.now), *memories.rest(())):
            self.memory[memory.rule, memory.ticket] = memory
        return tuple(due)

    def _do(self, change: Change) -> Outcome:
        before = self.tickets[change.ticket]
        after = GlpiConsequences().after(before, change.effect, DIRECTORY)
        after = replace(after, **self.overrides.get(change.field, {}))  # type: ignore[arg-type]  # fields of a Ticket
        self.tickets[change.ticket] = after
        if change.field not in _VALUES:
            return Outcome(change=change, state=OutcomeState.applied)
        found = field_text(after, change.field)
        wrote = Written(field=change.field, value=change.after_value, at=self.now)
        place = (change.ticket, change.field)
        self.values[place] = (*self.values.get(place, ()), wrote)
        kept = found == change.after_value
        state = OutcomeState.applied if kept else OutcomeState.overridden
        return Outcome(change=change, state=state, found=found)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def change(self, key: str = "100", **fields: object) -> None:
        """Let a person change a ticket on the desk."""
        self.tickets[key] = replace(self.tickets[key], **fields)  # type: ignore[arg-type]  # fields of a Ticket


def paper_with(rules: str, *tickets: Ticket) -> Paper:
    """Return a desk on paper with these rules and tickets."""
    return Paper(rules=rules, tickets={ticket.id: ticket for ticket in tickets or (TICKET,)})
