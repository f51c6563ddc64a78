"""Jobs are tried when due, fail without harm to others, wait for a desk that is held, and stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scheduler_house import RULES, START, House

from sdtools.errors import GuardError
from sdtools.model.message import Message
from sdtools.scheduler.scheduler import End, Order, Scheduler
from sdtools.scheduler.ticker import Ticker
from sdtools.scheduler.work import Work, work_on
from sdtools.store.jobs import JobBook, JobState
from sdtools.store.lease import Lease
from sdtools.store.outbox import MessageState, Outbox
from sdtools.verbs.status import status
from sdtools.verbs.workspace import Workspace

PASS = "  - {job: pass, desk: glpi, every: 5m}\n"
PULLS = "  - {job: pull, desk: lyon, every: 5m}\n  - {job: pull, desk: glpi, every: 5m}\n"
TICK = timedelta(seconds=10)


def never() -> bool:
    return False


def state(workspace: Workspace, job: str) -> JobState:
    return JobBook(workspace.database).all()[job]


def test_a_new_interval_is_due_at_once_and_then_on_its_grid(house: House) -> None:
    house.clock.advance(timedelta(minutes=2))
    house.configure("  - {job: pull, desk: glpi, every: 5m}\n")
    house.run_until(START + timedelta(minutes=16), TICK)
    assert house.starts("pull.glpi") == ["Thu 06:02", "Thu 06:05", "Thu 06:10", "Thu 06:15"]


def test_a_job_that_fails_keeps_no_other_from_running(house: House) -> None:
    house.configure(PULLS)
    house.run_until(START + timedelta(minutes=11), TICK)
    assert house.counts("pull.lyon") == {End.failed: 3}
    assert house.counts("pull.glpi") == {End.good: 3}
    with house.workspace() as workspace:
        failing = state(workspace, "pull.lyon")
    assert failing.failures == 3
    assert "refused the connection" in failing.error


def test_a_desk_that_another_run_holds_is_tried_at_the_next_tick_and_that_is_no_failure(
    house: House,
) -> None:
    house.configure(PASS)
    house.adopt()
    house.runs.clear()
    with house.workspace() as workspace:
        scheduler = house.scheduler(workspace, TICK, never)
        with Lease(workspace.database, "glpi").acquire("somebody", house.clock.now()):
            for _ in range(3):
                scheduler.run_due()
                house.wait(10)
            held = state(workspace, "pass.glpi")
        scheduler.run_due()
        after = state(workspace, "pass.glpi")
    assert (held.held, held.failures, held.good) == (3, 0, None)
    assert held.due <= START
    assert (after.held, after.good) == (0, START + timedelta(seconds=30))
    assert [run.end for run in house.runs] == [End.held, End.good]  # told once, not every tick


def test_a_first_pass_is_a_failed_job_that_says_what_to_do(house: House) -> None:
    house.configure(PASS)
    with house.workspace() as workspace:
        house.scheduler(workspace, TICK, never).run_due()
        failed = state(workspace, "pass.glpi")
    assert isinstance(house.runs[0].error, GuardError)
    assert "sdtools baseline glpi" in failed.error
    assert failed.due == START + timedelta(minutes=5)


def landslide(folder: Path) -> None:
    rules = RULES.partition("limits:")[0] + (
        "limits: {known_least: 1}\nhousekeeping:\n  - id: everyone\n"
        "    when: {status: [new, assigned]}\n    then: {comment: {text: hello}}\n"
    )
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")


def test_a_plan_over_the_limits_is_a_failed_job_saved_once_and_named_by_status(
    house: House,
) -> None:
    house.configure(PASS)
    house.adopt()
    landslide(house.folder)
    house.clock.advance(timedelta(minutes=1))
    house.run_until(START + timedelta(minutes=16), TICK)
    assert house.counts("pass.glpi") == {End.failed: 4}
    assert len(list(house.folder.glob("p-*.json"))) == 1
    with house.workspace() as workspace:
        found = status(workspace, house.clock.now())
        (blocked,) = [desk.blocked for desk in found.desks if desk.desk == "glpi"]
    assert blocked is not None
    assert blocked.rule == "everyone"
    assert any("everyone" in line for line in found.stale)

    (house.folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    house.run_until(START + timedelta(minutes=22), TICK)
    with house.workspace() as workspace:
        assert status(workspace, house.clock.now()).desks[0].blocked is None


def test_broken_rules_are_named_with_their_place(house: House) -> None:
    house.configure(PASS)
    (house.folder / "rules.yaml").write_text("version: 1\npriorty: []\n", encoding="utf-8")
    with house.workspace() as workspace:
        house.scheduler(workspace, TICK, never).run_due()
    assert "rules.yaml:2:1" in house.runs[0].detail


def test_a_bug_in_one_job_is_told_without_its_text_and_stops_nobody(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.configure(PASS + "  - {job: report, name: weekly, every: 5m}\n")

    name = "Marie" + " Dupont"

    def broken() -> datetime:
        raise ZeroDivisionError(name)

    with house.workspace() as workspace:
        order = Order(
            now=house.clock.now,
            wall=broken,
            wait=house.wait,
            stop=never,
            told=house.runs.append,
        )
        Scheduler(workspace, order).run_due()
        assert "ZeroDivisionError" in state(workspace, "pass.glpi").error
    assert {run.job for run in house.runs} == {"pass.glpi", "report.weekly"}
    assert name not in caplog.text + house.runs[0].detail
    assert "ZeroDivisionError" in caplog.text


def stop_after(asked: int) -> Callable[[], bool]:
    left = iter(range(asked))
    return lambda: next(left, None) is None


@pytest.mark.parametrize("house", [120], indirect=True)  # tickets: more than one batch
def test_asked_to_stop_it_ends_after_the_change_in_hand_and_the_rest_comes_after_the_restart(
    house: House,
) -> None:
    house.configure(PASS)
    house.adopt()
    house.runs.clear()
    landslide(house.folder)
    rules = house.folder / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    text = text.replace("known_least: 1", "known_percent: 100, known_most: 999")
    rules.write_text(text, encoding="utf-8")
    with house.workspace() as workspace:
        # asked by the loop, before the job, and before each batch: the second one stays undone
        house.scheduler(workspace, TICK, stop_after(3)).run()
        waiting = state(workspace, "pass.glpi")
    (stopped,) = house.runs
    assert (stopped.end, stopped.detail) == (End.interrupted, "100 applied")
    assert (waiting.good, waiting.failures) == (None, 0)
    assert waiting.due <= house.clock.now()
    house.run_until(START + timedelta(minutes=1), TICK)
    assert house.runs[-1].end is End.good
    assert house.runs[-1].detail.endswith(" applied")
    assert house.runs[-1].detail != "0 applied"


def test_a_changed_timing_counts_from_now_and_a_removed_job_is_forgotten(house: House) -> None:
    house.configure("  - {job: pull, desk: glpi, every: 1w}\n")
    house.run_until(START + timedelta(minutes=1), TICK)
    house.configure(
        "  - {job: pull, desk: glpi, every: 1d}\n  - {job: pull, desk: lyon, every: 1d}\n"
    )
    house.run_until(START + timedelta(minutes=2), TICK)
    assert house.counts("pull.glpi") == {End.good: 2}
    house.configure("  - {job: pull, desk: glpi, every: 1d}\n")
    house.run_until(START + timedelta(minutes=3), TICK)
    assert house.counts("pull.glpi") == {End.good: 2}
    with house.workspace() as workspace:
        assert list(JobBook(workspace.database).all()) == ["pull.glpi"]


def test_a_report_run_again_after_a_kill_is_mailed_once(house: House) -> None:
    house.configure('  - {job: report, name: weekly, cron: "30 7 * * mon"}\n')
    house.adopt()
    house.sink.messages.clear()
    with house.workspace() as workspace:
        for _ in range(2):  # the second as after a kill between the mail and the note of it
            work = Work(
                job=workspace.settings.job("report.weekly"),
                due=START,
                now=house.clock.now,
                wall=house.clock.now,
                stop=never,
                wait=house.wait,
            )
            work_on(workspace, work)
            house.wait(90)
    assert len(house.sink.messages) == 1


def test_mail_that_others_left_is_sent_by_the_tick_and_tried_again_when_the_server_is_back(
    house: House,
) -> None:
    house.configure("  - {job: pull, desk: glpi, every: 1w}\n")
    config = house.folder / "sdtools.yaml"
    working = config.read_text(encoding="utf-8")
    config.write_text(working.replace(f"port: {house.sink.port}", "port: 1"), encoding="utf-8")
    mail = Message(key="k0", to=("a@example.org",), subject="Hello", text="Hello", made=START)
    with house.workspace() as workspace:
        for key in ("k0", "k1", "k2"):
            Outbox(workspace.database).put(None, replace(mail, key=key))
        house.scheduler(workspace, TICK, never).send_mail()
        tried = [one.attempts for one in Outbox(workspace.database).list(MessageState.waiting)]
    assert sorted(tried) == [0, 0, 1]  # nobody answers: the others need not be tried now
    config.write_text(working, encoding="utf-8")
    house.run_until(START + timedelta(minutes=2), TICK)
    ids = [str(sent["Message-ID"]) for sent in house.sink.messages]
    assert sorted(ids) == ["<k0@example.org>", "<k1@example.org>", "<k2@example.org>"]


def test_a_clock_that_is_set_back_stops_no_beat() -> None:
    moment = datetime(2026, 10, 25, 0, 59, tzinfo=UTC)
    beats: list[datetime] = []
    ticker = Ticker(lambda: moment)
    ticker.every(timedelta(minutes=1), lambda: beats.append(moment))
    ticker.beat()
    moment -= timedelta(hours=1)
    ticker.beat()
    assert len(beats) == 2
    assert ticker.pause() == 60
    ticker.beat()
    assert len(beats) == 2
