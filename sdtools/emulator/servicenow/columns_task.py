"""Columns of task and of what extends it, in the notation of the tables module."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["TASKS"]

# table: (parent, label, number prefix, display column, columns)
TASKS: Mapping[str, tuple[str, str, str, str, str]] = MappingProxyType(
    {
        "task": (
            "",
            "Task",
            "TASK",
            "number",
            """
            parent>task made_sla:b=true watch_list:l upon_reject:c=cancel skills:l
            number sys_domain=global business_service>cmdb_ci_service time_worked
            expected_start:d opened_at:d group_list:l work_end:d work_notes:j
            assigned_to>sys_user sla_due:u comments_and_work_notes:j
            escalation:ic=0 upon_approval:c=proceed correlation_id company>core_company
            location>cmn_location active:b=true impact:ic=3 urgency:ic=3 priority:ic=4
            state:ic=1 short_description description assignment_group>sys_user_group
            additional_assignee_list:l comments:j correlation_display contact_type:c
            opened_by>sys_user closed_at:d closed_by>sys_user close_notes due_date:d
            follow_up:d work_start:d activity_due:u cmdb_ci>cmdb_ci knowledge:b=false
            approval:c=not~requested reassignment_count:i=0 order:i delivery_plan
            business_duration:t calendar_duration:t user_input sys_domain_path=/ notify:ic=1
            service_offering>service_offering work_notes_list:l sys_class_name:n
            """,
        ),
        "incident": (
            "task",
            "Incident",
            "INC",
            "number",
            """
            caller_id>sys_user category:c=inquiry subcategory:c close_code:c hold_reason:ic
            incident_state:ic=1 severity:ic=3 problem_id>problem parent_incident>incident
            rfc>change_request caused_by>change_request resolved_at:d resolved_by>sys_user
            reopen_count:i=0 reopened_by>sys_user reopened_time:d child_incidents:i=0
            calendar_stc:i business_stc:i
            """,
        ),
        "problem": (
            "task",
            "Problem",
            "PRB",
            "number",
            """
            category:c subcategory:c known_error:b=false workaround cause_notes fix_notes
            resolution_code:c duplicate_of>problem first_reported_by_task>task problem_state:ic
            confirmed_at:d confirmed_by>sys_user fix_at:d fix_by>sys_user resolved_at:d
            resolved_by>sys_user related_incidents:i=0 reopen_count:i=0 rfc>change_request
            fix_communicated_at:d workaround_applied:b=false
            """,
        ),
        "change_request": (
            "task",
            "Change Request",
            "CHG",
            "number",
            """
            type:c=normal risk:ic start_date:d end_date:d close_code:c on_hold:b=false
            requested_by>sys_user justification implementation_plan backout_plan
            """,
        ),
        "sc_request": (
            "task",
            "Request",
            "REQ",
            "number",
            """
            requested_for>sys_user request_state:c=requested stage:c=requested requested_date:d
            special_instructions price=0
            """,
        ),
        "sc_req_item": (
            "task",
            "Requested Item",
            "RITM",
            "number",
            """
            request>sc_request cat_item>sc_cat_item requested_for>sys_user stage:c
            quantity:i=1 price=0 billable:b=false configuration_item>cmdb_ci
            estimated_delivery:d backordered:b=false
            """,
        ),
        "sc_task": (
            "task",
            "Catalog Task",
            "SCTASK",
            "number",
            "request>sc_request request_item>sc_req_item",
        ),
    }
)
