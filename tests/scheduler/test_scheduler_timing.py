"""When jobs are due: intervals on a fixed grid, cron lines in their zone, mistakes with advice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scheduler_house import House

from sdtools.cli.failure import run
from sdtools.cli.main import cli
from sdtools.config.settings import JobSettings
from sdtools.config.timing import every, first_due, next_due, wrong_timing


def job(timing: str, zone: str = "UTC") -> JobSettings:
    cron = "" if timing[-1] in "smhdw" and " " not in timing else timing
    return JobSettings(
        id="j", job="pull", target="glpi", every="" if cron else timing, cron=cron, timezone=zone
    )


def dues(timing: str, zone: str, after: str, number: int) -> list[str]:
    moment = datetime.fromisoformat(after)
    found = []
    for _ in range(number):
        moment = next_due(job(timing, zone), moment)
        found.append(f"{moment:%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("timing", "after", "due"),
    [
        ("5m", "2026-11-20T15:02:30+00:00", "2026-11-20T15:05:00+00:00"),
        ("5m", "2026-11-20T15:05:00+00:00", "2026-11-20T15:10:00+00:00"),
        ("30s", "2026-11-20T15:05:01+00:00", "2026-11-20T15:05:30+00:00"),
        ("1d", "2026-11-20T15:05:00+00:00", "2026-11-21T00:00:00+00:00"),
        ("1w", "2026-11-20T15:05:00+00:00", "2026-11-23T00:00:00+00:00"),
    ],
)
def test_an_interval_is_due_on_one_grid_whenever_it_was_started(
    timing: str, after: str, due: str
) -> None:
    assert next_due(job(timing), datetime.fromisoformat(after)) == datetime.fromisoformat(due)


def test_a_new_interval_is_due_at_once_and_a_new_cron_line_at_its_next_time() -> None:
    now = datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert first_due(job("1w"), now) == now
    assert first_due(job("0 16 * * *"), now) == now + timedelta(hours=1)


def test_a_fixed_hour_comes_once_in_the_night_in_which_it_comes_twice() -> None:
    before = "2026-10-24T12:00:00+00:00"
    assert dues("30 2 * * *", "Europe/Paris", before, 3) == ["25 00:30", "26 01:30", "27 01:30"]


@pytest.mark.parametrize("minutes", range(0, 180, 15))
def test_whenever_it_is_asked_in_that_night_the_next_time_lies_ahead(minutes: int) -> None:
    after = datetime(2026, 10, 25, 0, 0, tzinfo=UTC) + timedelta(minutes=minutes)
    due = next_due(job("30 2 * * *", "Europe/Paris"), after)
    assert after < due <= after + timedelta(hours=26)


def test_a_fixed_hour_that_the_clocks_skip_comes_right_after_the_jump() -> None:
    before = "2026-03-28T12:00:00+00:00"
    assert dues("30 2 * * *", "Europe/Paris", before, 2) == ["29 01:00", "30 00:30"]


def test_a_line_for_every_hour_loses_no_hour_in_either_night() -> None:
    for night in ("2026-10-24T21:30:00+00:00", "2026-03-28T21:30:00+00:00"):
        hours = dues("0 * * * *", "Europe/Paris", night, 8)
        assert [hour[3:] for hour in hours] == [f"{(22 + h) % 24:02}:00" for h in range(8)]


@pytest.mark.parametrize("text", ["5", "m", "0m", "5 minutes", "10s", "2y", "-5m", "400d", "1.5h"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"interval|between"):
        every(text)


@pytest.mark.parametrize(
    "cron", ["* * * *", "60 * * * *", "0 0 30 2 *", "x * * * *", "0 7 * * lun", "0 0 0 7 * *"]
)
def test_what_is_no_cron_line_is_refused(cron: str) -> None:
    assert cron in wrong_timing("", cron)


def test_mistakes_of_the_schedule_and_of_quiet_hours_have_a_place_and_advice(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.configure(
        "  - {job: pass, desk: glpi, every: 5 minutes}\n"
        '  - {job: pull, desk: glpi, cron: "0 7 * *"}\n'
        "  - {job: pull, desk: glpi}\n"
        "  - {job: report, name: wekly, every: 1d}\n",
        ', quiet: [{to: [somebody], hours: "20-7", bypass: high},'
        ' {to: [all], hours: "00:00-24:00"}]',
    )
    assert run(cli, ["schedule", "list"]) == 2
    said = capsys.readouterr().err
    assert "'5 minutes' is not an interval; write every: 5m" in said
    assert "'0 7 * *' does not have five fields; write every: 5m, or cron:" in said
    assert "a job needs either every or cron" in said
    assert "there is no 'wekly'; known: weekly, broken" in said
    assert "'somebody' is not an address; write addresses" in said
    assert "these quiet hours never end" in said
    assert said.count('write hours: "20:00-07:00"') == 2
