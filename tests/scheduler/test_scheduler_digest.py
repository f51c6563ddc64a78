"""A digest: one mail for a recipient's messages of a pass, in the recipient's language."""

from __future__ import annotations

from datetime import UTC, datetime

from sdtools.apply.tell import digests
from sdtools.model.effects import Notify
from sdtools.model.message import Message
from sdtools.model.people import Directory, Person
from sdtools.plan import Change, Plan, change_key
from sdtools.templating import Templates

NOW = datetime(2026, 10, 22, 6, 0, tzinfo=UTC)
FRENCH, ENGLISH = "marie@example.org", "ann@example.org"
PEOPLE = {
    "7": Person(id="7", login="marie", name="Marie Dupont", email=FRENCH, language="fr"),
    "9": Person(id="9", login="ann", name="Ann Smith", email=ENGLISH, language="en"),
}


def wish(ticket: str, priority: str, *to: str) -> Change:
    subject = f"[glpi] #{ticket}: past its due date"
    effect = Notify(
        to=to, subject=subject, text=f"Look at {ticket}", digest=True, priority=priority
    )
    return Change(
        key=change_key("glpi", "r", ticket, 1, "then.0"),
        ticket=ticket,
        number=ticket,
        title="VPN",
        rule="r",
        section="escalation",
        action="then.0",
        episode=1,
        effect=effect,
        field="notify",
        before="",
        after="",
    )


def mails(*changes: Change) -> dict[str, Message]:
    plan = Plan(id="p", desk="glpi", desk_url="", rulebook="", now=NOW, tickets=3, changes=changes)
    made = digests(changes, plan, Directory(people=PEOPLE), Templates.load(), NOW)
    return {mail.to[0]: mail for mail in made}


def test_each_recipient_reads_all_their_messages_in_their_own_language() -> None:
    found = mails(
        wish("1", "low", FRENCH, ENGLISH), wish("2", "high", FRENCH, ENGLISH), wish("3", "", FRENCH)
    )
    french, english = found[FRENCH], found[ENGLISH]
    assert french.subject == "[glpi] 3 messages : #1: past its due date..."
    assert english.subject == "[glpi] 2 messages: #1: past its due date..."
    assert "3 messages du centre de services" in french.text
    assert "2 messages from the service desk" in english.text
    for number in "123":
        assert f"  {number}. #{number}: past its due date\n" in french.text
        assert f"Look at {number}" in french.text
    assert "Look at 3" not in english.text


def test_a_message_that_is_alone_goes_as_it_is() -> None:
    alone = mails(wish("1", "low", ENGLISH))[ENGLISH]
    assert (alone.subject, alone.text) == ("[glpi] #1: past its due date", "Look at 1")


def test_a_digest_is_as_urgent_as_the_most_urgent_ticket_in_it() -> None:
    found = mails(
        wish("1", "low", ENGLISH, FRENCH), wish("2", "major", ENGLISH), wish("3", "", FRENCH)
    )
    assert (found[ENGLISH].priority, found[FRENCH].priority) == ("major", "low")
