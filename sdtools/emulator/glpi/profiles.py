"""Profiles' rights of a fresh GLPI, as bits per right name, and which right an item type needs."""

from __future__ import annotations

from types import MappingProxyType

__all__ = [
    "ADD_ALL", "CREATE", "DELETE", "OWN", "PURGE", "READ", "READ_ALL", "READ_NOTES", "RIGHTS",
    "SEE_PRIVATE", "UPDATE", "UPDATE_ALL", "right_of",
]  # fmt: skip

READ, UPDATE, CREATE, DELETE, PURGE, READ_NOTES = 1, 2, 4, 8, 16, 32
READ_ALL = 1024  # of tickets, problems and changes: not only one's own
OWN = 32768  # of tickets: be assigned to some
UPDATE_ALL, ADD_ALL, SEE_PRIVATE = 1024, 4096, 8192  # of followups and tasks

_SUPER_ADMIN = (
    "agent=19 appliance=31 backup=1045 bookmark_public=23 budget=127 cable_management=31 "
    "calendar=23 cartridge=255 certificate=255 change=1151 changevalidation=1044 cluster=31 "
    "computer=255 config=3 consumable=255 contact_enterprise=255 contract=255 dashboard=23 "
    "database=31 datacenter=31 device=23 devicesimcard_pinpuk=3 document=255 domain=31 "
    "dropdown=23 entity=3327 externalevent=1055 followup=31767 global_validation=0 group=119 "
    "infocom=23 internet=159 inventory=3073 itilcategory=23 itilfollowuptemplate=23 "
    "itiltemplate=23 knowbase=15383 knowbasecategory=23 license=255 line=255 lineoperator=23 "
    "link=159 location=23 locked_field=6 logs=1 monitor=255 networking=255 notification=23 "
    "password_update=1 pendingreason=31 peripheral=255 personalization=3 phone=255 "
    "planning=3073 printer=255 problem=1151 profile=23 project=1151 projecttask=1121 "
    "queuednotification=31 recurrentchange=31 refusedequipment=19 reminder_public=159 "
    "reports=1 reservation=1055 rssfeed_public=159 rule_asset=1047 "
    "rule_dictionnary_dropdown=23 rule_dictionnary_printer=23 rule_dictionnary_software=23 "
    "rule_import=23 rule_ldap=23 rule_location=23 rule_mailcollector=23 "
    "rule_softwarecategories=23 rule_ticket=1047 search_config=3072 show_group_hardware=1 "
    "slm=23 snmpcredential=31 software=255 solutiontemplate=23 state=23 statistic=1 task=13329 "
    "taskcategory=23 ticket=261151 ticketcost=23 ticketrecurrent=23 ticketvalidation=15376 "
    "transfer=23 typedoc=23 unmanaged=27 user=7327"
)
_OBSERVER = (
    "agent=0 appliance=1 backup=0 bookmark_public=0 budget=33 cable_management=0 calendar=0 "
    "cartridge=33 certificate=33 change=1057 changevalidation=1044 cluster=1 computer=33 "
    "config=0 consumable=33 contact_enterprise=33 contract=33 dashboard=0 database=1 "
    "datacenter=1 device=0 devicesimcard_pinpuk=1 document=33 domain=0 dropdown=0 entity=0 "
    "externalevent=1 followup=5 global_validation=0 group=33 infocom=1 internet=1 inventory=0 "
    "itilcategory=0 itilfollowuptemplate=0 itiltemplate=0 knowbase=10241 knowbasecategory=0 "
    "license=33 line=33 lineoperator=33 link=1 location=0 locked_field=0 logs=0 monitor=33 "
    "networking=33 notification=0 password_update=1 pendingreason=0 peripheral=33 "
    "personalization=3 phone=33 planning=1 printer=33 problem=1057 profile=0 project=1025 "
    "projecttask=1025 queuednotification=0 recurrentchange=0 refusedequipment=0 "
    "reminder_public=129 reports=1 reservation=1025 rssfeed_public=129 rule_asset=0 "
    "rule_dictionnary_dropdown=0 rule_dictionnary_printer=0 rule_dictionnary_software=0 "
    "rule_import=0 rule_ldap=0 rule_location=0 rule_mailcollector=0 rule_softwarecategories=0 "
    "rule_ticket=0 search_config=1024 show_group_hardware=0 slm=0 snmpcredential=0 software=33 "
    "solutiontemplate=0 state=0 statistic=1 task=1 taskcategory=0 ticket=168989 ticketcost=1 "
    "ticketrecurrent=0 ticketvalidation=15376 transfer=0 typedoc=1 unmanaged=0 user=2049"
)
_TECHNICIAN = (
    "agent=0 appliance=31 backup=0 bookmark_public=0 budget=96 cable_management=0 calendar=0 "
    "cartridge=127 certificate=127 change=1151 changevalidation=20 cluster=31 computer=127 "
    "config=0 consumable=127 contact_enterprise=96 contract=96 dashboard=0 database=31 "
    "datacenter=31 device=0 devicesimcard_pinpuk=3 document=127 domain=0 dropdown=0 entity=33 "
    "externalevent=1 followup=13319 global_validation=0 group=1 infocom=0 internet=31 "
    "inventory=0 itilcategory=0 itilfollowuptemplate=0 itiltemplate=1 knowbase=14359 "
    "knowbasecategory=0 license=127 line=127 lineoperator=0 link=0 location=0 locked_field=0 "
    "logs=0 monitor=127 networking=127 notification=0 password_update=1 pendingreason=1 "
    "peripheral=127 personalization=3 phone=127 planning=1 printer=127 problem=1121 profile=0 "
    "project=1151 projecttask=1025 queuednotification=0 recurrentchange=1 refusedequipment=0 "
    "reminder_public=151 reports=1 reservation=1055 rssfeed_public=151 rule_asset=0 "
    "rule_dictionnary_dropdown=0 rule_dictionnary_printer=0 rule_dictionnary_software=0 "
    "rule_import=0 rule_ldap=0 rule_location=0 rule_mailcollector=0 rule_softwarecategories=0 "
    "rule_ticket=0 search_config=0 show_group_hardware=0 slm=1 snmpcredential=0 software=127 "
    "solutiontemplate=0 state=0 statistic=1 task=13329 taskcategory=0 ticket=166919 "
    "ticketcost=23 ticketrecurrent=1 ticketvalidation=3088 transfer=1 typedoc=0 unmanaged=0 "
    "user=1055"
)
_SELF_SERVICE = (
    "document=0 followup=5 knowbase=2048 password_update=1 personalization=3 reservation=1024 "
    "task=1 ticket=131077 ticketvalidation=3088"
)


