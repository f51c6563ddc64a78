"""The desk's own history: who changed which field of a ticket, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Edit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One field of a ticket that was changed, as GLPI's Log or ServiceNow's sys_audit tells."""

    id: str  # the desk's own id of the entry
    ticket_id: str
    field: str  # status, urgency, impact, priority, category, group, assignee
    at: datetime  # UTC
    author_id: str  # "" when the desk does not say who
    before: str = ""  # field_text where the desk gives ids, else its own words
    after: str = ""
