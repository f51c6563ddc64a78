"""Calendar arithmetic as GLPI does it: open seconds, due dates, holidays (FACTS 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sdtools.emulator.glpi.database import GlpiDatabase, Row

__all__ = ["Hours", "due_date", "hours_of"]

_LOOK_AHEAD = 3660  # days; a calendar without an open day in ten years has none
_STEP = {"minute": 60, "hour": 3600, "day": 86400, "month": 30 * 86400}


def _seconds(text: str) -> timedelta:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Opening hours in local time: GLPI weekday (0 Sunday) to spans, and closed days."""

    spans: Mapping[int, Sequence[tuple[timedelta, timedelta]]]
    holidays: Sequence[tuple[date, date, bool]]  # first, last, every year

    def _closed(self, day: date) -> bool:
        for first, last, every_year in self.holidays:
            if first <= day <= last:
                return True
            same = (first.month, first.day) <= (day.month, day.day) <= (last.month, last.day)
            if every_year and same:
                return True
        return False

    def of(self, day: date) -> list[tuple[datetime, datetime]]:
        """Give the open spans of one day."""
        if self._closed(day):
            return []
        midnight = datetime.combine(day, time())
        weekday = day.isoweekday() % 7
        return [(midnight + start, midnight + end) for start, end in self.spans.get(weekday, ())]

    def _from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        for offset in range(_LOOK_AHEAD):
            for opens, closes in self.of(start.date() + timedelta(days=offset)):
                if closes > start:
                    yield max(opens, start), closes

    def between(self, start: datetime, end: datetime) -> int:
        """Give the open seconds between two local times."""
        total = 0.0
        for opens, closes in self._from(start):
            if opens >= end:
                break
            total += (min(closes, end) - opens).total_seconds()
        return int(total)

    def after(self, start: datetime, seconds: float) -> datetime:
        """Give the local time at which so many open seconds have passed."""
        left = seconds
        for opens, closes in self._from(start):
            span = (closes - opens).total_seconds()
            if left <= span:
                return opens + timedelta(seconds=left)
            left -= span
        return start + timedelta(seconds=seconds)

    def days_after(self, start: datetime, days: int) -> datetime:
        """Give the local time so many open days later, at the same time of day."""
        opening = next(iter(self._from(start)), (start, start))[0]
        at = opening if opening.date() != start.date() else start
        left = days
        for _ in range(_LOOK_AHEAD):
            if not left:
                break
            at += timedelta(days=1)
            left -= bool(self.of(at.date()))
        return at


def hours_of(database: GlpiDatabase, calendars_id: object) -> Hours | None:
    """Give a calendar's hours; None for calendar 0, which never closes."""
    if not calendars_id or database.row("Calendar", calendars_id) is None:
        return None
    spans: dict[int, list[tuple[timedelta, timedelta]]] = {}
    segments = database.rows(
        "CalendarSegment", "calendars_id = ?", (calendars_id,), "ORDER BY day, begin"
    )
    for segment in segments:
        span = (_seconds(str(segment["begin"])), _seconds(str(segment["end"])))
        spans.setdefault(int(segment["day"] or 0), []).append(span)
    within = "id IN (SELECT holidays_id FROM glpi_calendars_holidays WHERE calendars_id = ?)"
    holidays = [
        (
            date.fromisoformat(str(row["begin_date"])),
            date.fromisoformat(str(row["end_date"])),
            bool(row["is_perpetual"]),
        )
        for row in database.rows("Holiday", within, (calendars_id,))
    ]
    return Hours(spans=spans, holidays=holidays)


def due_date(start: datetime, agreement: Row, hours: Hours | None, waited: int) -> datetime:
    """Give when an SLA is due, in local time; ``waited`` seconds come on top."""
    number = int(agreement["number_time"] or 0)
    unit = str(agreement["definition_time"])
    if hours is None:
        return start + timedelta(seconds=number * _STEP[unit] + waited)
    if unit in {"day", "month"}:
        at = hours.days_after(start, number * (30 if unit == "month" else 1))
        if agreement["end_of_working_day"]:
            spans = hours.of(at.date())
            at = spans[-1][1] if spans else at
        return hours.after(at, waited) if waited else at
    return hours.after(start, number * _STEP[unit] + waited)
