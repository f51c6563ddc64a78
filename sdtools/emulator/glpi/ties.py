"""Whose histories tell of a row: the item it hangs on, or the two that it joins.

Rules of GLPI 10.0: CommonDBChild, CommonDBRelation and CommonTreeDropdown, each in its
post_addItem, post_updateItem and post_deleteFromDB; ends and flags are those of each class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdtools.emulator.glpi.database import GlpiDatabase, Row
from sdtools.emulator.glpi.names import TREES, item_name
from sdtools.emulator.glpi.tables import TABLES

__all__ = ["SILENT", "Actions", "Tie", "joining", "own_columns", "ties_of"]

_NAMELESS = "N/A"
_End = tuple[str, str]  # item type, or the column that names it; the column of the id
_ITEM: _End = ("itemtype", "items_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """What GLPI calls (``linked_action``) the coming, changing and going of a row."""

    added: int
    updated: int
    deleted: int


_CHILD = Actions(added=17, updated=18, deleted=19)
_RELATION = Actions(added=15, updated=21, deleted=16)
_DEVICE = Actions(added=1, updated=2, deleted=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One item whose history tells of a row: of what type, under which name."""

    item: tuple[str, object]
    kind: str
    name: str
    actions: Actions
    updated_kind: str  # a relation's ends with "#": the column's name follows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relation:
    ends: tuple[_End, _End]
    actions: Actions = _RELATION
    both: bool = True  # the second end's history tells of it, too


_RELATIONS: Mapping[str, _Relation] = {
    "Group_User": _Relation(ends=(("User", "users_id"), ("Group", "groups_id"))),
    "Profile_User": _Relation(
        ends=(("User", "users_id"), ("Profile", "profiles_id")),
        actions=Actions(added=17, updated=21, deleted=19),
        both=False,
    ),
    "Calendar_Holiday": _Relation(ends=(("Calendar", "calendars_id"), ("Holiday", "holidays_id"))),
    "Entity_KnowbaseItem": _Relation(
        ends=(("KnowbaseItem", "knowbaseitems_id"), ("Entity", "entities_id")), both=False
    ),
    "Group_KnowbaseItem": _Relation(
        ends=(("KnowbaseItem", "knowbaseitems_id"), ("Group", "groups_id")), both=False
    ),
    "KnowbaseItem_KnowbaseItemCategory": _Relation(
        ends=(
            ("KnowbaseItem", "knowbaseitems_id"),
            ("KnowbaseItemCategory", "knowbaseitemcategories_id"),
        )
    ),
    "Contract_Item": _Relation(ends=(("Contract", "contracts_id"), _ITEM)),
    "Item_Problem": _Relation(ends=(("Problem", "problems_id"), _ITEM)),
    "Change_Item": _Relation(ends=(("Change", "changes_id"), _ITEM)),
    "Change_Problem": _Relation(ends=(("Change", "changes_id"), ("Problem", "problems_id"))),
    "Item_DeviceMemory": _Relation(
        ends=(_ITEM, ("DeviceMemory", "devicememories_id")), actions=_DEVICE, both=False
    ),
    "Item_Project": _Relation(ends=(("Project", "projects_id"), _ITEM)),
    "Itil_Project": _Relation(ends=(_ITEM, ("Project", "projects_id"))),
    "Ticket_Contract": _Relation(ends=(("Ticket", "tickets_id"), ("Contract", "contracts_id"))),
}
_CHILDREN: Mapping[str, _End] = {
    "CalendarSegment": ("Calendar", "calendars_id"),
    "UserEmail": ("User", "users_id"),
    "NetworkPort": _ITEM,
    "NetworkName": _ITEM,
    "IPAddress": _ITEM,
    "SLA": ("SLM", "slms_id"),
    "OLA": ("SLM", "slms_id"),
    "SoftwareVersion": ("Software", "softwares_id"),
}
# Relations have no history of their own, but for these.
SILENT = frozenset(
    {*_RELATIONS, "Item_SoftwareVersion", "Item_SoftwareLicense", "Notepad", "PendingReason_Item"}
    | {"IPAddress"}
) - {"KnowbaseItem_KnowbaseItemCategory", "Item_DeviceMemory"}


def _item(row: Row, end: _End) -> tuple[str, object]:
    itemtype, column = end
    return (str(row["itemtype"]) if itemtype == "itemtype" else itemtype), row[column]


def _called(name: str, items_id: object) -> str:
    return f"{name or _NAMELESS} ({items_id})"


def _child_name(database: GlpiDatabase, itemtype: str, row: Row) -> str:
    if itemtype == "UserEmail":
        return str(row["email"] or "")
    name = str(row.get("name") or "")
    if itemtype != "NetworkPort" or not name or row["itemtype"] not in TABLES:
        return name
    item = database.row(str(row["itemtype"]), row["items_id"])
    return f"{item['name']} - {name}" if item and item.get("name") else name


def _child_tie(database: GlpiDatabase, itemtype: str, row: Row, end: _End) -> list[Tie]:
    item = _item(row, end)
    if item[0] not in TABLES or database.row(*item) is None:
        return []
    name = _called(_child_name(database, itemtype, row), row["id"])
    return [Tie(item=item, kind=itemtype, name=name, actions=_CHILD, updated_kind=itemtype)]


def _relation_ties(database: GlpiDatabase, itemtype: str, row: Row) -> list[Tie]:
    relation = _RELATIONS[itemtype]
    one, two = (_item(row, end) for end in relation.ends)
    found = []
    for item, other in ((one, two), (two, one)) if relation.both else ((one, two),):
        known = item[0] in TABLES and other[0] in TABLES and database.row(*item)
        shown = database.row(*other) if known else None
        if shown:
            found.append(
                Tie(
                    item=item,
                    kind=other[0],
                    name=_called(item_name(database, other[0], shown), other[1]),
                    actions=relation.actions,
                    updated_kind=f"{itemtype}#",
                )
            )
    return found


def ties_of(database: GlpiDatabase, itemtype: str, row: Row) -> list[Tie]:
    """Give the items whose histories tell of a row, in GLPI's order."""
    if itemtype in _RELATIONS:
        return _relation_ties(database, itemtype, row)
    if itemtype in _CHILDREN:
        return _child_tie(database, itemtype, row, _CHILDREN[itemtype])
    if itemtype in TREES and row[TREES[itemtype]]:  # nothing is told of what is added to the root
        return _child_tie(database, itemtype, row, (itemtype, TREES[itemtype]))
    return []


def joining(database: GlpiDatabase, itemtype: str, items_id: object) -> list[tuple[str, Row]]:
    """Give the relations that join an item with others, each with its type."""
    found: list[tuple[str, Row]] = []
    for kind, relation in _RELATIONS.items():
        for named, column in relation.ends:
            if named in {"itemtype", itemtype}:
                whose = f"itemtype = '{itemtype}'" if named == "itemtype" else "1"
                where = f'{whose} AND "{column}" = ?'
                found += [(kind, row) for row in database.rows(kind, where, (items_id,))]
    return found


def own_columns(itemtype: str) -> frozenset[str]:
    """Give the columns that name whom a row hangs on or joins."""
    if itemtype in _RELATIONS:
        return frozenset(name for end in _RELATIONS[itemtype].ends for name in end)
    end = _CHILDREN.get(itemtype, ("", TREES.get(itemtype, "")))
    return frozenset(end) - {""}
