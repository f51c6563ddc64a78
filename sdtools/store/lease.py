"""One run at a time on a desk: a lease with owner and heartbeat, which a dead owner loses."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from sqlalchemy import ColumnElement, Connection, and_, select, update
from sqlalchemy.sql.dml import ReturningInsert

from sdtools.errors import LeaseError
from sdtools.store.database import Database
from sdtools.store.schema import leases
from sdtools.store.upsert import insert

__all__ = ["TTL", "Lease"]

TTL = timedelta(minutes=2)


class Lease:
    """The right to change one desk; a context manager that gives it back."""

    def __init__(self, database: Database, desk: str) -> None:
        self._database = database
        self._desk = desk
        self._ttl = TTL
        self.token = 0  # rises with every owner; 0 while we are none

    def acquire(self, owner: str, now: datetime, ttl: timedelta = TTL) -> Self:
        """Take the lease for ``ttl`` from ``now``: use it as ``with lease.acquire(...):``.

        ``owner`` tells people which process that is. Raises LeaseError while another one holds it
        and its last heartbeat is younger than its time to live.
        """
        with self._database.begin() as connection:
            token = connection.execute(self._taking(connection, owner, now, now + ttl)).scalar()
            if token is None:
                raise self._refusal(connection)
        self._ttl, self.token = ttl, token
        return self

    def _taking(
        self, connection: Connection, owner: str, now: datetime, expires: datetime
    ) -> ReturningInsert[int]:
        """Return the statement that gives a new token, or nothing while another run is alive."""
        taken = {"owner": owner, "since": now, "expires": expires}
        first = insert(connection, leases).values(desk=self._desk, token=1, **taken)
        return first.on_conflict_do_update(
            index_elements=[leases.c.desk],
            set_={**taken, "token": leases.c.token + 1},
            where=(leases.c.owner == "") | (leases.c.expires <= now),
        ).returning(leases.c.token)

    def _refusal(self, connection: Connection) -> LeaseError:
        row = connection.execute(select(leases).where(self._mine)).one()
        since = row.since.isoformat(timespec="seconds")
        until = row.expires.isoformat(timespec="seconds")
        return LeaseError(
            f"another run holds the desk {self._desk}: {row.owner}, since {since}",
            f"Wait for it to end. If it is dead, its lease falls free at {until}.",
        )

    def _lost(self) -> LeaseError:
        return LeaseError(
            f"this run lost the desk {self._desk}: it was silent for too long",
            "Run again: what was done is in the journal.",
        )

    def owner(self) -> str:
        """Return who holds the lease, "" when nobody does."""
        with self._database.reading() as connection:
            held = select(leases.c.owner).where(self._mine)
            return connection.execute(held).scalar() or ""

    def bury(self, owner: str) -> None:
        """Free the lease of an owner that is known to be dead, if it still holds it."""
        with self._database.begin() as connection:
            dead = and_(self._mine, leases.c.owner == owner)
            connection.execute(update(leases).where(dead).values(owner=""))

    def heartbeat(self, now: datetime) -> None:
        """Keep the lease for another time to live; raises LeaseError when it was lost."""
        with self._database.begin() as connection:
            kept = connection.execute(
                update(leases).where(self._ours).values(expires=now + self._ttl)
            )
            if kept.rowcount != 1:
                raise self._lost()

    def holds(self, now: datetime) -> bool:
        """Tell whether the lease is still ours."""
        with self._database.reading() as connection:
            ours = select(leases.c.expires).where(self._ours)
            expires = connection.execute(ours).scalar()
        return expires is not None and expires > now

    def is_ours(self, connection: Connection) -> bool:
        """Tell whether nobody else took the lease, nor can until the transaction ends.

        What a run writes in such a transaction cannot come after what the next owner wrote.
        """
        ours = select(leases.c.token).where(self._ours).with_for_update()
        return connection.execute(ours).first() is not None

    def confirm(self, connection: Connection) -> None:
        """Raise LeaseError unless the lease is ours until the transaction ends."""
        if not self.is_ours(connection):
            raise self._lost()

    def release(self) -> None:
        """Give the lease back, if it is still ours; its token stays used."""
        with self._database.begin() as connection:
            connection.execute(update(leases).where(self._ours).values(owner=""))
        self.token = 0

    @property
    def _mine(self) -> ColumnElement[bool]:
        return leases.c.desk == self._desk

    @property
    def _ours(self) -> ColumnElement[bool]:
        return and_(self._mine, leases.c.token == self.token, leases.c.owner != "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
