"""Take what a desk shows into the mirror, one chunk in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Dialect,
    Select,
    TypeCoerce,
    delete,
    select,
    type_coerce,
)

from sdtools.model.ticket import Comment, Ticket
from sdtools.store.codec import to_micros
from sdtools.store.commentcode import encode_comment
from sdtools.store.merge import Stored, What, merge
from sdtools.store.schema import comments, tickets
from sdtools.store.upsert import chunks, upsert_raw

__all__ = ["drop_comments", "drop_comments_of", "take_comments", "take_tickets"]

_Columns = tuple[Column[Any] | TypeCoerce[Any], ...]  # the first is one of the table itself

_STORED = (
    tickets.c.id,
    tickets.c.status,
    type_coerce(tickets.c.first_seen, BigInteger),
    tickets.c.reopens,
    tickets.c.missing,
    tickets.c.deleted,
    tickets.c.touched,
    type_coerce(tickets.c.updated, BigInteger),
    tickets.c.fingerprint,
)
_SAID = (comments.c.id, comments.c.form, comments.c.document)


def take_tickets(
    connection: Connection, desk: str, chunk: Sequence[Ticket], now: datetime
) -> list[What]:
    """Write what is new or changed, and return what it was; the later of two tickets wins."""
    latest = {ticket.id: ticket for ticket in chunk}
    stored = {row[0]: Stored._make(row[1:]) for row in _held(connection, _STORED, desk, latest)}
    at = to_micros(now)
    news = [merge(desk, ticket, stored.get(id), at) for id, ticket in latest.items()]
    merged = [one for one in news if one]
    upsert_raw(connection, tickets, [row for _, row in merged])
    return [what for what, _ in merged]


def take_comments(connection: Connection, desk: str, chunk: Sequence[Comment]) -> int:
    """Write what is new or changed, and return how many; the later of two comments wins."""
    latest = {(comment.id, comment.form): comment for comment in chunk}
    held = _held(connection, _SAID, desk, {id for id, _ in latest})
    stored = {(id, form): document for id, form, document in held}
    shown = (_comment_row(desk, comment) for comment in latest.values())
    fresh = [row for key, row in zip(latest, shown, strict=True) if stored.get(key) != row[-1]]
    upsert_raw(connection, comments, fresh)
    return len(fresh)


def drop_comments_of(connection: Connection, desk: str, tickets: Iterable[str]) -> None:
    """Forget what was said on these tickets."""
    for chunk in chunks(tickets):
        said = (comments.c.desk == desk) & comments.c.ticket.in_(chunk)
        connection.execute(delete(comments).where(said))


def drop_comments(connection: Connection, desk: str, seen: Collection[tuple[str, str]]) -> None:
    """Forget the comments whose form and id are not among those seen."""
    mine = comments.c.desk == desk
    found = connection.execute(select(comments.c.form, comments.c.id).where(mine)).all()
    gone = defaultdict(list)
    for form, id in found:
        if (form, id) not in seen:
            gone[form].append(id)
    for form, ids in gone.items():
        for chunk in chunks(ids):
            which = mine & (comments.c.form == form) & comments.c.id.in_(chunk)
            connection.execute(delete(comments).where(which))


def _comment_row(desk: str, comment: Comment) -> tuple[object, ...]:
    written = to_micros(comment.written)
    return (  # in the order of the table's columns
        desk,
        comment.form,
        comment.id,
        comment.ticket_id,
        comment.author_id,
        written,
        encode_comment(comment, written),
    )


def _held(
    connection: Connection, columns: _Columns, desk: str, ids: Iterable[str]
) -> Sequence[Sequence[Any]]:
    """Return these columns of the rows that there are."""
    chosen = [*ids]
    if connection.dialect.positional:
        text = _text(connection.dialect, columns, len(chosen))
        return connection.exec_driver_sql(text, (desk, *chosen)).all()
    return connection.execute(_wanted(columns, desk, chosen)).all()


def _wanted(columns: _Columns, desk: str, ids: Sequence[str]) -> Select[Any]:
    table = columns[0].table.c
    return select(*columns).where(table.desk == desk, table.id.in_(ids))


@lru_cache(maxsize=8)
def _text(dialect: Dialect, columns: _Columns, count: int) -> str:
    """Return the statement with all its places: SQLAlchemy puts thousands in anew each time."""
    whole = {"render_postcompile": True}
    made = _wanted(columns, "", [""] * count).compile(dialect=dialect, compile_kwargs=whole)
    return str(made)
