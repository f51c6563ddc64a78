"""Quiet hours: who is left in peace, until when, and what is urgent enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from scheduler_house import House

from sdtools.config.quiet import QuietHours, quiet_calendar, quiet_until
from sdtools.model.message import Message
from sdtools.store.outbox import MessageState, Outbox
from sdtools.verbs.mail import retry_mails
from sdtools.verbs.send import send_due

EVENING = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)  # 22:00 in Paris, Saturday
MAIL = Message(key="k", to=("a@example.org",), subject="Hello", text="Hello", made=EVENING)


def nights(
    *to: str, bypass: str = "", days: str = "mon-sun", hours: str = "20:00-07:00"
) -> QuietHours:
    calendar = quiet_calendar(hours, days, "Europe/Paris")
    return QuietHours(to=to, calendar=calendar, bypass=bypass)


def test_a_message_waits_until_the_quiet_ends_by_the_clock_on_the_wall() -> None:
    # 07:00 on Sunday is winter time already
    end = datetime(2026, 10, 25, 6, 0, tzinfo=UTC)
    assert quiet_until([nights("all")], MAIL, EVENING) == end
    assert quiet_until([nights("all")], MAIL, end) is None
    assert quiet_until([nights("all")], MAIL, end - timedelta(minutes=1)) == end
    assert quiet_until([nights("all")], MAIL, EVENING - timedelta(hours=3)) is None


def test_days_are_those_on_whose_evening_it_begins() -> None:
    weekdays = [nights("all", days="mon-fri")]
    assert quiet_until(weekdays, MAIL, EVENING) is None
    friday_night = datetime(2026, 10, 24, 2, 0, tzinfo=UTC)
    assert quiet_until(weekdays, MAIL, friday_night) == datetime(2026, 10, 24, 5, 0, tzinfo=UTC)


def test_quiet_hours_that_follow_each_other_are_waited_out_together() -> None:
    weekend = nights("all", days="sat-sun", hours="00:00-24:00")
    until = quiet_until([nights("all"), weekend], MAIL, EVENING)
    assert until == datetime(2026, 10, 26, 6, 0, tzinfo=UTC)  # Monday 07:00


@pytest.mark.parametrize(
    ("to", "waits"),
    [
        ("a@example.org", True),
        ("A@EXAMPLE.ORG", True),
        ("@example.org", True),
        ("all", True),
        ("b@example.org", False),
        ("@example.com", False),
        ("ample.org@example.com", False),
    ],
)
def test_recipients_are_named_by_address_domain_or_all(to: str, waits: bool) -> None:
    assert (quiet_until([nights(to)], MAIL, EVENING) is not None) is waits
    named = replace(MAIL, to=("A Person <a@example.org>",))
    assert (quiet_until([nights(to)], named, EVENING) is not None) is waits


def test_one_quiet_recipient_makes_the_whole_message_wait() -> None:
    both = replace(MAIL, to=("b@example.com", "a@example.org"))
    assert quiet_until([nights("a@example.org")], both, EVENING) is not None


@pytest.mark.parametrize(
    ("priority", "waits"), [("major", False), ("very_high", False), ("high", True), ("", True)]
)
def test_a_priority_at_or_above_the_bypass_is_sent_all_the_same(priority: str, waits: bool) -> None:
    urgent = replace(MAIL, priority=priority)
    quiet = [nights("all", bypass="very_high")]
    assert (quiet_until(quiet, urgent, EVENING) is not None) is waits


def test_a_message_in_quiet_hours_waits_in_the_outbox_without_counting_as_a_failure(
    house: House,
) -> None:
    house.configure(
        "  - {job: pull, desk: glpi, every: 1d}\n",
        ', quiet: [{to: ["@example.org"], hours: "20:00-07:00", timezone: Europe/Paris,'
        " bypass: very_high}]",
    )
    with house.workspace() as workspace:
        outbox = Outbox(workspace.database)
        outbox.put(None, MAIL)
        outbox.put(None, replace(MAIL, key="urgent", priority="very_high"))
        sent = send_due(workspace.database, workspace.settings.mail, EVENING)
        assert (sent.sent, sent.failed, sent.quiet, sent.waiting) == (1, 0, 1, 1)
        (waiting,) = outbox.list(MessageState.waiting)
        assert waiting.due == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)
        assert (waiting.attempts, waiting.error) == (0, "")
        assert retry_mails(workspace, "k", EVENING).sent == 0  # quiet hours still hold
        assert send_due(workspace.database, workspace.settings.mail, waiting.due).sent == 1
    ids = [str(mail["Message-ID"]) for mail in house.sink.messages]
    assert ids == ["<urgent@example.org>", "<k@example.org>"]


def test_the_priority_of_the_ticket_goes_along_with_the_mail_of_a_rule(house: House) -> None:
    house.configure(
        "  - {job: pull, desk: glpi, every: 1d}\n", ', quiet: [{to: [all], hours: "00:00-23:59"}]'
    )
    house.adopt()
    assert house.sink.messages == []
    with house.workspace() as workspace:
        waiting = Outbox(workspace.database).list(MessageState.waiting)
    assert waiting
    assert all(queued.message.priority for queued in waiting)
