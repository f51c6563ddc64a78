"""Time zones: which one a GLPI speaks in, and what its times are in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sdtools.connectors.glpi.zone import Origin, Zone, zone_of

ZONES = (
    *("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll"),
    *("Asia/Tokyo", "Africa/Casablanca", "Atlantic/Azores", "America/Havana", "Asia/Gaza"),
)
NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


def test_the_configuration_wins() -> None:
    zone = zone_of(
        configured="Europe/Paris", account="Asia/Tokyo", told="2026-11-16 12:00:00", at=NOON
    )
    assert (zone.name, zone.origin) == ("Europe/Paris", Origin.configured)


def test_the_accounts_own_zone_counts_when_the_clock_agrees() -> None:
    zone = zone_of(configured="", account="Asia/Tokyo", told="2026-11-16 21:00:03", at=NOON)
    assert (zone.name, zone.origin) == ("Asia/Tokyo", Origin.account)


def test_the_clock_wins_over_an_account_whose_zone_is_not_in_force() -> None:
    zone = zone_of(configured="", account="Asia/Tokyo", told="2026-11-16 13:00:00", at=NOON)
    assert (zone.name, zone.origin) == ("Etc/GMT-1", Origin.measured)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("2026-11-16 12:01:40", "UTC"),  # a clock that is 100 s off is no zone
        ("2026-11-16 21:00:00", "Etc/GMT-9"),
        ("2026-11-16 07:00:00", "Etc/GMT+5"),
    ],
)
def test_the_offset_is_measured(told: str, name: str) -> None:
    zone = zone_of(configured="", account="", told=told, at=NOON)
    assert zone.name == name
    assert ZoneInfo(zone.name).utcoffset(NOON) == zone.tz.utcoffset(NOON)


def test_a_measured_half_hour_gets_a_name_that_calendars_can_use() -> None:
    zone = zone_of(configured="", account="", told="2026-11-16 17:30:00", at=NOON)
    assert ZoneInfo(zone.name).utcoffset(NOON) == timedelta(hours=5, minutes=30)


def test_without_any_clock_utc_is_assumed() -> None:
    assert zone_of(configured="", account="", told="", at=None).origin is Origin.assumed


def test_times_become_utc_in_summer_and_winter() -> None:
    zone = Zone(tz=ZoneInfo("Europe/Paris"), origin=Origin.configured)
    assert zone.utc("2026-07-01 12:00:00") == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert zone.utc("2026-11-16 12:00:00") == datetime(2026, 11, 16, 11, tzinfo=UTC)


@pytest.mark.parametrize("text", [None, "", "0000-00-00 00:00:00", "rubbish", 5])
def test_no_time_is_none(text: object) -> None:
    assert Zone(tz=UTC, origin=Origin.assumed).utc(text) is None


def test_an_hour_is_in_doubt_only_around_a_change_of_the_clocks() -> None:
    zone = Zone(tz=ZoneInfo("Europe/Paris"), origin=Origin.configured)
    assert zone.doubt(datetime(2026, 10, 25, 1, tzinfo=UTC)) == timedelta(hours=1)
    assert zone.doubt(NOON) == timedelta()


@st.composite
def changes(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """A zone, and a moment within two days of a change of its clocks."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    day = datetime(draw(st.integers(2020, 2030)), 1, 1, tzinfo=UTC)
    steps = [day + timedelta(hours=one) for one in range(0, 366 * 24, 24)]
    turns = [
        one
        for one, after in pairwise(steps)
        if one.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()
    ] or [day]
    return zone, draw(st.sampled_from(turns)) + timedelta(
        seconds=draw(st.integers(-86_400, 2 * 86_400))
    )


@given(changes(), st.integers(0, 3 * 86_400))
@example((ZoneInfo("Europe/Paris"), datetime(2026, 10, 25, 1, 20, tzinfo=UTC)), 600)
@example((ZoneInfo("Antarctica/Troll"), datetime(2026, 10, 25, 2, 20, tzinfo=UTC)), 600)
def test_no_ticket_touched_since_the_cursor_seems_older_than_what_is_read(
    change: tuple[ZoneInfo, datetime], later: int
) -> None:
    tz, cursor = change
    zone = Zone(tz=tz, origin=Origin.configured)
    touched = cursor + timedelta(seconds=later)
    told = touched.astimezone(tz).strftime("%Y-%m-%d %H:%M:%S")
    read = zone.utc(told)
    assert read is not None
    assert read >= cursor.replace(microsecond=0) - zone.doubt(cursor)


# What GLPI writes, and texts that look nearly like it: with a zone, a week, a letter too many.
LIKE_TIMES = st.one_of(
    st.datetimes().map(lambda at: at.strftime("%Y-%m-%d %H:%M:%S")),
    st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat()),
    st.text("0123456789-: T+ZW.", min_size=17, max_size=21),
    st.from_regex(
        r"20\d\d-?(1[0-2]-?2\d|W3\d-?[1-7])[ T]?[01]\d(:?[0-5]\d){0,2}([+-]0\d(:?\d\d)*|Z)?",
        fullmatch=True,
    ),
)


@given(LIKE_TIMES, st.sampled_from(ZONES))
@example("2026-10-25 02:30:00", "Europe/Paris")  # comes twice
@example("2026-03-29 02:30:00", "Europe/Paris")  # never comes
@example("2026-07-01T07+02:00", "Europe/Paris")  # as long as what GLPI writes
@example("0001-01-01 00:00:00", "Asia/Tokyo")
@example("9999-12-31 23:59:59", "America/New_York")
def test_a_time_is_what_the_clocks_of_the_zone_showed_first(text: str, name: str) -> None:
    tz = ZoneInfo(name)
    wanted: datetime | None
    try:
        wanted = datetime.fromisoformat(text).replace(tzinfo=tz).astimezone(UTC)
    except (ValueError, OverflowError):
        wanted = None
    found = Zone(tz=tz, origin=Origin.configured).utc(text)
    assert (found, found and found.tzinfo) == (wanted, wanted and wanted.tzinfo)
