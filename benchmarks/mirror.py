"""How fast the mirror takes tickets, and how much memory pulling and planning a big desk needs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.desks import glpi, wall
from benchmarks.figures import Figure, least, most
from benchmarks.worlds import Case, cases
from sdtools.cli.heap import tune
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.ticket import Ticket
from sdtools.store.database import open_database
from sdtools.store.mirror import Mirror

__all__ = ["memory", "upsert"]

_MANY = 200_000  # tickets, whatever --tickets says
_TAKEN = 50_000
_TRIES = 3


def upsert(_: int) -> Iterator[Figure]:
    """Take tickets into an empty mirror, then the same again, then all of them changed."""
    print(f"Mirror on SQLite, {_TAKEN:,} tickets, the median of {_TRIES} runs.")
    tune()  # as every command of sdtools does
    now = wall()
    tickets = [_ticket(case) for case in cases(_TAKEN, now)]
    later = [_ticket(case) for case in cases(_TAKEN, now, seed=5)]
    runs = [_speeds((tickets, tickets, later), now) for _ in range(_TRIES)]
    new, same, changed = (median(run[place] for run in runs) for place in range(3))
    yield least("mirror upsert, SQLite, new tickets", new, 50_000, "a second")
    print(f"unchanged {same:,.0f} a second, changed {changed:,.0f} a second")


def _speeds(batches: Sequence[Sequence[Ticket]], now: datetime) -> list[float]:
    with TemporaryDirectory() as name, open_database(f"sqlite:///{Path(name) / 'x.db'}") as base:
        mirror = Mirror(base, "desk")
        found = []
        for batch in batches:
            began = time.perf_counter()
            mirror.upsert_tickets(batch, now)
            found.append(len(batch) / (time.perf_counter() - began))
        return found


def memory(_: int) -> Iterator[Figure]:
    """Pull and plan a GLPI with many tickets: all of them open, then nine of ten closed."""
    print(f"GLPI with {_MANY:,} tickets, without costs: `sdtools plan` in a process of its own.")
    with glpi(_MANY, wall(), None) as desk:
        took = desk.sdtools("plan", "desk")
        yield most("peak memory, 200,000 tickets, all open", took.memory, 400, "MiB")
        print(f"took {took.seconds:.0f} s, {took.cpu:.0f} s of them computing")
        desk.close_all_but(_MANY // 10)
        for file in desk.folder.glob("sdtools.db*"):
            file.unlink()
        took = desk.sdtools("plan", "desk")
        yield most("peak memory, 200,000 tickets, 20,000 open", took.memory, 400, "MiB")
        print(f"took {took.seconds:.0f} s, {took.cpu:.0f} s of them computing")


def _ticket(case: Case) -> Ticket:
    number, person = str(case.number), str(100 + case.requester)
    return Ticket(
        id=number,
        number=number,
        url=f"https://glpi.example.org/front/ticket.form.php?id={number}",
        kind=Kind.incident,
        title=case.title,
        description=case.text,
        status=Status(case.status),
        urgency=Grade(case.urgency),
        impact=Grade.medium,
        priority=Grade.medium,
        opened=case.opened,
        updated=case.updated,
        category_id=str(case.category + 1),
        location_id=str(case.location),
        entity_id="0",
        source="Helpdesk",
        requesters=(person,),
        assignees=(str(3000 + case.agent),) if case.agent else (),
        groups=(str(case.group),) if case.group else (),
        items=(f"Computer/{case.computer}",) if case.computer else (),
        pending_since=case.updated if case.status == "pending" else None,
        updated_by=person,
    )
