"""Trees, parents, unique keys and number ranges: what GLPI's classes and schema ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

_NO_RIGHT = "You don't have permission to perform this action."
_ONCE = "Duplicate entry '{}' for key '{}'"


def _place(glpi: Client, items_id: int, itemtype: str = "Location") -> list[Any]:
    row = glpi.get(f"{itemtype}/{items_id}")
    return [row["completename"], row["locations_id"], row["level"], row["ancestors_cache"]]


@pytest.fixture
def floors(glpi: Client) -> list[int]:
    """Make a house, a floor in it, a room on that, and another house."""
    house = glpi.add("Location", name="House")
    floor = glpi.add("Location", name="Floor", locations_id=house)
    room = glpi.add("Location", name="Room", locations_id=floor)
    return [house, floor, room, glpi.add("Location", name="Barn")]


def test_all_below_a_renamed_node_follow(glpi: Client, floors: list[int]) -> None:
    """CommonTreeDropdown::regenerateTreeUnderID."""
    house, floor, room, _ = floors
    glpi.put(f"Location/{house}", name="Villa")
    assert _place(glpi, floor)[:3] == ["Villa > Floor", house, 2]
    assert _place(glpi, room)[:3] == ["Villa > Floor > Room", floor, 3]


def test_all_below_a_moved_node_follow_and_forget_who_was_above(
    glpi: Client, floors: list[int]
) -> None:
    """CommonTreeDropdown::post_updateItem."""
    _, floor, room, barn = floors
    glpi.put(f"Location/{floor}", locations_id=barn)
    assert _place(glpi, floor) == ["Barn > Floor", barn, 2, f'{{"{barn}":{barn}}}']
    assert _place(glpi, room) == ["Barn > Floor > Room", floor, 3, None]
    sons = glpi.get(f"Location/{floor}")["sons_cache"]
    assert sons == f'{{"{floor}":{floor},"{room}":{room}}}'


def test_a_name_without_its_parent_takes_a_node_out_of_its_tree(
    glpi: Client, floors: list[int]
) -> None:
    """GLPI pull request 18253 mends it after 10.0.12."""
    house, floor, _, _ = floors
    glpi.put(f"Location/{floor}", name="Attic", locations_id=house)
    assert _place(glpi, floor)[:3] == ["House > Attic", house, 2]
    glpi.put(f"Location/{floor}", name="Cellar")
    assert _place(glpi, floor)[:3] == ["Cellar", 0, 1]


@pytest.mark.parametrize("itemtype", ["Location", "Group", "ITILCategory"])
def test_a_node_does_not_go_below_itself(glpi: Client, itemtype: str) -> None:
    """CommonTreeDropdown::prepareInputForUpdate."""
    key = {"Location": "locations_id", "Group": "groups_id"}.get(itemtype, "itilcategories_id")
    top = glpi.add(itemtype, name="top")
    below = glpi.add(itemtype, name="below", **{key: top})
    for parent in (top, below):
        answer = glpi.put(f"{itemtype}/{top}", **{key: parent})
        assert (answer.status_code, answer.json()) == (400, ["ERROR_GLPI_UPDATE", ""])


def test_children_of_a_deleted_node_move_up(glpi: Client, floors: list[int]) -> None:
    """CommonTreeDropdown::pre_deleteItem."""
    house, floor, room, _ = floors
    glpi.call("DELETE", f"Location/{floor}")
    assert _place(glpi, room)[:3] == ["House > Room", house, 2]
    glpi.call("DELETE", f"Location/{house}")
    assert _place(glpi, room) == ["Room", 0, 1, "[]"]


def test_a_new_node_is_trimmed_and_an_unknown_parent_is_none(glpi: Client) -> None:
    """CommonTreeDropdown::adaptTreeFieldsFromUpdateOrAdd."""
    made = glpi.add("Location", name="  lead ", locations_id=9999)
    assert _place(glpi, made) == ["lead", 0, 1, "[]"]
    title = glpi.add("UserTitle", name=" Dr ")
    assert glpi.get(f"UserTitle/{title}")["name"] == "Dr"


@pytest.mark.parametrize(
    ("itemtype", "given"),
    [
        ("Group_User", {"users_id": 999, "groups_id": 1}), ("Group_User", {"users_id": 7}),
        ("Profile_User", {"users_id": 7, "entities_id": 0}),
        ("Profile_User", {"users_id": 999, "profiles_id": 1, "entities_id": 0}),
        ("UserEmail", {"users_id": 999, "email": "a@example.org"}), ("UserEmail", {}),
        ("TicketCost", {"tickets_id": 999, "name": "x"}), ("TicketCost", {"name": "x"}),
        ("SLA", {"name": "s"}), ("Change_Problem", {"problems_id": 1, "changes_id": 99}),
        ("Calendar_Holiday", {"calendars_id": 99, "holidays_id": 1}),
        ("CalendarSegment", {"calendars_id": 99, "day": 1, "begin": "08:00:00",
                             "end": "09:00:00"}),
        ("Contract_Item", {"contracts_id": 9, "itemtype": "Computer", "items_id": 1}),
        ("KnowbaseItem_Item", {"knowbaseitems_id": 1, "itemtype": "Ticket", "items_id": 999}),
        ("KnowbaseItem_Item", {"knowbaseitems_id": 1, "itemtype": "Nothing", "items_id": 1}),
        ("Document_Item", {"documents_id": 1, "itemtype": "Computer", "items_id": 999}),
        ("Notepad", {"itemtype": "Computer", "items_id": 999, "content": "x"}),
        ("RuleAction", {"rules_id": 999, "field": "urgency"}),
    ],
)  # fmt: skip
def test_what_hangs_on_nothing_is_a_missing_right(
    glpi: Client, itemtype: str, given: dict[str, Any]
) -> None:
    """CommonDBChild::canChildItem, CommonDBRelation::canRelationItem; FACTS 8 of tickets' links."""
    glpi.add("Document", name="d")
    assert glpi.refused(itemtype, **given) == (400, _NO_RIGHT)


