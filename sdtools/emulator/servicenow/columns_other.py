"""Columns of the directory, knowledge, SLA and system tables, as the tables module writes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["OTHERS"]

# table: (parent, label, number prefix, display column, columns)
OTHERS: Mapping[str, tuple[str, str, str, str, str]] = MappingProxyType(
    {
        "sys_user": (
            "",
            "User",
            "",
            "name",
            """
            user_name name first_name last_name email vip:b=false active:b=true locked_out:b=false
            title phone mobile_phone employee_number department>cmn_department manager>sys_user
            company>core_company location>cmn_location time_zone preferred_language:c
            web_service_access_only:b=false internal_integration_user:b=false user_password:p
            sys_class_name:n last_login_time:d
            """,
        ),
        "sys_user_group": (
            "",
            "Group",
            "",
            "name",
            """
            name description manager>sys_user email parent>sys_user_group type:l active:b=true
            exclude_manager:b=false include_members:b=false
            """,
        ),
        "sys_user_grmember": (
            "",
            "Group Member",
            "",
            "",
            "user>sys_user group>sys_user_group",
        ),
        "sys_user_role": ("", "Role", "", "name", "name description"),
        "sys_user_has_role": (
            "",
            "User Role",
            "",
            "",
            "user>sys_user role>sys_user_role inherited:b=false state:c=active",
        ),
        "core_company": (
            "",
            "Company",
            "",
            "name",
            """
            name street city zip country phone customer:b=false vendor:b=false
            parent>core_company
            """,
        ),
        "cmn_department": (
            "",
            "Department",
            "",
            "name",
            "name description dept_head>sys_user parent>cmn_department company>core_company",
        ),
        "cmn_location": (
            "",
            "Location",
            "",
            "name",
            """
            name full_name street city zip country time_zone parent>cmn_location
            company>core_company
            """,
        ),
        "cmdb_ci": (
            "",
            "Configuration Item",
            "",
            "name",
            """
            name sys_class_name:n install_status:ic=1 operational_status:ic=1
            support_group>sys_user_group assignment_group>sys_user_group managed_by>sys_user
            owned_by>sys_user assigned_to>sys_user serial_number asset_tag ip_address
            correlation_id company>core_company location>cmn_location department>cmn_department
            short_description
            """,
        ),
        "cmdb_ci_computer": ("cmdb_ci", "Computer", "", "name", "os ram cpu_name form_factor"),
        "cmdb_ci_server": ("cmdb_ci_computer", "Server", "", "name", "used_for:c"),
        "cmdb_ci_service": (
            "cmdb_ci",
            "Business Service",
            "",
            "name",
            "business_criticality:c busines_criticality:c service_status:c",
        ),
        "service_offering": ("cmdb_ci_service", "Service Offering", "", "name", "parent_service"),
        "sc_cat_item": ("", "Catalog Item", "", "name", "name short_description active:b=true"),
        "kb_knowledge_base": ("", "Knowledge Base", "", "title", "title active:b=true"),
        "kb_category": (
            "",
            "Knowledge Category",
            "",
            "label",
            "label value parent_id active:b=true full_category",
        ),
        "kb_knowledge": (
            "",
            "Knowledge",
            "KB",
            "number",
            """
            number short_description text article_type:c=text workflow_state:c=draft
            kb_knowledge_base>kb_knowledge_base kb_category>kb_category valid_to:D published:D
            author>sys_user source>task meta rating:i sys_view_count:i=0 active:b=true version
            can_read_user_criteria:l sys_class_name:n
            """,
        ),
        "m2m_kb_task": (
            "",
            "Knowledge Applied to Task",
            "",
            "",
            "task>task kb_knowledge>kb_knowledge",
        ),
        "contract_sla": (
            "",
            "SLA Definition",
            "",
            "name",
            """
            name type:c=SLA target:c collection duration:t duration_type schedule>cmn_schedule
            schedule_source:c=sla_definition timezone timezone_source:c start_condition
            pause_condition stop_condition reset_condition cancel_condition when_to_cancel:c
            when_to_resume:c retroactive:b=false set_start_to retroactive_pause:b=false
            active:b=true sys_class_name:n
            """,
        ),
        "task_sla": (
            "",
            "Task SLA",
            "",
            "",
            """
            task>task sla>contract_sla stage:c=in_progress active:b=true has_breached:b=false
            start_time:d end_time:d planned_end_time:d original_breach_time:d pause_time:d
            pause_duration:t business_pause_duration:t duration:t business_duration:t time_left:t
            business_time_left:t percentage=0 business_percentage=0 schedule>cmn_schedule timezone
            """,
        ),
        "cmn_schedule": (
            "",
            "Schedule",
            "",
            "name",
            "name time_zone type description parent>cmn_schedule read_only:b=false",
        ),
        "cmn_schedule_span": (
            "",
            "Schedule Entry",
            "",
            "name",
            """
            schedule>cmn_schedule name type start_date_time end_date_time all_day:b=false
            repeat_type repeat_count:i repeat_until days_of_week show_as month yearly_type
            monthly_type
            """,
        ),
        "cmn_other_schedule": (
            "",
            "Other Schedule",
            "",
            "",
            "schedule>cmn_schedule child_schedule>cmn_schedule type",
        ),
        "sys_choice": (
            "",
            "Choice",
            "",
            "label",
            """
            name element value label inactive:b=false sequence:i dependent_value language=en hint
            """,
        ),
        "sys_properties": ("", "System Property", "", "name", "name value description type"),
        "sys_attachment": (
            "",
            "Attachment",
            "",
            "file_name",
            """
            table_name table_sys_id file_name content_type size_bytes:i size_compressed:i
            compressed:b=true average_image_color image_width image_height hash state=available
            """,
        ),
        "sys_journal_field": (
            "",
            "Journal Entry",
            "",
            "",
            "name element element_id value",
        ),
        "sys_audit": (
            "",
            "Audit",
            "",
            "",
            "tablename documentkey fieldname oldvalue newvalue user record_checkpoint:i reason",
        ),
        "sys_audit_delete": (
            "",
            "Audit Deleted Record",
            "",
            "display_value",
            "tablename documentkey display_value payload",
        ),
    }
)
