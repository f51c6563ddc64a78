"""Write rows whether they are there or not, in SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Dialect, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    Insert = postgresql.Insert | sqlite.Insert

__all__ = ["chunks", "insert", "put_if_new", "upsert", "upsert_raw"]

T = TypeVar("T")
_CHUNK = 1000
Row = Mapping[str, Any]  # any type that a column takes


def insert(connection: Connection, table: Table) -> Insert:
    """Return an insert that can say what to do when the row is there."""
    return _insert(connection.dialect, table)


def _insert(dialect: Dialect, table: Table) -> Insert:
    if dialect.name == "postgresql":  # the dialect of the other kind is not loaded
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, each with every column; one with the same primary key is replaced."""
    if rows:
        connection.execute(_replacing(table, connection.dialect), rows)


def upsert_raw(connection: Connection, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
    """Do as :func:`upsert` with values in the order of the columns, as the database holds them.

    Several times faster: SQLAlchemy looks at none of them.
    """
    if not rows:
        return
    names = [column.name for column in table.columns]
    statement, places = _text(table, connection.dialect)
    if places is None:
        connection.exec_driver_sql(statement, [dict(zip(names, row, strict=True)) for row in rows])
    else:
        connection.exec_driver_sql(statement, list(rows))


@lru_cache(maxsize=8)
def _text(table: Table, dialect: Dialect) -> tuple[str, Sequence[str] | None]:
    """Return the statement as the driver takes it, and its values' order if they have one."""
    compiled = _replacing(table, dialect).compile(dialect=dialect)
    return str(compiled), compiled.positiontup


@lru_cache(maxsize=32)
def _replacing(table: Table, dialect: Dialect) -> Insert:
    wanted = _insert(dialect, table)
    others = [column.name for column in table.columns if not column.primary_key]
    return wanted.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: wanted.excluded[name] for name in others},
    )


def put_if_new(connection: Connection, table: Table, row: Row) -> None:
    """Insert a row unless one with the same primary key is there."""
    connection.execute(insert(connection, table).on_conflict_do_nothing(), row)


def chunks(values: Iterable[T], size: int = _CHUNK) -> Iterator[list[T]]:
    """Cut into lists of a thousand: what one statement takes, and one transaction."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk
