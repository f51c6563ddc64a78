"""Working time against a minute-by-minute count of the same calendar, and by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sdtools.model.people import Calendar, OpenHours
from sdtools.worktime import AROUND_THE_CLOCK, WorkTime, calendar_from, worktime_of

PARIS = ZoneInfo("Europe/Paris")
MINUTE = timedelta(minutes=1)
OFFICE = calendar_from(
    "office",
    "Europe/Paris",
    {"mon-thu": "08:00-12:30 13:30-18:00", "fri": "08:00-16:00"},
    "FR",
    None,
    range(2025, 2028),
)
NIGHTS = calendar_from("nights", "Europe/Paris", {"mon-sun": "00:00-06:00"}, None, None, range(0))


def paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS)  # type: ignore[arg-type,misc]  # year, month, day...


def is_open_by_the_wall(calendar: Calendar, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(calendar.timezone))
    if local.date() in calendar.closed:
        return False
    if (local.month, local.day) in calendar.closed_every_year:
        return False
    wall = local.time()
    return any(
        one.weekday == local.weekday() and one.begin <= wall < one.end for one in calendar.hours
    )


def minutes_by_the_wall(calendar: Calendar, begin: datetime, end: datetime) -> timedelta:
    begin, end = begin.astimezone(UTC), end.astimezone(UTC)
    count = sum(
        is_open_by_the_wall(calendar, begin + step * MINUTE)
        for step in range((end - begin) // MINUTE)
    )
    return count * MINUTE


# Openings may begin and end at any minute but those that the clocks skip or repeat in Europe and
# America: what those mean is our decision, tested by hand below.
walls = st.integers(0, 24 * 60).filter(lambda minute: not 60 < minute < 180)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    hours = []
    for weekday in range(7):
        edges = sorted(draw(st.sets(walls, max_size=4)))
        for begin, end in list(pairwise(edges))[::2]:
            ending = time.max if end == 24 * 60 else time(*divmod(end, 60))
            hours.append(OpenHours(weekday=weekday, begin=time(*divmod(begin, 60)), end=ending))
    near = st.dates(date(2026, 3, 20), date(2026, 4, 5)) | st.dates(
        date(2026, 10, 18), date(2026, 11, 5)
    )
    return Calendar(
        id="c",
        name="c",
        timezone=draw(st.sampled_from(["Europe/Paris", "UTC", "America/New_York", "Asia/Tokyo"])),
        hours=tuple(hours),
        closed=frozenset(draw(st.sets(near, max_size=3))),
        closed_every_year=frozenset(draw(st.sets(st.just((3, 25)) | st.just((10, 30))))),
    )


# Both changes of the clocks lie in these fortnights, in Europe and in America.
moments = st.builds(
    lambda start, minutes: start + minutes * MINUTE,
    st.sampled_from([datetime(2026, 3, 24, tzinfo=UTC), datetime(2026, 10, 22, tzinfo=UTC)]),
    st.integers(0, 13 * 24 * 60),
)
spans = st.integers(0, 9 * 24 * 60).map(lambda minutes: minutes * MINUTE)
checked = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@checked
@given(calendars(), moments, spans)
def test_elapsed_is_the_number_of_open_minutes(
    calendar: Calendar, begin: datetime, span: timedelta
) -> None:
    expected = minutes_by_the_wall(calendar, begin, begin + span)
    assert WorkTime(calendar).elapsed(begin, begin + span) == expected
    assert WorkTime(calendar).elapsed(begin + span, begin) == -expected


@checked
@given(calendars(), moments)
def test_is_open_is_what_the_clock_on_the_wall_says(calendar: Calendar, at: datetime) -> None:
    assert WorkTime(calendar).is_open(at) == is_open_by_the_wall(calendar, at)


@checked
@given(calendars(), moments, st.integers(1, 40 * 60))
def test_due_is_the_first_moment_with_so_much_worked(
    calendar: Calendar, begin: datetime, minutes: int
) -> None:
    assume(calendar.hours)
    work = WorkTime(calendar)
    due = work.due(begin, minutes * MINUTE)
    assert work.elapsed(begin, due) == minutes * MINUTE
    assert work.elapsed(begin, due - timedelta(microseconds=1)) < minutes * MINUTE


@checked
@given(calendars(), moments, spans)
def test_open_days_are_the_dates_on_which_some_minute_is_open(
    calendar: Calendar, begin: datetime, span: timedelta
) -> None:
    zone = ZoneInfo(calendar.timezone)
    first, last = begin.astimezone(zone).date(), (begin + span).astimezone(zone).date()
    dates = [first + timedelta(days=step) for step in range(1, (last - first).days + 1)]
    weekdays = {one.weekday for one in calendar.hours}
    expected = [
        day
        for day in dates
        if day.weekday() in weekdays
        and day not in calendar.closed
        and (day.month, day.day) not in calendar.closed_every_year
    ]
    assert WorkTime(calendar).open_days(begin, begin + span) == len(expected)


@checked
@given(calendars(), moments, st.integers(1, 12))
def test_due_days_is_the_closing_of_the_nth_open_date(
    calendar: Calendar, begin: datetime, days: int
) -> None:
    assume(calendar.hours)
    work = WorkTime(calendar)
    due = work.due_days(begin, days)
    last_moment = due - timedelta(microseconds=1)  # a day may end at midnight
    assert work.is_open(last_moment)
    assert work.open_days(begin, last_moment) == days


def test_the_night_of_the_spring_change_has_five_hours() -> None:
    night = WorkTime(NIGHTS)
    assert night.elapsed(paris(2026, 3, 29), paris(2026, 3, 29, 12)) == timedelta(hours=5)


def test_the_night_of_the_autumn_change_has_seven_hours() -> None:
    night = WorkTime(NIGHTS)
    assert night.elapsed(paris(2026, 10, 25), paris(2026, 10, 25, 12)) == timedelta(hours=7)


def test_an_opening_that_begins_in_the_skipped_hour_begins_at_the_jump() -> None:
    calendar = calendar_from("c", "Europe/Paris", {"sun": "02:30-04:00"}, None, None, range(0))
    work = WorkTime(calendar)
    assert work.elapsed(paris(2026, 3, 29), paris(2026, 3, 29, 12)) == timedelta(hours=1)
    assert work.is_open(datetime(2026, 3, 29, 1, 0, tzinfo=UTC))


def test_an_opening_that_ends_in_the_skipped_hour_ends_at_the_jump() -> None:
    calendar = calendar_from("c", "Europe/Paris", {"sun": "01:00-02:30"}, None, None, range(0))
    work = WorkTime(calendar)
    assert work.elapsed(paris(2026, 3, 29), paris(2026, 3, 29, 12)) == timedelta(hours=1)


def test_an_opening_inside_the_skipped_hour_does_not_happen() -> None:
    calendar = calendar_from("c", "Europe/Paris", {"sun": "02:10-02:50"}, None, None, range(0))
    assert not WorkTime(calendar).elapsed(paris(2026, 3, 29), paris(2026, 3, 29, 12))


def test_an_opening_inside_the_repeated_hour_happens_once() -> None:
    calendar = calendar_from("c", "Europe/Paris", {"sun": "02:10-02:50"}, None, None, range(0))
    worked = WorkTime(calendar).elapsed(paris(2026, 10, 25), paris(2026, 10, 25, 12))
    assert worked == timedelta(minutes=40)


def test_bastille_day_is_not_worked() -> None:
    work = WorkTime(OFFICE)
    worked = work.elapsed(paris(2026, 7, 13, 8), paris(2026, 7, 15, 18))
    assert worked == timedelta(hours=18)


def test_four_hours_from_friday_afternoon_are_due_on_monday() -> None:
    work = WorkTime(OFFICE)
    assert work.due(paris(2026, 11, 20, 15), timedelta(hours=4)) == paris(2026, 11, 23, 11)


def test_what_ends_with_the_day_is_due_then_and_not_the_next_morning() -> None:
    work = WorkTime(OFFICE)
    assert work.due(paris(2026, 11, 20, 15), timedelta(hours=1)) == paris(2026, 11, 20, 16)


def test_nothing_is_due_at_once_also_at_night() -> None:
    begin = paris(2026, 11, 21, 3)
    assert WorkTime(OFFICE).due(begin, timedelta()) == begin


def test_five_business_days_have_passed_once_the_fifth_open_date_has_come() -> None:
    work = WorkTime(OFFICE)
    wednesday = paris(2026, 11, 18, 17)
    assert work.open_days(wednesday, paris(2026, 11, 24, 23, 59)) == 4
    assert work.open_days(wednesday, paris(2026, 11, 25, 0, 0)) == 5


def test_business_days_are_dates_of_the_calendars_zone() -> None:
    calendar = calendar_from("t", "Asia/Tokyo", {"mon-fri": "09:00-17:00"}, None, None, range(0))
    monday_in_tokyo = datetime(2026, 11, 22, 16, tzinfo=UTC)
    friday_in_tokyo = datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert WorkTime(calendar).open_days(friday_in_tokyo, monday_in_tokyo) == 1


def test_two_business_days_end_with_the_second_open_date() -> None:
    work = WorkTime(OFFICE)
    assert work.due_days(paris(2026, 12, 23, 17), 2) == paris(2026, 12, 28, 18)


def test_around_the_clock_never_closes() -> None:
    begin, end = paris(2026, 3, 27), paris(2026, 11, 1, 7, 30)
    assert AROUND_THE_CLOCK.elapsed(begin, end) == end.astimezone(UTC) - begin.astimezone(UTC)
    assert AROUND_THE_CLOCK.due(begin, timedelta(days=900)) == begin.astimezone(UTC) + timedelta(
        days=900
    )


def test_a_window_widens_when_a_question_goes_beyond_it() -> None:
    narrow = worktime_of(OFFICE, date(2026, 11, 1), date(2026, 11, 30))
    wide = worktime_of(OFFICE, date(2001, 1, 1), date(2044, 1, 1))
    begin, end = paris(2003, 5, 2, 10, 11), paris(2041, 2, 4, 9, 1)
    assert narrow.elapsed(begin, end) == wide.elapsed(begin, end) > timedelta(hours=70_000)
    assert narrow.due(begin, timedelta(hours=9_999)) == wide.due(begin, timedelta(hours=9_999))


def test_a_calendar_that_never_opens_says_so_instead_of_searching_for_ever() -> None:
    work = WorkTime(Calendar(id="9", name="Empty", timezone="UTC", hours=()))
    with pytest.raises(ValueError, match="calendar 'Empty' does not offer 1:00:00 of working time"):
        work.due(paris(2026, 1, 1), timedelta(hours=1))
    with pytest.raises(ValueError, match="calendar 'Empty' does not offer 2 business days"):
        work.due_days(paris(2026, 1, 1), 2)
    assert not work.elapsed(paris(2026, 1, 1), paris(2027, 1, 1))


def test_less_than_nothing_and_less_than_a_day_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        WorkTime(OFFICE).due(paris(2026, 1, 1), timedelta(seconds=-1))
    with pytest.raises(ValueError, match="counted from 1"):
        WorkTime(OFFICE).due_days(paris(2026, 1, 1), 0)


def test_hours_of_a_desk_that_overlap_count_once() -> None:
    hours = tuple(
        OpenHours(weekday=0, begin=time(begin), end=time(end)) for begin, end in ((8, 12), (10, 14))
    )
    work = WorkTime(Calendar(id="1", name="c", timezone="UTC", hours=hours))
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    assert work.elapsed(monday, monday + timedelta(days=1)) == timedelta(hours=6)
