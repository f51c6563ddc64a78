"""Mail that waits to be sent: queued once, tried again with patience, given up after ten times."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select, update

from sdtools.errors import StoreError, UsageError
from sdtools.model.message import Message
from sdtools.store.codec import Codec, storable
from sdtools.store.database import Database
from sdtools.store.schema import messages
from sdtools.store.upsert import put_if_new

__all__ = ["MessageState", "Outbox", "Queued"]

_MESSAGE = Codec(Message)
_MOST_ATTEMPTS = 10
_PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 240, 480, 720, 1440, 1440)
)  # after the first failure, the second...


class MessageState(StrEnum):
    """Where a message stands."""

    waiting = "waiting"
    sent = "sent"
    dead = "dead"  # failed ten times


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A message and what became of it so far; once sent, only its envelope is kept."""

    message: Message
    attempts: int
    state: MessageState
    due: datetime
    error: str  # of the last attempt


class Outbox:
    """The messages of all desks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, connection: Connection | None, message: Message) -> None:
        """Queue a message, due at once; one with a known key is not queued again.

        With a connection it happens in that transaction, else in one of its own.
        """
        row = {
            "key": message.key,
            "desk": message.desk,
            "state": MessageState.waiting.value,
            "attempts": 0,
            "made": message.made,
            "due": message.made,
            "error": "",
            "document": _MESSAGE.dump(message),
        }
        with nullcontext(connection) if connection else self._database.begin() as writing:
            put_if_new(writing, messages, row)

    def due(self, now: datetime, limit: int = 100) -> tuple[Queued, ...]:
        """Return messages whose time has come, the longest due first."""
        waiting = select(messages).where(messages.c.state == MessageState.waiting)
        return self._read(
            waiting.where(messages.c.due <= now).order_by(messages.c.due, messages.c.key),
            limit,
        )

    def list(self, state: MessageState, limit: int = 1000) -> tuple[Queued, ...]:
        """Return messages in a state, newest first."""
        chosen = select(messages).where(messages.c.state == state)
        return self._read(chosen.order_by(messages.c.made.desc(), messages.c.key), limit)

    def _read(self, chosen: Select[*tuple[Any, ...]], limit: int) -> tuple[Queued, ...]:
        with self._database.reading() as connection:
            found = connection.execute(chosen.limit(limit)).all()
        return tuple(
            Queued(
                message=_MESSAGE.load(row.document),
                attempts=row.attempts,
                state=MessageState(row.state),
                due=row.due,
                error=row.error,
            )
            for row in found
        )

    def claim(self, queued: Queued, until: datetime) -> bool:
        """Take a message that is due, so that no other process sends it too.

        False when another one was quicker. Should this one die, it is due again at ``until``.
        """
        mine = and_(
            messages.c.key == queued.message.key,
            messages.c.state == MessageState.waiting,
            messages.c.due == queued.due,
        )
        with self._database.begin() as connection:
            return connection.execute(update(messages).where(mine).values(due=until)).rowcount == 1

    def postpone(self, key: str, until: datetime) -> None:
        """Let a message wait until then; that is no failure."""
        with self._database.begin() as connection:
            _change(connection, key, {"due": until})

    def retry(self, key: str, now: datetime) -> None:
        """Make a message due now, dead or waiting, with all its attempts before it again.

        UsageError for one that is sent, or not there.
        """
        with self._database.begin() as connection:
            found = connection.execute(select(messages).where(messages.c.key == key)).first()
            if found is None or found.state == MessageState.sent:
                what = "was sent already" if found else "is not in the outbox"
                advice = "see what waits or is dead: sdtools mail list"
                raise UsageError(f"the message {key!r} {what}", advice)
            _change(connection, key, {"state": MessageState.waiting, "attempts": 0, "due": now})

    def sent(self, key: str, now: datetime) -> None:
        """Note that a message is out, and drop its texts: they are people's data."""
        with self._database.begin() as connection:
            message = _MESSAGE.load(_row(connection, key).document)
            envelope = replace(message, text="", html="", attachments=())
            new = {"state": MessageState.sent, "due": now, "error": ""}
            _change(connection, key, {**new, "document": _MESSAGE.dump(envelope)})

    def failed(self, key: str, now: datetime, error: str) -> None:
        """Note that sending failed: due again after 1, 5, 30, 120... minutes, dead after ten."""
        with self._database.begin() as connection:
            attempts = _row(connection, key).attempts + 1
            new = {"attempts": attempts, "error": storable(error)}
            if attempts < _MOST_ATTEMPTS:
                _change(connection, key, {**new, "due": now + _PAUSES[attempts - 1]})
            else:
                _change(connection, key, {**new, "due": now, "state": MessageState.dead})

    def counts(self) -> Mapping[MessageState, int]:
        """Count the messages by state, every state named."""
        by_state = select(messages.c.state, func.count()).group_by(messages.c.state)
        with self._database.reading() as connection:
            found: dict[str, int] = dict(connection.execute(by_state).all())
        return {state: found.get(state, 0) for state in MessageState}


def _row(connection: Connection, key: str) -> Row[*tuple[Any, ...]]:
    found = connection.execute(select(messages).where(messages.c.key == key)).first()
    if found is None:
        raise StoreError(f"no message {key!r} is in the outbox")
    return found


def _change(connection: Connection, key: str, new: Mapping[str, object]) -> None:
    connection.execute(update(messages).where(messages.c.key == key).values(**new))
