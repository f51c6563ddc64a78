"""What rules remember of tickets, from one pass to the next (DESIGN 5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, select, true, update

from sdtools.model.grades import Status
from sdtools.model.memory import Memory, RuleMemory, Written
from sdtools.store.codec import Codec, encode_plain
from sdtools.store.database import Database
from sdtools.store.schema import memories, runs, tickets, writes
from sdtools.store.upsert import upsert

__all__ = ["SETTLING", "MemoryStore"]

SETTLING = ("apply", "baseline")  # kinds of run after which a desk is no longer new to us
_MEMORY = Codec(RuleMemory)
_BESIDE = ("rule", "ticket")  # kept in columns: a renaming touches no document
_DAY = timedelta(hours=24)
_OVER = [Status.closed, Status.cancelled]


class MemoryStore:
    """The memory of one desk."""

    def __init__(self, database: Database, desk: str) -> None:
        self._database = database
        self._desk = desk

    def load(self, now: datetime) -> Memory:
        """Return what rules remember of all tickets that are not over, and what they wrote lately.

        ``first`` holds until an apply or a baseline has ended without an error.
        """
        with self._database.reading() as connection:
            return Memory(
                first=not self._settled(connection),
                rules=self._rules(connection, true()),
                values=self._values(connection, now - _DAY),
            )

    def is_new(self) -> bool:
        """Tell whether no apply and no baseline has ended here without an error."""
        with self._database.reading() as connection:
            return not self._settled(connection)

    def left_to_desk(self) -> Mapping[tuple[str, str], int]:
        """Count the tickets on which a rule yielded to the desk, by rule and field (DESIGN 5)."""
        told = memories.c.document.contains("yielded_to_desk", autoescape=True)
        with self._database.reading() as connection:
            remembered = self._rules(connection, told).values()
        return Counter(
            (memory.rule, field)
            for memory in remembered
            if memory.active
            for field in memory.yielded_to_desk
        )

    def _settled(self, connection: Connection) -> bool:
        good = and_(runs.c.ended.is_not(None), runs.c.error == "", runs.c.kind.in_(SETTLING))
        found = select(runs.c.id).where(runs.c.desk == self._desk, good).limit(1)
        return connection.execute(found).first() is not None

    def _rules(
        self, connection: Connection, where: ColumnElement[bool]
    ) -> Mapping[tuple[str, str], RuleMemory]:
        is_over = exists().where(
            tickets.c.desk == memories.c.desk,
            tickets.c.id == memories.c.ticket,
            tickets.c.status.in_(_OVER),
        )
        found = connection.execute(
            select(memories.c.rule, memories.c.ticket, memories.c.document).where(
                memories.c.desk == self._desk, ~is_over, where
            )
        )
        return {
            (rule, ticket): _MEMORY.load(document, {"rule": rule, "ticket": ticket})
            for rule, ticket, document in found
        }

    def _values(
        self, connection: Connection, since: datetime
    ) -> Mapping[tuple[str, str], tuple[Written, ...]]:
        found = connection.execute(
            select(writes)
            .where(writes.c.desk == self._desk, writes.c.at > since)
            .order_by(writes.c.at, writes.c.rule)
        )
        values: dict[tuple[str, str], tuple[Written, ...]] = {}
        for row in found:
            written = Written(
                field=row.field, value=row.value, at=row.at, overridden=row.overridden
            )
            place = (row.ticket, row.field)
            values[place] = (*values.get(place, ()), written)
        return values

    def save(self, connection: Connection, remembered: Sequence[RuleMemory], at: datetime) -> None:
        """Keep these memories instead of those before, in the transaction of the caller."""
        upsert(connection, memories, [self._row(memory, at) for memory in remembered])
        written = [
            {
                "desk": self._desk,
                "ticket": memory.ticket,
                "field": one.field,
                "rule": memory.rule,
                "at": one.at,
                "value": one.value,
                "overridden": one.overridden,
            }
            for memory in remembered
            for one in memory.written
        ]
        upsert(connection, writes, written)
        old = and_(writes.c.desk == self._desk, writes.c.at < at - 2 * _DAY)
        connection.execute(delete(writes).where(old))

    def _row(self, memory: RuleMemory, at: datetime) -> dict[str, object]:
        plain = _MEMORY.plain(memory)
        beside = {name: plain.pop(name) for name in _BESIDE}
        return {"desk": self._desk, "at": at, "document": encode_plain(plain), **beside}

    def rename(self, was: str, rule: str) -> None:
        """Carry the memory of a rule over to its new id; what that id remembers itself stays."""
        mine = and_(memories.c.desk == self._desk, memories.c.rule == was)
        newer = memories.alias()
        known = exists().where(
            newer.c.desk == self._desk, newer.c.rule == rule, newer.c.ticket == memories.c.ticket
        )
        with self._database.begin() as connection:
            connection.execute(update(memories).where(mine, ~known).values(rule=rule))
            connection.execute(delete(memories).where(mine))
