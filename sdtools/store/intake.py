"""Take what a desk shows into the mirror, one chunk in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Dialect, Select, select, type_coerce

from sdtools.model.ticket import Comment, Ticket
from sdtools.store.codec import Codec, to_micros
from sdtools.store.merge import Stored, What, merge
from sdtools.store.schema import comments, tickets
from sdtools.store.upsert import upsert_raw

__all__ = ["load_comment", "take_comments", "take_tickets"]

_COMMENT = Codec(Comment)
_STORED = (
    tickets.c.id,
    tickets.c.status,
    type_coerce(tickets.c.first_seen, BigInteger),
    tickets.c.reopens,
    tickets.c.missing,
    tickets.c.deleted,
    tickets.c.touched,
    tickets.c.fingerprint,
)


def take_tickets(
    connection: Connection, desk: str, chunk: Sequence[Ticket], now: datetime
) -> list[What]:
    """Write what is new or changed, and return what it was; the later of two tickets wins."""
    latest = {ticket.id: ticket for ticket in chunk}
    stored = {row[0]: Stored._make(row[1:]) for row in _held(connection, desk, latest)}
    at = to_micros(now)
    news = [merge(desk, ticket, stored.get(id), at) for id, ticket in latest.items()]
    merged = [one for one in news if one]
    upsert_raw(connection, tickets, [row for _, row in merged])
    return [what for what, _ in merged]


def _held(connection: Connection, desk: str, ids: Iterable[str]) -> Sequence[Sequence[Any]]:
    """Return the rows of these tickets that there are."""
    chosen = [*ids]
    if connection.dialect.positional:
        text = _text(connection.dialect, len(chosen))
        return connection.exec_driver_sql(text, (desk, *chosen)).all()
    return connection.execute(_wanted(desk, chosen)).all()


def _wanted(desk: str, ids: Sequence[str]) -> Select[Any]:
    return select(*_STORED).where(tickets.c.desk == desk, tickets.c.id.in_(ids))


@lru_cache(maxsize=4)
def _text(dialect: Dialect, count: int) -> str:
    """Return the statement with all its places: SQLAlchemy puts thousands in anew each time."""
    whole = {"render_postcompile": True}
    return str(_wanted("", [""] * count).compile(dialect=dialect, compile_kwargs=whole))


def take_comments(connection: Connection, desk: str, chunk: Sequence[Comment]) -> int:
    """Write what is new or changed, and return how many; the later of two comments wins."""
    latest = {(comment.form, comment.id): comment for comment in chunk}
    found = connection.execute(
        select(comments.c.form, comments.c.id, comments.c.document).where(
            comments.c.desk == desk, comments.c.id.in_({id for _, id in latest})
        )
    )
    stored = {(form, id): document for form, id, document in found}
    shown = {key: _COMMENT.dump(comment) for key, comment in latest.items()}
    fresh = [
        _comment_row(desk, comment, shown[key])
        for key, comment in latest.items()
        if stored.get(key) != shown[key]
    ]
    upsert_raw(connection, comments, fresh)
    return len(fresh)


def load_comment(document: str) -> Comment:
    """Return the comment of a row."""
    return _COMMENT.load(document)


def _comment_row(desk: str, comment: Comment, document: str) -> tuple[object, ...]:
    return (  # in the order of the table's columns
        desk,
        comment.form,
        comment.id,
        comment.ticket_id,
        comment.author_id,
        to_micros(comment.written),
        document,
    )
