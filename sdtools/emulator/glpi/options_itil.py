"""Search options of tickets, problems and changes, in the notation of ``search_options``."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.options_shared import DOCUMENTS, NOTES, location_fields

__all__ = ["ITIL_OPTIONS"]

_HEAD = """
# common Characteristics
1|Title|name|itemlink|c
21|Description|content|text|
2|ID|id|number|
12|Status|status|specific|e
10|Urgency|urgency|specific|e
11|Impact|impact|specific|e
3|Priority|priority|specific|e
15|Opening date|date|datetime|
16|Closing date|closedate|datetime|
18|Time to resolve|time_to_resolve|datetime|
151|Time to resolve + Progress|time_to_resolve||N
82|Time to resolve exceeded|is_late@time_to_resolve|bool|
17|Resolution date|solvedate|datetime|
19|Last update|date_mod|datetime|
7|Category|ITILCategory.completename|dropdown|
80|Entity|Entity.completename|dropdown|
45|Total duration|actiontime|timestamp|N
64|Last edit by|users_id_lastupdater>User.name|dropdown|
142|Documents|Document_Item.Document.name|dropdown|ghND
400|Pending reason|PendingReason_Item.PendingReason.name|dropdown|en
"""
_PROJECT = "450|Project|Itil_Project.Project.name|dropdown|en\n"
_DUE = """
155|Time to own|time_to_own|datetime|
158|Time to own + Progress|time_to_own||N
159|Time to own exceeded|is_late@time_to_own|bool|
180|Internal time to resolve|internal_time_to_resolve|datetime|
181|Internal time to resolve + Progress|internal_time_to_resolve||N
182|Internal time to resolve exceeded|is_late@internal_time_to_resolve|bool|
185|Internal time to own|internal_time_to_own|datetime|
186|Internal time to own + Progress|internal_time_to_own||N
187|Internal time to own exceeded|is_late@internal_time_to_own|bool|
188|Next escalation level|next_escalation_level@|datetime|h
14|Type|type|specific|e
"""
_ITEMS = """
13|Associated elements|{items}.items_id|specific|gN
131|Associated item types|{items}.itemtype|itemtypename|g
"""
_SOURCE = "9|Request source|RequestType.name|dropdown|\n"
_ACTORS = """
# requester Requester
4|Requester|{users}[type=1].User.name|dropdown|gq
71|Requester group|{groups}[type=1].Group.completename|dropdown|gq
22|Writer|users_id_recipient>User.name|dropdown|
# observer Watcher
66|Watcher|{users}[type=3].User.name|dropdown|gq
65|Watcher group|{groups}[type=3].Group.completename|dropdown|gq
# assign Assigned to
5|Technician|{users}[type=2].User.name|dropdown|gq
6|Assigned to a supplier|{suppliers}[type=2].Supplier.name|dropdown|gq
8|Technician group|{groups}[type=2].Group.completename|dropdown|gq
# notification Notifications
35|Email followup|{users}[type=1].use_notification|bool|
34|Email for followup|{users}[type=1].alternative_email|email|
"""
_AGREEMENTS = """
# sla SLA
37|SLA Time to own|slas_id_tto-SLA.name|dropdown|
30|SLA Time to resolve|slas_id_ttr-SLA.name|dropdown|
32|SLA Escalation level|SlaLevel_Ticket.SlaLevel.name|dropdown|g
# ola OLA
190|OLA Internal time to own|olas_id_tto-OLA.name|dropdown|
191|OLA Internal time to resolve|olas_id_ttr-OLA.name|dropdown|
192|OLA Escalation level|OlaLevel_Ticket.OlaLevel.name|dropdown|g
"""
_VALIDATION = """
# validation Approval
51|Minimum validation required|validation_percent|number|m
52|Approval|global_validation|specific|e
53|Request comments|{t}Validation.comment_submission|text|g
54|Approval comments|{t}Validation.comment_validation|text|g
55|Approval status|{t}Validation.status|specific|ge
56|Request date|{t}Validation.submission_date|datetime|g
57|Approval date|{t}Validation.validation_date|datetime|g
58|Requester|{t}Validation.User.name|itemlink|g
59|Approver|{t}Validation.users_id_validate>User.name|itemlink|g
"""
_SATISFACTION = """
# satisfaction Satisfaction survey
31|Type|TicketSatisfaction.type|specific|fen
60|Creation date|TicketSatisfaction.date_begin|datetime|
61|Response date|TicketSatisfaction.date_answered|datetime|
62|Satisfaction|TicketSatisfaction.satisfaction|number|
63|Comments|TicketSatisfaction.comment|text|
"""
_FOLLOWUPS = """
# followup Followups
25|Description|ITILFollowup.content|text|g
36|Date|ITILFollowup.date|datetime|g
27|Number of followups|ITILFollowup.id|count|gh
29|Request source|ITILFollowup.RequestType.name|dropdown|g
91|Private followup|ITILFollowup.is_private|bool|g
93|Writer|ITILFollowup.User.name|itemlink|g
"""
_TASKS = """
# task Tasks
26|Description|{t}Task.content|text|g
28|Number of tasks|{t}Task.id|count|gh
20|Category|{t}Task.TaskCategory.name|dropdown|g
92|Private task|{t}Task.is_private|bool|g
94|Writer|{t}Task.User.name|itemlink|g
95|Technician in charge|{t}Task.users_id_tech>User.name|itemlink|g
112|Group in charge|{t}Task.groups_id_tech>Group.completename|itemlink|g
96|Duration|{t}Task.actiontime|timestamp|g
97|Date|{t}Task.date|datetime|g
33|Status|{t}Task.state|specific|gfe
173|Begin date|{t}Task.begin|datetime|g
174|End date|{t}Task.end|datetime|g
175|Task template|{t}Task.TaskTemplate.name|dropdown|
"""
_STATISTICS = """
# stats Statistics
154|Resolution time|solve_delay_stat|timestamp|g
152|Closing time|close_delay_stat|timestamp|g
153|Waiting time|waiting_duration|timestamp|g
"""
_TAKEN = "150|Take into account time|takeintoaccount_delay_stat|timestamp|g\n"
_LINKED = """
# linktickets Linked tickets
40|All linked tickets|Ticket_Ticket.tickets_id_1||ge
47|Duplicated tickets|Ticket_Ticket[link=2].tickets_id_1||ge
41|Number of all linked tickets|Ticket_Ticket.id|count|h
46|Number of duplicated tickets|Ticket_Ticket[link=2].id|count|h
50|Parent tickets|tickets_id_1<Ticket_Ticket[link=3].tickets_id_2>Ticket.id|itemlink|ghe
67|Child tickets|tickets_id_2<Ticket_Ticket[link=3].tickets_id_1>Ticket.id|itemlink|ghe
68|Number of sons tickets|tickets_id_2<Ticket_Ticket[link=3].id|count|gh
69|Number of parent tickets|tickets_id_1<Ticket_Ticket[link=3].id|count|h
"""
_SOLUTIONS = """
# solution Solution
23|Solution type|ITILSolution.SolutionType.name|dropdown|g
24|Solution|ITILSolution.content|text|g
38|Any solution status|ITILSolution.status|specific|gfen
39|Last solution status|ITILSolution[last=1].status|specific|gfen
"""
_COSTS = """
# cost Cost
48|Total cost|{t}Cost.totalcost@|decimal|gh
42|Time cost|{t}Cost.cost_time@|decimal|gh
49|Cost - Duration|{t}Cost.actiontime|timestamp|gh
43|Fixed cost|{t}Cost.cost_fixed@|decimal|gh
44|Material cost|{t}Cost.cost_material@|decimal|gh
"""
_PROBLEMS_OF_A_TICKET = """
# problem Problems
200|Number of problems|Problem_Ticket.id|count|gh
201|Problem|Problem_Ticket.Problem.name|dropdown|g
202|Status|Problem_Ticket.Problem.status|specific|gfe
203|Resolution date|Problem_Ticket.Problem.solvedate|datetime|g
204|Opening date|Problem_Ticket.Problem.date|datetime|g
# tools Tools
193|Contract|Ticket_Contract.Contract.name|dropdown|w
194|Contract type|Ticket_Contract.Contract.ContractType.name|dropdown|w
"""
_PROBLEM_ANALYSIS = """
# analysis Analysis
60|Impacts|impactcontent|text|
61|Causes|causecontent|text|
62|Symptoms|symptomcontent|text|
"""
_CHANGE_ANALYSIS = """
# analysis Control list
60|Analysis impact|impactcontent|text|
61|Control list|controlistcontent|text|
62|Deployment plan|rolloutplancontent|text|
63|Backup plan|backoutplancontent|text|
67|Checklist|checklistcontent|text|
"""
_PLACE = location_fields(building=84, room=85, comment=86)
_NAMES = {
    "Ticket": {"users": "Ticket_User", "groups": "Group_Ticket", "suppliers": "Supplier_Ticket",
               "items": "Item_Ticket"},
    "Problem": {"users": "Problem_User", "groups": "Group_Problem",
                "suppliers": "Problem_Supplier", "items": "Item_Problem"},
    "Change": {"users": "Change_User", "groups": "Change_Group", "suppliers": "Change_Supplier",
               "items": "Change_Item"},
}  # fmt: skip
_PARTS: Mapping[str, tuple[str, ...]] = {
    "Ticket": (
        _HEAD, _PLACE, _PROJECT, _DUE, _ITEMS, _SOURCE, _ACTORS, _AGREEMENTS, _VALIDATION,
        _SATISFACTION, _FOLLOWUPS, _TASKS, _STATISTICS, _TAKEN, _LINKED, _SOLUTIONS, _COSTS,
        _PROBLEMS_OF_A_TICKET, DOCUMENTS,
    ),
    "Problem": (
        _HEAD, _PLACE, _PROJECT, "63|Number of items|Item_Problem.id|count|gh\n", _ITEMS,
        _ACTORS, _PROBLEM_ANALYSIS, NOTES, _FOLLOWUPS, _TASKS, _SOLUTIONS, _STATISTICS, _COSTS,
        "# ticket Tickets\n141|Number of tickets|Problem_Ticket.id|count|gh\n", DOCUMENTS,
    ),
    "Change": (
        _HEAD, _PLACE, _PROJECT, "68|Number of items|Change_Item.id|count|gh\n", _ITEMS,
        _ACTORS, _CHANGE_ANALYSIS, NOTES, _VALIDATION, _FOLLOWUPS, _TASKS, _SOLUTIONS, _COSTS,
        DOCUMENTS,
    ),
}  # fmt: skip

ITIL_OPTIONS: Mapping[str, str] = {
    itemtype: "\n".join(parts).format(t=itemtype, **_NAMES[itemtype])
    for itemtype, parts in _PARTS.items()
}
