"""Write rows whether they are there or not, in SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["chunks", "insert", "put_if_new", "upsert"]

T = TypeVar("T")
_CHUNK = 1000
Insert = postgresql.Insert | sqlite.Insert
Row = Mapping[str, Any]  # any type that a column takes


def insert(connection: Connection, table: Table) -> Insert:
    """Return an insert that can say what to do when the row is there."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, each with every column; one with the same primary key is replaced."""
    if not rows:
        return
    wanted = insert(connection, table)
    others = [column.name for column in table.columns if not column.primary_key]
    statement = wanted.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: wanted.excluded[name] for name in others},
    )
    connection.execute(statement, rows)


def put_if_new(connection: Connection, table: Table, row: Row) -> None:
    """Insert a row unless one with the same primary key is there."""
    connection.execute(insert(connection, table).on_conflict_do_nothing(), row)


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Cut into lists of a thousand: what one statement takes, and one transaction."""
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
