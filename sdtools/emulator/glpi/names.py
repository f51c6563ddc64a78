"""Foreign keys and names: which column points where, and what an item is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from sdtools.emulator.glpi.database import GlpiDatabase, Row
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.text import escaped

__all__ = ["TREES", "dropdown_name", "foreign_key", "item_name", "target_of", "user_name"]

# Item types that are trees, with the column that names the parent.
TREES: Mapping[str, str] = {
    itemtype: parent
    for itemtype, table in TABLES.items()
    if "completename" in table.columns
    and (parent := table.sql_name.removeprefix("glpi_") + "_id") in table.columns
}
_BY_TABLE = {table.sql_name.removeprefix("glpi_"): name for name, table in TABLES.items()}
_LABELS = {
    "Group_User": "General", "CalendarSegment": "Time range", "Problem_Ticket":
    "Link Ticket/Problem", "Change_Ticket": "Link Ticket/Change", "Ticket_Ticket":
    "Linked ticket", "KnowbaseItem_Item": "Knowledge base item", "Entity_KnowbaseItem":
    "General", "TicketSatisfaction": "Satisfaction", "Document_Item": "Document item",
    "Profile_User": "General", "PendingReason_Item": "General", "Ticket_Contract": "General",
    "UserEmail": "Email", "Change_Problem": "Link Problem/Change", "TicketCost": "Cost",
    "ProblemCost": "Cost", "ChangeCost": "Cost", "ITILCategory": "ITIL category", "KnowbaseItem":
    "Knowledge base", "RequestType": "Request source", "SolutionType": "Solution type", "Holiday":
    "Close time", "NetworkEquipment": "Network device", "Peripheral": "Device", "SlaLevel":
    "Escalation level", "TaskCategory": "Task category", "TicketTemplate": "Ticket template",
}  # fmt: skip

# What hangs on an item is called by it, too.
_OF_AN_ITEM = {"Item_DeviceMemory": 'Memory of item "{item}"', "NetworkPort": " {item} >  {own}"}
_ITEMS_OF = frozenset({"Item_Ticket", "Item_Problem", "Change_Item"})


def foreign_key(itemtype: str) -> str:
    """Give the column by which others point at an item type: ``tickets_id``."""
    return TABLES[itemtype].sql_name.removeprefix("glpi_") + "_id"


@lru_cache(maxsize=1024)
def target_of(column: str) -> str | None:
    """Give the item type that a column points at; None for a plain column."""
    found = re.fullmatch(r"(\w+?)_id(_\w+)?", column)
    return _BY_TABLE.get(found[1]) if found else None


def user_name(row: Row) -> str:
    """Give a user's friendly name: last and first name, else the login."""
    full = f"{row['realname'] or ''} {row['firstname'] or ''}".strip()
    return full or str(row["name"])


def dropdown_name(database: GlpiDatabase, itemtype: str, items_id: object) -> str:
    """Give what ``expand_dropdowns`` puts in place of an id: full path, login, name."""
    row = database.row(itemtype, items_id)
    if row is None:
        return "&nbsp;"
    if itemtype in TREES:
        return escaped(str(row["completename"]))
    return str(row.get("name") or "")


def _item(database: GlpiDatabase, row: Row) -> Row | None:
    """Give the item of any type that a row belongs to."""
    known = row["itemtype"] in TABLES
    return database.row(str(row["itemtype"]), row["items_id"]) if known else None


def item_name(database: GlpiDatabase, itemtype: str, row: Row) -> str:
    """Give what GLPI's messages and logs call an item."""
    if itemtype == "User":
        return user_name(row)
    if itemtype in _ITEMS_OF:
        item = _item(database, row)
        return str(item["name"]) if item else ""
    if itemtype == "ITILSolution":
        return str(row["id"])
    if itemtype == "DeviceMemory":
        return str(row["designation"])
    if itemtype in _OF_AN_ITEM:
        item = _item(database, row)
        return _OF_AN_ITEM[itemtype].format(item=item["name"] if item else "", own=row.get("name"))
    if row.get("name"):
        return str(row["name"])
    return f"{_LABELS.get(itemtype, itemtype)} - ID {row['id']}"
