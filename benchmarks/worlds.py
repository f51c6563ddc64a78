"""A made-up service desk: open tickets, of which the policy of rules.yaml wants some changed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = [
    "AGENTS",
    "CATEGORIES",
    "CHANGES",
    "COMPUTERS",
    "DIRECTORS",
    "GROUPS",
    "LEADERS",
    "LOCATIONS",
    "PEOPLE",
    "Case",
    "cases",
    "late_calls",
]

CHANGES = 100  # tickets that the policy wants changed in the first pass
PEOPLE, LEADERS, AGENTS, COMPUTERS, LOCATIONS = 2000, 100, 200, 1500, 40
DIRECTORS = "Directors"  # the group of the first LEADERS people
GROUPS = (
    *("Service Desk N1", "N2 Network", "N2 Applications", "N3 Experts"),
    *(f"Site support {number}" for number in range(1, 27)),
)
_TOPICS = ("Network", "Mail", "Printing", "Workstation", "Telephony", "ERP", "Access", "Other")
_PARTS = ("", "Failure", "Wish", "Slowness", "Question", "Move", "Advice")
CATEGORIES = tuple((topic, part) for topic in _TOPICS for part in _PARTS)
_SPECIAL = ("director", "outage", "network", "network", "stale")  # why a ticket is to change
_TEXT = (
    "since this morning the screen stays grey when I open the monthly report and nothing answers "
    "my colleague next door has the same trouble with the shared folder of accounting please call "
    "me back before noon we cannot send invoices it worked on Friday after the last update the "
    "password was changed yesterday and the badge reader does not know me any more I have tried "
    "another browser another cable and a restart the message says that the session has expired "
    "could somebody install the new version on my laptop as agreed with the head of department"
)
_WORDS = _TEXT.split()
_TITLES = (
    "Screen stays grey", "Cannot open the shared folder", "New laptop wanted",
    "Password has expired", "Printer takes no paper", "Mail is not sent", "Badge is not known",
    "Report of the month is empty", "Telephone is silent", "Slow since the update",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One open ticket, before any desk's way of writing it."""

    number: int  # from 1
    title: str
    text: str
    requester: int  # from 0; the first LEADERS are directors
    status: str  # new, assigned, pending
    urgency: int  # 2 low, 3 medium, 4 high
    category: int  # place in CATEGORIES
    location: int
    computer: int  # 0: none
    group: int  # place in GROUPS, from 1; 0: nobody yet
    agent: int  # 0: nobody yet
    opened: datetime
    updated: datetime
    remarks: tuple[str, ...]


def cases(count: int, now: datetime, *, seed: int = 4) -> Iterator[Case]:
    """Yield open tickets, of which the policy wants CHANGES changed, spread over them all."""
    dice = random.Random(seed)
    chosen = dice.sample(range(1, count + 1), min(CHANGES, count))
    special = {number: _SPECIAL[place % len(_SPECIAL)] for place, number in enumerate(chosen)}
    return (_case(number, special.get(number, ""), dice, now) for number in range(1, count + 1))


def late_calls(count: int, tickets: int, *, seed: int = 5) -> dict[int, str]:
    """Return new titles by ticket: what people changed on the desk before a later pass."""
    chosen = random.Random(seed).sample(range(1, tickets + 1), count)
    return {number: f"Outage after all ({number})" for number in sorted(chosen)}


def _case(number: int, special: str, dice: random.Random, now: datetime) -> Case:
    new, director = special == "network", special == "director"
    free = new or special == "stale" or dice.random() < 0.5  # noqa: PLR2004
    days = dice.uniform(12, 14) if special == "stale" else dice.uniform(0.1, 9)
    opened = now - timedelta(days=days)
    return Case(
        number=number,
        title=_title(special, dice),
        text=f"Hello,\n\n{_words(dice, 40, 160)}\n\nThank you",
        requester=dice.randrange(LEADERS) if director else dice.randrange(LEADERS, PEOPLE),
        status=_status(special, dice),
        urgency=4 if special == "stale" else dice.choices((2, 3), (3, 7))[0],
        category=dice.randrange(len(_PARTS) if new else len(CATEGORIES)),
        location=dice.randrange(1, LOCATIONS + 1),
        computer=dice.randrange(1, COMPUTERS + 1) if dice.random() < 0.3 else 0,  # noqa: PLR2004
        group=0 if new else dice.randrange(1, len(GROUPS) + 1),
        agent=0 if free else dice.randrange(1, AGENTS + 1),
        opened=opened,
        updated=opened + (now - opened) * dice.random(),
        remarks=tuple(_words(dice, 10, 40) for _ in range(_how_often(dice))),
    )


def _title(special: str, dice: random.Random) -> str:
    if special == "outage":
        return f"Outage of the ERP on line {dice.randrange(1, 9)}"
    return f"{dice.choice(_TITLES)} ({dice.randrange(1000)})"


def _status(special: str, dice: random.Random) -> str:
    if special:
        return "new" if special == "network" else "assigned"
    return dice.choices(("assigned", "pending"), (8, 2))[0]


def _words(dice: random.Random, least: int, most: int) -> str:
    return " ".join(dice.choices(_WORDS, k=dice.randrange(least, most)))


def _how_often(dice: random.Random) -> int:
    return dice.choices((0, 1, 2, 3), (6, 2, 1, 1))[0]
