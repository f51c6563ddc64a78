"""Take what a desk shows into the mirror, one chunk in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Connection, select, type_coerce

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
    found = connection.execute(
        select(*_STORED).where(tickets.c.desk == desk, tickets.c.id.in_(latest))
    )
    stored = {row[0]: Stored._make(row[1:]) for row in found}
    news = [merge(desk, ticket, stored.get(id), now) for id, ticket in latest.items()]
    merged = [one for one in news if one]
    upsert_raw(connection, tickets, [one.row for one in merged])
    return [one.what for one in merged]


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
