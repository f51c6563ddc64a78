"""Observations: what rules in ``mode: observe`` would have done, each counted once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, select

from sdtools.plan import Change
from sdtools.store.database import Database
from sdtools.store.schema import observations
from sdtools.store.upsert import put_if_new

__all__ = ["ObservationBook"]


class ObservationBook:
    """What was only observed on one desk; any method may raise StoreError."""

    def __init__(self, database: Database, desk: str) -> None:
        self._database = database
        self._desk = desk

    def take(self, changes: Iterable[Change], now: datetime) -> None:
        """Keep the observed ones of these changes; one that was seen before keeps its time."""
        with self._database.begin() as connection:
            for change in changes:
                if change.observe:
                    row = {
                        "desk": self._desk,
                        "key": change.key,
                        "rule": change.rule,
                        "ticket": change.ticket,
                        "at": now,
                    }
                    put_if_new(connection, observations, row)

    def between(self, begin: datetime, end: datetime) -> Mapping[str, int]:
        """Count by rule the tickets first observed from ``begin`` up to ``end``."""
        seen = observations.c
        counted = (
            select(seen.rule, func.count(seen.ticket.distinct()))
            .where(seen.desk == self._desk, seen.at >= begin, seen.at < end)
            .group_by(seen.rule)
        )
        with self._database.reading() as connection:
            return {row.rule: row[1] for row in connection.execute(counted)}
