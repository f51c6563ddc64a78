"""The journal: every run, change and outcome of a desk, durable before a request leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import TypeVar

from sqlalchemy import Connection, and_, insert, select, update

from sdtools.model.memory import RuleMemory
from sdtools.model.message import Message
from sdtools.plan import UNDO, Change, Outcome, OutcomeState, Plan
from sdtools.store.codec import storable
from sdtools.store.database import Database
from sdtools.store.lease import Lease
from sdtools.store.memory import SETTLING, MemoryStore
from sdtools.store.outbox import Outbox
from sdtools.store.records import (
    CHANGE,
    RULES,
    ChangeRecord,
    RunRecord,
    RunSummary,
    find_run,
    read_changes,
    read_run,
    read_runs,
    runs_of_all,
)
from sdtools.store.schema import changes as rows
from sdtools.store.schema import runs
from sdtools.store.slim import at_rest, in_flight
from sdtools.store.upsert import chunks, upsert

__all__ = ["ChangeRecord", "Journal", "RunRecord", "RunSummary", "find_run", "runs_of_all"]


_SUPERSEDED = "settled in "
T = TypeVar("T")


class Journal:
    """The journal of one desk; any method may raise StoreError."""

    def __init__(self, database: Database, desk: str, lease: Lease | None = None) -> None:
        """Keep the journal of ``desk``; with a lease, intents and outcomes are its owner's only.

        A run that was stopped and lost the lease meanwhile gets LeaseError instead of writing
        over what its successor knows.
        """
        self._database = database
        self._desk = desk
        self._lease = lease
        self._memory = MemoryStore(database, desk)
        self._outbox = Outbox(database)
        self._unsettled = and_(rows.c.desk == desk, rows.c.state.is_(None))

    def begin(self, kind: str, plan: Plan | None, now: datetime) -> str:
        """Open a run (apply, undo, baseline) and return its id: ``r-20261122-073000-1a2b``."""
        run = f"r-{now.astimezone(UTC):%Y%m%d-%H%M%S}-{token_hex(2)}"
        row = {
            "id": run,
            "desk": self._desk,
            "kind": kind,
            "plan": plan.id if plan else "",
            "rulebook": plan.rulebook if plan else "",
            "planned": len(plan.due) if plan else 0,
            "began": now,
            "requests": 0,
            "error": "",
            "rules": RULES.dump(plan.rules) if plan and plan.rules else "",
        }
        with self._database.begin() as connection:
            connection.execute(insert(runs).values(**row))
        return run

    def intend(self, run: str, changes: Sequence[Change], now: datetime) -> None:
        """Write down what is about to be done; durable when this returns."""
        intents = [self._row(run, in_flight(change), at) for change, at in _in_turn(changes, now)]
        with self._ours() as connection:
            upsert(connection, rows, intents)

    def settle(
        self,
        run: str,
        outcomes: Sequence[Outcome],
        memory: Sequence[RuleMemory],
        messages: Sequence[Message],
        now: datetime,
    ) -> None:
        """Write outcomes, what rules remember of them, and the mail they cause: all or nothing.

        An outcome settles the open intent of its key, be it one that an earlier run left behind;
        one that was never intended (stale, yielded) is added to this run.
        """
        with self._ours() as connection:
            intents = self._intents(connection, [outcome.change.key for outcome in outcomes])
            for outcome, at in _in_turn(outcomes, now):
                owners = intents.get(outcome.change.key, ())
                home = run if run in owners or not owners else owners[-1]
                upsert(connection, rows, [self._settled_row(home, outcome, at)])
                self._supersede(connection, outcome.change.key, home, at)
            self._memory.save(connection, memory, now)
            for message in messages:
                self._outbox.put(connection, message)

    @contextmanager
    def _ours(self) -> Iterator[Connection]:
        """Give a connection that may write, to nobody but the owner of the lease."""
        with self._database.begin() as connection:
            if self._lease is not None:
                self._lease.confirm(connection)
            yield connection

    def _intents(self, connection: Connection, keys: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the runs, oldest first, that intended each key and do not know what came of it."""
        intents: dict[str, list[str]] = {}
        for chunk in chunks(keys):
            found = select(rows.c.key, rows.c.run).where(self._unsettled, rows.c.key.in_(chunk))
            for key, run in connection.execute(found.order_by(rows.c.at, rows.c.run)):
                intents.setdefault(key, []).append(run)
        return intents

    def _supersede(self, connection: Connection, key: str, home: str, now: datetime) -> None:
        """Close the intents of other runs for a change that was then settled in ``home``."""
        others = and_(self._unsettled, rows.c.key == key, rows.c.run != home)
        closed = {"state": OutcomeState.failed, "detail": f"{_SUPERSEDED}{home}", "at": now}
        connection.execute(update(rows).where(others).values(**closed))

    def _settled_row(self, run: str, outcome: Outcome, now: datetime) -> dict[str, object]:
        return self._row(run, at_rest(outcome.change), now) | {
            "state": outcome.state.value,
            "detail": storable(outcome.detail),
            "found": storable(outcome.found),
        }

    def _row(self, run: str, change: Change, now: datetime) -> dict[str, object]:
        return {
            "run": run,
            "key": change.key,
            "desk": self._desk,
            "ticket": change.ticket,
            "rule": change.rule,
            "at": now,
            "state": None,
            "detail": "",
            "found": "",
            "document": CHANGE.dump(change),
        }

    def end(
        self,
        run: str,
        now: datetime,
        requests: int,
        error: str = "",
        memory: Sequence[RuleMemory] = (),
    ) -> None:
        """Close a run; ``memory`` is what rules remember without having changed anything.

        A run that lost its lease is closed too, and remembers nothing: its successor knows more.
        """
        closed = {"ended": now, "requests": requests, "error": storable(error)}
        with self._database.begin() as connection:
            connection.execute(update(runs).where(runs.c.id == run).values(**closed))
            if self._lease is None or self._lease.is_ours(connection):
                self._memory.save(connection, memory, now)

    def unsettled(self) -> tuple[Change, ...]:
        """Return what was intended without an outcome: a kill came between; oldest first."""
        oldest = select(rows.c.document).where(self._unsettled).order_by(rows.c.at, rows.c.key)
        with self._database.reading() as connection:
            return tuple(CHANGE.load(text) for text in connection.execute(oldest).scalars())

    def runs(self, limit: int = 50) -> tuple[RunSummary, ...]:
        """Return the latest runs of this desk, newest first."""
        with self._database.reading() as connection:
            return read_runs(connection, runs.c.desk == self._desk, limit)

    def run(self, id: str) -> RunRecord:
        """Return a run of this desk; raises UsageError when there is none of that id."""
        with self._database.reading() as connection:
            return read_run(connection, runs.c.desk == self._desk, id)

    def done_in(self, run: str) -> tuple[tuple[Change, str], ...]:
        """Return the changes that a run carried out, oldest first, each with what the desk held."""
        carried_out = rows.c.state.in_([OutcomeState.applied, OutcomeState.overridden])
        of_run = and_(rows.c.desk == self._desk, rows.c.run == run, carried_out)
        oldest = select(rows.c.document, rows.c.found).where(of_run)
        with self._database.reading() as connection:
            found = connection.execute(oldest.order_by(rows.c.at, rows.c.key)).all()
        return tuple((CHANGE.load(row.document), row.found) for row in found)

    def undone(self, ticket: str, then: datetime) -> bool:
        """Tell whether an undo had taken back something on the ticket by then."""
        of_undo = and_(runs.c.desk == self._desk, runs.c.kind == UNDO)
        there = and_(rows.c.desk == self._desk, rows.c.ticket == ticket, rows.c.at <= then)
        taken_back = and_(there, rows.c.run.in_(select(runs.c.id).where(of_undo)))
        with self._database.reading() as connection:
            return connection.execute(select(rows.c.key).where(taken_back)).first() is not None

    def last_good(self, kinds: Sequence[str] = SETTLING) -> datetime | None:
        """Return when the last run began that ended without an error."""
        good = and_(runs.c.desk == self._desk, runs.c.ended.is_not(None), runs.c.error == "")
        newest = select(runs.c.began).where(good, runs.c.kind.in_(kinds))
        with self._database.reading() as connection:
            return connection.execute(newest.order_by(runs.c.began.desc()).limit(1)).scalar()

    def settled_between(self, begin: datetime, end: datetime) -> tuple[ChangeRecord, ...]:
        """Return the changes with an outcome from ``begin`` up to ``end``, oldest first."""
        then = and_(rows.c.at >= begin, rows.c.at <= end)
        settled = and_(rows.c.desk == self._desk, rows.c.state.is_not(None))
        once = rows.c.detail.not_like(f"{_SUPERSEDED}%")  # the later run has its outcome
        with self._database.reading() as connection:
            return read_changes(connection, and_(settled, then, once))


def _in_turn(items: Iterable[T], now: datetime) -> Iterator[tuple[T, datetime]]:
    """Give each item of a transaction a microsecond of its own: undo goes back in their order."""
    return ((item, now + timedelta(microseconds=place)) for place, item in enumerate(items))
