"""Small worlds for reports: tickets built by hand, and a big one made of a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest

from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.knowledge import KnownError, KnownErrorKind
from sdtools.model.people import Calendar, Directory, Group, Node, OpenHours, Person
from sdtools.model.ticket import Ticket
from sdtools.plan import OutcomeState
from sdtools.reports.metrics.weekly import Material
from sdtools.reports.period import Period, parse_week
from sdtools.templating import Templates

MakeTicket = Callable[..., Ticket]
MakeMaterial = Callable[..., Material]

OFFICE = Calendar(
    id="office",
    name="office",
    timezone="Europe/Paris",
    hours=tuple(OpenHours(weekday=day, begin=time(8), end=time(18)) for day in range(5)),
)

_PATHS = (
    "Network > VPN",
    "Network > Wi-Fi",
    "Network > DNS",
    "Workplace > Printer",
    "Workplace > Laptop",
    "Workplace > Screen",
    "Applications > Mail",
    "Applications > ERP > Invoices",
    "Applications > ERP > Orders",
    "Applications > Payroll",
    "Accounts > Password",
    "Accounts > Rights",
    "Accounts > New arrival",
    "Telephony",
)
_GROUPS = ("Service Desk N1", "N2 Network", "N2 Applications", "N2 Workplace", "N3 Experts")
_TITLES = (
    "VPN drops every ten minutes",
    "L'imprimante du 2e étage n'imprime plus",
    "Cannot open invoices in the ERP",
    "Mot de passe expiré",
    "Écran noir au démarrage",
    "Mail rule moves everything to the bin",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A change of the journal, as the report reads it."""

    rule: str
    ticket: str
    state: OutcomeState


@pytest.fixture
def period() -> Period:
    return parse_week("2026-W46", "Europe/Paris")


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 16, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def templates() -> Templates:
    return Templates.load()


def _ticket(number: int, opened: datetime, **fields: object) -> Ticket:
    values: dict[str, object] = {
        "id": str(number),
        "number": str(number),
        "url": f"https://glpi.example.org/front/ticket.form.php?id={number}",
        "kind": Kind.incident,
        "title": f"Ticket {number}",
        "description": "",
        "status": Status.assigned,
        "urgency": Grade.medium,
        "impact": Grade.medium,
        "priority": Grade.medium,
        "opened": opened,
        "updated": opened,
    }
    return Ticket(**{**values, **fields})  # type: ignore[arg-type] # built by name in tests


@pytest.fixture(scope="session")
def make_ticket() -> MakeTicket:
    return _ticket


def _directory() -> Directory:
    return Directory(
        people={"7": Person(id="7", login="mdupont", name="Marie Dupont")},
        groups={
            str(number): Group(id=str(number), name=name, path=name)
            for number, name in enumerate(_GROUPS, 1)
        },
        categories={
            str(number): Node(id=str(number), name=path.split(" > ")[-1], path=path)
            for number, path in enumerate(_PATHS, 1)
        },
        calendars={"office": OFFICE},
    )


@pytest.fixture(scope="session")
def directory() -> Directory:
    return _directory()


def _seeded(count: int, seed: int, last: datetime) -> tuple[Ticket, ...]:
    """Make tickets of the twelve weeks up to ``last``: most get solved, some are late."""
    chance = random.Random(seed)
    return tuple(_one(number, chance, last) for number in range(1, count + 1))


def _one(number: int, chance: random.Random, last: datetime) -> Ticket:
    opened = last - timedelta(minutes=chance.randrange(12 * 7 * 24 * 60))
    took = timedelta(hours=chance.expovariate(1 / 40))
    waiting = took * 0.3 if chance.random() < 0.2 else timedelta()
    ended = opened + took if opened + took < last and chance.random() < 0.93 else None
    answered = opened + took * 0.2
    grade = chance.choices(list(Grade)[:5], (1, 4, 8, 4, 1))[0]
    return _ticket(
        number,
        opened,
        title=chance.choice(_TITLES),
        status=Status.solved if ended else chance.choice((Status.assigned, Status.pending)),
        solved=ended,
        updated=ended or opened,
        waiting=waiting,
        responded=answered if answered < last else None,
        priority=grade,
        category_id=str(chance.randrange(len(_PATHS) + 1)).replace("0", "", 1)
        if chance.random() < 0.1
        else str(chance.randrange(1, len(_PATHS) + 1)),
        groups=chance.choices(((), ("1",), ("2",), ("3",), ("4",), ("5",), ("1", "2")), k=1)[0],
        assignees=("7",) if chance.random() < 0.5 else (),
        resolve_due=opened + timedelta(days=5 - grade) if chance.random() < 0.6 else None,
        respond_due=opened + timedelta(hours=8) if chance.random() < 0.6 else None,
        sla_calendar=chance.choice(("", "office")),
        satisfaction=chance.choice((None, None, 3, 4, 5)) if ended else None,
        reopens=int(chance.random() < 0.03),
        problems=("3",) if chance.random() < 0.02 else (),
        articles=("12",) if chance.random() < 0.04 else (),
    )


def _material(count: int, last: datetime, seed: int = 1) -> Material:
    tickets = _seeded(count, seed, last)
    states = (*[OutcomeState.applied] * 6, OutcomeState.refused, OutcomeState.overridden)
    return Material(
        desk="glpi",
        desk_url="https://glpi.example.org/",
        tickets=tickets,
        directory=_directory(),
        known_errors=(
            KnownError(
                id="article/12",
                kind=KnownErrorKind.article,
                desk_id="12",
                title="VPN: certificate expired",
                text="Renew it.",
                url="https://glpi.example.org/front/knowbaseitem.form.php?id=12",
            ),
            KnownError(
                id="problem/3",
                kind=KnownErrorKind.problem,
                desk_id="3",
                title="Core switch drops packets",
                text="Restart it.",
            ),
        ),
        done=tuple(
            Record(rule=rule, ticket=str(number), state=states[number % len(states)])
            for number, rule in enumerate(["vip-is-urgent", "network-to-n2", "suggest"] * 9)
        ),
    )


@pytest.fixture(scope="session")
def make_material() -> MakeMaterial:
    return _material
