"""Count a calendar's working time: open intervals, their running sum, and a binary search.

Moments are whole microseconds since 1970 in UTC, so that sums are exact. Opening hours are read on
the wall of the calendar's zone: a night from 00:00 to 06:00 has five hours in spring and seven in
autumn. A time that the clocks skip is the moment of the jump; one that comes twice is the first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from sdtools.model.people import Calendar, OpenHours

__all__ = ["AROUND_THE_CLOCK", "WorkTime", "worktime_of", "zone_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_PAD = timedelta(days=400)  # how far beyond the asked moment a window is built
_HORIZON = 50  # years after which a due date is nonsense


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """The open intervals of the dates ``first`` to ``last``, exact between ``low`` and ``high``."""

    first: date
    last: date
    low: int
    high: int
    begins: list[int]
    ends: list[int]
    worked: list[int]  # before each interval; one more at the end: the total
    days: list[int]  # ordinals of the dates with opening hours

    def until(self, moment: int) -> int:
        """Return the working time from the window's begin to a moment in it."""
        index = bisect_right(self.begins, moment) - 1
        if index < 0:
            return 0
        return self.worked[index] + min(moment, self.ends[index]) - self.begins[index]

    def reaching(self, worked: int) -> int:
        """Return the first moment at which so much (above 0) has been worked."""
        index = bisect_left(self.worked, worked) - 1
        return self.begins[index] + worked - self.worked[index]


