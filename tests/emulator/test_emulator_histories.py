"""The histories of all that is no ticket: rows of ``Log`` (GLPI 10.0, CommonDBTM and its kinds)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

_CHANGED, _DEVICE, _TRASHED, _LINKED, _UNLINKED = 0, 1, 13, 15, 16
_CHILD, _CHILD_CHANGED, _CHILD_GONE, _CREATED, _LINK_CHANGED = 17, 18, 19, 20, 21


def _log(glpi: Client, place: str) -> list[tuple[Any, ...]]:
    """Give an item's history: what was done, to what, from what, to what."""
    rows = glpi.get(f"{place}/Log?range=0-99")
    return [
        (row["linked_action"], row["itemtype_link"], row["old_value"], row["new_value"])
        for row in rows
    ]


def test_a_relation_stands_in_the_history_of_both_and_has_none(glpi: Client) -> None:
    # CommonDBRelation::post_addItem, post_deleteFromDB
    link = glpi.add("Group_User", users_id=7, groups_id=1)
    glpi.call("DELETE", f"Group_User/{link}")
    group, user = "Service Desk N1 (1)", "Martin Alice (7)"
    assert _log(glpi, "User/7") == [(_LINKED, "Group", "", group), (_UNLINKED, "Group", group, "")]
    assert _log(glpi, "Group/1") == [(_LINKED, "User", "", user), (_UNLINKED, "User", user, "")]


def test_a_changed_relation_names_its_column(glpi: Client) -> None:
    link = glpi.add("Group_User", users_id=7, groups_id=1)
    glpi.put(f"Group_User/{link}", is_manager=1)
    assert _log(glpi, "Group/1")[-1] == (_LINK_CHANGED, "Group_User#is_manager", "0", "1")


def test_a_profile_is_a_part_of_its_user(glpi: Client) -> None:
    # Profile_User says that it is not told in the profile's history.
    glpi.add("Profile_User", users_id=7, profiles_id=6, entities_id=0)
    assert _log(glpi, "User/7") == [(_CHILD, "Profile", "", "Technician (6)")]
    assert _log(glpi, "Profile/6") == []


def test_a_user_is_created_after_his_addresses_and_profile(glpi: Client) -> None:
    user = glpi.add("User", name="zed", _useremails=["z@example.org"], _profiles_id=6)
    address = glpi.get(f"User/{user}/UserEmail")[0]["id"]
    assert _log(glpi, f"User/{user}") == [
        (_CHILD, "UserEmail", "", f"z@example.org ({address})"),
        (_CHILD, "Profile", "", "Technician (6)"),
        (_CREATED, "0", "", ""),
    ]


def test_a_child_without_a_name_is_not_available(glpi: Client) -> None:
    # CommonDBTM::getName, NOT_AVAILABLE
    made = glpi.add("CalendarSegment", calendars_id=2, day=6, begin="08:00:00", end="09:00:00")
    glpi.put(f"CalendarSegment/{made}", end="10:00:00")
    glpi.call("DELETE", f"CalendarSegment/{made}")
    assert _log(glpi, "Calendar/2") == [
        (_CHILD, "CalendarSegment", "", f"N/A ({made})"),
        (_CHILD_CHANGED, "CalendarSegment", "09:00:00", "10:00:00"),
        (_CHILD_GONE, "CalendarSegment", f"N/A ({made})", ""),
    ]


def test_a_port_is_called_by_its_item_and_a_device_is_put_in(glpi: Client) -> None:
    # Recording get.computer_with_all: _logs "1003" and "1005"
    device = glpi.add("DeviceMemory", designation="DDR4 16G")
    glpi.add("Item_DeviceMemory", itemtype="Computer", items_id=1, devicememories_id=device)
    port = glpi.add("NetworkPort", itemtype="Computer", items_id=1, name="eth0")
    assert _log(glpi, "Computer/1") == [
        (_DEVICE, "DeviceMemory", "", f"DDR4 16G ({device})"),
        (_CHILD, "NetworkPort", "", f"PC-001 - eth0 ({port})"),
    ]


