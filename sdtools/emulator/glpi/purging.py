"""What goes with an item that is purged: links to it, its children, its history."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.names import foreign_key

__all__ = ["purge_row"]

# GLPI 10.0, cleanDBonPurge of each class: the item types that point at it by its foreign key.
_BY_KEY: Mapping[str, tuple[str, ...]] = {
    "Ticket": (
        "Ticket_User", "Group_Ticket", "Supplier_Ticket", "Item_Ticket", "Problem_Ticket",
        "Change_Ticket", "TicketTask", "TicketValidation", "TicketSatisfaction", "TicketCost",
        "Ticket_Contract", "SlaLevel_Ticket", "OlaLevel_Ticket",
    ),
    "Problem": (
        "Problem_User", "Group_Problem", "Problem_Supplier", "Item_Problem", "Problem_Ticket",
        "Change_Problem", "ProblemTask", "ProblemCost",
    ),
    "Change": (
        "Change_User", "Change_Group", "Change_Supplier", "Change_Item", "Change_Ticket",
        "Change_Problem", "ChangeTask", "ChangeCost", "ChangeValidation",
    ),
    "User": ("Ticket_User", "Problem_User", "Change_User", "Group_User", "Profile_User",
             "UserEmail"),
    "Group": ("Group_Ticket", "Group_Problem", "Change_Group", "Group_User"),
    "Supplier": ("Supplier_Ticket", "Problem_Supplier", "Change_Supplier"),
    "Calendar": ("CalendarSegment", "Calendar_Holiday"),
    "Holiday": ("Calendar_Holiday",),
    "SLM": ("SLA", "OLA"),
    "KnowbaseItem": ("KnowbaseItem_Item", "KnowbaseItem_KnowbaseItemCategory",
                     "Entity_KnowbaseItem"),
    "TicketTemplate": ("TicketTemplateMandatoryField", "TicketTemplatePredefinedField",
                       "TicketTemplateHiddenField"),
    "RuleTicket": ("RuleCriteria", "RuleAction"),
}  # fmt: skip
_BY_ITEM = (
    "ITILFollowup", "ITILSolution", "Document_Item", "KnowbaseItem_Item", "PendingReason_Item",
    "Item_Ticket", "Item_Problem", "Change_Item", "Contract_Item", "Infocom", "Notepad", "Log",
)  # fmt: skip


def purge_row(database: GlpiDatabase, itemtype: str, items_id: object) -> None:
    """Delete an item with all that hangs on it."""
    for table in _BY_KEY.get(itemtype, ()):
        database.delete(table, f'"{foreign_key(itemtype)}" = ?', (items_id,))
    for table in _BY_ITEM:
        database.delete(table, "itemtype = ? AND items_id = ?", (itemtype, items_id))
    if itemtype == "Ticket":
        both = "tickets_id_1 = ? OR tickets_id_2 = ?"
        database.delete("Ticket_Ticket", both, (items_id, items_id))
    database.delete(itemtype, "id = ?", (items_id,))
