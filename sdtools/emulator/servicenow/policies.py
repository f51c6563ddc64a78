"""Data policies: what is mandatory in which state, and the 403 that names it by label."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sdtools.emulator.servicenow.draft import Draft
from sdtools.emulator.servicenow.wire import ApiError

__all__ = ["check_policies"]

_RESOLUTION = ("close_code", "close_notes")
# table: state, and the columns that may not be empty in it; the reason of a hold is demanded by
# forms only (ServiceNow FACTS 10.1)
_MANDATORY: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "incident": {"6": _RESOLUTION, "7": _RESOLUTION},
        # a problem past New has somebody who works on it (FACTS 10.2)
        "problem": dict.fromkeys(("102", "103", "104", "106", "107"), ("assigned_to",)),
    }
)
_WHENEVER = {"state", "incident_state", "assigned_to", *_RESOLUTION}


def check_policies(draft: Draft) -> None:
    """Raise the 403 if a mandatory column would be empty."""
    if not _WHENEVER & set(draft.changes()):
        return  # old records that lack something can still be written elsewhere
    columns = _MANDATORY.get(draft.table.name, {}).get(draft.new.get("state", ""), ())
    missing = [draft.table.columns[name].label for name in columns if not draft.new[name]]
    if missing:
        fields = ", ".join(missing)
        detail = f"Data Policy Exception: The following fields are mandatory: {fields}"
        raise ApiError(403, "Operation Failed", detail)
