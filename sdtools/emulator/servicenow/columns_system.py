"""Columns of the tables that describe the instance itself, as the tables module writes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["SYSTEM"]

# table: (parent, label, number prefix, display column, columns)
SYSTEM: Mapping[str, tuple[str, str, str, str, str]] = MappingProxyType(
    {
        "sys_metadata": ("", "Application File", "", "sys_name", "sys_name sys_class_name:n"),
        "sys_db_object": (
            "sys_metadata",
            "Table",
            "",
            "label",
            "name label super_class>sys_db_object",
        ),
        "sys_dictionary": (
            "sys_metadata",
            "Dictionary Entry",
            "",
            "element",
            """
            name element column_label internal_type reference max_length:i=40 default_value
            mandatory:b=false read_only:b=false active:b=true display:b=false
            """,
        ),
        "sys_script": (
            "sys_metadata",
            "Business Rule",
            "",
            "name",
            """
            name collection when active:b=true order:i=100 action_insert:b=false
            action_update:b=false action_delete:b=false action_query:b=false
            abort_action:b=false add_message:b=false message filter_condition
            role_conditions condition script advanced:b=false
            """,
        ),
        "syslog": ("", "Log Entry", "", "message", "level:i=0 message source sequence"),
        "sys_group_has_role": (
            "",
            "Group Role",
            "",
            "",
            "group>sys_user_group role>sys_user_role inherits:b=true",
        ),
        "sys_filter_option_dynamic": (
            "",
            "Dynamic Filter Option",
            "",
            "label",
            "label script field_type active:b=true",
        ),
        "sys_rate_limit_rules": (
            "",
            "Rate Limit Rule",
            "",
            "name",
            """
            name active:b=true rest_api table_name method type=all user>sys_user
            role>sys_user_role request_limit:i=0
            """,
        ),
        "sys_tiny_url": ("", "Tiny URL", "", "tiny_url", "tiny_url data"),
        "sys_transform_map": (
            "",
            "Table Transform Map",
            "",
            "name",
            "name source_table target_table active:b=true map_order:i=100",
        ),
        "sys_transform_entry": (
            "",
            "Transform Entry",
            "",
            "target_field",
            "map>sys_transform_map source_field target_field coalesce:b=false",
        ),
        "sys_import_set": ("", "Import Set", "", "number", "number table_name state"),
        "sys_import_set_row": (
            "",
            "Import Set Row",
            "",
            "",
            """
            sys_import_set>sys_import_set sys_target_table sys_target_sys_id
            sys_transform_map>sys_transform_map sys_import_state sys_import_state_comment
            sys_class_name:n
            """,
        ),
        "imp_user": (
            "sys_import_set_row",
            "User Import",
            "",
            "",
            "user_name name first_name last_name email phone title location department",
        ),
    }
)
