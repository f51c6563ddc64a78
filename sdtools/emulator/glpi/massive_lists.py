"""Which massive actions there are for an item type, in GLPI's order, and what each asks for.

GLPI 10.0: MassiveAction::getAllMassiveActions, getSpecificMassiveActions of the classes, the lists
of types that getGlpiConfig tells, and GLPI's own test of its API for computers.
"""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.names import TREES
from sdtools.emulator.glpi.profiles import CREATE, DELETE, PURGE, READ, UPDATE, right_of
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.uniqueness import DROPDOWNS

__all__ = ["asked_for", "for_items", "for_trash"]

Actions = dict[str, str]  # the keys and their labels, in order
_UPDATE_NOTE = 64
_USER_AUTHENTICATION = 4096
_CONNECTED = frozenset({"Monitor", "Peripheral", "Phone", "Printer"})
_WITH_DEVICES = frozenset({"Computer", "NetworkEquipment", "Peripheral", "Phone", "Printer",
                           "Enclosure"})  # fmt: skip
_ASSETS = _CONNECTED | {"Computer", "NetworkEquipment"}
_INFOCOM = _ASSETS | {"Software", "SoftwareLicense", "Line", "Certificate", "Domain", "Appliance",
                      "Rack", "Enclosure"}  # fmt: skip
_DOCUMENTED = _ASSETS | {
    "Budget", "Change", "Contact", "Contract", "Document", "Entity", "KnowbaseItem", "Problem",
    "Project", "Software", "Line", "SoftwareLicense", "Supplier", "Ticket", "User", "Certificate",
    "Cluster", "ITILFollowup", "ITILSolution", "ChangeTask", "ProblemTask", "TicketTask",
    "Appliance", "DeviceMemory", "Item_DeviceMemory",
}  # fmt: skip
_UNDER_CONTRACT = _ASSETS | {
    "Project", "Line", "Software", "SoftwareLicense", "Certificate", "Rack", "Enclosure", "Cluster",
    "Appliance", "Domain", "Item_DeviceMemory",
}  # fmt: skip
_IN_APPLIANCES = _ASSETS | {"Software", "Appliance", "Cluster"}
_IN_RACKS = frozenset({"Computer", "Monitor", "NetworkEquipment", "Peripheral", "Enclosure"})
_CLONED = _ASSETS | {
    "Ticket", "Problem", "Change", "Software", "Supplier", "User", "Budget", "Contract", "Project",
    "SoftwareLicense", "Calendar", "Certificate", "Appliance", "Cluster", "Domain", "Line", "Rack",
    "Enclosure",
}  # fmt: skip
# PHP adds the second list of types to the first by place: its first four are lost.
_LOCKED = frozenset({"Computer", "Phone", "Printer", "NetworkEquipment", "NetworkPort",
                     "Item_DeviceMemory", "Monitor"})  # fmt: skip
_MAY_FLOAT = frozenset({"Item_DeviceMemory"})  # links that need no item
_RELATIONS = frozenset({
    "Group_User", "Profile_User", "Ticket_User", "Group_Ticket", "Supplier_Ticket", "Problem_User",
    "Group_Problem", "Problem_Supplier", "Change_User", "Change_Group", "Change_Supplier",
    "Item_Ticket", "Item_Problem", "Change_Item", "Ticket_Ticket", "Problem_Ticket",
    "Change_Ticket", "Change_Problem", "Ticket_Contract", "Contract_Item", "Document_Item",
    "KnowbaseItem_Item", "KnowbaseItem_KnowbaseItemCategory", "Entity_KnowbaseItem",
    "Calendar_Holiday", "Itil_Project", "Item_Project", "Item_SoftwareVersion",
    "Item_SoftwareLicense", "Item_DeviceMemory", "PendingReason_Item",
})  # fmt: skip
_NOT_UPDATED = frozenset({"Document_Item", "CalendarSegment", "Profile_User", "KnowbaseItem_Item"})