class WorkTime:
    """The working time of one calendar; every moment given must have a zone.

    Works for any moment: what is known of the calendar is widened when a question goes beyond it.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = zone_of(calendar.timezone)
        self._hours = _hours_by_weekday(calendar.hours)
        self._window: _Window | None = None

    def elapsed(self, begin: datetime, end: datetime) -> timedelta:
        """Return the working time from begin to end; negative when end lies before begin."""
        low, high = _micros(begin), _micros(end)
        window = self._covering(min(low, high), max(low, high))
        return timedelta(microseconds=window.until(high) - window.until(low))

    def due(self, begin: datetime, amount: timedelta) -> datetime:
        """Return the first moment (UTC) at which so much working time has passed since begin.

        That is the end of an opening rather than the begin of the next. Raises ValueError for a
        negative amount, and for one that the calendar does not offer within 50 years.
        """
        start, wanted = _micros(begin), amount // _MICROSECOND
        if wanted < 0:
            raise ValueError(f"an amount of working time cannot be negative, got {amount}")
        if wanted == 0:
            return begin.astimezone(UTC)
        for years in (1, 5, _HORIZON):
            window = self._covering(start, start + (timedelta(days=366) * years) // _MICROSECOND)
            target = window.until(start) + wanted
            if target <= window.worked[-1]:
                return _EPOCH + timedelta(microseconds=window.reaching(target))
        raise ValueError(self._never(f"{amount} of working time"))

    def open_days(self, begin: datetime, end: datetime) -> int:
        """Count the dates with opening hours after begin's date, up to and including end's.

        Dates are those of the calendar's zone. ``5bd`` have passed when this returns 5.
        """
        window = self._covering(_micros(min(begin, end)), _micros(max(begin, end)))
        first, last = (bisect_right(window.days, self._ordinal(at)) for at in (begin, end))
        return last - first

    def due_days(self, begin: datetime, days: int) -> datetime:
        """Return when the last opening of the n-th open date after begin's date ends (UTC).

        Raises ValueError for less than one day, and when 50 years do not hold so many.
        """
        if days < 1:
            raise ValueError(f"business days are counted from 1, got {days}")
        start = _micros(begin)
        for years in (1, 5, _HORIZON):
            window = self._covering(start, start + (timedelta(days=366) * years) // _MICROSECOND)
            index = bisect_right(window.days, self._ordinal(begin)) + days - 1
            if index < len(window.days):
                return self._closing(date.fromordinal(window.days[index]))
        raise ValueError(self._never(f"{days} business days"))

    def is_open(self, at: datetime) -> bool:
        """Tell whether somebody is at work; the end of an opening is closed."""
        return self.closes(at) is not None

    def closes(self, at: datetime) -> datetime | None:
        """Return when the opening ends (UTC) that a moment lies in, None while it is closed."""
        moment = _micros(at)
        window = self._covering(moment, moment)
        index = bisect_right(window.begins, moment) - 1
        if index < 0 or moment >= window.ends[index]:
            return None
        return _EPOCH + timedelta(microseconds=window.ends[index])

    def _covering(self, low: int, high: int) -> _Window:
        window = self._window
        if window is None or low < window.low or high > window.high:
            first, last = (self._date(_EPOCH + timedelta(microseconds=at)) for at in (low, high))
            first, last = first - _PAD, last + _PAD
            if window is not None:
                first, last = min(first, window.first), max(last, window.last)
            self._window = window = self._build(first, last)
        return window

    def _build(self, first: date, last: date) -> _Window:
        begins: list[int] = []
        ends: list[int] = []
        days: list[int] = []
        for day, begin, end in self._openings(first, last):
            if not days or days[-1] != day:
                days.append(day)
            if ends and begin <= ends[-1]:  # midnight to midnight, or hours that overlap
                ends[-1] = max(ends[-1], end)
            else:
                begins.append(begin)
                ends.append(end)
        lengths = (end - begin for begin, end in zip(begins, ends, strict=True))
        return _Window(
            first=first,
            last=last,
            low=self._moment(first, time.min),
            high=self._moment(last, time.max),
            begins=begins,
            ends=ends,
            worked=list(accumulate(lengths, initial=0)),
            days=days,
        )

    def _openings(self, first: date, last: date) -> Iterator[tuple[int, int, int]]:
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if self._is_closed(day):
                continue
            for hours in self._hours[day.weekday()]:
                begin, end = self._moment(day, hours.begin), self._moment(day, hours.end)
                if begin < end:
                    yield ordinal, begin, end

    def _is_closed(self, day: date) -> bool:
        calendar = self.calendar
        return day in calendar.closed or (day.month, day.day) in calendar.closed_every_year

    def _closing(self, day: date) -> datetime:
        end = max(self._moment(day, hours.end) for hours in self._hours[day.weekday()])
        return _EPOCH + timedelta(microseconds=end)

    def _moment(self, day: date, wall: time) -> int:
        if wall == time.max:
            day, wall = day + _DAY, time.min
        local = datetime.combine(day, wall, tzinfo=self._zone)
        before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
        moment = _micros(local)
        if before is None or after is None or before >= after:
            return moment
        return self._jump(_micros(local.replace(fold=1)), moment, after)

    def _jump(self, low: int, high: int, offset: timedelta) -> int:
        second = 1_000_000
        seconds = range(low // second, high // second)
        index = bisect_left(
            seconds,
            True,
            key=lambda at: datetime.fromtimestamp(at, self._zone).utcoffset() == offset,
        )
        return (seconds.start + index) * second

    def _date(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _ordinal(self, at: datetime) -> int:
        return self._date(at).toordinal()

    def _never(self, what: str) -> str:
        return f"calendar {self.calendar.name!r} does not offer {what} within {_HORIZON} years"


def worktime_of(calendar: Calendar, first: date, last: date) -> WorkTime:
    """Return a calendar's working time, ready for the dates from first to last.

    Raises ValueError when the calendar's time zone is not known.
    """
    work = WorkTime(calendar)
    begin, end = (datetime.combine(day, time.min, tzinfo=UTC) for day in (first, last))
    work.elapsed(begin, end)  # builds the window once, for all later questions
    return work


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone of the IANA database, or raise ValueError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # "Mars", "../x", "Europe" (a folder)
        raise ValueError(f"unknown time zone {name!r}; write it as 'Europe/Paris'") from error


def _hours_by_weekday(hours: tuple[OpenHours, ...]) -> tuple[tuple[OpenHours, ...], ...]:
    ordered = sorted(hours, key=lambda one: one.begin)
    return tuple(tuple(one for one in ordered if one.weekday == day) for day in range(7))


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


AROUND_THE_CLOCK = WorkTime(
    Calendar(
        id="24x7",
        name="24x7",
        timezone="UTC",
        hours=tuple(OpenHours(weekday=day, begin=time.min, end=time.max) for day in range(7)),
    )
)
