"""The outbox sends a message once, whoever is at it, and tries again what was given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scheduler_house import House

from sdtools.errors import UsageError
from sdtools.model.message import Message
from sdtools.store.outbox import MessageState, Outbox
from sdtools.verbs.mail import mails, retry_mails
from sdtools.verbs.send import send_due
from sdtools.verbs.status import status

NOW = datetime(2026, 10, 22, 6, 0, tzinfo=UTC)
MAIL = Message(key="k", to=("a@example.org",), subject="Hello", text="Hello", made=NOW)
SCHEDULE = "  - {job: pull, desk: glpi, every: 1w}\n"


def test_a_message_that_another_process_has_in_hand_is_left_to_it(house: House) -> None:
    house.configure(SCHEDULE)
    with house.workspace() as workspace, house.workspace() as other:
        Outbox(workspace.database).put(None, MAIL)
        (queued,) = Outbox(workspace.database).due(NOW)
        assert Outbox(workspace.database).claim(queued, NOW + timedelta(minutes=10))
        assert not Outbox(other.database).claim(queued, NOW + timedelta(minutes=10))
        assert send_due(other.database, other.settings.mail, NOW).sent == 0
        # the first one died with it in hand
        later = NOW + timedelta(minutes=10)
        assert send_due(other.database, other.settings.mail, later).sent == 1
    assert len(house.sink.messages) == 1


def test_a_dead_message_is_stale_until_it_is_retried_with_the_same_message_id(
    house: House,
) -> None:
    house.configure(SCHEDULE)
    with house.workspace() as workspace:
        outbox = Outbox(workspace.database)
        outbox.put(None, MAIL)
        for _ in range(10):
            outbox.failed("k", NOW, "mailbox full")
        found = status(workspace, NOW)
        assert (found.mail.dead, found.mail.last_error) == (1, "mailbox full")
        assert any("mail" in line for line in found.stale)
        assert [queued.state for queued in mails(workspace)] == [MessageState.dead]

        assert retry_mails(workspace, None, NOW).sent == 1
        assert mails(workspace) == ()
        assert not any("mail" in line for line in status(workspace, NOW).stale)
        with pytest.raises(UsageError, match="was sent already"):
            retry_mails(workspace, "k", NOW)
        with pytest.raises(UsageError, match="not in the outbox"):
            retry_mails(workspace, "nonsense", NOW)
    assert [str(mail["Message-ID"]) for mail in house.sink.messages] == ["<k@example.org>"]
