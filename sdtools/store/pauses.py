"""Pauses: which desks and rules people stopped for a while, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, or_, select

from sdtools.store.codec import storable
from sdtools.store.database import Database
from sdtools.store.schema import pauses
from sdtools.store.upsert import upsert

__all__ = ["Pause", "PauseBook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A stop of one desk or of one rule on every desk; both empty: of everything."""

    desk: str
    rule: str
    since: datetime
    until: datetime
    why: str
    who: str  # the login of who asked for it

    @property
    def target(self) -> str:
        """Say in words what is paused."""
        if self.rule:
            return f"rule {self.rule}"
        return f"desk {self.desk}" if self.desk else "every desk"

    @property
    def words(self) -> str:
        """Say in words until when, why and by whom."""
        by = f" ({self.who})" if self.who else ""
        return f"paused until {self.until:%Y-%m-%d %H:%M} UTC: {self.why}{by}"


class PauseBook:
    """What people paused; any method may raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, pause: Pause) -> None:
        """Keep a pause; an earlier one of the same desk or rule is replaced."""
        row = {
            "desk": pause.desk,
            "rule": pause.rule,
            "since": pause.since,
            "until": pause.until,
            "why": storable(pause.why),
            "who": storable(pause.who),
        }
        with self._database.begin() as connection:
            upsert(connection, pauses, [row])

    def end(self, desk: str, rule: str) -> bool:
        """Forget a pause; returns whether there was one."""
        where = and_(pauses.c.desk == desk, pauses.c.rule == rule)
        with self._database.begin() as connection:
            return connection.execute(delete(pauses).where(where)).rowcount > 0

    def active(self, now: datetime) -> tuple[Pause, ...]:
        """Return the pauses that last, the one that ends first in front."""
        lasting = select(pauses).where(pauses.c.until > now, pauses.c.since <= now)
        ordered = lasting.order_by(pauses.c.until, pauses.c.desk, pauses.c.rule)
        with self._database.reading() as connection:
            return tuple(Pause(**row._mapping) for row in connection.execute(ordered))

    def of_desk(self, desk: str, now: datetime) -> Pause | None:
        """Return the pause that stops this desk, the longest one; None when it runs."""
        lasting = and_(pauses.c.until > now, pauses.c.since <= now, pauses.c.rule == "")
        found = select(pauses).where(lasting, or_(pauses.c.desk == desk, pauses.c.desk == ""))
        with self._database.reading() as connection:
            row = connection.execute(found.order_by(pauses.c.until.desc()).limit(1)).first()
        return Pause(**row._mapping) if row else None
