"""Pulling a GLPI again and again: what a person did meanwhile is seen, and little is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from glpi_house import NOW, House
from glpi_person import Person
from glpi_rows import ticket_row

from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.glpi.fresh import OBSERVER_TOKEN
from sdtools.errors import DeskUnreachableError, GuardError

MINUTES = 10.0
LONG_AGO = "2026-11-01 08:00:00"
LONG_AGO_UTC = datetime(2026, 11, 1, 8, tzinfo=UTC)
COMERS = 60  # requests of a pass that finds hundreds of tickets from elsewhere
IDLE = 10  # requests of a pass that finds nothing, login and logout included


def test_an_idle_pass_costs_at_most_ten_requests(house: House) -> None:
    house.pull()
    house.later(minutes=MINUTES)
    idle = house.pull()
    assert idle.requests <= IDLE
    assert (idle.pulled.fetched, idle.pulled.changed) == (0, 0)


def test_an_idle_pass_without_a_right_to_the_history_costs_no_more(house: House) -> None:
    house.pull(token=OBSERVER_TOKEN)
    house.later(minutes=MINUTES)
    assert house.pull(token=OBSERVER_TOKEN).requests <= IDLE


def test_a_ticket_of_the_overlap_that_did_not_change_costs_nothing(house: House) -> None:
    house.glpi.database.load([ticket_row(20, date_mod="2026-11-16 08:59:30")])
    house.pull()
    house.later(minutes=1)
    again = house.pull()
    assert again.requests <= IDLE
    assert again.pulled.fetched == 0


def test_a_ticket_of_the_overlap_that_changed_is_read(house: House) -> None:
    house.pull()
    house.later(seconds=20)
    Person(house.glpi).put("Ticket", 3, urgency=5)
    house.later(seconds=20)
    assert house.pull().pulled.changed == 1
    assert house.ticket(3).urgency.name == "very_high"


@pytest.mark.parametrize(
    ("itemtype", "columns", "field", "found"),
    [
        ("Ticket_User", {"users_id": 8, "type": 3}, "observers", "8"),
        ("Item_Ticket", {"itemtype": "Computer", "items_id": 1}, "items", "Computer/1"),
    ],
    ids=["told by the history too", "told by nothing else"],
)
def test_a_second_change_in_the_second_of_a_pull_is_seen_by_the_next(
    house: House, itemtype: str, columns: dict[str, object], field: str, found: str
) -> None:
    house.glpi.database.load([("Computer", {"id": 1, "name": "PC-001", "entities_id": 0})])
    house.pull()
    house.later(minutes=MINUTES)
    person = Person(house.glpi, house.glpi.user_token)
    person.add("Ticket_User", tickets_id=3, users_id=7, type=2)
    house.pull()
    person.add(itemtype, tickets_id=3, **columns)  # date_mod does not move
    house.later(seconds=30)
    house.pull()
    assert getattr(house.ticket(3), field) == (found,)


LINKS = (
    ("Problem_Ticket", {"tickets_id": 5, "problems_id": 1}, "problems"),
    ("KnowbaseItem_Item", {"itemtype": "Ticket", "items_id": 5, "knowbaseitems_id": 1}, "articles"),
)


@pytest.mark.parametrize(("itemtype", "columns", "field"), LINKS)
def test_links_that_a_person_adds_and_removes_are_seen_at_once(
    house: House, itemtype: str, columns: dict[str, object], field: str
) -> None:
    house.pull()
    house.later(minutes=MINUTES)
    person = Person(house.glpi, house.glpi.user_token)
    link = person.add(itemtype, **columns)
    house.later(minutes=MINUTES)
    assert house.pull().pulled.changed == 1
    assert getattr(house.ticket(5), field) == ("1",)
    house.later(minutes=MINUTES)
    person.delete(itemtype, link)
    house.later(minutes=MINUTES)
    assert house.pull().pulled.changed == 1
    assert getattr(house.ticket(5), field) == ()
    house.later(seconds=30)
    assert house.pull().requests <= IDLE  # the trace is still in the overlap, and known


@pytest.mark.parametrize(("itemtype", "columns", "field"), LINKS)
def test_without_the_history_new_links_show_at_once_and_removed_ones_at_night(
    house: House, itemtype: str, columns: dict[str, object], field: str
) -> None:
    house.pull(token=OBSERVER_TOKEN)
    house.later(minutes=MINUTES)
    person = Person(house.glpi, house.glpi.user_token)
    link = person.add(itemtype, **columns)
    house.later(minutes=MINUTES)
    house.pull(token=OBSERVER_TOKEN)
    assert getattr(house.ticket(5), field) == ("1",)
    person.delete(itemtype, link)
    house.later(hours=25)
    house.pull(token=OBSERVER_TOKEN)
    assert getattr(house.ticket(5), field) == ()


def test_a_group_that_is_replaced_in_place_is_seen(house: House) -> None:
    link = {"id": 1, "tickets_id": 6, "groups_id": 1, "type": 2}
    house.glpi.database.load([("Group_Ticket", link)])
    house.pull()
    house.later(minutes=MINUTES)
    Person(house.glpi).put("Group_Ticket", 1, groups_id=2)
    house.later(minutes=MINUTES)
    house.pull()
    assert house.ticket(6).groups == ("2",)


def test_an_answer_about_satisfaction_is_seen(house: House) -> None:
    house.glpi.database.load(
        [("TicketSatisfaction", {"id": number, "tickets_id": number}) for number in (2, 3)]
    )
    house.pull()
    assert house.ticket(2).satisfaction is None
    house.later(minutes=MINUTES)
    person = Person(house.glpi, house.glpi.user_token)
    person.put("TicketSatisfaction", 2, satisfaction=4)
    person.put("TicketSatisfaction", 3, satisfaction=0)
    person.add("TicketSatisfaction", tickets_id=4, type=1, satisfaction=2)
    house.later(minutes=MINUTES)
    house.pull()
    assert [house.ticket(number).satisfaction for number in (2, 3, 4)] == [4, 0, 2]
    house.later(minutes=MINUTES)
    assert house.pull().requests <= IDLE


def test_an_answer_to_an_old_survey_is_seen_behind_many_newer_ones(house: House) -> None:
    surveys = [(2, 2), *((number, 1000 + number) for number in range(100, 260))]
    house.glpi.database.load(
        [("TicketSatisfaction", {"id": one, "tickets_id": ticket}) for one, ticket in surveys]
    )
    house.pull()
    house.later(minutes=MINUTES)
    Person(house.glpi, house.glpi.user_token).put("TicketSatisfaction", 2, satisfaction=4)
    house.later(minutes=MINUTES)
    house.pull()
    assert house.ticket(2).satisfaction == 4


def test_comments_come_with_the_tickets_that_they_touch(house: House) -> None:
    house.pull()
    house.later(minutes=MINUTES)
    Person(house.glpi).add("ITILFollowup", itemtype="Ticket", items_id=4, content="hello")
    house.later(minutes=MINUTES)
    house.pull()
    assert [one.text for one in house.mirror.comments_of("4")] == ["hello"]


def test_what_a_task_of_glpi_touches_is_no_act_of_the_person_before(house: House) -> None:
    """GLPI's tasks move date_mod and write no users_id_lastupdater (CommonDBTM)."""
    house.glpi.database.load([ticket_row(20, LONG_AGO, users_id_lastupdater=7)])
    house.pull()
    house.later(minutes=MINUTES)
    then = f"{house.glpi.clock.now():%Y-%m-%d %H:%M:%S}"
    line = {"itemtype": "Ticket", "items_id": 20, "user_name": "cron_slaticket", "date_mod": then}
    house.glpi.database.load([("Log", {"id": 900, "id_search_option": 3, **line})])
    house.glpi.database.update("Ticket", 20, {"date_mod": then, "priority": 5})
    for _ in range(2):
        house.later(minutes=MINUTES)
        house.pull()
        assert house.ticket(20).priority.name == "very_high"
        assert house.mirror.activity(frozenset())["20"].last_human == LONG_AGO_UTC
        house.later(hours=25)  # all tickets are read


