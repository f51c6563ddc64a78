"""What GLPI writes late: all that one of its processes writes bears the time of its begin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from glpi_house import House
from glpi_person import Person
from glpi_rows import Row, ticket_row

IDLE = 8  # requests of a pass that finds nothing, login and logout included
STAMP = "%Y-%m-%d %H:%M:%S"


def line(id: int, ticket: int, at: str, **columns: object) -> Row:
    plain: dict[str, object] = {
        "id": id, "itemtype": "Ticket", "items_id": ticket, "itemtype_link": "",
        "linked_action": 0, "user_name": "cron_mailgate", "date_mod": at, "id_search_option": 24,
    }  # fmt: skip
    return "Log", plain | columns


def created(id: int, ticket: int, at: str) -> Row:
    return line(id, ticket, at, linked_action=20, id_search_option=0)


def said(ticket: int, at: str) -> Iterator[Row]:
    about = {"itemtype": "Ticket", "items_id": ticket, "content": "It still fails", "users_id": 7}
    times = dict.fromkeys(("date", "date_mod", "date_creation"), at)
    yield "ITILFollowup", {"id": 1} | about | times
    link = {"itemtype_link": "ITILFollowup", "linked_action": 17, "new_value": "1"}
    yield line(900, ticket, at, id_search_option=0, **link)


@pytest.fixture
def before(house: House) -> str:
    """Pull, and again half an hour later; return when a process began that writes after that."""
    house.pull()
    house.later(minutes=25)
    began = house.glpi.clock.now().strftime(STAMP)
    house.later(minutes=5)
    house.pull()
    house.later(seconds=30)
    return began


def test_a_ticket_that_a_long_process_created_is_seen_by_the_next_pass(
    house: House, before: str
) -> None:
    house.glpi.database.load([ticket_row(50, then=before), created(900, 50, before)])
    house.later(minutes=5)
    assert house.pull().pulled.new == 1
    assert house.ticket(50).opened == datetime.fromisoformat(f"{before}+00:00")
    house.later(minutes=5)
    assert (again := house.pull()).pulled.fetched == 0
    assert again.requests <= IDLE


@pytest.mark.parametrize("hours", [0.1, 25], ids=["soon", "at night"])
def test_a_comment_that_a_long_process_wrote_is_seen_by_the_next_pass(
    house: House, before: str, hours: float
) -> None:
    house.glpi.database.load(said(3, before))
    house.glpi.database.update("Ticket", 3, {"date_mod": before, "users_id_lastupdater": 7})
    house.later(hours=hours)
    house.pull()
    assert [one.text for one in house.mirror.comments_of("3")] == ["It still fails"]
    assert f"{house.ticket(3).updated:{STAMP}}" == before
    house.later(minutes=5)
    assert house.pull().requests <= IDLE


def test_a_date_that_a_long_process_set_back_is_seen(house: House, before: str) -> None:
    house.later(minutes=5)
    Person(house.glpi).put("Ticket", 3, urgency=5)
    house.later(minutes=5)
    house.pull()
    house.glpi.database.load([line(900, 3, before, id_search_option=10, new_value="1")])
    house.glpi.database.update("Ticket", 3, {"date_mod": before, "urgency": 1})
    house.later(minutes=5)
    house.pull()
    assert house.ticket(3).urgency.name == "very_low"
    house.later(minutes=5)
    assert house.pull().requests <= IDLE


def test_tickets_that_we_do_not_see_cost_an_idle_pass_nothing(house: House, before: str) -> None:
    lines = [created(900 + number, 500 + number, before) for number in range(50)]
    house.glpi.database.load(lines)
    house.later(minutes=5)
    assert (idle := house.pull()).pulled.fetched == 0
    assert idle.requests <= IDLE


def test_a_line_of_long_ago_does_not_end_the_history(house: House, before: str) -> None:
    person = Person(house.glpi)
    link = person.add("Group_Ticket", tickets_id=3, groups_id=1, type=2)
    house.later(minutes=5)
    house.pull()
    house.later(minutes=5)
    person.put("Group_Ticket", link, groups_id=2)  # moves no date_mod
    person.put("Ticket", 4, urgency=5)
    now = house.glpi.clock.now().strftime(STAMP)
    many = [line(1000 + number, 5, now) for number in range(600)]
    house.glpi.database.load([*many, line(2000, 5, before)])
    house.later(minutes=5)
    house.pull()
    assert house.ticket(3).groups == ("2",)
    assert "urgency" in {edit.field for edit in house.history.edits(["4"])["4"]}


@pytest.mark.parametrize("hours", [0.1, 25], ids=["soon", "at night"])
def test_a_comment_that_is_deleted_is_forgotten_by_the_next_pass(
    house: House, hours: float
) -> None:
    house.pull()
    person = Person(house.glpi, house.glpi.user_token)
    id = person.add("ITILFollowup", itemtype="Ticket", items_id=3, content="wrong ticket")
    house.later(minutes=5)
    house.pull()
    assert house.mirror.comments_of("3")
    person.delete("ITILFollowup", id, purge=True)
    house.later(hours=hours)
    house.pull()
    assert not house.mirror.comments_of("3")
