"""Names in place of ids, links, what ``with_*`` adds to an item (GLPI 10.0, src/Api/API.php)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sdtools.emulator.glpi.fresh import OBSERVER_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.emulator.conftest import Client

_EXPANDED = "expand_dropdowns=true"


def _links(row: dict[str, Any]) -> list[str]:
    """Give where a row's links lead, those to kinds of sub-items left out."""
    ends = ["/".join(one["href"].rsplit("/", 2)[1:]) for one in row["links"]]
    return [end for end in ends if not end.endswith("/")]


def _ticket(glpi: Client, name: str = "no network") -> int:
    return glpi.add("Ticket", name=name, content="c")


def test_an_item_of_any_type_is_named(glpi: Client) -> None:
    ticket = _ticket(glpi)
    followup = glpi.add("ITILFollowup", itemtype="Ticket", items_id=ticket, content="x")
    told = glpi.get(f"ITILFollowup/{followup}?{_EXPANDED}")
    assert (told["items_id"], told["users_id"]) == ("no network", "glpi")


def test_the_name_of_a_device_is_its_designation(glpi: Client) -> None:
    device = glpi.add("DeviceMemory", designation="DDR4 16G")
    glpi.add("Item_DeviceMemory", itemtype="Computer", items_id=1, devicememories_id=device)
    told = glpi.get(f"Item_DeviceMemory?{_EXPANDED}")[0]
    assert (told["devicememories_id"], told["items_id"]) == ("DDR4 16G", "PC-001")


def test_what_is_inherited_has_no_name_and_a_link(glpi: Client) -> None:
    told = glpi.call("GET", f"Entity/1?{_EXPANDED}").json()
    assert (told["entities_id"], told["calendars_id"]) == ("Root entity", "")
    assert {"Entity/0", "Calendar/-2", "Transfer/-2"} <= set(_links(told))


def test_what_points_at_nothing_has_no_name(glpi: Client, database: Any) -> None:
    database.update("Computer", 1, {"locations_id": 99})
    assert glpi.get(f"Computer/1?{_EXPANDED}")["locations_id"] == ""


def test_added_rows_are_expanded_and_linked_too(glpi: Client) -> None:
    # Recording get.computer_with_all: _logs."983"
    glpi.put("Computer/1", comment="c")
    told = glpi.call("GET", f"Computer/1?{_EXPANDED}&with_logs=true").json()
    row = next(iter(told["_logs"].values()))
    assert row["items_id"] == "PC-001"
    assert _links(row) == ["Computer/1"]


def test_a_list_names_ids_before_it_expands_them(glpi: Client) -> None:
    # API::getItems adds _keys_names first; a name that is no number stands for id 0.
    glpi.put("Computer/1", entities_id=1)
    query = f"{_EXPANDED}&add_keys_names[0]=entities_id"
    assert glpi.get(f"Computer?{query}")[0]["_keys_names"] == {"entities_id": "Root entity"}


def test_network_ports_are_told_of_anything_and_in_lists(glpi: Client) -> None:
    # Recording get.computer_with_all: _networkports
    port = glpi.add("NetworkPort", itemtype="Computer", items_id=1, name="eth0",
                    logical_number=1, instantiation_type="NetworkPortEthernet")  # fmt: skip
    ports = glpi.call("GET", "Computer?with_networkports=true").json()[0]["_networkports"]
    (told,) = ports["NetworkPortEthernet"]
    assert (told["netport_id"], told["name"], told["speed"]) == (port, "eth0", None)
    assert _links(told) == [f"UNKNOWN/{port}", "Entity/0"]
    assert glpi.get(f"Ticket/{_ticket(glpi)}?with_networkports=true")["_networkports"] == []


def test_a_port_brings_its_name_and_addresses_along(glpi: Client) -> None:
    # Recordings seed.netport and get.computer_with_all
    glpi.add("NetworkPort", itemtype="Computer", items_id=1, name="eth0", _create_children=1,
             instantiation_type="NetworkPortEthernet", NetworkName_name="pc001",
             NetworkName__ipaddresses={"-1": "10.0.0.11"})  # fmt: skip
    (told,) = glpi.get("Computer/1?with_networkports=true")["_networkports"]["NetworkPortEthernet"]
    name = told["NetworkName"]
    assert (name["name"], name["FQDN"]) == ("pc001", {"id": 0, "name": None, "fqdn": None})
    assert name["IPAddress"] == [{"id": "1", "name": "10.0.0.11", "IPNetwork": []}]
    address = glpi.get("IPAddress/1")
    assert (address["version"], address["binary_2"], address["binary_3"]) == (4, 65535, 167772171)


