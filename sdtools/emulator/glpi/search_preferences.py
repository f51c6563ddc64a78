"""The columns that a fresh GLPI shows when a search asks for none (its install/empty_data.php)."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["PREFERRED"]

_SEEN = (31, 23, 3, 4, 40, 19)

# What is no option of the item type, or not known here, is left out by the search.
PREFERRED: Mapping[str, tuple[int, ...]] = {
    "Ticket": (12, 19, 15, 3, 4, 5, 7, 18),
    "Problem": (21, 12, 19, 15, 3, 7, 18),
    "Change": (12, 19, 15, 7, 18),
    "TicketValidation": (3, 2, 8, 4, 9, 7),
    "TicketRecurrent": (11, 12, 13, 15, 14),
    "RequestType": (14, 15),
    "SLA": (4,),
    "Calendar": (19,),
    "Holiday": (11, 12, 13),
    "User": (34, 5, 6, 3, 8),
    "Group": (16,),
    "Profile": (2, 3, 19),
    "Document": (3, 4, 7, 5, 16),
    "Computer": (31, 23, 5, 4, 40, 45, 3, 19, 17),
    "Printer": _SEEN,
    "NetworkEquipment": (31, 23, 3, 4, 40, 11, 19),
    "Monitor": (*_SEEN, 7),
    "Peripheral": (*_SEEN, 7),
    "Phone": (*_SEEN, 7),
    "AllAssets": (31,),
    "Software": (23, 5, 4, 72, 163),
    "SoftwareLicense": (1, 3, 10, 162, 5),
    "NetworkPort": (3, 30, 31, 32, 33, 34, 35, 36, 38, 39, 40),
    "NetworkName": (12, 13),
    "ReservationItem": (4, 3, 5, 9),
    "Cluster": (31, 19),
    "Domain": (3, 4, 2, 6, 7),
    "Appliance": (2, 3, 4, 5),
    "Supplier": (9, 3, 4, 5, 10, 6),
    "Contact": (3, 4, 5, 6, 9),
    "Contract": (4, 3, 5, 6, 7, 11),
    "Budget": (5, 3, 4, 19),
    "Project": (3, 4, 12, 5, 15, 21),
    "ProjectState": (12, 11),
    "ProjectTask": (2, 12, 14, 5, 7, 8, 13),
    "CronTask": (8, 3, 4, 7),
}
