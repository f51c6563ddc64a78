"""Columns of item types that a fresh GLPI knows and that nothing here behaves by (see tables)."""

from __future__ import annotations

__all__ = ["MORE"]

_OWNED = "id entities_id is_recursive name? comment? date_mod@ date_creation@"
_COST = (
    "name? comment? begin_date@ end_date@ actiontime cost_time$ cost_fixed$ cost_material$ "
    "budgets_id entities_id"
)
_TASK = (
    "taskcategories_id date@ begin@ end@ users_id users_id_editor users_id_tech groups_id_tech "
    "content? actiontime state date_mod@ date_creation@ tasktemplates_id timeline_position "
    "is_private"
)
_LEVEL = "execution_time is_active=1 entities_id is_recursive match? uuid?"

MORE = {
    "ProblemTask": f"id uuid? problems_id {_TASK}",
    "ChangeTask": f"id uuid? changes_id {_TASK}",
    "ProblemCost": f"id problems_id {_COST}",
    "ChangeCost": f"id changes_id {_COST} is_recursive",
    "ChangeValidation": (
        "id entities_id is_recursive users_id changes_id users_id_validate comment_submission? "
        "comment_validation? status=2 submission_date@ validation_date@ timeline_position"
    ),
    "Item_Problem": "id problems_id itemtype? items_id",
    "Change_Item": "id changes_id itemtype? items_id",
    "Problem_Supplier": "id problems_id suppliers_id type=1 use_notification alternative_email'",
    "Change_Supplier": "id changes_id suppliers_id type=1 use_notification alternative_email'",
    "Change_Problem": "id changes_id problems_id",
    "OlaLevel": f"id name? olas_id {_LEVEL}",
    "OlaLevel_Ticket": "id tickets_id olalevels_id date@",
    "TicketTemplateHiddenField": "id tickettemplates_id num",
    "TaskTemplate": (
        "id entities_id is_recursive name? content? taskcategories_id actiontime comment? "
        "date_mod@ date_creation@ state is_private users_id_tech groups_id_tech"
    ),
    "SolutionTemplate": (
        "id entities_id is_recursive name? content? solutiontypes_id comment? date_mod@ "
        "date_creation@"
    ),
    "Contact": (
        "id entities_id is_recursive name? firstname? registration_number? phone? phone2? "
        "mobile? fax? email? contacttypes_id comment? is_deleted usertitles_id address? postcode? "
        "town? state? country? date_mod@ date_creation@ pictures?"
    ),
    "Contract": (
        "id entities_id is_recursive name? num? contracttypes_id locations_id begin_date@ "
        "duration notice periodicity billing comment? accounting_number? is_deleted "
        "week_begin_hour!00:00:00 week_end_hour!00:00:00 saturday_begin_hour!00:00:00 "
        "saturday_end_hour!00:00:00 use_saturday sunday_begin_hour!00:00:00 "
        "sunday_end_hour!00:00:00 use_sunday max_links_allowed alert renewal "
        "template_name? is_template states_id date_mod@ date_creation@"
    ),
    "Contract_Item": "id contracts_id items_id itemtype?",
    "Ticket_Contract": "id tickets_id contracts_id",
    "Budget": (
        "id name? entities_id is_recursive comment? is_deleted begin_date@ end_date@ value$ "
        "is_template template_name? date_mod@ date_creation@ locations_id budgettypes_id"
    ),
    "Infocom": (
        "id items_id itemtype? entities_id is_recursive buy_date@ use_date@ warranty_duration "
        "warranty_info? suppliers_id order_number? delivery_number? immo_number? value$ "
        "warranty_value$ sink_time sink_type sink_coeff comment? bill? budgets_id alert "
        "order_date@ delivery_date@ inventory_date@ warranty_date@ date_mod@ date_creation@ "
        "decommission_date@ businesscriticities_id"
    ),
    "Notepad": (
        "id itemtype? items_id date_creation@ date_mod@ users_id users_id_lastupdater content? "
    ),
    "Project": (
        "id name? code? priority=1 entities_id is_recursive projects_id projectstates_id "
        "projecttypes_id date@ date_mod@ users_id groups_id plan_start_date@ plan_end_date@ "
        "real_start_date@ real_end_date@ percent_done auto_percent_done show_on_global_gantt "
        "content? comment? is_deleted date_creation@ projecttemplates_id is_template "
        "template_name?"
    ),
    "Itil_Project": "id itemtype' items_id projects_id",
    "Item_Project": "id projects_id itemtype? items_id",
    "SoftwareVersion": (
        "id entities_id is_recursive softwares_id states_id name? arch? comment? "
        "operatingsystems_id date_mod@ date_creation@"
    ),
    "SoftwareLicense": (
        "id softwares_id softwarelicenses_id completename? level ancestors_cache? sons_cache? "
        "entities_id is_recursive number "
        "softwarelicensetypes_id name? serial? otherserial? softwareversions_id_buy "
        "softwareversions_id_use expire@ comment? date_mod@ is_valid=1 date_creation@ is_deleted "
        "locations_id users_id_tech users_id groups_id_tech groups_id is_helpdesk_visible "
        "is_template template_name? states_id manufacturers_id contact? contact_num? "
        "allow_overquota pictures?"
    ),
    "ReservationItem": ("id itemtype? entities_id is_recursive items_id comment? is_active=1"),
    "DocumentCategory": (
        "id name? comment? documentcategories_id completename? level ancestors_cache? "
        "sons_cache? date_mod@ date_creation@"
    ),
    "Domain": _OWNED,
}
