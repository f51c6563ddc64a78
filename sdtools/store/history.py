"""The desk's own history in the mirror: who changed which field of a ticket, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import and_, delete, func, select

from sdtools.model.history import Edit
from sdtools.store.codec import storable, to_micros
from sdtools.store.database import Database
from sdtools.store.schema import edits
from sdtools.store.upsert import chunks, upsert_raw

__all__ = ["History"]


class History:
    """What is known of one desk's history; any method may raise StoreError."""

    def __init__(self, database: Database, desk: str) -> None:
        self._database = database
        self._desk = desk

    def take(self, found: Iterable[Edit]) -> None:
        """Keep edits as the desk tells them; those that are kept already are replaced."""
        rows = [self._row(edit) for edit in found]
        if rows:
            with self._database.begin() as connection:
                upsert_raw(connection, edits, rows)

    def forget(self, before: datetime) -> None:
        """Drop edits made before then: what was set so long ago is settled."""
        old = and_(edits.c.desk == self._desk, edits.c.at < before)
        with self._database.begin() as connection:
            connection.execute(delete(edits).where(old))

    def edits(self, tickets: Iterable[str]) -> Mapping[str, tuple[Edit, ...]]:
        """Return what is known of each ticket, oldest first; one without edits is missing."""
        found: defaultdict[str, list[Edit]] = defaultdict(list)
        # Of one second the higher id is the later one, where ids are numbers.
        order = (edits.c.at, func.length(edits.c.id), edits.c.id)
        with self._database.reading() as connection:
            for chunk in chunks(tickets):
                wanted = select(edits).where(edits.c.desk == self._desk, edits.c.ticket.in_(chunk))
                for row in connection.execute(wanted.order_by(*order)):
                    found[row.ticket].append(
                        Edit(
                            id=row.id,
                            ticket_id=row.ticket,
                            field=row.field,
                            at=row.at,
                            author_id=row.author,
                            before=row.before,
                            after=row.after,
                        )
                    )
        return {ticket: tuple(several) for ticket, several in found.items()}

    def _row(self, edit: Edit) -> tuple[object, ...]:
        return (
            self._desk,
            edit.id,
            edit.ticket_id,
            edit.field,
            to_micros(edit.at),
            edit.author_id,
            storable(edit.before),
            storable(edit.after),
        )
