"""Who asks, where and when: what every part of the embedded GLPI gets handed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.profiles import RIGHTS

__all__ = ["Context", "Session", "moment", "naive"]


def naive(at: datetime, zone: ZoneInfo) -> str:
    """Write a moment as GLPI does: local time without a zone."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def moment(text: str, zone: ZoneInfo) -> datetime:
    """Read GLPI's local time back."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@dataclass(slots=True, kw_only=True)
class Session:
    """One login: its own profile and entities, fixed at login (FACTS 1)."""

    token: str
    users_id: int
    profiles_id: int
    entities: tuple[int, ...]  # those the profile reaches; entities made later are not in it
    active: tuple[int, ...]
    active_root: int = 0
    active_recursive: bool | int = 1  # PHP keeps 1 from the login and true from a change
    list_limit: int = 15
    zone: ZoneInfo | None = None  # the user's own, if it is not the server's

    def may(self, right: str, bit: int) -> bool:
        """Tell whether the active profile has a bit of a right."""
        return bool(RIGHTS[self.profiles_id].get(right, 0) & bit)

    @property
    def central(self) -> bool:
        """Tell whether this is not a self-service session."""
        return self.profiles_id != 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One request's surroundings."""

    database: GlpiDatabase
    clock: Clock
    zone: ZoneInfo
    session: Session
    base_url: str  # ends with /apirest.php
    told: list[str] = field(default_factory=list)  # what is said of the item being written

    def now(self) -> str:
        """Give the present time as GLPI writes it."""
        return naive(self.clock.now(), self.zone)

    def seconds_since(self, text: str) -> int:
        """Give the wall-clock seconds since a stored time."""
        return int(moment(self.now(), self.zone).timestamp()) - int(
            moment(text, self.zone).timestamp()
        )

    def http_date(self, text: str) -> str:
        """Write a stored time as an HTTP date."""
        return format_datetime(moment(text, self.zone).astimezone(UTC), usegmt=True)
