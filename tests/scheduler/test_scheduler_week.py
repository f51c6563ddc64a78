"""A week of the scheduler over the wire: clocks go back, the desk is down for a day, a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scheduler_house import House

from sdtools.scheduler.scheduler import End
from sdtools.verbs.status import status

SCHEDULE = """\
  - {job: report, name: broken, every: 3h}
  - {job: pass, desk: glpi, every: 3h}
  - {job: pull, desk: glpi, cron: "30 2 * * *", timezone: Europe/Paris}
  - {job: report, name: weekly, cron: "30 7 * * mon", timezone: Europe/Paris}
"""
QUARTER = timedelta(minutes=15)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=UTC)


def stale(house: House) -> list[str]:
    with house.workspace() as workspace:
        return [job.id for job in status(workspace, house.clock.now()).jobs if job.stale]


def test_a_week_with_a_clock_change_a_desk_that_is_down_for_a_day_and_a_restart(
    house: House,
) -> None:
    house.configure(SCHEDULE)
    house.adopt()
    house.sink.messages.clear()
    seen: dict[str, list[str]] = {}
    house.happens = [
        (at(26, 12), lambda: seen.update(monday=stale(house))),
        (at(27, 0, 5), house.desk_down),
        (at(27, 12), lambda: seen.update(down=stale(house))),
        (at(28, 0, 5), house.desk_up),
        (at(28, 19), lambda: seen.update(recovered=stale(house))),
    ]
    house.run_until(at(28, 20), QUARTER)
    house.clock.set(at(29, 4, 3))  # nobody ran it in the night: two passes and a pull were missed
    before = len(house.runs)
    house.run_until(at(29, 5, 50), QUARTER)

    # Every three hours from Thursday 06:00 to Wednesday 18:00, and once after the restart; the
    # desk was down for eight of them, and three more tries came soon after the first failures.
    assert house.counts("pass.glpi") == {End.good: 54 - 8, End.failed: 8 + 3}
    good = [run.began for run in house.runs if run.job == "pass.glpi" and run.end is End.good]
    assert next(f"{one:%a %H:%M}" for one in good if one > at(27, 0, 5)) == "Wed 03:00"
    assert [run.job for run in house.runs[before:]].count("pass.glpi") == 1

    # 02:30 in Paris comes once a day, also in the night in which it comes twice.
    nights = [run for run in house.runs if run.job == "pull.glpi" and run.end is End.good]
    assert [f"{run.began:%a %H:%M}" for run in nights] == [
        "Fri 00:30",
        "Sat 00:30",
        "Sun 00:30",  # summer time: the first 02:30 of that night
        "Mon 01:30",
        "Wed 01:30",
        "Thu 04:03",  # missed in the night without a scheduler
    ]

    # 07:30 in Paris, once, although Monday was the first day of winter time.
    assert house.starts("report.weekly") == ["Mon 06:30"]
    reports = [mail for mail in house.sink.messages if mail["To"] == "manager@example.org"]
    assert len(reports) == 1
    assert "2026-W43" in str(reports[0]["Message-ID"])

    # What always fails was tried all the time and kept nobody from running.
    assert house.counts("report.broken")[End.failed] >= 54
    assert set(house.counts("report.broken")) == {End.failed}

    # Every day's digest came, none twice.
    ids = [str(mail["Message-ID"]) for mail in house.sink.messages]
    assert len(ids) == len(set(ids)) >= 6

    assert seen["monday"] == ["report.broken"]
    assert seen["down"] == ["report.broken", "pass.glpi"]
    assert seen["recovered"] == ["report.broken"]
