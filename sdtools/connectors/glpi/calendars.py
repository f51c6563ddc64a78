"""Calendars of a GLPI: opening hours and closed days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time, timedelta

from sdtools.connectors.glpi.answers import Row, identity, integer, string
from sdtools.connectors.glpi.text import plain
from sdtools.model.people import Calendar, OpenHours

__all__ = ["CALENDAR_LISTS", "calendars_of"]

CALENDAR_LISTS = ("Calendar", "CalendarSegment", "Calendar_Holiday", "Holiday")

_LONGEST_CLOSURE = 400  # days: a holiday over a year long is a mistake on the desk


def calendars_of(rows: Callable[[str], Iterable[Row]], timezone: str) -> Mapping[str, Calendar]:
    """Make the calendars, which count in ``timezone``; ``rows`` gives each of their lists."""
    calendars = rows("Calendar")
    hours = _hours(rows("CalendarSegment"))
    closed, every_year = _closures(rows("Calendar_Holiday"), rows("Holiday"))
    found = {}
    for row in calendars:
        number = identity(row, "id")
        found[number] = Calendar(
            id=number,
            name=plain(row.get("name")),
            timezone=timezone,
            hours=tuple(hours.get(number, ())),
            closed=frozenset(closed.get(number, ())),
            closed_every_year=frozenset(every_year.get(number, ())),
        )
    return found


def _hours(rows: Iterable[Row]) -> Mapping[str, list[OpenHours]]:
    found: defaultdict[str, list[OpenHours]] = defaultdict(list)
    for row in rows:
        begin, end = _time(string(row, "begin")), _time(string(row, "end"))
        if begin is None or end is None:
            continue
        weekday = (integer(row, "day") - 1) % 7  # GLPI's 0 is Sunday
        found[identity(row, "calendars_id")].append(
            OpenHours(weekday=weekday, begin=begin, end=end)
        )
    for hours in found.values():
        hours.sort(key=lambda one: (one.weekday, one.begin))
    return found


def _time(text: str) -> time | None:
    if text.startswith("24:00"):
        return time.max
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def _closures(
    links: Iterable[Row], holidays: Iterable[Row]
) -> tuple[Mapping[str, set[date]], Mapping[str, set[tuple[int, int]]]]:
    """Return the closed days of each calendar: dated ones, and those of every year."""
    by_id = {identity(row, "id"): row for row in holidays}
    dated: defaultdict[str, set[date]] = defaultdict(set)
    yearly: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
    for link in links:
        calendar, row = identity(link, "calendars_id"), by_id.get(identity(link, "holidays_id"))
        if row is None:
            continue
        days = tuple(_days(string(row, "begin_date"), string(row, "end_date")))
        if integer(row, "is_perpetual"):
            yearly[calendar].update((day.month, day.day) for day in days)
        else:
            dated[calendar].update(days)
    return dated, yearly


def _days(first: str, last: str) -> Iterator[date]:
    try:
        begin = date.fromisoformat(first)
        end = date.fromisoformat(last or first)
    except ValueError:
        return
    for step in range(min((end - begin).days, _LONGEST_CLOSURE) + 1):
        yield begin + timedelta(days=step)
