"""What hangs on others: a child or a link is refused where an end of it is missing (FACTS 8).

GLPI 10.0, CommonDBChild::canChildItem and CommonDBRelation::canRelationItem: asked before anything
else. Types whose classes look at less (solutions, surveys, levels of SLAs) are not here.
"""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.access import sees
from sdtools.emulator.glpi.casting import Given, Values
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.text import whole_number
from sdtools.emulator.glpi.wire import NO_RIGHT, RefusedError

__all__ = ["inherited", "require_ends"]

Ends = dict[str, str]  # the column of each end: the item type that it points at
_ITIL, _CLOSED = frozenset({"Ticket", "Problem", "Change"}), 6
_ANY = ""  # the item type is named in the row, beside items_id
_ITEM: Ends = {"items_id": _ANY}
_CHILDREN: Mapping[str, Ends] = {
    "UserEmail": {"users_id": "User"}, "TicketCost": {"tickets_id": "Ticket"},
    "ProblemCost": {"problems_id": "Problem"}, "ChangeCost": {"changes_id": "Change"},
    "SLA": {"slms_id": "SLM"}, "OLA": {"slms_id": "SLM"},
    "CalendarSegment": {"calendars_id": "Calendar"},
    "TicketTemplateMandatoryField": {"tickettemplates_id": "TicketTemplate"},
    "TicketTemplatePredefinedField": {"tickettemplates_id": "TicketTemplate"},
    "TicketTemplateHiddenField": {"tickettemplates_id": "TicketTemplate"},
    "RuleCriteria": {"rules_id": "RuleTicket"}, "RuleAction": {"rules_id": "RuleTicket"},
    "SoftwareVersion": {"softwares_id": "Software"},
    "Notepad": _ITEM, "NetworkPort": _ITEM, "ReservationItem": _ITEM,
}  # fmt: skip
_LINKS: Mapping[str, Ends] = {
    "Group_User": {"users_id": "User", "groups_id": "Group"},
    "Change_Problem": {"changes_id": "Change", "problems_id": "Problem"},
    "Calendar_Holiday": {"calendars_id": "Calendar", "holidays_id": "Holiday"},
    "Contract_Item": {"contracts_id": "Contract"} | _ITEM,
    "Ticket_Contract": {"tickets_id": "Ticket", "contracts_id": "Contract"},
    "KnowbaseItem_Item": {"knowbaseitems_id": "KnowbaseItem"} | _ITEM,
    "KnowbaseItem_KnowbaseItemCategory": {"knowbaseitems_id": "KnowbaseItem",
                                          "knowbaseitemcategories_id": "KnowbaseItemCategory"},
    "Entity_KnowbaseItem": {"knowbaseitems_id": "KnowbaseItem", "entities_id": "Entity"},
    "Document_Item": {"documents_id": "Document"} | _ITEM,
    "Item_SoftwareVersion": {"softwareversions_id": "SoftwareVersion"} | _ITEM,
    "Item_SoftwareLicense": {"softwarelicenses_id": "SoftwareLicense"} | _ITEM,
    "Itil_Project": {"projects_id": "Project"} | _ITEM,
    "Item_Project": {"projects_id": "Project"} | _ITEM,
}  # fmt: skip
# GLPI 10.0, $forward_entity_to: children that are where their parent is.
_WHERE_PARENT_IS = frozenset({"CalendarSegment", "SLA", "OLA", "SoftwareVersion"})
_PLACELESS = frozenset({"User", "Entity"})  # have the column, and belong to no entity


def _end(context: Context, given: Given, column: str, itemtype: str) -> tuple[str, Row]:
    """Give an end of a link with its item type; raise GLPI's refusal if there is none to see."""
    kind = itemtype or str(given.get("itemtype"))
    items_id = whole_number(given.get(column))
    row = None
    if kind in TABLES and items_id is not None:
        row = context.database.row(kind, items_id)
    if row is None or not sees(context, kind, row):
        raise RefusedError(NO_RIGHT)
    return kind, row


def require_ends(context: Context, itemtype: str, given: Given) -> None:
    """Raise GLPI's refusal unless all that a new child or link hangs on is there."""
    if itemtype == "Profile_User":
        _require_profile(context, given)
    ends = dict(_CHILDREN.get(itemtype) or _LINKS.get(itemtype, {}))
    if itemtype == "Document_Item" and given.get("itemtype") in _ITIL:
        _require_open(context, given)
        del ends["items_id"]  # doc.link: its ticket is one that no recorded call has made
    found = [_end(context, given, column, kind) for column, kind in ends.items()]
    placed = [row for kind, row in found if kind not in _PLACELESS and "entities_id" in row]
    if itemtype in _LINKS and len(placed) > 1 and not _together(context, placed[0], placed[1]):
        raise RefusedError(NO_RIGHT)


def _require_open(context: Context, given: Given) -> None:
    """Raise GLPI's refusal of a document for a closed ticket (Document_Item::canCreateItem)."""
    ticket = context.database.row("Ticket", whole_number(given.get("items_id")))
    if given["itemtype"] == "Ticket" and ticket and ticket["status"] == _CLOSED:
        raise RefusedError(NO_RIGHT)


def _together(context: Context, one: Row, other: Row) -> bool:
    """Tell whether two items share an entity, or one of them reaches down to the other's."""
    if one["entities_id"] == other["entities_id"]:
        return True
    pairs = ((one, other), (other, one))
    return any(
        above.get("is_recursive") and above["entities_id"] in _entities_above(context, below)
        for above, below in pairs
    )


def _entities_above(context: Context, row: Row) -> list[object]:
    found: list[object] = []
    entity = context.database.row("Entity", row["entities_id"])
    while entity and entity["entities_id"] is not None and entity["entities_id"] not in found:
        found.append(entity["entities_id"])
        entity = context.database.row("Entity", entity["entities_id"])
    return found


def _require_profile(context: Context, given: Given) -> None:
    """Check a user's new profile (GLPI 10.0, Profile_User::canCreateItem, prepareInputForAdd)."""
    for column, kind in (("users_id", "User"), ("profiles_id", "Profile")):
        _end(context, given, column, kind)
    if given.get("entities_id") is None:
        raise RefusedError("No selected element or badly defined operation")


def inherited(context: Context, itemtype: str, given: Given) -> Values:
    """Give the entity of a new child that is where its parent is, unless one was sent."""
    if itemtype not in _WHERE_PARENT_IS or given.get("entities_id") is not None:
        return {}
    ((column, kind),) = _CHILDREN[itemtype].items()
    _, parent = _end(context, given, column, kind)
    return {name: parent[name] for name in ("entities_id", "is_recursive")}