def test_a_ticket_that_comes_into_sight_brings_what_was_said_on_it_before(house: House) -> None:
    house.pull()
    house.later(minutes=MINUTES)
    said = {"itemtype": "Ticket", "content": "hello", "date": LONG_AGO, "date_mod": LONG_AGO}
    moved = f"{house.glpi.clock.now():%Y-%m-%d %H:%M:%S}"  # from an entity that we do not see
    house.glpi.database.load(
        [ticket_row(20, LONG_AGO, date_mod=moved), ("ITILFollowup", {**said, "items_id": 20})]
    )
    house.pull()
    assert [one.text for one in house.mirror.comments_of("20")] == ["hello"]


def test_what_was_said_on_them_is_read_after_a_pull_that_did_not_come_to_it(house: House) -> None:
    house.pull()
    house.later(minutes=MINUTES)
    said = {"itemtype": "Ticket", "content": "hello", "date": LONG_AGO, "date_mod": LONG_AGO}
    moved = f"{house.glpi.clock.now():%Y-%m-%d %H:%M:%S}"
    house.glpi.database.load(
        [ticket_row(20, LONG_AGO, date_mod=moved), ("ITILFollowup", {**said, "items_id": 20})]
    )

    def fail(fetched: int) -> None:
        house.glpi.application.faults = FaultPlan(rate=float(fetched > 0), kinds=("unavailable",))

    with pytest.raises(DeskUnreachableError):
        house.pull(progress=fail)
    house.glpi.application.faults = None
    assert house.mirror.ticket("20")
    house.pull()
    assert [one.text for one in house.mirror.comments_of("20")] == ["hello"]


