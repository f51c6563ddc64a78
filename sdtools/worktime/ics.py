"""Read the closed days of an iCalendar file (RFC 5545): whole-day events, once or every year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

__all__ = ["ClosedDays", "closed_days"]

_DAY = timedelta(days=1)
_WHOLE_DAY = ("", "T000000")  # a local midnight is how some programs export a whole day
_LONGEST = 366  # days of one event
_FIXED = frozenset({"BYMONTH", "BYMONTHDAY", "WKST"})  # repeat what DTSTART says


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDays:
    """The days that a calendar file closes; ``every_year`` holds (month, day)."""

    dates: frozenset[date] = frozenset()
    every_year: frozenset[tuple[int, int]] = frozenset()


def closed_days(text: str, years: range) -> ClosedDays:
    """Return what the events of a calendar file close; a yearly rule that ends, in ``years``.

    Raises ValueError for an event with hours and for other rules than yearly ones: leaving a day
    out silently would move due dates.
    """
    dates: set[date] = set()
    every_year: set[tuple[int, int]] = set()
    for event in _events(text):
        days = list(_days(event))
        rule = dict(part.partition("=")[::2] for part in event.get("RRULE", "").split(";") if part)
        for key in _FIXED:
            rule.pop(key, None)
        if rule == {"FREQ": "YEARLY"}:
            every_year.update((day.month, day.day) for day in days)
        elif rule:
            dates.update(_repeated(days, rule, years, event))
        else:
            dates.update(days)
    return ClosedDays(dates=frozenset(dates), every_year=frozenset(every_year))


def _events(text: str) -> Iterator[dict[str, str]]:
    if "BEGIN:VCALENDAR" not in text:
        raise ValueError("not an iCalendar file: it has no BEGIN:VCALENDAR")
    event: dict[str, str] | None = None
    for line in text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "").split("\n"):
        key, _, value = line.partition(":")
        name = key.partition(";")[0].upper()
        if (name, value) == ("BEGIN", "VEVENT"):
            event = {}
        elif (name, value) == ("END", "VEVENT") and event is not None:
            if event.get("STATUS") != "CANCELLED":
                yield event
            event = None
        elif event is not None:
            event.setdefault(name, value.strip())


def _days(event: dict[str, str]) -> Iterator[date]:
    begin = _date(event.get("DTSTART", ""), event)
    end = _date(event["DTEND"], event) if "DTEND" in event else begin + _DAY
    for step in range(min((end - begin).days, _LONGEST) or 1):
        yield begin + step * _DAY


def _date(value: str, event: dict[str, str]) -> date:
    if value[8:] in _WHOLE_DAY:
        try:
            return date.fromisoformat(value[:8])
        except ValueError:
            pass
    raise ValueError(f"{_shown(event)}: {value!r} is not a whole day such as 20261225")


def _repeated(
    days: list[date], rule: dict[str, str], years: range, event: dict[str, str]
) -> Iterator[date]:
    if rule.pop("FREQ", "") != "YEARLY" or set(rule) - {"COUNT", "UNTIL", "INTERVAL"}:
        raise ValueError(f"{_shown(event)}: only FREQ=YEARLY is read, write its dates one by one")
    step, count = int(rule.get("INTERVAL", 1)), int(rule.get("COUNT", 9999))
    until = _date(rule["UNTIL"][:8], event) if "UNTIL" in rule else date.max
    first = days[0].year
    for year in range(first, min(first + step * count, years.stop), step):
        moved = [day.replace(year=day.year + year - first) for day in days if _is_in(day, year)]
        if moved and moved[0] <= until:
            yield from moved


def _is_in(day: date, year: int) -> bool:
    return (day.month, day.day) != (2, 29) or (year % 4 == 0 and year % 100 != 0) or year % 400 == 0


def _shown(event: dict[str, str]) -> str:
    return f"event {event.get('SUMMARY', 'without a name')!r}"
