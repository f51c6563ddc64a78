"""Times of GLPI: naive texts in the account's time zone (FACTS 10), here turned into UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

__all__ = ["Origin", "Zone", "named_zone", "zone_of"]

_STEP = timedelta(minutes=15)  # offsets of real time zones are multiples of it
_NEAR = timedelta(hours=26)  # a change of the clocks this near may hide or repeat an hour
_HOUR = timedelta(hours=1)
_NONE = timedelta()
_LENGTH = len("2026-11-16 12:00:00")  # of every time that GLPI writes


class Origin(StrEnum):
    """How we came to know the zone."""

    configured = "configured"
    account = "the account's own setting"
    measured = "measured against the server's clock"
    assumed = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """The zone in which GLPI tells us times."""

    tz: tzinfo
    origin: Origin

    @property
    def name(self) -> str:
        """Return a name that ``zoneinfo`` knows, for calendars that count in this zone."""
        if isinstance(self.tz, ZoneInfo):
            return self.tz.key
        offset = self.tz.utcoffset(None) or timedelta()
        hours, rest = divmod(offset, _HOUR)
        if not rest:
            return f"Etc/GMT{-hours:+d}" if hours else "UTC"  # POSIX signs: west is plus
        return _somewhere_with(offset)

    def utc(self, text: object) -> datetime | None:
        """Read a time as GLPI writes it; None for none or nonsense."""
        if not isinstance(text, str):
            return None
        try:
            told = _as_if_utc(text)
            return told - (self.tz.utcoffset(told) or _NONE)
        except (ValueError, OverflowError):  # the latter at both ends of all time
            return None

    def doubt(self, moment: datetime) -> timedelta:
        """Say how far times near ``moment`` may be off: an hour when the clocks change.

        Of an hour that comes twice GLPI does not say which one it means; we read the first, so
        what happened in the second seems to be that much older than it is.
        """
        if not isinstance(self.tz, ZoneInfo):
            return _HOUR if self.tz.utcoffset(None) else timedelta()
        before, after = (
            (moment + step).astimezone(self.tz).utcoffset() or timedelta()
            for step in (-_NEAR, _NEAR)
        )
        return abs(before - after)  # in Antarctica two hours, on Lord Howe half of one


def _as_if_utc(text: str) -> datetime:
    """Read what a clock shows, whichever zone the text may name; ValueError for nonsense."""
    if len(text) != _LENGTH:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    try:
        return datetime.fromisoformat(f"{text}+00:00")  # six times as fast as the other way
    except ValueError:  # it names a zone already, or is nonsense
        return datetime.fromisoformat(text).replace(tzinfo=UTC)


def named_zone(name: str) -> ZoneInfo | None:
    """Find a zone by its IANA name."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(*, configured: str, account: str, told: str, at: datetime | None) -> Zone:
    """Choose the zone: the configuration, else the account's own, else measured.

    ``told`` is the desk's present time in the account's zone, ``at`` the true one.
    """
    by_name = named_zone(configured)
    if by_name:
        return Zone(tz=by_name, origin=Origin.configured)
    measured = _offset(told, at)
    own = named_zone(account)
    if own and at and measured in (None, at.astimezone(own).utcoffset()):
        return Zone(tz=own, origin=Origin.account)
    if measured is None:
        return Zone(tz=UTC, origin=Origin.assumed)
    return Zone(tz=timezone(measured) if measured else UTC, origin=Origin.measured)


def _offset(told: str, at: datetime | None) -> timedelta | None:
    if at is None:
        return None
    try:
        clock = datetime.fromisoformat(told).replace(tzinfo=UTC)
    except ValueError:
        return None
    steps = round((clock - at) / _STEP)
    return steps * _STEP if abs(steps * _STEP) <= timedelta(hours=14) else None


def _somewhere_with(offset: timedelta) -> str:
    """Find a place with an offset that is not whole hours (India, Nepal, Newfoundland)."""
    midwinter = datetime(2026, 1, 1, tzinfo=UTC)
    for name in sorted(available_timezones()):
        if midwinter.astimezone(ZoneInfo(name)).utcoffset() == offset:
            return name
    return "UTC"
