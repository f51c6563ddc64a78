"""Search options of people, places, categories and settings (see ``search_options``)."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.options_entity import ENTITY_OPTIONS
from sdtools.emulator.glpi.options_equipment import VISIBILITY
from sdtools.emulator.glpi.options_shared import DOCUMENTS, DROPDOWN, NOTES, TREE, location_fields

__all__ = ["DIRECTORY_OPTIONS"]

_USER = """
# common Characteristics
1|Login|name|itemlink|
2|ID|id|number|
34|Last name|realname|string|
9|First name|firstname|string|
5|Emails|UserEmail.email|email|g
150|Picture|picture|specific|N
28|Synchronization field|sync_field|string|
"""
_USER_MORE = """
8|Active|is_active|bool|
6|Phone|phone|string|
10|Phone 2|phone2|string|
11|Mobile phone|mobile|string|
13|Groups|Group_User.Group.completename|itemlink|g
14|Last login|last_login|datetime|
15|Authentication|authtype|specific|e
30|LDAP directory for authentication|AuthLDAP.name|dropdown|
31|Email server for authentication|AuthMail.name|dropdown|
16|Comments|comment|text|
17|Language|language|language|
19|Last update|date_mod|datetime|
121|Creation date|date_creation|datetime|
20|Profiles (Entity)|Profile_User.Profile.name|dropdown|g
21|User DN|user_dn|text|
22|Administrative number|registration_number|string|
23|Last synchronization|date_sync|datetime|
24|Deleted user in LDAP directory|is_deleted_ldap|bool|
80|Entities (Profile)|Profile_User.Entity.completename|dropdown|g
81|Title|UserTitle.name|dropdown|
82|Category|UserCategory.name|dropdown|
79|Default profile|Profile.name|dropdown|
77|Default entity|Entity.name|dropdown|
62|Begin date|begin_date|datetime|
63|End date|end_date|datetime|
60|Number of tickets as requester|Ticket_User[type=1].Ticket.id|count|gh
61|Number of written tickets|users_id_recipient<Ticket.id|count|gh
64|Number of assigned tickets|Ticket_User[type=2].Ticket.id|count|gh
99|Responsible|users_id_supervisor>User.name|dropdown|
"""
_USER_LINKS = """
# link External links
145|External links|Link_Itemtype.Link._virtual|specific|gN
# manuallink Manual links
146|Manual links|ManualLink._virtual|specific|N
"""
_GROUP = """
11|Requester|is_requester|bool|
12|Assigned to|is_assign|bool|
21|Watcher|is_watcher|bool|
18|Can be manager|is_manager|bool|
20|Can be notified|is_notify|bool|
17|Can contain Items|is_itemgroup|bool|
15|Can contain Users|is_usergroup|bool|
70|Manager|Group_User[is_manager=1].User.name|dropdown|g
71|Delegatee|Group_User[is_userdelegate=1].User.name|dropdown|g
72|Can be in charge of a task|is_task|bool|
"""
_ARTICLE = """
# common Characteristics
2|ID|id|number|
6|Subject|name|text|
7|Content|answer|text|
8|FAQ item|is_faq|bool|
9|Views|view|integer|
10|Visibility start date|begin_date|datetime|
11|Visibility end date|end_date|datetime|
19|Last update|date_mod|datetime|
121|Creation date|date_creation|datetime|
70|User|User.name|dropdown|
"""
_CATEGORY = """
70|Technician in charge|User.name|dropdown|
71|Group|Group.completename|dropdown|
72|Template for a request|tickettemplates_id_demand>TicketTemplate.name|dropdown|
73|Template for an incident|tickettemplates_id_incident>TicketTemplate.name|dropdown|
100|Template for a change|ChangeTemplate.name|dropdown|
101|Template for a problem|ProblemTemplate.name|dropdown|
74|Visible for an incident|is_incident|bool|
75|Visible for a request|is_request|bool|
76|Visible for a problem|is_problem|bool|
85|Visible for a change|is_change|bool|
3|Visible in the simplified interface|is_helpdeskvisible|bool|
77|Number of tickets|Ticket.id|count|gh
78|Number of problems|Problem.id|count|gh
98|Number of changes|Change.id|count|gh
79|Knowledge base|KnowbaseItemCategory.completename|dropdown|
99|Code representing the ticket category|code|string|
"""
_FOLLOWUP = """
# common Characteristics
1|Description|content|text|
2|Request source|RequestType.name|dropdown|
3|Date|date|datetime|
4|Private|is_private|bool|
5|User|User.name|dropdown|
6|Request source|itemtype|dropdown|
"""
_TASK = """
# common Characteristics
1|Description|content|text|
2|Task category|TaskCategory.name|dropdown|
3|Date|date|datetime|
4|Public followup|is_private|bool|
5|Technician|User.name|dropdown|
6|Total duration|actiontime|timestamp|
7|Status|state|specific|
"""
_LOCATION = """
11|Building number|building|text|
12|Room number|room|text|
15|Address|address|string|
17|Postal code|postcode|string|
18|Town|town|string|
21|Latitude|latitude|string|
20|Longitude|longitude|string|
22|Altitude|altitude|string|
101|Address|address|string|
102|Postal code|postcode|string|
103|Town|town|string|
104|State|state|string|
105|Country|country|string|
"""
_AGREEMENT = """
# common Characteristics
1|Name|name|itemlink|
2|ID|id|number|
5|Time|number_time|specific|N
6|End of working day|end_of_working_day|bool|
7|Type|type|specific|
8|SLM|SLM.name|dropdown|
16|Comments|comment|text|
"""
_DOCUMENT = """
# common Characteristics
1|Name|name|itemlink|
2|ID|id|number|
3|File|filename|string|
4|Web link|link|weblink|
5|MIME type|mime|string|
6|Tag|tag|text|
7|Heading|DocumentCategory.completename|dropdown|
80|Entity|Entity.completename|dropdown|
86|Child entities|is_recursive|bool|
19|Last update|date_mod|datetime|
121|Creation date|date_creation|datetime|
20|Checksum (SHA1)|sha1sum|string|
16|Comments|comment|text|
72|Number of associated items|Document_Item.id|count|gh
"""
_VALIDATION = """
# common Approval
1|Request comments|comment_submission|text|
2|Approval comments|comment_validation|text|
3|Status|status|specific|e
4|Request date|submission_date|datetime|
5|Approval date|validation_date|datetime|
6|Approval requester|User.name|itemlink|
7|Approver|users_id_validate>User.name|itemlink|
"""
_RELATION = "# common Characteristics\n2|ID|id|number|\n"
_HOLIDAY = """
11|Start|begin_date|date|
12|End|end_date|date|
13|Recurrent|is_perpetual|bool|
"""
_SOURCE = """
14|Default for tickets|is_helpdesk_default|bool|
182|Default for followups|is_followup_default|bool|
15|Default for mail recipients|is_mail_default|bool|
183|Default for followup mail recipients|is_mailfollowup_default|bool|
8|Active|is_active|bool|
180|Request source for tickets|is_ticketheader|bool|
181|Request source for followups|is_itilfollowup|bool|
"""
_SERVICE_LEVEL = """
# common Characteristics
1|Name|name|itemlink|
2|ID|id|number|
4|Calendar|Calendar.name|dropdown|
16|Comments|comment|text|
"""
_SUPPLIER = """
# common Characteristics
1|Name|name|itemlink|
2|ID|id|number|
3|Address|address|text|
10|Fax|fax|string|
11|City|town|string|
14|Postal code|postcode|string|
12|State|state|string|
13|Country|country|string|
4|Website|website|weblink|
5|Phone|phonenumber|string|
6|Email|email|email|
9|Third party type|SupplierType.name|dropdown|
19|Last update|date_mod|datetime|
29|Active|is_active|bool|
16|Comments|comment|text|
80|Entity|Entity.completename|dropdown|
86|Child entities|is_recursive|bool|
70|Registration number|registration_number|string|
"""
_DROPDOWNS = (
    "Calendar", "Manufacturer", "PendingReason", "SolutionType", "UserCategory", "UserTitle",
    "ITILFollowupTemplate",
)  # fmt: skip
_RELATIONS = (
    "Ticket_User", "Group_Ticket", "Supplier_Ticket", "Item_Ticket", "Ticket_Ticket",
    "Problem_Ticket", "Change_Ticket", "Problem_User", "Group_Problem", "Change_User",
    "Change_Group", "Group_User", "Document_Item", "KnowbaseItem_Item", "Calendar_Holiday",
)  # fmt: skip
_PLACE = location_fields(building=91, room=92, comment=93, location=3)
_TREES = {"Group": _GROUP, "ITILCategory": _CATEGORY, "Location": _LOCATION, "State": VISIBILITY,
          "TaskCategory": "8|Active|is_active|bool|\n", "KnowbaseItemCategory": ""}  # fmt: skip
_PARENTS = {
    "Group": "groups_id", "ITILCategory": "itilcategories_id", "Location": "locations_id",
    "State": "states_id", "TaskCategory": "taskcategories_id",
    "KnowbaseItemCategory": "knowbaseitemcategories_id",
}  # fmt: skip

DIRECTORY_OPTIONS: Mapping[str, str] = {
    "User": _USER + _PLACE + _USER_MORE + DOCUMENTS + _USER_LINKS,
    "KnowbaseItem": _ARTICLE + DOCUMENTS,
    "ITILFollowup": _FOLLOWUP + DOCUMENTS,
    "TicketTask": _TASK + DOCUMENTS,
    "TicketValidation": _VALIDATION,
    "TicketSatisfaction": "# common Characteristics\n",
    "Entity": ENTITY_OPTIONS + DOCUMENTS,
    "SLA": _AGREEMENT,
    "OLA": _AGREEMENT,
    "SLM": _SERVICE_LEVEL,
    "Document": _DOCUMENT + NOTES + DOCUMENTS,
    "Supplier": _SUPPLIER + NOTES + DOCUMENTS,
    "Holiday": DROPDOWN + _HOLIDAY,
    "RequestType": DROPDOWN + _SOURCE,
    "Log": "# common Characteristics\n",
    **dict.fromkeys(_DROPDOWNS, DROPDOWN),
    **dict.fromkeys(_RELATIONS, _RELATION),
    **{
        itemtype: TREE.format(parent=_PARENTS[itemtype], self=itemtype) + more
        for itemtype, more in _TREES.items()
    },
}
