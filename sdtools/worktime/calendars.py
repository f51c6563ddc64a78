"""Make a calendar of what people write: hours by week day, and the days that are closed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from itertools import pairwise

from sdtools.model.people import Calendar, OpenHours
from sdtools.worktime.clock import zone_of
from sdtools.worktime.ics import ClosedDays, closed_days

__all__ = ["calendar_from"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OPENING = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_MIDNIGHT = (24, 0)


def calendar_from(
    name: str,
    timezone: str,
    hours: Mapping[str, str],
    holidays: str | Sequence[str | date] | None,
    ics_text: str | None,
    years: range,
) -> Calendar:
    """Return the calendar that ``rules.yaml`` describes.

    ``hours`` is ``{"mon-thu": "08:00-12:30 13:30-18:00"}``; ranges may wrap, 24:00 ends a day.
    ``holidays`` is a country (``FR``, ``FR-57``), whose days are taken for ``years``, or dates;
    ``ics_text`` is an iCalendar file. All of them together close days. Raises ValueError.
    """
    zone_of(timezone)
    openings = _openings(hours)
    closed = frozenset(_holidays(holidays, years))
    extra = closed_days(ics_text, years) if ics_text else ClosedDays()
    return Calendar(
        id=name,
        name=name,
        timezone=timezone,
        hours=openings,
        closed=closed | extra.dates,
        closed_every_year=extra.every_year,
    )


def _openings(hours: Mapping[str, str]) -> tuple[OpenHours, ...]:
    found: list[OpenHours] = []
    for days, text in hours.items():
        for weekday in _weekdays(days):
            found.extend(_opening(weekday, part) for part in text.replace(",", " ").split())
    if not found:
        raise ValueError("a calendar needs opening hours, such as {mon-fri: '08:00-18:00'}")
    found.sort(key=lambda one: (one.weekday, one.begin))
    for one, after in pairwise(found):
        if one.weekday == after.weekday and after.begin < one.end:
            raise ValueError(f"{_DAYS[one.weekday]}: {_shown(one)} and {_shown(after)} overlap")
    return tuple(found)


def _weekdays(text: str) -> list[int]:
    first, dash, last = text.strip().lower().partition("-")
    names = [first, last] if dash else [first]
    unknown = [name for name in names if name not in _DAYS]
    if unknown:
        raise ValueError(f"unknown day {unknown[0]!r} in {text!r}; days are {' '.join(_DAYS)}")
    begin, end = _DAYS.index(first), _DAYS.index(names[-1])
    return [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]


def _opening(weekday: int, text: str) -> OpenHours:
    match = _OPENING.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an opening; write it as '08:00-12:30'")
    begin, end = (
        _wall((int(hour), int(minute)), text)
        for hour, minute in (match.group(1, 2), match.group(3, 4))
    )
    if begin >= end:
        raise ValueError(f"{text!r} ends before it begins; split a night at 24:00")
    return OpenHours(weekday=weekday, begin=begin, end=end)


def _wall(clock: tuple[int, int], text: str) -> time:
    if clock == _MIDNIGHT:
        return time.max
    try:
        return time(*clock)
    except ValueError:
        raise ValueError(f"{text!r} has no such time; hours run from 00:00 to 24:00") from None


def _shown(hours: OpenHours) -> str:
    end = "24:00" if hours.end == time.max else f"{hours.end:%H:%M}"
    return f"{hours.begin:%H:%M}-{end}"


def _holidays(holidays: str | Sequence[str | date] | None, years: range) -> Iterator[date]:
    if isinstance(holidays, str):
        yield from _public_holidays(holidays, years)
    else:
        yield from (_day(one) for one in holidays or ())


def _public_holidays(place: str, years: range) -> Iterator[date]:
    import holidays  # 120 ms: only for calendars that name a country

    country, _, region = place.strip().upper().partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=region or None, years=years)
    except NotImplementedError as error:
        message = f"no public holidays are known for {place!r}; write 'FR', 'FR-57' or dates"
        raise ValueError(message) from error
    yield from found


def _day(written: str | date) -> date:
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        raise ValueError(f"{written!r} is not a date; write it as 2026-12-24") from None
