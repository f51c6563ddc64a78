"""Periods: the ISO week of a report in the manager's time zone, with its exact bounds in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sdtools.errors import UsageError

__all__ = ["Period", "parse_week", "previous", "week_of", "weeks_before"]

_WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One ISO week: from Monday 00:00 to the next Monday 00:00 in the zone; ``end`` is outside."""

    monday: date
    timezone: str
    begin: datetime  # UTC
    end: datetime  # UTC

    @property
    def label(self) -> str:
        """Return the week as people write it: ``2026-W46``."""
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def days(self) -> tuple[date, ...]:
        """Return the seven days."""
        return tuple(self.monday + timedelta(days=count) for count in range(7))


def parse_week(text: str, timezone: str) -> Period:
    """Read ``2026-W46``; raises UsageError for anything that is not a week."""
    match = _WEEK.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r} is not a week", "Write the ISO year and week: 2026-W46.")
    year, week = int(match[1]), int(match[2])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise UsageError(f"{year:04} is no year to report on", "Write a week such as 2026-W46.")
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError as error:
        last = date(year, 12, 28).isocalendar().week
        advice = f"Weeks of {year} run from {year}-W01 to {year}-W{last}."
        raise UsageError(f"there is no week {text!r}", advice) from error
    return _week(monday, timezone)


def week_of(moment: datetime, timezone: str) -> Period:
    """Return the week that a moment falls into, on the clocks of the time zone."""
    day = moment.astimezone(_zone(timezone)).date()
    return _week(day - timedelta(days=day.weekday()), timezone)


def previous(period: Period) -> Period:
    """Return the week before."""
    return _week(period.monday - timedelta(days=7), period.timezone)


def weeks_before(period: Period, count: int) -> tuple[Period, ...]:
    """Return so many weeks that end with the given one, oldest first."""
    mondays = (period.monday - timedelta(days=7 * back) for back in reversed(range(count)))
    return tuple(_week(monday, period.timezone) for monday in mondays)


def _week(monday: date, timezone: str) -> Period:
    zone = _zone(timezone)
    begin, end = (
        datetime.combine(day, time(), zone).astimezone(UTC)
        for day in (monday, monday + timedelta(days=7))
    )
    return Period(monday=monday, timezone=timezone, begin=begin, end=end)


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        advice = "Use a name such as Europe/Paris or UTC."
        raise UsageError(f"unknown time zone {timezone!r}", advice) from error
