"""The time zone that the configuration gives a desk."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from sdtools.errors import ConfigError

__all__ = ["checked_zone"]


def checked_zone(desk: str, name: str, find: Callable[[str], ZoneInfo | None]) -> str:
    """Return the name of a zone, or none; raise ConfigError when the desk's kind finds no such."""
    if name and find(name) is None:
        raise ConfigError(
            f"desk {desk}: there is no time zone {name!r}", "write it as in Europe/Paris"
        )
    return name
