"""Calendars as people write them in ``rules.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

import pytest

from sdtools.model.people import Calendar, OpenHours
from sdtools.worktime import calendar_from


def calendar(
    hours: Mapping[str, str], holidays: str | list[str] | None = None, ics: str | None = None
) -> Calendar:
    return calendar_from("office", "Europe/Paris", hours, holidays, ics, range(2026, 2029))


def event(*lines: str) -> str:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"]
    )


def test_hours_are_read_by_day_and_by_range() -> None:
    made = calendar({"mon-tue": "08:00-12:30 13:30-18:00", "sat": "9:00-12:00"})
    assert made.hours == (
        OpenHours(weekday=0, begin=time(8), end=time(12, 30)),
        OpenHours(weekday=0, begin=time(13, 30), end=time(18)),
        OpenHours(weekday=1, begin=time(8), end=time(12, 30)),
        OpenHours(weekday=1, begin=time(13, 30), end=time(18)),
        OpenHours(weekday=5, begin=time(9), end=time(12)),
    )


def test_a_range_of_days_may_go_round_the_week_end() -> None:
    assert [one.weekday for one in calendar({"fri-mon": "08:00-09:00"}).hours] == [0, 4, 5, 6]


def test_a_day_may_end_at_24_hours() -> None:
    assert calendar({"mon": "22:00-24:00"}).hours[0].end == time.max


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ({"mon": "08:00-12:00 11:00-14:00"}, "mon: 08:00-12:00 and 11:00-14:00 overlap"),
        ({"mon-wed": "08:00-12:00", "tue": "10:00-24:00"}, "tue: 08:00-12:00 and 10:00-24:00"),
        ({"lundi": "08:00-12:00"}, "unknown day 'lundi'"),
        ({"mon-vendredi": "08:00-12:00"}, "unknown day 'vendredi' in 'mon-vendredi'"),
        ({"mon": "8h-12h"}, "'8h-12h' is not an opening"),
        ({"mon": "08:00-25:00"}, "no such time"),
        ({"mon": "24:00-24:00"}, "ends before it begins"),
        ({"mon": "22:00-06:00"}, "split a night at 24:00"),
        ({}, "needs opening hours"),
        ({"mon": ""}, "needs opening hours"),
    ],
)
def test_hours_that_make_no_sense_are_explained(hours: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        calendar(hours)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "", "../Paris"])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        calendar_from("office", zone, {"mon": "08:00-09:00"}, None, None, range(0))


def test_a_country_closes_its_public_holidays() -> None:
    closed = calendar({"mon": "08:00-09:00"}, "FR").closed
    assert {date(2026, 7, 14), date(2027, 3, 29), date(2028, 12, 25)} <= closed
    assert date(2026, 12, 26) not in closed


def test_a_region_closes_its_own_days_too() -> None:
    assert date(2026, 12, 26) in calendar({"mon": "08:00-09:00"}, "FR-57").closed


@pytest.mark.parametrize("place", ["Atlantis", "FR-Atlantis", "XX"])
def test_an_unknown_country_or_region_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match="no public holidays are known"):
        calendar({"mon": "08:00-09:00"}, place)


def test_dates_close_days() -> None:
    assert calendar({"mon": "08:00-09:00"}, ["2026-12-24"]).closed == {date(2026, 12, 24)}


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'24/12/2026' is not a date"):
        calendar({"mon": "08:00-09:00"}, ["24/12/2026"])


def test_an_ics_event_closes_its_days_and_its_end_is_exclusive() -> None:
    ics = event("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261226", "SUMMARY:Winter")
    made = calendar({"mon": "08:00-09:00"}, None, ics)
    assert made.closed == {date(2026, 12, 24), date(2026, 12, 25)}


def test_an_ics_event_without_an_end_is_one_day_also_when_its_lines_are_folded() -> None:
    ics = event("SUMMARY:A long", " er name", "DTSTART;VALUE=DATE:202605", " 14")
    assert calendar({"mon": "08:00-09:00"}, None, ics).closed == {date(2026, 5, 14)}


def test_a_yearly_ics_event_closes_the_day_every_year() -> None:
    ics = event("DTSTART;VALUE=DATE:20200501", "RRULE:FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1")
    assert calendar({"mon": "08:00-09:00"}, None, ics).closed_every_year == {(5, 1)}


def test_a_yearly_ics_event_that_ends_closes_only_its_years() -> None:
    ics = event("DTSTART;VALUE=DATE:20250801", "RRULE:FREQ=YEARLY;COUNT=3")
    closed = calendar({"mon": "08:00-09:00"}, None, ics).closed
    assert closed == {date(2025, 8, 1), date(2026, 8, 1), date(2027, 8, 1)}
    ics = event("DTSTART;VALUE=DATE:20250801", "RRULE:FREQ=YEARLY;UNTIL=20260801")
    closed = calendar({"mon": "08:00-09:00"}, None, ics).closed
    assert closed == {date(2025, 8, 1), date(2026, 8, 1)}


def test_the_twenty_ninth_of_february_closes_leap_years_only() -> None:
    ics = event("DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY;UNTIL=20290101")
    closed = calendar({"mon": "08:00-09:00"}, None, ics).closed
    assert closed == {date(2024, 2, 29), date(2028, 2, 29)}


def test_a_cancelled_ics_event_closes_nothing() -> None:
    ics = event("DTSTART;VALUE=DATE:20261224", "STATUS:CANCELLED")
    assert not calendar({"mon": "08:00-09:00"}, None, ics).closed


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["SUMMARY:Fair", "DTSTART:20261224T130000Z"], "event 'Fair'.*is not a whole day"),
        (["SUMMARY:Fair"], "event 'Fair'.*is not a whole day"),
        (["DTSTART;VALUE=DATE:20261224", "RRULE:FREQ=WEEKLY"], "only FREQ=YEARLY is read"),
        (["DTSTART;VALUE=DATE:20261224", "RRULE:FREQ=YEARLY;BYDAY=4TH"], "only FREQ=YEARLY"),
    ],
)
def test_an_ics_event_that_cannot_be_read_is_named(lines: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        calendar({"mon": "08:00-09:00"}, None, event(*lines))


def test_a_text_that_is_no_ics_file_is_refused() -> None:
    with pytest.raises(ValueError, match="not an iCalendar file"):
        calendar({"mon": "08:00-09:00"}, None, "<html>maintenance</html>")
