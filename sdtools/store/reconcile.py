"""Compare the mirror with the ids that the desk still shows: nothing vanishes by mistake."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select, update

from sdtools.store.merge import GONE
from sdtools.store.schema import tickets
from sdtools.store.upsert import chunks

__all__ = ["Reconciled", "reconcile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What the desk no longer shows: ``missing`` counts all, ``removed`` those gone by now."""

    missing: int
    removed: int
    total: int  # tickets of the mirror before


def reconcile(connection: Connection, desk: str, seen: frozenset[str]) -> Reconciled:
    """Count a miss for every ticket that is not ``seen``, and forget the misses of the others."""
    mine = (tickets.c.desk == desk) & ~tickets.c.deleted
    found = connection.execute(select(tickets.c.id, tickets.c.missing).where(mine)).all()
    known = {id: missing for id, missing in found if missing < GONE}
    missed = {id: missing + 1 for id, missing in known.items() if id not in seen}
    back = [id for id, missing in found if missing and id in seen]
    _set_missing(connection, mine, missed, tickets.c.missing + 1)
    _set_missing(connection, mine, back, 0)
    gone = sum(missing >= GONE for missing in missed.values())
    return Reconciled(missing=len(missed), removed=gone, total=len(known))


def _set_missing(
    connection: Connection,
    mine: ColumnElement[bool],
    ids: Iterable[str],
    value: ColumnElement[int] | int,
) -> None:
    for chunk in chunks(ids):
        where = mine & tickets.c.id.in_(chunk)
        connection.execute(update(tickets).where(where).values(missing=value))
