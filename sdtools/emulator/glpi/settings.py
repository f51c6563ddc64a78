"""GLPI's settings: what a fresh one holds in its table ``Config``, and how they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sdtools.emulator.glpi.database import GlpiDatabase

__all__ = ["disclosed", "is_on", "preferences"]

_UNDISCLOSED = frozenset({
    "smtp_passwd", "proxy_passwd", "glpinetwork_registration_key", "smtp_oauth_client_id",
    "smtp_oauth_client_secret", "smtp_oauth_options", "smtp_oauth_refresh_token",
})  # fmt: skip
_WRITTEN_AS_JSON = frozenset(
    {"lock_item_list", "devices_in_menu", "planning_work_days", "priority_matrix"}
)
# What every user may set for himself; else the setting of all counts.
_PREFERENCES = [
    "backcreated",
    "csv_delimiter",
    "date_format",
    "default_requesttypes_id",
    "display_count_on_home",
    "duedatecritical_color",
    "duedatecritical_less",
    "duedatecritical_unit",
    "duedateok_color",
    "duedatewarning_color",
    "duedatewarning_less",
    "duedatewarning_unit",
    "followup_private",
    "is_ids_visible",
    "keep_devices_when_purging_item",
    "language",
    "list_limit",
    "lock_autolock_mode",
    "lock_directunlock_notification",
    "names_format",
    "notification_to_myself",
    "number_format",
    "pdffont",
    "priority_1",
    "priority_2",
    "priority_3",
    "priority_4",
    "priority_5",
    "priority_6",
    "refresh_views",
    "set_default_tech",
    "set_default_requester",
    "show_count_on_tabs",
    "show_jobs_at_login",
    "task_private",
    "task_state",
    "use_flat_dropdowntree",
    "use_flat_dropdowntree_on_search_result",
    "palette",
    "page_layout",
    "highcontrast_css",
    "default_dashboard_central",
    "default_dashboard_assets",
    "default_dashboard_helpdesk",
    "default_dashboard_mini_ticket",
    "default_central_tab",
    "fold_menu",
    "fold_search",
    "savedsearches_pinned",
    "richtext_layout",
    "timeline_order",
    "itil_layout",
    "timeline_action_btn_layout",
    "timeline_date_format",
]


def _values(database: GlpiDatabase) -> dict[str, object]:
    return {str(row["name"]): row["value"] for row in database.rows("Config")}


def is_on(database: GlpiDatabase, name: str) -> bool:
    """Tell whether a switch among the settings is on: ``enable_api``, ``maintenance_mode``."""
    found = database.rows("Config", "name = ?", (name,))
    return bool(found) and str(found[0]["value"]) == "1"


def disclosed(database: GlpiDatabase) -> dict[str, object]:
    """Give the settings that getGlpiConfig tells: text as stored, lists and the matrix read."""
    found = {key: value for key, value in _values(database).items() if key not in _UNDISCLOSED}
    found |= {name: json.loads(str(found[name])) for name in _WRITTEN_AS_JSON & set(found)}
    return found | {"number_format": "0"}


def preferences(database: GlpiDatabase, user: Mapping[str, object]) -> dict[str, object]:
    """Give a user's preferences as the session holds them: his own, else those of all."""
    general = disclosed(database)
    return {
        f"glpi{name}": general.get(name) if user.get(name) is None else user[name]
        for name in _PREFERENCES
    }
