"""A small desk on paper: decide, carry the plan out exactly, remember as apply does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sdtools.apply.advance import Memories
from sdtools.apply.held import held
from sdtools.apply.intent import Situation, judge
from sdtools.apply.readback import Seen, read_back
from sdtools.connectors.desk import WriteState
from sdtools.connectors.desk import Written as Answer
from sdtools.connectors.glpi.consequences import GlpiConsequences
from sdtools.connectors.servicenow.consequences import ServiceNowConsequences
from sdtools.connectors.servicenow.fields import CHOICES, FIXED
from sdtools.model.effects import Comment, Notify, Webhook
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.history import Edit
from sdtools.model.knowledge import Candidate, KnownError
from sdtools.model.memory import Memory, RuleMemory, Written
from sdtools.model.people import Directory, Group, Node, Person
from sdtools.model.ticket import Activity, Ticket
from sdtools.model.world import Consequences, World
from sdtools.plan import Change, Outcome, OutcomeState, Plan
from sdtools.rules.book import RuleBook
from sdtools.rules.decide import decide
from sdtools.rules.language import load_rules
from sdtools.templating import Templates

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # a Wednesday
ACCOUNT = "99"  # our own
_DAY = timedelta(hours=24)  # for which the store keeps what rules wrote (DESIGN 5)
TEXTS = Templates.load([])


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


# The real arithmetic of each desk, and what each of them lacks.
CONSEQUENCES: Mapping[str, Consequences] = {
    "glpi": GlpiConsequences(),
    "servicenow": ServiceNowConsequences(),
}
DIRECTORIES = {
    "glpi": DIRECTORY,
    "servicenow": replace(DIRECTORY, choices=CHOICES, fixed=FIXED),
}


@lru_cache(maxsize=64)
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
    kind: str = "glpi"
    now: datetime = NOW
    activity: dict[str, Activity] = field(default_factory=dict)
    known_errors: dict[str, KnownError] = field(default_factory=dict)
    candidates: dict[str, tuple[Candidate, ...]] = field(default_factory=dict)
    first: bool = False
    memory: dict[tuple[str, str], RuleMemory] = field(default_factory=dict)
    values: dict[tuple[str, str], tuple[Written, ...]] = field(default_factory=dict)
    overrides: dict[str, dict[str, object]] = field(default_factory=dict)
    edits: dict[tuple[str, str], Edit] = field(default_factory=dict)
    paused: dict[str, str] = field(default_factory=dict)
    said: list[Change] = field(default_factory=list)  # comments, messages and documents that went

    @property
    def ticket(self) -> Ticket:
        """Return the first ticket."""
        return next(iter(self.tickets.values()))

    @property
    def directory(self) -> Directory:
        """Return what tickets can point to."""
        return DIRECTORIES[self.kind]

    @property
    def world(self) -> World:
        """Return all that a decision may depend on."""
        recent = {
            place: tuple(one for one in written if self.now - one.at < _DAY)
            for place, written in self.values.items()
        }
        return World(
            desk="paper",
            kind=self.kind,
            account_id=ACCOUNT,
            consequences=CONSEQUENCES[self.kind],
            tickets=tuple(self.tickets.values()),
            directory=self.directory,
            known_errors=self.known_errors,
            candidates=self.candidates,
            activity=self.activity,
            memory=Memory(first=self.first, rules=dict(self.memory), values=recent),
            edits=self.edits,
            paused=self.paused,
        )

    @property
    def book(self) -> RuleBook:
        """Return the rules, loaded."""
        return book_of(self.rules)

    def plan(self, only: frozenset[str] = frozenset()) -> Plan:
        """Decide, without touching anything."""
        return decide(self.book, self.world, self.now, TEXTS, only)

    def apply(self) -> tuple[Change, ...]:
        """Decide, do it, and remember it; return what was done."""
        plan = self.plan()
        self.carry_out(plan)
        return tuple(change for change in plan.changes if not change.observe)

    def carry_out(self, plan: Plan) -> tuple[Outcome, ...]:
        """Do a plan as apply does: judge again, write, read back, remember."""
        memories = Memories(self.memory, plan)
        due: dict[str, list[Change]] = {}
        for change in plan.changes:
            if not change.observe:
                due.setdefault(change.ticket, []).append(change)
        outcomes = [one for ticket, wanted in due.items() for one in self._on(ticket, wanted)]
        for memory in (*memories.take(outcomes, self.now), *memories.rest(())):
            self.memory[memory.rule, memory.ticket] = memory
            self._note(memory)
        self.first = False
        return tuple(outcomes)

    def _on(self, key: str, wanted: Sequence[Change]) -> Sequence[Outcome]:
        """Carry out what is due on one ticket."""
        about = Situation(
            account_id=ACCOUNT,
            consequences=CONSEQUENCES[self.kind],
            directory=self.directory,
            insisting=frozenset(rule.id for rule in self.book.rules if rule.insist),
        )
        judged = judge(wanted, self.tickets.get(key), frozenset(), about)
        answers = {change.key: self._write(change) for change in judged.due}
        told = [one for one in judged.due if isinstance(one.effect, Notify | Webhook)]
        rest = {one: answers[one] for one in answers if one not in {tell.key for tell in told}}
        sent = [Outcome(change=change, state=OutcomeState.applied) for change in told]
        if judged.expected is None:
            return judged.outcomes
        seen = Seen(tickets=self.tickets, marks={})
        return (*judged.outcomes, *read_back(judged.due, rest, judged.expected, seen), *sent)

    def _write(self, change: Change) -> Answer:
        if isinstance(change.effect, Comment | Notify | Webhook):
            self.said.append(change)
            return Answer(state=WriteState.done)
        before = self.tickets[change.ticket]
        after = CONSEQUENCES[self.kind].after(before, change.effect, self.directory)
        if after == before and not held(after, change.effect):
            return Answer(state=WriteState.refused, detail="the desk says no")
        after = replace(after, **self.overrides.get(change.field, {}))  # type: ignore[arg-type]  # fields of a Ticket
        self.tickets[change.ticket] = after
        return Answer(state=WriteState.done)

    def _note(self, memory: RuleMemory) -> None:
        """Keep every value that a rule wrote, as the store does."""
        for wrote in memory.written:
            place = (memory.ticket, wrote.field)
            known = self.values.get(place, ())
            if not any((one.at, one.value) == (wrote.at, wrote.value) for one in known):
                self.values[place] = (*known, wrote)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def change(self, key: str = "100", **fields: object) -> None:
        """Let a person change a ticket on the desk."""
        self.tickets[key] = replace(self.tickets[key], **fields)  # type: ignore[arg-type]  # fields of a Ticket


def paper_with(rules: str, *tickets: Ticket) -> Paper:
    """Return a desk on paper with these rules and tickets."""
    return Paper(rules=rules, tickets={ticket.id: ticket for ticket in tickets or (TICKET,)})
