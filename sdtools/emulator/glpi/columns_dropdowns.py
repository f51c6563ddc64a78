"""Columns of the embedded GLPI's further lists of values and of what few clients read (see tables).

As in GLPI 10.0.12's own schema (install/mysql/glpi-10.0.12-empty.sql), names, order and defaults.
"""

from __future__ import annotations

__all__ = ["DROPDOWNS", "NAMED"]

_NAMED = "id name? comment? date_mod@ date_creation@"
_TEMPLATE = "id name? entities_id is_recursive comment?"
_TREE = "completename? level ancestors_cache? sons_cache?"

# Lists of values that have a name, a comment and their stamps.
NAMED = (
    "BudgetType", "CartridgeItemType", "ComputerType", "ConsumableItemType", "ContactType",
    "ContractType", "DeviceCaseType", "DeviceMemoryType", "InterfaceType", "LineType",
    "MonitorType", "Network", "NetworkEquipmentType", "OperatingSystem",
    "OperatingSystemArchitecture", "OperatingSystemEdition", "OperatingSystemKernel",
    "OperatingSystemServicePack", "OperatingSystemVersion", "PeripheralType",
    "PhonePowerSupply", "PhoneType", "PrinterType", "ProjectTaskType", "ProjectType",
    "SsoVariable", "SupplierType",
)  # fmt: skip

DROPDOWNS = {
    **dict.fromkeys(NAMED, _NAMED),
    "AutoUpdateSystem": "id name? comment?",
    "BusinessCriticity": (
        "id name? entities_id is_recursive comment? date_mod@ date_creation@ "
        f"businesscriticities_id {_TREE}"
    ),
    "SoftwareCategory": f"id name? comment? softwarecategories_id {_TREE}",
    "SoftwareLicenseType": (
        "id name? comment? date_mod@ date_creation@ softwarelicensetypes_id level "
        "ancestors_cache? sons_cache? entities_id is_recursive completename?"
    ),
    "ProjectState": "id name? comment? color? is_finished date_mod@ date_creation@",
    "ChangeTemplate": _TEMPLATE,
    "ProblemTemplate": _TEMPLATE,
    "ChangeTemplateHiddenField": "id changetemplates_id num",
    "ChangeTemplateMandatoryField": "id changetemplates_id num",
    "ChangeTemplatePredefinedField": "id changetemplates_id num value?",
    "ProblemTemplateHiddenField": "id problemtemplates_id num",
    "ProblemTemplateMandatoryField": "id problemtemplates_id num",
    "ProblemTemplatePredefinedField": "id problemtemplates_id num value?",
    "Group_KnowbaseItem": (
        "id knowbaseitems_id groups_id entities_id~ is_recursive no_entity_restriction"
    ),
    "ContractCost": (
        "id contracts_id name? comment? begin_date@ end_date@ cost$ budgets_id entities_id "
        "is_recursive"
    ),
    "Contract_Supplier": "id suppliers_id contracts_id",
    "Contact_Supplier": "id suppliers_id contacts_id",
    "ProjectTask": (
        "id uuid? name? content? comment? entities_id is_recursive projects_id projecttasks_id "
        "date_creation@ date_mod@ plan_start_date@ plan_end_date@ real_start_date@ "
        "real_end_date@ planned_duration effective_duration projectstates_id projecttasktypes_id "
        "users_id percent_done auto_percent_done is_milestone projecttasktemplates_id "
        "is_template template_name?"
    ),
    "ProjectTask_Ticket": "id tickets_id projecttasks_id",
    "ProjectTeam": "id projects_id itemtype? items_id",
    "ProjectTaskTeam": "id projecttasks_id itemtype? items_id",
    "ProjectCost": (
        "id projects_id name? comment? begin_date@ end_date@ cost$ budgets_id entities_id "
        "is_recursive"
    ),
    "RecurrentChange": (
        "id name? comment? entities_id is_recursive is_active changetemplates_id begin_date@ "
        "periodicity? create_before next_creation_date@ calendars_id end_date@"
    ),
    "SlaLevelAction": "id slalevels_id action_type? field? value?",
    "SlaLevelCriteria": "id slalevels_id criteria? condition pattern?",
    "OlaLevelAction": "id olalevels_id action_type? field? value?",
    "OlaLevelCriteria": "id olalevels_id criteria? condition pattern?",
    "PlanningEventCategory": "id name? color? comment? date_mod@ date_creation@",
    "Reservation": "id reservationitems_id begin@ end@ users_id comment? group",
}
