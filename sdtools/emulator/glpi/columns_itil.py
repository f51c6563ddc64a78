"""Columns of the embedded GLPI's tickets, problems, changes and what hangs on them (see tables)."""

from __future__ import annotations

__all__ = ["ITIL"]

ITIL = {
    "Ticket": (
        "id entities_id name? date@ closedate@ solvedate@ takeintoaccountdate@ date_mod@ "
        "users_id_lastupdater status=1 users_id_recipient requesttypes_id content? urgency=3 "
        "impact=3 priority=3 itilcategories_id type=1 global_validation=1 slas_id_ttr "
        "slas_id_tto slalevels_id_ttr time_to_resolve@ time_to_own@ begin_waiting_date@ "
        "sla_waiting_duration ola_waiting_duration olas_id_tto olas_id_ttr olalevels_id_ttr "
        "ola_tto_begin_date@ ola_ttr_begin_date@ internal_time_to_resolve@ "
        "internal_time_to_own@ waiting_duration close_delay_stat solve_delay_stat "
        "takeintoaccount_delay_stat actiontime is_deleted locations_id validation_percent "
        "date_creation@"
    ),
    "Problem": (
        "id name? entities_id is_recursive is_deleted status=1 content? date_mod@ date@ "
        "solvedate@ closedate@ time_to_resolve@ users_id_recipient users_id_lastupdater "
        "urgency=3 impact=3 priority=3 itilcategories_id impactcontent? causecontent? "
        "symptomcontent? actiontime begin_waiting_date@ waiting_duration close_delay_stat "
        "solve_delay_stat date_creation@ locations_id"
    ),
    "Change": (
        "id name? entities_id is_recursive is_deleted status=1 content? date_mod@ date@ "
        "solvedate@ closedate@ time_to_resolve@ users_id_recipient users_id_lastupdater "
        "urgency=3 impact=3 priority=3 itilcategories_id impactcontent? controlistcontent? "
        "rolloutplancontent? backoutplancontent? checklistcontent? global_validation=1 "
        "validation_percent actiontime begin_waiting_date@ waiting_duration close_delay_stat "
        "solve_delay_stat date_creation@ locations_id"
    ),
    "Ticket_User": "id tickets_id users_id type=1 use_notification=1 alternative_email'",
    "Group_Ticket": "id tickets_id groups_id type=1",
    "Supplier_Ticket": "id tickets_id suppliers_id type=1 use_notification alternative_email'",
    "Problem_User": "id problems_id users_id type=1 use_notification alternative_email'",
    "Group_Problem": "id problems_id groups_id type=1",
    "Change_User": "id changes_id users_id type=1 use_notification alternative_email'",
    "Change_Group": "id changes_id groups_id type=1",
    "Problem_Ticket": "id problems_id tickets_id",
    "Change_Ticket": "id changes_id tickets_id",
    "Ticket_Ticket": "id tickets_id_1 tickets_id_2 link=1",
    "Item_Ticket": "id itemtype? items_id tickets_id",
    "ITILFollowup": (
        "id itemtype? items_id date@ users_id users_id_editor content? is_private "
        "requesttypes_id date_mod@ date_creation@ timeline_position sourceitems_id "
        "sourceof_items_id"
    ),
    "ITILSolution": (
        "id itemtype? items_id solutiontypes_id solutiontype_name? content? date_creation@ "
        "date_mod@ date_approval@ users_id user_name? users_id_editor users_id_approval "
        "user_name_approval? status=1 itilfollowups_id~"
    ),
    "TicketTask": (
        "id uuid? tickets_id taskcategories_id date@ users_id users_id_editor content? "
        "is_private actiontime begin@ end@ state=1 users_id_tech groups_id_tech date_mod@ "
        "date_creation@ tasktemplates_id timeline_position sourceitems_id sourceof_items_id"
    ),
    "TicketValidation": (
        "id entities_id users_id tickets_id users_id_validate comment_submission? "
        "comment_validation? status=2 submission_date@ validation_date@ timeline_position"
    ),
    "TicketSatisfaction": (
        "id tickets_id type=1 date_begin@ date_answered@ satisfaction~ comment?"
    ),
    "TicketCost": (
        "id tickets_id name? comment? begin_date@ end_date@ actiontime cost_time$ cost_fixed$ "
        "cost_material$ budgets_id entities_id"
    ),
    "PendingReason": (
        "id entities_id is_recursive name? followup_frequency followups_before_resolution "
        "itilfollowuptemplates_id solutiontemplates_id comment?"
    ),
    "PendingReason_Item": (
        "id pendingreasons_id items_id itemtype' followup_frequency "
        "followups_before_resolution bump_count last_bump_date@ previous_status~"
    ),
    "Log": (
        "id itemtype' items_id itemtype_link' linked_action user_name? date_mod@ "
        "id_search_option old_value? new_value?"
    ),
    "Document": (
        "id entities_id is_recursive name? filename? filepath? documentcategories_id mime? "
        "date_mod@ comment? is_deleted link? users_id tickets_id sha1sum? is_blacklisted tag? "
        "date_creation@"
    ),
    "Document_Item": (
        "id documents_id items_id itemtype? entities_id is_recursive date_mod@ users_id~ "
        "timeline_position date_creation@ date@"
    ),
    "KnowbaseItem": (
        "id name? answer? is_faq users_id view date_creation@ date_mod@ begin_date@ end_date@"
    ),
    "KnowbaseItem_Item": "id knowbaseitems_id itemtype? items_id date_creation@ date_mod@",
    "KnowbaseItemCategory": (
        "id entities_id is_recursive knowbaseitemcategories_id name? completename? comment? "
        "level sons_cache? ancestors_cache? date_mod@ date_creation@"
    ),
    "KnowbaseItem_KnowbaseItemCategory": "id knowbaseitems_id knowbaseitemcategories_id",
    "Entity_KnowbaseItem": "id knowbaseitems_id entities_id is_recursive",
    "ITILCategory": (
        "id entities_id is_recursive itilcategories_id name? completename? comment? level "
        "knowbaseitemcategories_id users_id groups_id code' ancestors_cache? sons_cache? "
        "is_helpdeskvisible=1 tickettemplates_id_incident tickettemplates_id_demand "
        "changetemplates_id problemtemplates_id is_incident=1 is_request=1 is_problem=1 "
        "is_change=1 date_mod@ date_creation@"
    ),
    "RequestType": (
        "id name? is_helpdesk_default is_followup_default is_mail_default "
        "is_mailfollowup_default is_active=1 is_ticketheader=1 is_itilfollowup=1 comment? "
        "date_mod@ date_creation@"
    ),
    "SolutionType": "id name? comment? entities_id is_recursive=1 date_mod@ date_creation@",
    "TaskCategory": (
        "id entities_id is_recursive taskcategories_id name? completename? comment? level "
        "ancestors_cache? sons_cache? is_active=1 is_helpdeskvisible=1 date_mod@ "
        "date_creation@ knowbaseitemcategories_id"
    ),
    "ITILFollowupTemplate": (
        "id date_creation@ date_mod@ entities_id is_recursive name? content? requesttypes_id "
        "is_private comment?"
    ),
    "TicketTemplate": "id name? entities_id is_recursive comment?",
    "TicketTemplateMandatoryField": "id tickettemplates_id num",
    "TicketTemplatePredefinedField": "id tickettemplates_id num value?",
    "TicketRecurrent": (
        "id name? comment? entities_id is_recursive is_active tickettemplates_id begin_date@ "
        "periodicity? create_before next_creation_date@ calendars_id end_date@"
    ),
    "SLM": (
        "id name? entities_id is_recursive comment? use_ticket_calendar calendars_id date_mod@ "
        "date_creation@"
    ),
    "SLA": (
        "id name? entities_id is_recursive type comment? number_time use_ticket_calendar "
        "calendars_id date_mod@ definition_time? end_of_working_day date_creation@ slms_id"
    ),
    "OLA": (
        "id name? entities_id is_recursive type comment? number_time use_ticket_calendar "
        "calendars_id date_mod@ definition_time? end_of_working_day date_creation@ slms_id"
    ),
    "SlaLevel": (
        "id name? slas_id execution_time is_active=1 entities_id is_recursive match? uuid?"
    ),
    "SlaLevel_Ticket": "id tickets_id slalevels_id date@",
    "RuleTicket": (
        "id entities_id sub_type' ranking name? description? match? is_active=1 comment? "
        "date_mod@ is_recursive uuid? condition date_creation@"
    ),
    "RuleCriteria": "id rules_id criteria? condition pattern?",
    "RuleAction": "id rules_id action_type? field? value?",
}
