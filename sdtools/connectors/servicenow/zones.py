"""Time zones by the names that ServiceNow gives them."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["zone_named"]

_OTHER = {"GMT": "UTC", "Z": "UTC"}


def zone_named(name: str) -> ZoneInfo | None:
    """Find a zone; None for none, or one that nobody knows ("floating")."""
    try:
        return ZoneInfo(_OTHER.get(name, name)) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
