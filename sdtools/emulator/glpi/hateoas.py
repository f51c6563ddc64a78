"""Which kinds of sub-items the links of an item name (GLPI 10.0, API::getHatoasClasses)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

__all__ = ["children_of"]

_SIX = "Computer Monitor NetworkEquipment Peripheral Phone Printer"
_DEVICES = (
    "Motherboard", "Firmware", "Processor", "Memory", "HardDrive", "NetworkCard", "Drive",
    "Battery", "GraphicCard", "SoundCard", "Control", "Pci", "Case", "PowerSupply", "Generic",
    "Simcard", "Sensor", "Camera",
)  # fmt: skip
_LACKING = {
    "Memory": {"Enclosure"}, "PowerSupply": {"Printer"}, "NetworkCard": {"Enclosure"},
}  # fmt: skip
# Kinds in the order they are named, each with the item types that have them.
_BY_KIND: Mapping[str, str] = {
    "ReservationItem": f"{_SIX} Software",
    "Document_Item": (
        f"{_SIX} Budget Change Contact Contract Document Entity KnowbaseItem Problem Project "
        "Software Line SoftwareLicense Supplier Ticket User Certificate Cluster ITILFollowup "
        "ITILSolution ChangeTask ProblemTask TicketTask Appliance"
    ),
    "Contract_Item": (
        f"{_SIX} Project Line Software SoftwareLicense Certificate Rack Enclosure Cluster "
        "Appliance Domain Item_DeviceMemory"
    ),
    "Infocom": (
        f"{_SIX} Software SoftwareLicense Line Certificate Domain Appliance Rack Enclosure"
    ),
    "Item_Ticket": (
        f"{_SIX} Software SoftwareLicense Certificate Line Rack Enclosure Cluster Domain Appliance"
    ),
    "Item_Project": f"{_SIX} Software DeviceMemory Certificate",
    "NetworkPort": "Computer NetworkEquipment Peripheral Phone Printer Enclosure Cluster",
    "_devices": "Computer NetworkEquipment Peripheral Phone Printer Enclosure",
}
_OWN: Mapping[str, tuple[str, ...]] = {
    "Ticket": (
        "TicketTask", "TicketValidation", "TicketCost", "Problem_Ticket", "Change_Ticket",
        "Item_Ticket", "ITILSolution", "ITILFollowup", "Ticket_User", "Group_Ticket",
        "Supplier_Ticket",
    ),
    "Problem": (
        "ProblemTask", "ProblemCost", "Change_Problem", "Problem_Ticket", "Item_Problem",
        "ITILSolution", "ITILFollowup", "Problem_User", "Group_Problem", "Supplier_Problem",
    ),
    "Change": (
        "ChangeTask", "ChangeCost", "Itil_Project", "Change_Problem", "Change_Ticket",
        "Change_Item", "ITILSolution", "ITILFollowup", "Change_User", "Group_Change",
        "Supplier_Change",
    ),
    "Project": ("ProjectTask", "ProjectCost", "Itil_Project", "Item_Project"),
}  # fmt: skip


@cache
def children_of(itemtype: str) -> tuple[str, ...]:
    """Give the kinds of sub-items, those of GLPI's misnomers with them."""
    found: list[str] = []
    for kind, itemtypes in _BY_KIND.items():
        if itemtype not in itemtypes.split():
            continue
        if kind == "_devices":
            parts = (one for one in _DEVICES if itemtype not in _LACKING.get(one, ()))
            found += [f"Item_Device{part}" for part in parts]
        else:
            found.append(kind)
    return (*found, *_OWN.get(itemtype, ()))
