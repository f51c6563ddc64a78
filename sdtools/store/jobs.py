"""The jobs of the schedule: when each is due, and how its last runs went."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from sdtools.store.codec import storable
from sdtools.store.database import Database
from sdtools.store.schema import jobs
from sdtools.store.upsert import put_if_new

__all__ = ["JobBook", "JobState"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """One job as it stands."""

    id: str
    timing: str
    since: datetime  # first seen with this timing
    due: datetime
    began: datetime | None  # the last start
    ended: datetime | None
    good: datetime | None  # the start of the last good run
    failures: int  # in a row
    held: int  # ticks in a row at which another run held the desk
    error: str  # of the last failure; "" since the last good run
    detail: str  # what the last good run did

    @property
    def unfinished(self) -> bool:
        """Tell whether a run of it has begun and not ended: it is at it, or was killed."""
        return self.began is not None and (self.ended is None or self.ended < self.began)


class JobBook:
    """What is remembered of the jobs; any method may raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Mapping[str, JobState]:
        """Return every job that is remembered, by id."""
        with self._database.reading() as connection:
            rows = connection.execute(select(jobs).order_by(jobs.c.due, jobs.c.id)).mappings()
            return {row["id"]: JobState(**row) for row in rows}

    def expect(self, id: str, timing: str, due: datetime, now: datetime) -> None:
        """Remember a job; ``due`` counts for a new one and after a change of its timing."""
        row = {
            "id": id,
            "timing": timing,
            "since": now,
            "due": due,
            "failures": 0,
            "held": 0,
            "error": "",
            "detail": "",
        }
        moved = update(jobs).where(jobs.c.id == id, jobs.c.timing != timing)
        with self._database.begin() as connection:
            put_if_new(connection, jobs, row)
            connection.execute(moved.values(timing=timing, since=now, due=due))

    def keep_only(self, ids: Collection[str]) -> None:
        """Forget the jobs that are no longer in the schedule."""
        with self._database.begin() as connection:
            connection.execute(delete(jobs).where(jobs.c.id.not_in(list(ids))))

    def begin(self, id: str, now: datetime) -> None:
        """Note that a run starts; the job stays due until it has ended."""
        self._change(id, began=now)

    def good(self, id: str, now: datetime, due: datetime, detail: str) -> None:
        """Note that the run that has begun went well."""
        new = {"failures": 0, "held": 0, "error": "", "detail": storable(detail)}
        self._change(id, ended=now, good=jobs.c.began, due=due, **new)

    def failed(self, id: str, now: datetime, due: datetime, error: str) -> None:
        """Note that the run that has begun failed."""
        new = {"failures": jobs.c.failures + 1, "held": 0, "error": storable(error)}
        self._change(id, ended=now, due=due, **new)

    def held(self, id: str, now: datetime) -> None:
        """Note that another run held the desk: the job stays due, and that is no failure."""
        self._change(id, ended=now, held=jobs.c.held + 1)

    def interrupted(self, id: str, now: datetime) -> None:
        """Note that the run was asked to stop half way: the job stays due."""
        self._change(id, ended=now)

    def _change(self, id: str, **new: object) -> None:
        with self._database.begin() as connection:
            connection.execute(update(jobs).where(jobs.c.id == id).values(**new))