def test_a_profile_is_given_for_an_entity(glpi: Client) -> None:
    """Profile_User::prepareInputForAdd."""
    said = "No selected element or badly defined operation"
    assert glpi.refused("Profile_User", users_id=7, profiles_id=1) == (400, said)


def test_a_link_joins_what_shares_an_entity(glpi: Client) -> None:
    """CommonDBRelation::canRelationItem: one of both may be recursive, and from above."""
    away = glpi.add("Calendar", name="away", entities_id=1)
    alone = glpi.add("Holiday", name="alone")
    shared = glpi.add("Holiday", name="shared", is_recursive=1)
    refused = glpi.refused("Calendar_Holiday", calendars_id=away, holidays_id=alone)
    assert refused == (400, _NO_RIGHT)
    assert glpi.add("Calendar_Holiday", calendars_id=away, holidays_id=shared)


def test_a_child_is_where_its_parent_is(glpi: Client) -> None:
    """$forward_entity_to of Calendar and SLM."""
    calendar = glpi.add("Calendar", name="c", entities_id=1, is_recursive=1)
    made = glpi.add("CalendarSegment", calendars_id=calendar, day=1, begin="08:00", end="09:00")
    row = glpi.get(f"CalendarSegment/{made}")
    assert (row["entities_id"], row["is_recursive"], row["begin"]) == (1, 1, "08:00:00")


@pytest.mark.parametrize(("begin", "status"), [("17:00", 400), ("18:00", 400), ("18:01", 201)])
def test_opening_hours_do_not_ride_on_others(glpi: Client, begin: str, status: int) -> None:
    """CalendarSegment::prepareInputForAdd: those that only touch are refused, too."""
    given = {"calendars_id": 2, "day": 1, "begin": f"{begin}:00", "end": "20:00:00"}
    answer = glpi.call("POST", "CalendarSegment", {"input": given})
    assert answer.status_code == status
    if status == 400:
        assert answer.json()[1] == "Can not add a range riding an existing period"


def test_a_calendar_knows_how_long_it_is_open(glpi: Client) -> None:
    """CalendarSegment::post_addItem, post_deleteFromDB."""
    calendar = glpi.add("Calendar", name="c")
    made = glpi.add("CalendarSegment", calendars_id=calendar, day=1, begin="8:00", end="09:00:30")
    assert glpi.get(f"Calendar/{calendar}")["cache_duration"] == "[0,3630,0,0,0,0,0]"
    glpi.call("DELETE", f"CalendarSegment/{made}")
    assert glpi.get(f"Calendar/{calendar}")["cache_duration"] == "[0,0,0,0,0,0,0]"


