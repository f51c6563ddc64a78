"""Schedules of a ServiceNow as calendars: opening hours and closed days (FACTS 10.6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sdtools.connectors.servicenow.answers import Row, flag, number, text
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.zones import zone_named
from sdtools.errors import DeskRefusedError
from sdtools.model.people import Calendar, OpenHours

__all__ = ["read_calendars"]

_SPAN = (
    "schedule",
    "type",
    "start_date_time",
    "end_date_time",
    "all_day",
    "repeat_type",
    "repeat_count",
    "repeat_until",
    "days_of_week",
    "yearly_type",
)
_SCHEDULES = Listing(table="cmn_schedule", fields=("name", "time_zone", "parent"))
_SPANS = Listing(table="cmn_schedule_span", fields=_SPAN)
_CHILDREN = Listing(table="cmn_other_schedule", fields=("schedule",))
_NO_TABLE = "Invalid table"
_SHUT = frozenset({"exclude", "excluded"})
_DAYS = {"daily": "1234567", "weekdays": "12345", "weekends": "67", "weekMWF": "135"}
_LONGEST = 400  # days: a closure over a year long is a mistake on the desk
_ONE = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class _Draft:
    """A calendar on its way; ``beyond`` when the schedule says more than a calendar of ours can."""

    hours: set[tuple[int, time, time]] = field(default_factory=set)
    closed: set[date] = field(default_factory=set)
    yearly: set[tuple[int, int]] = field(default_factory=set)
    beyond: bool = False


def read_calendars(reader: Reader, timezone: str) -> Mapping[str, Calendar]:
    """Read the schedules; one without a zone of its own counts in ``timezone``.

    A schedule that cannot be told by weekly hours and closed days is left out: facts that need
    it stay unknown, which is better than wrong.
    """
    schedules = {text(row, "sys_id"): row for row in reader.readable(_SCHEDULES) or ()}
    combined = _combined(reader) if schedules else None
    if combined is None:
        return {}
    spans: defaultdict[str, list[Row]] = defaultdict(list)
    for row in reader.readable(_SPANS) or ():
        spans[text(row, "schedule")].append(row)
    found = {}
    for sys_id, row in schedules.items():
        zone = zone_named(text(row, "time_zone")) or zone_named(timezone) or ZoneInfo("UTC")
        draft = _drafted(spans[sys_id], zone)
        draft.beyond |= bool(text(row, "parent")) or sys_id in combined
        if draft.hours and not draft.beyond:
            found[sys_id] = _calendar(sys_id, text(row, "name"), zone.key, draft)
    return found


def _combined(reader: Reader) -> frozenset[str] | None:
    """Return the schedules that take in others, mostly holidays; None when that does not show.

    An instance without the table has none.
    """
    try:
        rows = list(reader.rows(_CHILDREN))
    except DeskRefusedError as error:
        return frozenset() if error.code.startswith(_NO_TABLE) else None
    if reader.counted and not rows:
        return None
    return frozenset(text(row, "schedule") for row in rows)


def _calendar(sys_id: str, name: str, zone: str, draft: _Draft) -> Calendar:
    return Calendar(
        id=sys_id,
        name=name,
        timezone=zone,
        hours=tuple(
            OpenHours(weekday=weekday, begin=begin, end=end)
            for weekday, begin, end in sorted(draft.hours)
        ),
        closed=frozenset(draft.closed),
        closed_every_year=frozenset(draft.yearly),
    )


def _drafted(spans: Sequence[Row], zone: ZoneInfo) -> _Draft:
    draft = _Draft()
    for row in spans:
        begin, end = _moment(row, "start_date_time", zone), _moment(row, "end_date_time", zone)
        if begin is None or end is None or end < begin:
            draft.beyond = True
        elif text(row, "type") in _SHUT:
            _close(draft, row, begin, end)
        else:
            _open(draft, row, begin, end)
    return draft


def _close(draft: _Draft, row: Row, begin: datetime, end: datetime) -> None:
    """Note a closure; only whole days can be told, and only those that are dated or yearly."""
    whole = flag(row, "all_day") or (begin.time() == time.min and end - begin >= _ONE - _SECOND)
    repeats = text(row, "repeat_type")
    floats = repeats == "yearly" and text(row, "yearly_type") == "float"  # a 4th Thursday
    if not whole or floats or repeats not in ("", "none", "yearly"):
        draft.beyond = True
        return
    days = list(_days(begin, end))
    if repeats == "yearly":
        draft.yearly.update((day.month, day.day) for day in days)
    else:
        draft.closed.update(days)


def _open(draft: _Draft, row: Row, begin: datetime, end: datetime) -> None:
    """Note hours that come back every week; a single opening is passed over."""
    if text(row, "repeat_type") in ("", "none"):
        return
    all_day = flag(row, "all_day")
    if not _is_weekly(row) or (end - begin > _ONE and not all_day):
        draft.beyond = True
        return
    opens, closes = (time.min, time.max) if all_day else (begin.time(), end.time())
    named = text(row, "days_of_week") or str(begin.isoweekday())
    for day in _DAYS.get(text(row, "repeat_type"), named):
        draft.hours.update(_on(int(day) - 1, opens, closes))


def _is_weekly(row: Row) -> bool:
    """Tell whether a span comes back each week for ever, on days that we understand."""
    days = text(row, "days_of_week")
    return (
        text(row, "repeat_type") in (*_DAYS, "weekly")
        and (number(row, "repeat_count") or 1) == 1
        and not text(row, "repeat_until").strip("0")
        and not set(days) - set("1234567")
    )


def _on(weekday: int, begin: time, end: time) -> Iterator[tuple[int, time, time]]:
    """Give the hours of one day; those that go past midnight belong to two."""
    closing = time.max if end in (time.min, time(23, 59, 59)) else end
    if begin < closing:
        yield weekday, begin, closing
    else:
        yield weekday, begin, time.max
        yield (weekday + 1) % 7, time.min, closing


def _days(begin: datetime, end: datetime) -> Iterator[date]:
    last = end.date() if end.time() != time.min or end == begin else end.date() - _ONE
    for step in range(min((last - begin.date()).days, _LONGEST) + 1):
        yield begin.date() + timedelta(days=step)


def _moment(row: Row, key: str, zone: ZoneInfo) -> datetime | None:
    """Read a compact time: floating ones are in the schedule's zone, those with Z in UTC."""
    written = text(row, key)
    try:
        found = datetime.strptime(written.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007  # see below
    except ValueError:
        return None
    if written.endswith("Z"):
        return found.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    return found