def test_many_tickets_that_come_into_sight_cost_one_reading_of_all_comments(house: House) -> None:
    house.pull()
    house.later(minutes=MINUTES)
    said = {"itemtype": "Ticket", "content": "hello", "date": LONG_AGO, "date_mod": LONG_AGO}
    moved = f"{house.glpi.clock.now():%Y-%m-%d %H:%M:%S}"
    numbers = range(1000, 1600)
    house.glpi.database.load(ticket_row(number, LONG_AGO, date_mod=moved) for number in numbers)
    said_on = ({**said, "id": number, "items_id": number} for number in numbers)
    house.glpi.database.load(("ITILFollowup", row) for row in said_on)
    assert house.pull().requests < COMERS
    assert all(len(house.mirror.comments_of(str(number))) == 1 for number in numbers)


def test_a_whole_pull_forgets_what_is_gone(house: House) -> None:
    said = {"itemtype": "Ticket", "content": "hello", "date": LONG_AGO, "date_mod": LONG_AGO}
    for number in (1, 2):
        house.glpi.database.load([("ITILFollowup", {**said, "id": number, "items_id": 4})])
    house.pull()
    house.glpi.database.delete("ITILFollowup", "id = 1", ())  # past GLPI: nothing tells of it
    house.later(minutes=MINUTES)
    house.pull(full=True)
    assert [one.id for one in house.mirror.comments_of("4")] == ["ITILFollowup/2"]


def test_a_ticket_in_the_trash_is_a_tombstone_and_comes_back_when_restored(house: House) -> None:
    house.pull()
    house.later(minutes=MINUTES)
    person = Person(house.glpi, house.glpi.user_token)
    person.delete("Ticket", 7)
    house.later(minutes=MINUTES)
    assert house.pull().pulled.removed == 1
    assert house.mirror.ticket("7") is None
    house.later(seconds=30)
    assert house.pull().requests <= IDLE
    person.put("Ticket", 7, is_deleted=0)
    house.later(minutes=MINUTES)
    house.pull()
    assert house.ticket(7).title == "Ticket 7"


