"""Views: which columns a request gets that names a view instead of fields (FACTS 4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sdtools.emulator.servicenow.tables import TABLES

__all__ = ["fields_of_view"]

_TASK = ("number", "short_description", "priority", "state", "assignment_group", "assigned_to")
_DESKTOP: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "incident": (
            "number", "caller_id", "category", "subcategory", "business_service",
            "service_offering", "cmdb_ci", "contact_type", "state", "hold_reason", "impact",
            "urgency", "priority", "assignment_group", "assigned_to", "short_description",
            "description",
        ),
        "task": _TASK,
        "sys_user": (
            "user_name", "first_name", "last_name", "title", "department", "active", "locked_out",
            "email", "phone", "mobile_phone",
        ),
    }
)  # fmt: skip
_MOBILE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"task": _TASK, "sys_user": ("name", "title", "email", "phone", "mobile_phone")}
)


def fields_of_view(table: str, view: str) -> Iterable[str]:
    """Name the columns of a view in its order; all columns without one, or where none is laid out.

    A view that nobody made falls back to the default view, which is the desktop's.
    """
    if view:
        laid_out = _MOBILE if view == "mobile" else _DESKTOP
        for name in TABLES[table].lineage:
            if name in laid_out:
                return laid_out[name]
    return TABLES[table].columns