_TICKET: Actions = {
    "Ticket:merge_as_followup": "Merge as Followup",
    "Item_Ticket:add_item": "Add an item",
    "ITILFollowup:add_followup": "Add a new followup",
    "Ticket:add_task": "Add a new task",
    "TicketValidation:submit_validation": "Approval request",
    "Item_Ticket:delete_item": "Remove an item",
    "Ticket:add_actor": "Add an actor",
    "Ticket:update_notif": "Set notifications for all actors",
    "Ticket_Ticket:add": "Link tickets",
    "ProjectTask_Ticket:add": "Link project task",
    "Ticket:add_contract": "Add contract",
    "KnowbaseItem_Item:add": "Link knowledgebase article",
    "Ticket:link_to_problem": "Link to a problem",
    "Ticket:resolve_tickets": "Resolve selected tickets",
}
_LICENSED: Actions = {
    "Item_SoftwareLicense:add": "Add a license",
    "KnowbaseItem_Item:add": "Link knowledgebase article",
}
_PLUGGED: Actions = {"Computer_Item:add": "Connect", "Computer_Item:remove": "Disconnect"}
# What the classes add for those who may update; after what all types have.
_OWN: Mapping[str, Actions] = {
    "Computer": {
        "Item_OperatingSystem:update": "Operating systems", "Computer_Item:add": "Connect",
        "Item_SoftwareVersion:add": "Install",
    } | _LICENSED,
    "NetworkEquipment": _LICENSED,
    **dict.fromkeys(_CONNECTED, _PLUGGED | _LICENSED),
    "Problem": {"Problem:add_task": "Add a new task", "Problem:add_actor": "Add an actor",
                "Problem:update_notif": "Set notifications for all actors"},
    "Change": {"Change:add_actor": "Add an actor",
               "Change:update_notif": "Set notifications for all actors"},
    "Group": {"Group_User:add": "Add a user", "Group_User:add_supervisor": "Add a manager",
              "Group_User:add_delegatee": "Add a delegatee", "Group_User:remove": "Remove a user"},
    "User": {"Group_User:add": "Associate to a group",
             "Group_User:remove": "Dissociate from a group",
             "Profile_User:add": "Associate to a profile",
             "Profile_User:remove": "Dissociate from a profile",
             "Group_User:change_group_user": "Move to group"},
    "Contact": {"Contact_Supplier:add": "Add a supplier"},
    "Supplier": {"Contact_Supplier:add": "Add a contact"},
    "Contract": {"Contract_Item:add": "Add an item", "Contract_Item:remove": "Remove an item"},
}  # fmt: skip
_LOCK: Actions = {
    "Lock:unlock_component": "Unlock components",
    "Lock:unlock_fields": "Unlock fields",
}
_AUTHENTICATION: Actions = {
    "User:change_authtype": "Change the authentication method",
    "User:force_user_ldap_update": "Force synchronization",
    "User:clean_ldap_fields": "Clean LDAP fields and force synchronisation",
}
_ASKED: Mapping[str, tuple[str, str]] = {
    "MassiveAction:clone": ("nb_copy", "number"),
    "MassiveAction:amend_comment": ("amendment", "text"),
    "MassiveAction:add_note": ("add_note", "text"),
    "Appliance:add_item": ("appliances_id", "dropdown"),
    "Item_SoftwareVersion:add": ("softwares_id", "dropdown"),
    "KnowbaseItem_Item:add": ("peer_knowbaseitems_id", "dropdown"),
    "Document_Item:add": ("_rubdoc", "dropdown"),
    "Document_Item:remove": ("_rubdoc", "dropdown"),
    "Contract_Item:add": ("peer_contracts_id", "dropdown"),
    "Contract_Item:remove": ("peer_contracts_id", "dropdown"),
    "Lock:unlock_component": ("attached_item[]", "dropdown"),
    "Lock:unlock_fields": ("attached_fields[]", "dropdown"),
}


def asked_for(itemtype: str, key: str) -> list[object]:
    """Give the fields that an action's form asks for."""
    asked = _ASKED.get(key)
    if (itemtype, key) == ("Computer", "Computer_Item:add"):
        asked = ("peer_computers_id", "dropdown")
    if asked is None or (itemtype == "Contract" and key.startswith("Contract_Item")):
        return []
    return [{"name": asked[0], "type": asked[1]}]


def for_trash(context: Context, itemtype: str) -> Actions:
    """Give the actions for what lies in the trash."""
    right, found = right_of(itemtype), Actions()
    if context.session.may(right, PURGE):
        found["MassiveAction:purge"] = "Delete permanently"
        if itemtype in _WITH_DEVICES:
            found = {
                "MassiveAction:purge_item_but_devices": "Delete permanently but keep devices",
                "MassiveAction:purge": "Delete permanently and remove devices",
            }
    if context.session.may(right, DELETE):
        found["MassiveAction:restore"] = "Restore"
    return found | _unlocking(context, itemtype)