def test_a_purged_ticket_is_gone_after_two_reconciliations(house: House) -> None:
    house.pull()
    Person(house.glpi, house.glpi.user_token).delete("Ticket", 7, purge=True)
    house.later(hours=25)
    first = house.pull().pulled
    assert (first.missing, first.removed) == (1, 0)
    assert house.ticket(7).id == "7"
    house.later(hours=1)
    assert house.pull().pulled.removed == 0  # not yet the next night
    house.later(hours=25)
    assert house.pull().pulled.removed == 1
    assert house.mirror.ticket("7") is None


def test_a_ticket_that_was_missed_and_shows_again_is_no_step_nearer_to_gone(house: House) -> None:
    house.pull()
    kept = house.glpi.database.row("Ticket", 7)
    assert kept is not None
    house.glpi.database.delete("Ticket", "id = ?", (7,))
    house.later(hours=25)
    assert house.pull().pulled.missing == 1
    house.glpi.database.load([("Ticket", kept)])
    house.later(hours=25)
    house.pull()
    house.glpi.database.delete("Ticket", "id = ?", (7,))
    house.later(hours=25)
    assert house.pull().pulled.removed == 0


def test_many_tickets_gone_at_once_stop_everything_until_they_are_back(house: House) -> None:
    house.pull()
    lost = house.glpi.database.rows("Ticket", "id > 4")
    house.glpi.database.delete("Ticket", "id > ?", (4,))
    for _ in range(3):  # night after night
        house.later(hours=25)
        with pytest.raises(GuardError, match="8 of 12 tickets of desk glpi are gone at once"):
            house.pull()
    assert house.mirror.counts().tickets == 12
    house.glpi.database.load(("Ticket", row) for row in lost)
    assert house.pull().pulled.missing == 0


def test_people_who_leave_stay_in_the_directory_as_inactive(house: House) -> None:
    house.pull()
    people = house.mirror.directory().people
    assert people["7"].active
    assert people["8"].active
    house.glpi.database.update("User", 7, {"is_deleted": 1})
    house.glpi.database.delete("User", "id = ?", (8,))
    house.later(hours=2)
    house.pull()
    people = house.mirror.directory().people
    assert [(people[id].name, people[id].active) for id in ("7", "8")] == [
        ("Marie", False),
        ("Paul", False),
    ]


def test_the_history_is_kept_and_a_pass_reads_it_once(house: House) -> None:
    house.pull()
    house.later(minutes=MINUTES)
    person = Person(house.glpi)
    person.put("Ticket", 3, urgency=5)
    person.add("Group_Ticket", tickets_id=3, groups_id=2, type=2)
    house.later(minutes=MINUTES)
    house.pull()
    found = house.history.edits(["3", "4"])
    assert set(found) == {"3"}
    assert [(one.field, one.before, one.after, one.author_id) for one in found["3"]] == [
        ("urgency", "medium", "very_high", "4"),
        ("priority", "medium", "high", "4"),
        ("status", "new", "assigned", "4"),
        ("group", "", "2", "4"),
    ]
    assert {one.at for one in found["3"]} == {NOW + timedelta(minutes=MINUTES)}


def test_the_first_pull_asks_for_no_more_than_a_season_of_history(house: House) -> None:
    row: dict[str, object] = {
        "itemtype": "Ticket", "items_id": 3, "itemtype_link": "", "linked_action": 0,
        "user_name": "marie (7)", "id_search_option": 12, "old_value": "1", "new_value": "2",
    }  # fmt: skip
    days = ("2026-01-10", "2026-10-10", "2026-11-10")
    house.glpi.database.load(
        ("Log", {**row, "id": number, "date_mod": f"{day} 08:00:00"})
        for number, day in enumerate(days, 1)
    )
    house.pull()
    assert [one.id for one in house.history.edits(["3"])["3"]] == ["2", "3"]
