"""Time zones by the names that ServiceNow gives them."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sdtools.errors import ConfigError

__all__ = ["checked_zone", "zone_named"]

_OTHER = {"GMT": "UTC", "Z": "UTC"}


def zone_named(name: str) -> ZoneInfo | None:
    """Find a zone; None for none, or one that nobody knows ("floating")."""
    try:
        return ZoneInfo(_OTHER.get(name, name)) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def checked_zone(desk: str, name: str) -> str:
    """Return the configured name of a zone, or none; raise ConfigError when there is no such."""
    if name and zone_named(name) is None:
        raise ConfigError(
            f"desk {desk}: there is no time zone {name!r}", "write it as in Europe/Paris"
        )
    return name
