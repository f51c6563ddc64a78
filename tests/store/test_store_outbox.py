"""Mail waits its turn, is queued once, and is given up at last."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sdtools.errors import StoreError
from sdtools.model.message import Attachment, Message
from sdtools.store.database import Database
from sdtools.store.outbox import MessageState, Outbox

MINUTE = timedelta(minutes=1)


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database)


@pytest.fixture
def message(now: datetime) -> Message:
    picture = Attachment(name="a.png", mime="image/png", data=bytes(range(256)), cid="a")
    return Message(
        key="k1",
        to=("manager@example.org",),
        subject="Hebdo",
        text="Été",
        html="<p>Été</p>",
        attachments=(picture,),
        desk="glpi",
        made=now,
    )


def test_a_message_is_due_at_once_and_comes_back_whole(
    outbox: Outbox, message: Message, now: datetime
) -> None:
    outbox.put(None, message)
    assert outbox.due(now - MINUTE) == ()
    (queued,) = outbox.due(now)
    assert queued.message == message
    assert queued.attempts == 0


def test_the_same_key_is_queued_once_even_after_it_was_sent(
    outbox: Outbox, message: Message, now: datetime
) -> None:
    outbox.put(None, message)
    outbox.put(None, replace(message, subject="again"))
    assert [queued.message.subject for queued in outbox.due(now)] == ["Hebdo"]
    outbox.sent("k1", now)
    outbox.put(None, message)
    assert outbox.due(now + MINUTE) == ()


def test_a_message_is_queued_only_if_the_transaction_of_the_caller_is_kept(
    database: Database, outbox: Outbox, message: Message, now: datetime
) -> None:
    with pytest.raises(ZeroDivisionError), database.begin() as connection:
        outbox.put(connection, message)
        _ = 1 / 0
    assert outbox.due(now) == ()


def test_of_a_sent_message_only_the_envelope_is_kept(
    outbox: Outbox, message: Message, now: datetime
) -> None:
    outbox.put(None, message)
    outbox.sent("k1", now)
    (queued,) = outbox.list(MessageState.sent)
    assert queued.message == replace(message, text="", html="", attachments=())


def test_a_failed_message_waits_longer_each_time_and_is_given_up_after_ten(
    outbox: Outbox, message: Message, now: datetime
) -> None:
    outbox.put(None, message)
    pauses = []
    at = now
    for attempt in range(1, 10):
        outbox.failed("k1", at, "mailbox full")
        (queued,) = outbox.list(MessageState.waiting)
        assert (queued.attempts, queued.error) == (attempt, "mailbox full")
        assert outbox.due(queued.due - timedelta(microseconds=1)) == ()
        assert outbox.due(queued.due) == (queued,)
        pauses.append((queued.due - at) // MINUTE)
        at = queued.due
    assert pauses[:4] == [1, 5, 30, 120]
    assert pauses == sorted(pauses)
    outbox.failed("k1", at, "mailbox full")
    assert outbox.due(at + timedelta(days=9)) == ()
    assert outbox.list(MessageState.dead)[0].message == message
    assert outbox.counts() == {"waiting": 0, "sent": 0, "dead": 1}


def test_the_longest_due_goes_first_and_no_more_than_asked_for(
    outbox: Outbox, message: Message, now: datetime
) -> None:
    for minutes in (2, 0, 1):
        outbox.put(None, replace(message, key=f"k{minutes}", made=now + minutes * MINUTE))
    due = outbox.due(now + 5 * MINUTE, limit=2)
    assert [queued.message.key for queued in due] == ["k0", "k1"]
    assert [queued.message.key for queued in outbox.list(MessageState.waiting)] == [
        "k2",
        "k1",
        "k0",
    ]


def test_a_message_that_is_not_there_is_a_store_error(outbox: Outbox, now: datetime) -> None:
    with pytest.raises(StoreError, match="no message 'k9'"):
        outbox.sent("k9", now)
    with pytest.raises(StoreError, match="no message 'k9'"):
        outbox.failed("k9", now, "no")