@pytest.mark.parametrize(
    ("itemtype", "said"),
    [("Entity", "You can't add an entity without name"),
     ("SoftwareLicense", "Please select a software for this license")],
)  # fmt: skip
def test_some_items_need_more_than_a_right(glpi: Client, itemtype: str, said: str) -> None:
    """Entity::prepareInputForAdd, SoftwareLicense::prepareInputForAdd."""
    assert glpi.refused(itemtype, comment="c") == (400, said)


def test_a_document_is_not_linked_to_a_closed_ticket(glpi: Client) -> None:
    """Document_Item::canCreateItem."""
    document = glpi.add("Document", name="d")
    closed = glpi.add("Ticket", name="t", content="c", status=6)
    link = {"documents_id": document, "itemtype": "Ticket", "items_id": closed}
    assert glpi.refused("Document_Item", **link) == (400, _NO_RIGHT)


@pytest.mark.parametrize(
    ("itemtype", "given", "said"),
    [
        ("Location", {"name": "here"}, _ONCE.format("0-0-here", "unicity")),
        ("Location", {"name": "HERE"}, _ONCE.format("0-0-HERE", "unicity")),
        ("Entity", {"name": "here", "entities_id": 0}, _ONCE.format("0-here", "unicity")),
        ("KnowbaseItemCategory", {"name": "here"}, _ONCE.format("0-0-here", "unicity")),
        ("State", {"name": "here"}, "Status of items must be unique!"),
        ("State", {"name": "Here"}, _ONCE.format("0-Here", "unicity")),
        ("ITILCategory", {"name": "x", "code": "C1"},
         "Code representing the ticket category is already used"),
    ],
)  # fmt: skip
def test_a_name_is_there_once(
    glpi: Client, itemtype: str, given: dict[str, Any], said: str
) -> None:
    """The unique keys of GLPI's schema; State::isUnique, ITILCategory::prepareInputForAdd."""
    first = {**given, "name": "here"}
    glpi.add(itemtype, **first)
    assert glpi.refused(itemtype, **given) == (400, said)


@pytest.mark.parametrize(
    ("itemtype", "said"),
    [
        ("Location", _ONCE.format("0-0-one", "unicity")),
        ("State", "Status of items must be unique per level!"),
        ("User", _ONCE.format("one-1-0", "unicityloginauth")),
    ],
)
def test_an_update_keeps_a_name_unique_and_may_repeat_its_own(
    glpi: Client, itemtype: str, said: str
) -> None:
    glpi.add(itemtype, name="one")
    made = glpi.add(itemtype, name="two")
    assert glpi.put(f"{itemtype}/{made}", name="two").status_code == 200
    answer = glpi.put(f"{itemtype}/{made}", name="one")
    assert (answer.status_code, answer.json()[1]) == (400, said)


@pytest.mark.parametrize(
    ("column", "value"),
    [("urgency", 99999999999), ("status", -2147483649), ("locations_id", -1),
     ("itilcategories_id", 4294967296), ("is_deleted", 128)],
)  # fmt: skip
def test_a_number_that_its_column_cannot_hold_is_refused(
    glpi: Client, column: str, value: int
) -> None:
    """MariaDB in strict mode: foreign keys are unsigned, flags tinyint, the rest int."""
    made = glpi.add("Ticket", name="t", content="c")
    answer = glpi.put(f"Ticket/{made}", **{column: value})
    said = f"Out of range value for column '{column}' at row 1"
    assert (answer.status_code, answer.json()[1]) == (400, said)


@pytest.mark.parametrize(("value", "stored"), [("2.7", 3), ("2.5", 3), (4.4, 4), (-1, -1)])
def test_a_number_is_rounded_as_mysql_does(glpi: Client, value: object, stored: int) -> None:
    made = glpi.add("Ticket", name="t", content="c")
    glpi.put(f"Ticket/{made}", status=value)
    assert glpi.ticket(made)["status"] == stored


def test_a_line_of_text_is_cut_off(glpi: Client) -> None:
    """CommonDBTM::filterValues: what its search option calls a string, a link or an address."""
    made = glpi.add("Computer", name="n", serial="s" * 300)
    assert len(glpi.get(f"Computer/{made}")["serial"]) == 255
