"""Durations of the rule language: ``30m 4h 2d`` by the clock, ``4bh 5bd`` in a calendar."""

from __future__ import annotations

import re
from datetime import timedelta

from sdtools.rules.book import Duration
from sdtools.rules.values import Since
from sdtools.worktime import WorkTime

__all__ = ["parse_duration", "passed", "shown_time", "wanted_time"]

_PART = re.compile(r"(\d+)(m|h|d|w)\s*")
_BUSINESS = re.compile(r"(\d+)(bh|bd)")
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_LONGEST = timedelta(days=36_500)


def parse_duration(text: str) -> Duration:
    """Read ``30m``, ``1h30m``, ``2d``, ``4bh`` or ``5bd``; raises ValueError for anything else."""
    written = text.strip()
    business = _BUSINESS.fullmatch(written)
    if business:
        number = int(business[1])
        if number > _LONGEST.days:
            raise ValueError(f"{text!r} is longer than 100 years")
        if business[2] == "bd":
            return Duration(text=written, business_days=number)
        return Duration(text=written, business_hours=timedelta(hours=number))
    parts = _PART.findall(written)
    if not parts or _PART.sub("", written):
        raise ValueError(f"{text!r} is not a duration; write 30m, 4h, 2d, 4bh or 5bd")
    if any(int(number) > _LONGEST / _UNITS[unit] for number, unit in parts):
        raise ValueError(f"{text!r} is longer than 100 years")
    return Duration(
        text=written, clock=sum((int(n) * _UNITS[unit] for n, unit in parts), timedelta())
    )


def passed(since: Since, unit: Duration, worktime: WorkTime) -> timedelta:
    """Return how much time has passed, measured as a duration is written.

    A business day counts as one day, to be compared with :func:`wanted_time`.
    """
    if unit.business_days is not None:
        return timedelta(days=worktime.open_days(since.begin, since.end))
    if unit.business_hours is not None:
        return worktime.elapsed(since.begin, since.end)
    return since.end - since.begin


def wanted_time(duration: Duration) -> timedelta:
    """Return a duration as what :func:`passed` is compared with."""
    if duration.business_days is not None:
        return timedelta(days=duration.business_days)
    return duration.clock or duration.business_hours or timedelta()


def shown_time(amount: timedelta) -> str:
    """Return an amount of time for people: ``2d 4h``, ``-35m``."""
    minutes = abs(amount) // timedelta(minutes=1)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{days}d"] * bool(days) + [f"{hours}h"] * bool(hours)
    if (minutes and not days) or not parts:
        parts.append(f"{minutes}m")
    return ("-" if amount < timedelta() else "") + " ".join(parts)
