"""A small desk with people, groups, trees and known errors, and conditions read from YAML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from textwrap import dedent, indent

import pytest

from sdtools.errors import Mistake, RulesError
from sdtools.model.effects import Effect
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.knowledge import Candidate, KnownError, KnownErrorKind
from sdtools.model.people import Directory, Group, Item, Node, Person
from sdtools.model.ticket import Activity, Ticket
from sdtools.model.world import World
from sdtools.rules.book import Condition, RuleBook
from sdtools.rules.conditions import judge
from sdtools.rules.language import load_rules
from sdtools.rules.subject import Subject
from sdtools.worktime import calendar_from

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)  # a Wednesday, 10:30 in Paris

CALENDARS = """
version: 1
defaults: {calendar: office}
calendars:
  office:
    timezone: Europe/Paris
    hours: {mon-fri: "08:00-12:00 13:00-17:00"}
"""


class Nothing:
    """A desk that computes nothing."""

    def after(self, ticket: Ticket, effect: Effect, directory: Directory) -> Ticket:
        return ticket


TICKET = Ticket(
    id="7",
    number="7",
    url="http://desk.example.org/7",
    kind=Kind.incident,
    title="Le VPN ne démarre pas",
    description="Bonjour,\nL'imprimante marche.\n\nCordialement,\nJeanne\n",
    status=Status.assigned,
    urgency=Grade.medium,
    impact=Grade.high,
    priority=Grade.high,
    opened=NOW - timedelta(days=7),
    updated=NOW - timedelta(hours=1),
    category_id="c2",
    location_id="l1",
    entity_id="e2",
    source="Phone",
    requesters=("p1",),
    observers=("p3",),
    assignees=("p2",),
    groups=("g1",),
    items=("Computer/1",),
    problems=("3",),
)

_HOURS = {"mon-fri": "09:00-17:00"}

DIRECTORY = Directory(
    people={
        "p1": Person(
            id="p1",
            login="jmartin",
            name="Jeanne Martin",
            email="j.martin@example.org",
            language="fr",
            title="Directrice",
            category="Siège",
            vip=True,
        ),
        "p2": Person(id="p2", login="pdurand", name="Paul Durand", vip=False),
        "p3": Person(id="p3", login="lpetit", name="Luc Petit", vip=None),
        "p4": Person(id="p4", login="pdurand2", name="Paul Durand", vip=False),
    },
    groups={
        "g1": Group(id="g1", name="Service Desk N1", path="Service Desk N1", members=("p2",)),
        "g2": Group(id="g2", name="N2 Network", path="IT > N2 Network"),
        "g0": Group(id="g0", name="IT", path="IT"),
        "g3": Group(id="g3", name="Board", path="Board", members=("p1",)),
    },
    categories={
        "c1": Node(id="c1", name="Network", path="Network"),
        "c2": Node(id="c2", name="Remote access", path="Network > Remote access"),
        "c3": Node(id="c3", name="Mail", path="Applications > Mail"),
        "c4": Node(id="c4", name="Mail", path="Logistics > Mail"),
        "c5": Node(id="c5", name="Network", path="Legal > Network"),
    },
    locations={
        "l0": Node(id="l0", name="France", path="France"),
        "l1": Node(id="l1", name="Lyon", path="France > Lyon"),
    },
    entities={
        "e1": Node(id="e1", name="Root", path="Root"),
        "e2": Node(id="e2", name="Lyon", path="Root > Lyon", entity_id="e1"),
    },
    items={"Computer/1": Item(id="Computer/1", type="Computer", name="PC-0001")},
    calendars={
        "k1": calendar_from(
            "k1", "Europe/Paris", {"mon-fri": "09:00-17:00"}, (), None, range(2026, 2027)
        )
    },
)

KNOWN = {
    "article/12": KnownError(
        id="article/12",
        kind=KnownErrorKind.article,
        desk_id="12",
        title="VPN stops after the update",
        text="Restart it.",
    ),
    "problem/3": KnownError(
        id="problem/3", kind=KnownErrorKind.problem, desk_id="3", title="Printers", text="x"
    ),
}


@dataclass(frozen=True)
class Bench:
    """Reads and judges conditions on one ticket."""

    ticket: Ticket = TICKET
    directory: Directory = DIRECTORY
    candidates: tuple[Candidate, ...] = ()
    activity: Activity | None = None
    others: tuple[Ticket, ...] = ()
    now: datetime = NOW
    rules: str = CALENDARS

    def having(self, **fields: object) -> Bench:
        """Change fields of the ticket."""
        return replace(self, ticket=replace(self.ticket, **fields))  # type: ignore[arg-type]  # of Ticket

    def book(self, when: str = "{status: new}", rule: str = "") -> RuleBook:
        text = dedent(self.rules) + "priority:\n  - id: one\n    when:\n"
        text += indent(dedent(when).strip(), " " * 6) + "\n"
        text += "    then: {set: {urgency: high}}\n" + indent(dedent(rule), " " * 4)
        return load_rules([("rules.yaml", text)], read_nothing)

    def subject(self, book: RuleBook) -> Subject:
        world = World(
            desk="glpi",
            kind="glpi",
            account_id="1",
            consequences=Nothing(),
            tickets=(self.ticket, *self.others),
            directory=self.directory,
            known_errors=KNOWN,
            candidates={self.ticket.id: self.candidates} if self.candidates else {},
            activity={self.ticket.id: self.activity} if self.activity else {},
        )
        return Subject(
            ticket=self.ticket,
            world=world,
            book=book,
            now=self.now,
            calendar=book.rules[0].calendar,
        )

    def condition(self, when: str) -> Condition:
        return self.book(when).rules[0].when

    def holds(self, when: str, masked: frozenset[str] = frozenset()) -> bool | None:
        book = self.book(when)
        return judge(book.rules[0].when, self.subject(book), masked).truth

    def actual(self, when: str) -> str:
        book = self.book(when)
        return judge(book.rules[0].when, self.subject(book)).tests[0].actual


def read_nothing(path: str) -> str:
    raise FileNotFoundError(2, "No such file or directory", path)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def mistakes() -> Callable[[str], list[Mistake]]:
    """Load rules and return their mistakes."""

    def load(text: str, **files: str) -> list[Mistake]:
        try:
            load_rules([("rules.yaml", dedent(text))], files.__getitem__)
        except RulesError as error:
            return list(error.mistakes)
        return []

    return load
