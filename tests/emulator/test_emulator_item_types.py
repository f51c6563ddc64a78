"""Item types that no recording reads: their columns, options and shown columns are GLPI's own.

Columns: install/mysql/glpi-10.0.12-empty.sql. Shown columns: install/empty_data.php. Options:
rawSearchOptions of src/CommonDropdown.php, Contract.php, Printer.php, Monitor.php.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Client


@pytest.mark.parametrize(
    ("itemtype", "columns", "absent"),
    [
        ("Printer", {"have_serial": 0, "memory_size": None, "printertypes_id": 0}, "size"),
        ("Monitor", {"size": "0.00", "have_hdmi": 0, "monitormodels_id": 0}, "networks_id"),
        ("NetworkEquipment", {"ram": None, "uptime": "0", "cpu": 0}, "is_global"),
        ("Phone", {"number_line": None, "have_hp": 0}, "size"),
        ("State", {"is_visible_computer": 1, "is_visible_unmanaged": 1}, "is_visible_user"),
        ("Contract", {"week_begin_hour": "00:00:00", "use_sunday": 0}, "value"),
        ("ComputerModel", {"required_units": 1, "depth": 1}, "entities_id"),
    ],
)
def test_an_item_has_the_columns_and_defaults_of_its_table(
    glpi: Client, itemtype: str, columns: dict[str, object], absent: str
) -> None:
    row = glpi.get(f"{itemtype}/{glpi.add(itemtype, name='n')}")
    assert {name: row.get(name, "missing") for name in columns} == columns
    assert absent not in row


def test_a_part_of_an_item_has_its_place_and_status(glpi: Client) -> None:
    memory = glpi.add("DeviceMemory", designation="DDR4")
    made = glpi.add("Item_DeviceMemory", itemtype="Computer", items_id=1, devicememories_id=memory)
    row = glpi.get(f"Item_DeviceMemory/{made}")
    assert list(row)[10:14] == ["busID", "otherserial", "locations_id", "states_id"]
    assert glpi.get(f"DeviceMemory/{memory}")["devicememorymodels_id"] is None


def test_a_port_counts_its_traffic(glpi: Client) -> None:
    made = glpi.add("NetworkPort", itemtype="Computer", items_id=1, name="eth0")
    row = glpi.get(f"NetworkPort/{made}")
    assert (row["ifinbytes"], row["trunk"], row["lastup"]) == (0, 0, None)


@pytest.mark.parametrize(
    ("itemtype", "columns"),
    [
        ("Problem", ["1", "12", "15", "18", "19", "2", "21", "3", "7", "80"]),
        ("Computer", ["1", "17", "19", "23", "3", "31", "4", "40", "45", "5", "80"]),
        ("User", ["1", "3", "34", "5", "6", "8"]),
        ("RequestType", ["1", "14", "15"]),
        ("Calendar", ["1", "19", "80"]),
        ("ITILCategory", ["1", "80"]),
    ],
)
def test_a_search_shows_what_a_fresh_glpi_prefers(
    glpi: Client, itemtype: str, columns: list[str]
) -> None:
    found = glpi.call("GET", f"search/{itemtype}?range=0-0").json()
    assert sorted(found["data"][0]) == columns


@pytest.mark.parametrize(
    ("itemtype", "numbers"),
    [
        ("ComputerType", {"1", "2", "16", "19", "121"}),
        ("PrinterModel", {"1", "2", "3", "16", "19", "121", "137", "138"}),
        ("TicketTemplate", {"1", "2", "16", "80", "86"}),
        ("SoftwareCategory", {"1", "2", "13", "14", "16"}),
    ],
)
def test_a_list_of_values_has_the_options_its_columns_allow(
    glpi: Client, itemtype: str, numbers: set[str]
) -> None:
    assert {one for one in glpi.get(f"listSearchOptions/{itemtype}") if one.isdecimal()} == numbers


def test_a_list_of_values_is_searched_by_its_id(glpi: Client) -> None:
    made = glpi.add("ComputerType", name="Laptop")
    criterion = f"criteria[0][field]=2&criteria[0][searchtype]=contains&criteria[0][value]=^{made}$"
    found = glpi.call("GET", f"search/ComputerType?{criterion}").json()
    assert found["data"] == [{"1": "Laptop", "2": made}]


def test_a_contract_shows_its_number_and_type(glpi: Client) -> None:
    kind = glpi.add("ContractType", name="Loan")
    glpi.add("Contract", name="Lease", num="C-1", contracttypes_id=kind, duration=12)
    row = glpi.call("GET", "search/Contract").json()["data"][0]
    assert (row["3"], row["4"], row["6"]) == ("C-1", "Loan", 12)


def test_what_only_one_kind_of_equipment_has_is_an_option_of_it_alone(glpi: Client) -> None:
    printer, monitor = (glpi.get(f"listSearchOptions/{one}") for one in ("Printer", "Monitor"))
    assert (printer["44"]["field"], monitor["44"]["field"]) == ("have_usb", "have_bnc")
    assert "network" in printer
    assert "network" not in monitor  # a screen has no ports


@pytest.mark.parametrize(
    "itemtype",
    ["NetworkName", "IPAddress", "SoftwareCategory", "ChangeTemplate", "ProjectTask",
     "Group_KnowbaseItem", "Item_OperatingSystem", "OperatingSystemVersion"],
)  # fmt: skip
def test_an_item_type_of_glpi_is_known_even_where_there_is_none(
    glpi: Client, itemtype: str
) -> None:
    answer = glpi.call("GET", itemtype)
    assert (answer.status_code, answer.json()) == (200, [])
