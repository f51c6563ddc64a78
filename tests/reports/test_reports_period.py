"""Weeks: read, bounded, and refused when they make no sense."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtools.errors import UsageError
from sdtools.reports.period import parse_week, previous, week_of, weeks_before


def test_a_week_runs_from_monday_midnight_to_monday_midnight_in_its_zone() -> None:
    week = parse_week("2026-W46", "Europe/Paris")
    assert week.begin == datetime(2026, 11, 8, 23, tzinfo=UTC)
    assert week.end == datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert (week.days[0], week.days[-1]) == (date(2026, 11, 9), date(2026, 11, 15))
    assert week.label == "2026-W46"


def test_the_week_in_which_summer_time_begins_is_an_hour_short() -> None:
    week = parse_week("2026-W13", "Europe/Paris")
    assert week.end - week.begin == timedelta(days=7) - timedelta(hours=1)


def test_the_same_moment_can_be_in_two_weeks_in_two_zones() -> None:
    moment = datetime(2026, 11, 8, 23, 30, tzinfo=UTC)
    assert week_of(moment, "Europe/Paris").label == "2026-W46"
    assert week_of(moment, "UTC").label == "2026-W45"


def test_the_first_week_of_a_year_follows_the_last_one_of_the_year_before() -> None:
    assert previous(parse_week("2027-W01", "UTC")).label == "2026-W53"
    assert [week.label for week in weeks_before(parse_week("2027-W01", "UTC"), 3)] == [
        "2026-W52",
        "2026-W53",
        "2027-W01",
    ]


@pytest.mark.parametrize("text", ["2026-46", "W46", "last", "", "2026-W", "2026-W460", "²026-W46"])
def test_what_is_no_week_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="is not a week") as caught:
        parse_week(text, "UTC")
    assert "2026-W46" in caught.value.advice


@pytest.mark.parametrize("text", ["2025-W53", "2026-W54", "2026-W00"])
def test_a_week_that_the_year_does_not_have_is_refused_with_its_last_one(text: str) -> None:
    with pytest.raises(UsageError, match="there is no week") as caught:
        parse_week(text, "UTC")
    assert f"{text[:4]}-W5" in caught.value.advice


@pytest.mark.parametrize("text", ["0000-W01", "0001-W01", "1969-W01", "9999-W52"])
def test_a_year_at_the_ends_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no year to report on"):
        parse_week(text, "UTC")


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../../etc/passwd", "/etc/passwd"])
def test_an_unknown_time_zone_is_a_usage_error(zone: str) -> None:
    with pytest.raises(UsageError, match="time zone"):
        week_of(datetime(2026, 1, 1, tzinfo=UTC), zone)


@given(
    st.integers(min_value=0, max_value=4_000_000_000),
    st.sampled_from(["UTC", "Europe/Paris", "America/St_Johns", "Pacific/Auckland"]),
)
def test_every_moment_lies_in_its_own_week_and_weeks_leave_no_gap(seconds: int, zone: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    week = week_of(moment, zone)
    assert week.begin <= moment < week.end
    assert previous(week).end == week.begin
    assert parse_week(week.label, zone) == week
