"""When tickets of the seeded world come in: working hours, busy Mondays, quiet week-ends."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from sdtools.worktime import WorkTime
from sdtools.worktime.clock import zone_of

__all__ = ["arrivals", "so_long_before"]

_WEEKS = 12
_DAYS = (1.35, 1.1, 1.0, 1.0, 0.85, 0.08, 0.06)  # Monday first
_HOLIDAY = 0.05
_LAST_WEEK = timedelta(days=8)
_OF_LAST_WEEK = 0.5  # what is surely open comes in these days besides: together a usual week
# by hour of the day, from midnight
_HOURS = (
    *(0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.3, 1.2, 1.7, 1.5, 1.2),
    *(0.5, 0.8, 1.4, 1.2, 1.1, 0.7, 0.25, 0.1, 0.08, 0.06, 0.04, 0.02),
)


def arrivals(rng: Random, count: int, now: datetime, hours: WorkTime) -> list[datetime]:
    """Return so many moments of the twelve weeks before now, to the second, in no order."""
    slots = _slots(now, hours)
    sums = list(accumulate(weight for _, weight in slots))
    begins = [begin for begin, _ in slots]
    found: list[datetime] = []
    while len(found) < count:
        begin = begins[bisect_left(sums, rng.random() * sums[-1])]
        at = begin + timedelta(seconds=rng.randrange(3600))
        if at < now:
            found.append(at)
    return found


def so_long_before(now: datetime, span: timedelta, hours: WorkTime) -> datetime:
    """Return a moment such that ``span`` of working time has passed since, to the second."""
    reach = int((span * 6 + timedelta(days=12)).total_seconds())
    ago = bisect_left(
        range(reach), span, key=lambda back: hours.elapsed(now - timedelta(seconds=back), now)
    )
    return now - timedelta(seconds=ago)


def _slots(now: datetime, hours: WorkTime) -> list[tuple[datetime, float]]:
    zone = zone_of(hours.calendar.timezone)
    begin = (now - timedelta(weeks=_WEEKS)).replace(minute=0, second=0, microsecond=0)
    slots: list[tuple[datetime, float]] = []
    for step in range(1, _WEEKS * 7 * 24 + 1):
        at = begin + timedelta(hours=step)
        local = at.astimezone(zone)
        day = _HOLIDAY if local.date() in hours.calendar.closed else _DAYS[local.weekday()]
        recent = _OF_LAST_WEEK if now - at < _LAST_WEEK else 1.0
        slots.append((at, recent * day * _HOURS[local.hour]))
    return slots