def test_devices_are_told_by_kind_and_id(glpi: Client) -> None:
    device = glpi.add("DeviceMemory", designation="DDR4 16G")
    held = glpi.add("Item_DeviceMemory", itemtype="Computer", items_id=1, size=16384,
                    devicememories_id=device)  # fmt: skip
    told = glpi.get("Computer/1?with_devices=true&with_disks=true")
    assert told["_devices"]["Item_DeviceMemory"][str(held)]["size"] == 16384
    assert not {"items_id", "itemtype"} & set(told["_devices"]["Item_DeviceMemory"][str(held)])
    assert told["_disks"] == []
    assert not {"_devices", "_disks"} & set(glpi.get("Group/1?with_devices=true&with_disks=true"))


def test_a_device_is_where_its_item_is(glpi: Client) -> None:
    # Recording get.computer_with_all; Item_Devices::prepareInputForAdd
    place = glpi.add("Location", name="Paris HQ")
    glpi.put("Computer/1", locations_id=place)
    device = glpi.add("DeviceMemory", designation="DDR4 16G")
    held = glpi.add("Item_DeviceMemory", itemtype="Computer", items_id=1, devicememories_id=device)
    assert glpi.get(f"Item_DeviceMemory/{held}")["locations_id"] == place


def test_tickets_of_an_item_come_with_the_names_of_their_places(glpi: Client) -> None:
    # Recording get.computer_with_all: _tickets
    first, second = (
        _ticket(glpi, "one"),
        glpi.add("Ticket", name="two", content="c", itilcategories_id=2, entities_id=1),
    )
    for ticket in (first, second):
        glpi.add("Item_Ticket", itemtype="Computer", items_id=1, tickets_id=ticket)
    told = {one["id"]: one for one in glpi.get("Computer/1?with_tickets=true")["_tickets"]}
    assert told[first]["catname"] is None
    assert told[second]["catname"] == "Network > VPN"
    assert (told[second]["entityname"], told[second]["entityID"]) == ("Root entity > Paris", 1)


def test_problems_and_changes_of_an_item_are_told(glpi: Client) -> None:
    glpi.add("Item_Problem", problems_id=1, itemtype="Computer", items_id=1)
    told = glpi.get("Computer/1?with_problems=true&with_changes=true")
    assert [one["name"] for one in told["_problems"]] == ["VPN drops"]
    assert told["_changes"] == []


def test_the_financial_side_is_one_row(glpi: Client) -> None:
    assert glpi.get("Computer/1?with_infocoms=true")["_infocoms"] == []
    glpi.add("Infocom", itemtype="Computer", items_id=1, order_number="A1")
    assert glpi.get("Computer/1?with_infocoms=true")["_infocoms"]["order_number"] == "A1"


def test_contracts_are_told_by_their_links(glpi: Client) -> None:
    contract = glpi.add("Contract", name="Support")
    link = glpi.add("Contract_Item", contracts_id=contract, itemtype="Computer", items_id=1)
    told = glpi.get(f"Computer/1?with_contracts=true&{_EXPANDED}")["_contracts"]
    assert [(one["id"], one["contracts_id"]) for one in told] == [(link, "Support")]


def test_a_ticket_tells_the_documents_of_its_followups(glpi: Client) -> None:
    # CommonITILObject::getAssociatedDocumentsCriteria
    ticket, document = _ticket(glpi), glpi.add("Document", name="trace")
    followup = glpi.add("ITILFollowup", itemtype="Ticket", items_id=ticket, content="x")
    glpi.add("Document_Item", documents_id=document, itemtype="ITILFollowup", items_id=followup)
    told = glpi.get(f"Ticket/{ticket}?with_documents=true")["_documents"]
    assert [one["name"] for one in told] == ["trace"]


def test_several_items_are_told_as_one_is(glpi: Client) -> None:
    # API::getMultipleItems asks API::getItem for each.
    query = "items[0][itemtype]=KnowbaseItem&items[0][items_id]=1&with_logs=true"
    (told,) = glpi.get(f"getMultipleItems?{query}")
    assert (told["_categories"], told["_logs"]) == ([], {})


@pytest.mark.parametrize("asked", ["infocoms", "contracts", "documents", "tickets", "logs"])
def test_what_one_may_not_see_is_barred_within(
    someone: Callable[[str], Client], asked: str
) -> None:
    told = someone(OBSERVER_TOKEN).get(f"Computer/1?with_{asked}=true")[f"_{asked}"]
    barred = {"error": 401, "message": "You don't have permission to perform this action."}
    assert (told == barred) is (asked == "logs")