def _bits(notation: str) -> MappingProxyType[str, int]:
    pairs = (word.split("=") for word in notation.split())
    return MappingProxyType({name: int(bits) for name, bits in pairs})


RIGHTS = MappingProxyType(
    {
        1: _bits(_SELF_SERVICE),
        2: _bits(_OBSERVER),
        3: _bits(_SUPER_ADMIN),
        4: _bits(_SUPER_ADMIN),
        5: _bits(_TECHNICIAN),
        6: _bits(_TECHNICIAN),
        7: _bits(_TECHNICIAN),
        8: _bits(_OBSERVER),
    }
)

_RIGHT_OF = {
    "Ticket": "ticket", "Ticket_User": "ticket", "Group_Ticket": "ticket",
    "Supplier_Ticket": "ticket", "Item_Ticket": "ticket", "Ticket_Ticket": "ticket",
    "ITILSolution": "ticket", "TicketSatisfaction": "ticket", "Problem_Ticket": "problem",
    "Change_Ticket": "change", "ITILFollowup": "followup", "TicketTask": "task",
    "TicketCost": "ticketcost", "TicketValidation": "ticketvalidation", "Problem": "problem",
    "Problem_User": "problem", "Group_Problem": "problem", "Change": "change",
    "Change_User": "change", "Change_Group": "change", "KnowbaseItem": "knowbase",
    "KnowbaseItem_Item": "knowbase", "Document": "document", "User": "user",
    "UserEmail": "user", "Group": "group", "Group_User": "group", "Profile": "profile",
    "Profile_User": "profile", "Entity": "entity", "ITILCategory": "itilcategory",
    "Location": "location", "Calendar": "calendar", "CalendarSegment": "calendar",
    "Holiday": "calendar", "Calendar_Holiday": "calendar", "SLM": "slm", "SLA": "slm",
    "OLA": "slm", "SlaLevel": "slm", "Computer": "computer", "Printer": "printer",
    "Monitor": "monitor", "NetworkEquipment": "networking", "Phone": "phone",
    "Peripheral": "peripheral", "Software": "software", "Supplier": "contact_enterprise",
    "Config": "config", "APIClient": "config", "CronTask": "config", "RuleTicket": "rule_ticket",
    "RuleCriteria": "rule_ticket", "RuleAction": "rule_ticket", "PendingReason": "pendingreason",
    "Log": "logs", "ProblemTask": "task", "ChangeTask": "task", "ProblemCost": "problem",
    "ChangeCost": "change", "ChangeValidation": "changevalidation", "Item_Problem": "problem",
    "Problem_Supplier": "problem", "Change_Item": "change", "Change_Supplier": "change",
    "Change_Problem": "change", "OlaLevel": "slm", "OlaLevel_Ticket": "slm",
    "TicketTemplate": "itiltemplate", "TicketTemplateMandatoryField": "itiltemplate",
    "TicketTemplatePredefinedField": "itiltemplate", "TicketTemplateHiddenField": "itiltemplate",
    "SolutionTemplate": "solutiontemplate", "Contact": "contact_enterprise",
    "Contract": "contract", "Contract_Item": "contract", "Ticket_Contract": "contract",
    "Budget": "budget", "Infocom": "infocom", "Project": "project", "Itil_Project": "project",
    "Item_Project": "project", "SoftwareVersion": "software", "SoftwareLicense": "license",
    "Appliance": "appliance", "Certificate": "certificate", "Cluster": "cluster",
    "Domain": "domain", "Line": "line", "Rack": "datacenter", "Enclosure": "datacenter",
    "Document_Item": "document", "PendingReason_Item": "pendingreason", "DeviceMemory": "device",
    "Item_DeviceMemory": "device", "NetworkPort": "networking", "ReservationItem": "reservation",
    "Entity_KnowbaseItem": "knowbase", "KnowbaseItem_KnowbaseItemCategory": "knowbase",
    "Item_SoftwareVersion": "software", "Item_SoftwareLicense": "license",
    "State": "state", "TaskCategory": "taskcategory", "KnowbaseItemCategory": "knowbasecategory",
    "ITILFollowupTemplate": "itilfollowuptemplate", "TicketRecurrent": "ticketrecurrent",
}  # fmt: skip


def right_of(itemtype: str) -> str:
    """Give the name of the right that an item type needs; plain dropdowns share one."""
    return _RIGHT_OF.get(itemtype, "dropdown")
