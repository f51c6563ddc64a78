"""The desk's own history in the mirror."""

from __future__ import annotations

from datetime import datetime, timedelta

from sdtools.model.history import Edit
from sdtools.store.database import Database
from sdtools.store.history import History


def edit(id: str, at: datetime, **more: str) -> Edit:
    known = {"ticket_id": "1", "field": "urgency", "author_id": "7"} | more
    return Edit(id=id, at=at, **known)


def test_edits_come_back_by_ticket_oldest_first(database: Database, now: datetime) -> None:
    history = History(database, "glpi")
    later = edit("2", now + timedelta(seconds=1), before="low", after="NUL\0 \ud800")
    earlier = edit("10", now, author_id="")
    other = edit("3", now, ticket_id="2")
    history.take([later, other])
    history.take([earlier])
    found = history.edits(["1", "2", "404"])
    assert set(found) == {"1", "2"}
    assert [one.id for one in found["1"]] == ["10", "2"]
    assert found["1"][0] == earlier
    assert (found["1"][1].before, found["1"][1].after) == ("low", "NUL ?")


def test_of_one_second_the_higher_number_is_the_later_edit(
    database: Database, now: datetime
) -> None:
    history = History(database, "glpi")
    history.take([edit("100", now), edit("99", now)])
    assert [one.id for one in history.edits(["1"])["1"]] == ["99", "100"]


def test_what_is_told_again_is_kept_once(database: Database, now: datetime) -> None:
    history = History(database, "glpi")
    for _ in range(2):
        history.take([edit("1", now)])
    assert len(history.edits(["1"])["1"]) == 1


def test_desks_have_histories_of_their_own(database: Database, now: datetime) -> None:
    History(database, "glpi").take([edit("1", now)])
    assert History(database, "snow").edits(["1"]) == {}


def test_any_number_of_tickets_can_be_asked_for(database: Database, now: datetime) -> None:
    history = History(database, "glpi")
    history.take(edit(str(number), now, ticket_id=str(number)) for number in range(2500))
    assert len(history.edits(str(number) for number in range(5000))) == 2500


def test_no_news_are_no_edits(database: Database) -> None:
    history = History(database, "glpi")
    history.take(())
    assert history.edits(["1"]) == {}
    assert history.edits(()) == {}


def test_what_is_older_than_wanted_is_forgotten_on_this_desk_only(
    database: Database, now: datetime
) -> None:
    old, young = edit("1", now - timedelta(days=9)), edit("2", now)
    for desk in ("glpi", "snow"):
        History(database, desk).take([old, young])
    History(database, "glpi").forget(now - timedelta(days=1))
    assert History(database, "glpi").edits(["1"]) == {"1": (young,)}
    assert History(database, "snow").edits(["1"]) == {"1": (old, young)}
