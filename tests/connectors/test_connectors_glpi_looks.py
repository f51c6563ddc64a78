"""Looks that take for granted what cannot have moved: they see what a whole look sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import pytest
from glpi_kept import Kept, listened
from glpi_person import Person

from sdtools.connectors.desk import NewLink, TicketUpdate, WriteState
from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.glpi.fresh import OBSERVER_TOKEN
from sdtools.model.effects import Assign, Link, SetField

TICKETS = [str(number) for number in range(1, 13)]
LONG = {"Ticket_User", "Group_Ticket", "Item_Ticket", "Document_Item", "TicketValidation"}
THERE: list[tuple[str, dict[str, object]]] = [
    ("Ticket_User", {"id": 1, "tickets_id": 3, "users_id": 7, "type": 2}),
    ("Ticket_User", {"id": 2, "tickets_id": 3, "users_id": 8, "type": 1}),
    ("Group_Ticket", {"id": 1, "tickets_id": 3, "groups_id": 1, "type": 2}),
    ("Group_Ticket", {"id": 2, "tickets_id": 4, "groups_id": 1, "type": 2}),
    ("Item_Ticket", {"id": 1, "tickets_id": 3, "itemtype": "Computer", "items_id": 1}),
    ("Problem_Ticket", {"id": 1, "tickets_id": 3, "problems_id": 1}),
    ("KnowbaseItem_Item", {"id": 1, "items_id": 3, "itemtype": "Ticket", "knowbaseitems_id": 1}),
    ("Ticket_Ticket", {"id": 1, "tickets_id_1": 3, "tickets_id_2": 9, "link": 3}),
    ("TicketSatisfaction", {"id": 1, "tickets_id": 3, "satisfaction": 2}),
    ("TicketSatisfaction", {"id": 2, "tickets_id": 4}),
    ("TicketValidation", {"id": 1, "tickets_id": 3, "users_id_validate": 7, "status": 2}),
]
Act = Callable[[Person], object]
ACTS: Mapping[str, Act] = {
    "a person is assigned": lambda one: one.add("Ticket_User", tickets_id=4, users_id=8, type=2),
    "a person is replaced": lambda one: one.put("Ticket_User", 1, users_id=8),
    "a person is taken off": lambda one: one.delete("Ticket_User", 1),
    "somebody watches": lambda one: one.add("Ticket_User", tickets_id=4, users_id=8, type=3),
    "a group is assigned": lambda one: one.add("Group_Ticket", tickets_id=5, groups_id=2, type=2),
    "a group is replaced": lambda one: one.put("Group_Ticket", 1, groups_id=2),
    "a group is taken off": lambda one: one.delete("Group_Ticket", 1),
    "an item is tied": lambda one: one.add(
        "Item_Ticket", tickets_id=4, itemtype="Computer", items_id=1
    ),
    "an item is untied": lambda one: one.delete("Item_Ticket", 1),
    "a problem is tied": lambda one: one.add("Problem_Ticket", tickets_id=4, problems_id=1),
    "a problem is untied": lambda one: one.delete("Problem_Ticket", 1),
    "an article is tied": lambda one: one.add(
        "KnowbaseItem_Item", itemtype="Ticket", items_id=4, knowbaseitems_id=1
    ),
    "an article is untied": lambda one: one.delete("KnowbaseItem_Item", 1),
    "it is part of another": lambda one: one.add(
        "Ticket_Ticket", tickets_id_1=4, tickets_id_2=9, link=3
    ),
    "it is part of none": lambda one: one.delete("Ticket_Ticket", 1),
    "somebody is satisfied": lambda one: one.put("TicketSatisfaction", 4, satisfaction=4),
    "somebody changes their mind": lambda one: one.put("TicketSatisfaction", 3, satisfaction=0),
    "approval is asked for": lambda one: one.add(
        "TicketValidation", tickets_id=4, users_id_validate=8
    ),
    "its urgency is raised": lambda one: one.put("Ticket", 4, urgency=5),
    "it goes to the trash": lambda one: one.delete("Ticket", 4),
    "it is gone": lambda one: one.delete("Ticket", 4, purge=True),
}


def kept(desk: GlpiDesk, since: datetime | None) -> Kept:
    """Keep what is read by :meth:`Desk.tickets`: all, then what changed ``since``."""
    found = Kept()
    found.take(desk.tickets(None))
    if since is not None:
        found.take(desk.tickets(since, found))
    return found


@pytest.fixture
def tied(glpi: EmbeddedGlpi) -> EmbeddedGlpi:
    """A GLPI with a tie of each kind."""
    glpi.database.load(THERE)
    return glpi


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_what_people_do_in_the_second_of_a_pull_is_seen_by_the_look_after_it(
    tied: EmbeddedGlpi, desk: GlpiDesk, act: Act
) -> None:
    person = Person(tied, tied.user_token)
    for ticket in (3, 4, 5):
        person.put("Ticket", ticket, name="Touched in the second of the pull")
    known = kept(desk, None)
    act(person)  # the clock stands still: date_mod does not move again
    found = desk.read(["3", "4", "5"], known)
    assert found != known(["3", "4", "5"])
    assert found == desk.read(["3", "4", "5"])


def test_whatever_people_do_after_a_pull_of_changes_is_seen(
    tied: EmbeddedGlpi, desk: GlpiDesk, now: datetime
) -> None:
    person = Person(tied, tied.user_token)
    for act in ACTS.values():
        known = kept(desk, now - timedelta(minutes=10))
        act(person)
        assert desk.read(TICKETS, known) == desk.read(TICKETS)


def test_what_has_not_moved_is_told_from_its_row_and_the_history_alone(
    tied: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    known = kept(desk, None)
    whole = desk.read(TICKETS)
    with listened(desk) as asked:
        assert desk.read(TICKETS, known) == whole
    assert LONG.isdisjoint(asked)
    assert {"getMultipleItems", "Log", "Problem_Ticket", "KnowbaseItem_Item"} <= {*asked}


def test_only_what_moved_is_read_whole(tied: EmbeddedGlpi, desk: GlpiDesk, clock: Clock) -> None:
    known = kept(desk, None)
    clock.advance(timedelta(minutes=1))
    Person(tied).add("Group_Ticket", tickets_id=5, groups_id=2, type=2)
    with listened(desk) as asked:
        found = desk.read(TICKETS, known)
    assert found["5"].groups == ("2",)
    assert found["3"].groups == ("1",)
    assert asked.count("Group_Ticket") == 1
    assert len([one for one in asked if one in LONG]) == len(LONG)


def test_without_the_history_every_look_is_whole(tied: EmbeddedGlpi) -> None:
    with glpi_desk(
        "glpi", url=tied.url, app_token=tied.app_token, user_token=OBSERVER_TOKEN
    ) as desk:
        known = kept(desk, None)
        Person(tied).put("Group_Ticket", 1, groups_id=2)
        assert desk.read(["3", "4", "5"], known)["3"].groups == ("2",)


def test_what_is_held_from_before_this_session_is_not_taken_for_granted(
    tied: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    known = kept(desk, None)
    Person(tied).put("Group_Ticket", 1, groups_id=2)
    with glpi_desk(
        "glpi", url=tied.url, app_token=tied.app_token, user_token=tied.user_token
    ) as later:
        assert later.read(TICKETS, known)["3"].groups == ("2",)


def test_a_pull_that_broke_off_leaves_nothing_for_granted(
    tied: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    known = kept(desk, None)
    next(desk.tickets(None))
    Person(tied).put("Group_Ticket", 1, groups_id=2)
    with listened(desk) as asked:
        assert desk.read(TICKETS, known)["3"].groups == ("2",)
    assert set(asked) >= LONG


def test_each_look_sees_what_happened_since_the_one_before(
    tied: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    known, person = kept(desk, None), Person(tied, tied.user_token)
    for group in (2, 1, 2):
        person.put("Group_Ticket", 1, groups_id=group)
        assert desk.read(TICKETS, known)["3"].groups == (str(group),)
        assert desk.read(TICKETS, known)["4"].groups == ("1",)


def test_who_was_there_in_such_a_look_is_taken_off_and_who_came_since_stays(
    tied: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    known = kept(desk, None)
    desk.read(TICKETS, known)
    Person(tied).add("Ticket_User", tickets_id=3, users_id=9, type=2)
    (written,) = desk.update(
        [TicketUpdate(ticket="3", assign=Assign(groups=("2",), people=("8",)))]
    )
    assert written.state is WriteState.done
    ticket = desk.read(["3"])["3"]
    assert (ticket.groups, set(ticket.assignees)) == (("2",), {"8", "9"})
    assert ticket.requesters == ("8",)


def test_a_value_that_was_written_is_read_back_from_the_tickets_own_row(
    tied: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    before = desk.read(TICKETS)
    raised = SetField(field="urgency", value="very_high")
    desk.update([TicketUpdate(ticket=one, fields=(raised,)) for one in ("3", "4", "5")])
    with listened(desk) as asked:
        after = desk.read_back(dict.fromkeys(("3", "4", "5"), frozenset()))
    assert {*asked} == {"getMultipleItems"}
    assert [one.urgency.name for one in after.values()] == ["very_high"] * 3
    assert after["3"].items == before["3"].items == ("Computer/1",)
    assert after == desk.read(["3", "4", "5"])


@pytest.mark.parametrize(
    ("target", "field", "found"),
    [("article", "articles", ("1", "2")), ("problem", "problems", ("1", "2"))],
)
def test_a_link_that_was_written_is_read_back_from_its_table(
    tied: EmbeddedGlpi, desk: GlpiDesk, target: str, field: str, found: tuple[str, ...]
) -> None:
    desk.read(TICKETS, kept(desk, None))
    link = Link(target=target, id="2")  # type: ignore[arg-type]  # a word of the parameters
    desk.link([NewLink(ticket="3", link=link)])
    after = desk.read_back({"3": frozenset({field})})
    assert getattr(after["3"], field) == found
    assert after == desk.read(["3"])


def test_what_was_taken_away_is_not_read_back_from_the_look_before(
    tied: EmbeddedGlpi, desk: GlpiDesk
) -> None:
    desk.read(TICKETS, kept(desk, None))
    desk.update([TicketUpdate(ticket="3", assign=Assign(groups=(), people=()))])
    after = desk.read_back({"3": frozenset({"groups", "assignees"})})
    assert (after["3"].groups, after["3"].assignees) == ((), ())


def test_a_ticket_that_no_look_saw_is_read_back_whole(tied: EmbeddedGlpi, desk: GlpiDesk) -> None:
    desk.read(["4"])
    assert desk.read_back({"3": frozenset()}) == desk.read(["3"])