def test_a_node_stands_in_the_history_of_the_one_above(glpi: Client) -> None:
    # CommonTreeDropdown::post_addItem, post_updateItem
    made = glpi.add("ITILCategory", name="Wi-Fi", itilcategories_id=1)
    glpi.put(f"ITILCategory/{made}", itilcategories_id=2)
    child = f"Wi-Fi ({made})"
    told = [(_CHILD, "ITILCategory", "", child), (_CHILD_GONE, "ITILCategory", child, "")]
    assert _log(glpi, "ITILCategory/1") == told
    assert _log(glpi, "ITILCategory/2") == [(_CHILD, "ITILCategory", "", child)]
    assert _log(glpi, f"ITILCategory/{made}")[-1] == (
        _CHILD_CHANGED, "ITILCategory", "Network (1)", "VPN (2)",
    )  # fmt: skip


def test_a_changed_column_is_told_by_its_search_option(glpi: Client) -> None:
    # Log::constructHistory: raw in the item's own table, else the name and the id
    place = glpi.add("Location", name="Paris HQ")
    glpi.put("Computer/1", comment="new", locations_id=place, users_id=7)
    rows = glpi.get("Computer/1/Log")
    assert [(row["id_search_option"], row["old_value"], row["new_value"]) for row in rows] == [
        (16, "", "new"),
        (3, "&nbsp; (0)", f"Paris HQ ({place})"),
        (70, "&nbsp; (0)", "alice.martin (7)"),
    ]


def test_the_root_entity_has_a_name_though_its_id_is_none(glpi: Client) -> None:
    glpi.put("Computer/1", entities_id=1)
    (row,) = glpi.get("Computer/1/Log")
    assert row["id_search_option"] == 80
    assert (row["old_value"], row["new_value"]) == (
        "Root entity (0)",
        "Root entity &#62; Paris (1)",
    )


def test_what_goes_to_the_trash_says_so(glpi: Client) -> None:
    # CommonDBTM::delete
    glpi.call("DELETE", "Computer/1")
    assert _log(glpi, "Computer/1") == [(_TRASHED, "0", "", "")]


def test_a_purged_item_leaves_its_links_in_other_histories(glpi: Client) -> None:
    # CommonDBTM::deleteFromDB: links go before the item does
    glpi.add("Group_User", users_id=7, groups_id=1)
    glpi.call("DELETE", "User/7?force_purge=true")
    assert _log(glpi, "Group/1")[-1] == (_UNLINKED, "User", "Martin Alice (7)", "")


def test_an_article_is_created_after_its_place_in_a_category(glpi: Client) -> None:
    # The ids of recorded rows of history leave room for just these (seed.kb, seed.kb_target)
    category = glpi.add("KnowbaseItemCategory", name="How-to")
    article = glpi.add("KnowbaseItem", name="Reset", answer="a", _categories=[category])
    glpi.add("Entity_KnowbaseItem", knowbaseitems_id=article, entities_id=0, is_recursive=1)
    assert _log(glpi, f"KnowbaseItem/{article}") == [
        (_LINKED, "KnowbaseItemCategory", "", f"How-to ({category})"),
        (_CREATED, "0", "", ""),
        (_LINKED, "Entity", "", "Root entity (0)"),
    ]
    assert _log(glpi, f"KnowbaseItemCategory/{category}")[-1] == (
        _LINKED, "KnowbaseItem", "", f"Reset ({article})",
    )  # fmt: skip


def test_a_document_of_a_computer_stands_in_both_histories(glpi: Client) -> None:
    document = glpi.add("Document", name="manual")
    glpi.add("Document_Item", documents_id=document, itemtype="Computer", items_id=1)
    assert _log(glpi, "Computer/1") == [(_LINKED, "Document", "", f"manual ({document})")]
    assert _log(glpi, f"Document/{document}")[-1] == (_LINKED, "Computer", "", "PC-001 (1)")


def test_the_long_texts_of_a_problem_are_told(glpi: Client) -> None:
    glpi.put("Problem/1", impactcontent="all of Paris")
    row = next(row for row in glpi.get("Problem/1/Log") if row["id_search_option"] == 60)
    assert (row["old_value"], row["new_value"]) == ("", "all of Paris")
