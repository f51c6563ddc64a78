"""The storm over one kind of desk, and its judgement by a desk that nothing disturbed."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from socket import socket

from chaos_census import Census, Fact
from chaos_desk import Desk, desk_process
from chaos_pass import (
    CLEAN,
    CRASHED,
    KILLED,
    WORKED,
    Folder,
    boundaries_of,
    kill_at,
    stop_at,
)

from sdtools.store.database import open_database

__all__ = ["Storm", "Tally", "may_stop"]

_APART = timedelta(minutes=15)  # longer than a mail stays in the hand of a process that died
_LATER = timedelta(minutes=3)  # by this clock, a lease that nobody keeps up has run out
_MOST_PASSES = 60  # under faults, before it is let be
_WRITES = 4.0  # a write fails so many times as often as a read: there are fewer
_QUIET = 2  # passes without trouble after which nothing may be amiss


@dataclass(kw_only=True)
class Tally:
    """What was dealt, and what came of it."""

    faults: Counter[str] = field(default_factory=Counter)  # by kind
    kills: int = 0
    stops: int = 0
    late: int = 0  # writes of a run that had lost its lease
    passes: int = 0
    doubled: int = 0
    lost: int = 0
    failures: int = 0

    def add(self, other: Tally) -> None:
        """Count in what another storm found."""
        self.faults += other.faults
        self.kills += other.kills
        self.stops += other.stops
        self.late += other.late
        self.passes += other.passes
        self.doubled += other.doubled
        self.lost += other.lost
        self.failures += other.failures

    def __str__(self) -> str:
        dealt = f"faults {self.faults.total()} kills {self.kills}"
        return f"{dealt} doubled {self.doubled} lost {self.lost}"


@dataclass(kw_only=True)
class Storm:
    """The storm over desks of one kind, each with ``size`` tickets, and their working folders."""

    kind: str
    size: int
    seed: int
    rate: float  # of the reads that fail
    chain: int  # how many kills follow the first one, on average
    room: Path
    bell: socket
    say: Callable[[str], None]
    tally: Tally = field(default_factory=Tally)
    expected: Census = field(init=False)
    boundaries: list[str] = field(init=False)  # of the first pass, in order

    def __post_init__(self) -> None:
        open_database(f"sqlite:///{self.room / 'empty.db'}").close()
        with self._house("calm") as (desk, folder):
            self.boundaries = boundaries_of(folder)
            folder.now += _APART
            desk.set_clock(folder.now)
            assert folder.run_here() == CLEAN
            self.expected = desk.census()

    def fail(self, number: int, most: int) -> None:
        """Pass over a fresh desk whose requests fail, until all is done or ``most`` failed."""
        with self._house(f"faults-{number}") as (desk, folder):
            writes = min(_WRITES * self.rate, 0.9)
            desk.faults(self.rate, writes, self.seed * 1000 + number)
            for _ in range(_MOST_PASSES):
                code = self._pass(desk, folder)
                if code == CLEAN or desk.dealt().total() >= most:
                    break
            desk.faults(0.0, 0.0, 0)
            self.tally.faults += desk.dealt()
            self._judge(desk, folder, f"faults, round {number}", f"--round {number}")

    def kill(self, place: int, most: int, losing: bool) -> None:
        """Kill a pass at this boundary, and some of those that take up the pieces.

        No more than ``most`` kills; ``losing``: after the first of them the journal is lost, too.
        """
        # From which tier a ticket came is in the journal alone: without it a climb is not known.
        climb = "N2" if losing else "next_tier"
        with self._house(f"kill-{place}{'-lost' if losing else ''}", climb) as (desk, folder):
            words = f"killed {self.boundaries[place - 1]} ({place} of {len(self.boundaries)})"
            self._cut(desk, folder, place)
            if losing:
                folder.lose_journal()
                words += ", journal lost"
            dice = random.Random(f"{self.seed}:{place}:{losing}")
            for _ in range(dice.randint(0, min(most - 1, 2 * self.chain))):
                again = dice.randint(1, len(self.boundaries))
                self._cut(desk, folder, again)
                words += f", again at {again}"
            self._judge(
                desk, folder, words, f"--{'losses' if losing else 'kills'} all --at {place}"
            )

    def stop(self, place: int) -> None:
        """Stop a pass at this boundary until another one has taken the desk over; wake it then."""
        with self._house(f"stop-{place}") as (desk, folder):
            desk.set_clock(folder.now)
            sleeper = folder.start(stop_at(place))
            assert sleeper.pid is not None
            os.waitpid(sleeper.pid, os.WUNTRACED)  # until it is stopped
            while folder.is_locked():  # one of its other threads is within a transaction
                os.kill(sleeper.pid, signal.SIGCONT)
                os.kill(sleeper.pid, signal.SIGSTOP)
                os.waitpid(sleeper.pid, os.WUNTRACED)
            folder.now += timedelta(minutes=1)
            other = folder.start(ahead=_LATER)
            other.join()
            before = len(desk.log())
            os.kill(sleeper.pid, signal.SIGCONT)
            sleeper.join()
            late = sum(line.writes for line in desk.log()[before:])
            words = f"stopped {self.boundaries[place - 1]} ({place} of {len(self.boundaries)})"
            how = f"--stops all --at {place}"
            if late or other.exitcode not in {CLEAN, WORKED}:
                self._fail(words, how, f"{late} writes; the other one ended with {other.exitcode}")
            folder.now += _APART
            self.tally.stops += 1
            self.tally.late += late
            self._judge(desk, folder, words, how)

    def _cut(self, desk: Desk, folder: Folder, place: int) -> None:
        self.tally.kills += self._pass(desk, folder, place) == KILLED

    def _pass(self, desk: Desk, folder: Folder, place: int = 0) -> int:
        """Run a pass, killed at a boundary if there is one, and let time go on."""
        desk.set_clock(folder.now)
        code = folder.run(kill_at(place) if place else None)
        self.tally.passes += 1
        if code == CRASHED:
            self._fail(folder.path.name, "", "a pass crashed")
        folder.now += _APART
        return code

    def _judge(self, desk: Desk, folder: Folder, words: str, how: str) -> None:
        """Let quiet passes go over it, and compare with the undisturbed desk."""
        doubled, lost = Counter[Fact](), Counter[Fact]()
        for _ in range(_QUIET):
            self._pass(desk, folder)
            doubled, lost = self._amiss(desk, folder)
            if not doubled and not lost:
                return
        self.tally.doubled += doubled.total()
        self.tally.lost += lost.total()
        amiss = (*(f"+ {one}" for one in doubled), *(f"- {one}" for one in lost))
        self._fail(words, how, *amiss[:8])

    def _amiss(self, desk: Desk, folder: Folder) -> tuple[Counter[Fact], Counter[Fact]]:
        """Return what is doubled and what is lost by now.

        Where the journal says that the desk's own rules won, any value will do.
        """
        won = folder.overridden()
        found, wanted = desk.census().without(won), self.expected.without(won)
        return found.beyond(wanted), wanted.beyond(found)

    def _fail(self, words: str, how: str, *lines: str) -> None:
        size = f"--size {self.size} --small {self.size}"
        rest = f"--seed {self.seed} --rate {self.rate} --chain {self.chain}"
        again = f"python tests/chaos/storm.py --desk {self.kind} {size} {rest} {how}"
        self.tally.failures += 1
        self.say("\n  ".join((f"FAILED {words}", *lines, f"again: {again}")))

    @contextmanager
    def _house(self, name: str, climb: str = "next_tier") -> Iterator[tuple[Desk, Folder]]:
        """Give a fresh desk and a fresh working folder."""
        path = self.room / name
        path.mkdir()
        with desk_process(self.kind, self.size, self.bell) as desk:
            folder = Folder(path)
            folder.furnish(desk.address, self.room / "empty.db", climb)
            yield desk, folder


def may_stop(boundaries: Sequence[str]) -> list[int]:
    """Return the places where a run can be stopped, and another one go on.

    Inside of a transaction SQLite lets nobody else write. And nothing can call back a write
    that is on its way out.
    """
    places = enumerate(boundaries, start=1)
    return [place for place, name in places if name.startswith("after") or name == "before GET"]
