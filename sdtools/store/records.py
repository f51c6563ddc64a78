"""Read the journal: runs with what became of their changes, for people, reports and undo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, false, func, select, true

from sdtools.errors import UsageError
from sdtools.plan import Change, OutcomeState, Reason, RuleCount
from sdtools.store.codec import Codec
from sdtools.store.database import Database
from sdtools.store.schema import changes, runs

__all__ = [
    "CHANGE",
    "RULES",
    "ChangeRecord",
    "RunRecord",
    "RunSummary",
    "find_run",
    "read_changes",
    "read_run",
    "read_runs",
    "runs_of_all",
]

CHANGE = Codec(Change)
RULES: Codec[tuple[RuleCount, ...]] = Codec(tuple[RuleCount, ...])
_UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One run; ``counts`` holds the changes by outcome, "unclear" those without one."""

    id: str
    desk: str
    kind: str  # apply, undo, baseline
    plan: str
    rulebook: str
    planned: int
    began: datetime
    ended: datetime | None  # None: still at it, or killed
    requests: int
    error: str  # "" when it went through
    counts: Mapping[str, int]
    rules: tuple[RuleCount, ...] = ()  # what each rule found, where the run made a plan


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord:
    """One change of a run and what became of it; ``state`` is None while nobody knows."""

    run: str
    key: str
    ticket: str
    number: str
    rule: str
    action: str
    field: str
    before: str
    after: str
    why: tuple[Reason, ...]
    state: OutcomeState | None
    detail: str
    found: str
    at: datetime  # when it was settled, or else intended


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run with its changes, in the order in which they were settled."""

    summary: RunSummary
    changes: tuple[ChangeRecord, ...]


def runs_of_all(database: Database, limit: int = 50) -> tuple[RunSummary, ...]:
    """Return the latest runs of all desks, newest first."""
    with database.reading() as connection:
        return read_runs(connection, true(), limit)


def find_run(database: Database, id: str) -> RunRecord:
    """Return a run of whatever desk; raises UsageError when there is none of that id."""
    with database.reading() as connection:
        return read_run(connection, true(), id)


def read_run(connection: Connection, where: ColumnElement[bool], id: str) -> RunRecord:
    """Return one of the runs that the condition selects; raises UsageError otherwise."""
    found = read_runs(connection, and_(where, runs.c.id == id), 1)
    if not found:
        raise UsageError(f"there is no run {id!r}", "`sdtools runs list` shows those there are.")
    return RunRecord(summary=found[0], changes=read_changes(connection, changes.c.run == id))


def read_runs(
    connection: Connection, where: ColumnElement[bool], limit: int
) -> tuple[RunSummary, ...]:
    """Return the runs that a condition selects, newest first."""
    newest = select(runs).where(where).order_by(runs.c.began.desc(), runs.c.id.desc())
    found = connection.execute(newest.limit(limit)).all()
    counts = _counts(connection, [row.id for row in found])
    return tuple(_summary(row, counts.get(row.id, {})) for row in found)


def _summary(row: Row[Any], counts: Mapping[str, int]) -> RunSummary:
    known = dict(row._mapping)
    rules = known.pop("rules")
    return RunSummary(**known, counts=counts, rules=RULES.load(rules) if rules else ())


def _counts(connection: Connection, ids: list[str]) -> Mapping[str, Mapping[str, int]]:
    state = func.coalesce(changes.c.state, _UNCLEAR)
    grouped = (
        select(changes.c.run, state, func.count())
        .where(changes.c.run.in_(ids) if ids else false())
        .group_by(changes.c.run, state)
    )
    counts: dict[str, dict[str, int]] = {}
    for run, name, count in connection.execute(grouped):
        counts.setdefault(run, {})[name] = count
    return counts


def read_changes(connection: Connection, where: ColumnElement[bool]) -> tuple[ChangeRecord, ...]:
    """Return the changes that a condition selects, oldest first."""
    oldest = select(changes).where(where).order_by(changes.c.at, changes.c.run, changes.c.key)
    records = []
    for row in connection.execute(oldest):
        change = CHANGE.load(row.document)
        records.append(
            ChangeRecord(
                run=row.run,
                key=row.key,
                ticket=change.ticket,
                number=change.number,
                rule=change.rule,
                action=change.action,
                field=change.field,
                before=change.before,
                after=change.after,
                why=change.why,
                state=OutcomeState(row.state) if row.state else None,
                detail=row.detail,
                found=row.found,
                at=row.at,
            )
        )
    return tuple(records)