def for_items(context: Context, itemtype: str) -> Actions:
    """Give the actions for items of a type."""
    found = _updating(context, itemtype)
    if itemtype in _INFOCOM and context.session.may("infocom", CREATE):
        label = "Enable the financial and administrative information"
        found["Infocom:activate"] = label
    if itemtype in _MAY_FLOAT:
        found |= {"CommonDBConnexity:unaffect": "Dissociate",
                  "CommonDBConnexity:affect": "Associate"}  # fmt: skip
    found |= _removing(context, itemtype) | _specific(context, itemtype)
    found |= _attaching(context, itemtype) | _noting(context, itemtype)
    return found | _unlocking(context, itemtype)


def _updating(context: Context, itemtype: str) -> Actions:
    session, right, found = context.session, right_of(itemtype), Actions()
    may = session.may(right, UPDATE)
    by_infocom = itemtype in _INFOCOM and session.may("infocom", UPDATE)
    if not session.central or not (may or by_infocom):
        return found
    if itemtype not in _NOT_UPDATED:
        found["MassiveAction:update"] = "Update"
    if itemtype in _CLONED and session.may(right, CREATE):
        found["MassiveAction:clone"] = "Clone"
    return found


def _removing(context: Context, itemtype: str) -> Actions:
    """Give how items are deleted: those that an inventory may keep are purged at once."""
    session, right = context.session, right_of(itemtype)
    columns = TABLES[itemtype].columns
    locks = "is_dynamic" in columns and itemtype not in _ASSETS
    if "is_deleted" in columns and not locks:
        may = session.may(right, DELETE)
        return {"MassiveAction:delete": "Put in trashbin"} if may else {}
    if not session.may(right, PURGE):
        return {}
    label = "Delete permanently"
    if itemtype in _RELATIONS:
        label += " the relation with selected elements"
    found = {"MassiveAction:purge": label}
    if itemtype in DROPDOWNS:
        found["MassiveAction:purge_but_item_linked"] = "Delete permanently even if linked items"
    return found


def _specific(context: Context, itemtype: str) -> Actions:
    """Give what all types have and what a class adds; tickets have theirs first."""
    session, found = context.session, Actions()
    if not session.may(right_of(itemtype), UPDATE):
        return dict(_TICKET) if itemtype == "Ticket" else found
    many = context.database.count("Entity") > 1
    if many and "entities_id" in TABLES[itemtype].columns and session.may("transfer", READ):
        found["MassiveAction:add_transfer_list"] = "Add to transfer list"
    if itemtype in _IN_APPLIANCES:
        found["Appliance:add_item"] = "Associate to an appliance"
    if itemtype in _IN_RACKS:
        found["Item_Rack:delete"] = "Remove from a rack"
    if itemtype in TREES:
        found["CommonTreeDropdown:move_under"] = "Move under"
    found |= _OWN.get(itemtype, {})
    if itemtype == "User" and session.may("user", _USER_AUTHENTICATION):
        found |= _AUTHENTICATION
    return _TICKET | found if itemtype == "Ticket" else found


def _attaching(context: Context, itemtype: str) -> Actions:
    found = Actions()
    if itemtype in _DOCUMENTED and context.session.may("document", READ):
        found |= {"Document_Item:add": "Add a document",
                  "Document_Item:remove": "Remove a document"}  # fmt: skip
        if itemtype == "Document" and context.session.may("document", UPDATE):
            found |= {"Document_Item:add_item": "Add an item",
                      "Document_Item:remove_item": "Remove an item"}  # fmt: skip
    if itemtype in _UNDER_CONTRACT and context.session.may("contract", UPDATE):
        found |= {"Contract_Item:add": "Add a contract",
                  "Contract_Item:remove": "Remove a contract"}  # fmt: skip
    return found


def _noting(context: Context, itemtype: str) -> Actions:
    session, right, found = context.session, right_of(itemtype), Actions()
    if "comment" in TABLES[itemtype].columns and session.may(right, UPDATE):
        found["MassiveAction:amend_comment"] = "Amend comment"
    if session.may(right, _UPDATE_NOTE):
        found["MassiveAction:add_note"] = "Add note"
    return found


def _unlocking(context: Context, itemtype: str) -> Actions:
    may = itemtype in _LOCKED and context.session.may(right_of(itemtype), UPDATE)
    return dict(_LOCK) if may else {}
