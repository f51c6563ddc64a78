"""The schedule through the command line: once, listed, installed elsewhere, watched, stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_desk import NOW, Sdtools

from sdtools.emulator.mailsink import MailSink
from sdtools.model.message import Message
from sdtools.store.database import open_database
from sdtools.store.lease import Lease
from sdtools.store.outbox import MessageState, Outbox

AT = ("--now", NOW.isoformat())
SCHEDULE = """\
schedule:
  - {job: pass, desk: glpi, every: 5m}
  - {job: pull, desk: glpi, every: 7m}
  - {job: report, name: weekly, cron: "30 7 * * MON-FRI", timezone: Europe/Paris}
  - {job: report, name: weekly, cron: "0 6 1,15 * fri", timezone: UTC}
"""


@pytest.fixture
def scheduled(folder: Path) -> Path:
    """Add a schedule to the configuration."""
    with (folder / "sdtools.yaml").open("a", encoding="utf-8") as config:
        config.write(SCHEDULE)
    return folder


def after(**time: float) -> tuple[str, str]:
    return "--now", (NOW + timedelta(**time)).isoformat()


def only(found: object) -> dict[str, object]:
    assert isinstance(found, list)
    (one,) = found
    assert isinstance(one, dict)
    return one


def test_a_job_run_once_notes_how_it_went(scheduled: Path, sdtools: Sdtools) -> None:
    refused = sdtools("schedule", "run", "--once", "pass.glpi", *AT)
    assert refused.code == 4  # the first pass is a person's decision
    assert "sdtools baseline glpi" in refused.err
    sdtools("baseline", "glpi", *AT)
    done = sdtools("schedule", "run", "--once", "pass.glpi", "--json", *AT)
    assert done.code == 0
    assert {"job", "end", "began", "ended", "detail"} == set(done.json)
    assert (done.json["job"], done.json["end"]) == ("pass.glpi", "good")
    jobs = sdtools("schedule", "list", "--json", *AT).json["jobs"]
    assert isinstance(jobs, list)
    assert [job["id"] for job in jobs] == [
        "pass.glpi",
        "pull.glpi",
        "report.weekly",
        "report.weekly.2",
    ]
    assert (jobs[0]["state"], jobs[0]["failures"]) == ("good", 0)
    assert jobs[0]["next_due"] == "2026-11-20T15:05:00+00:00"
    assert jobs[2]["timing"] == "30 7 * * MON-FRI (Europe/Paris)"
    assert jobs[2]["next_due"] == "2026-11-23T06:30:00+00:00"
    assert "every 7m" in sdtools("schedule", "list", *AT).out


def test_a_desk_that_is_held_says_so_with_the_exit_code_of_apply(
    scheduled: Path, sdtools: Sdtools
) -> None:
    sdtools("baseline", "glpi", *AT)
    with (
        open_database(f"sqlite:///{scheduled}/sdtools.db") as database,
        Lease(database, "glpi").acquire("another", datetime.now(UTC)),  # noqa: TID251  # leases live in real time
    ):
        held = sdtools("schedule", "run", "--once", "pull.glpi", *AT)
    assert held.code == 5
    assert "another" in held.err


def test_a_job_that_is_not_there_and_a_schedule_that_is_not_there_are_named(
    folder: Path, sdtools: Sdtools
) -> None:
    empty = sdtools("schedule", "run")
    assert empty.code == 2
    assert "there is no schedule" in empty.err
    assert sdtools("schedule", "install", "--cron").code == 2
    with (folder / "sdtools.yaml").open("a", encoding="utf-8") as config:
        config.write(SCHEDULE)
    unknown = sdtools("schedule", "run", "--once", "pass.gpli")
    assert unknown.code == 2
    assert "known jobs: pass.glpi, pull.glpi" in unknown.err
    assert sdtools("schedule", "install").code == 2


def test_status_is_stale_until_the_jobs_run_and_again_when_they_stop(
    scheduled: Path, sdtools: Sdtools
) -> None:
    config = scheduled / "sdtools.yaml"
    text = config.read_text(encoding="utf-8").partition("  - {job: pull")[0]
    config.write_text(text, encoding="utf-8")  # the pass alone
    never = sdtools("status", "--json", *AT)
    assert never.code == 1
    assert never.json["stale"] == ["job pass.glpi: nobody runs it; start `sdtools schedule run`"]
    sdtools("baseline", "glpi", *AT)
    sdtools("schedule", "run", "--once", "pass.glpi", *AT)
    good = sdtools("status", "--json", *after(minutes=12))
    assert (good.code, good.json["ok"], good.json["stale"]) == (0, True, [])
    assert set(good.json) == {"now", "ok", "stale", "jobs", "desks", "mail", "pauses"}
    job = only(good.json["jobs"])
    assert job["lag"] == pytest.approx(720, abs=20)
    assert (job["last_error"], job["stale"]) == ("", False)
    desk = only(good.json["desks"])
    assert set(desk) == {"desk", "last_pull", "last_pass", "blocked"}
    assert good.json["mail"] == {"waiting": 0, "dead": 0, "last_error": "", "overdue": 0}
    stale = sdtools("status", *after(minutes=21))
    assert stale.code == 1
    assert "STALE job pass.glpi" in stale.out


def test_mail_is_listed_and_sent_again(scheduled: Path, sdtools: Sdtools, sink: MailSink) -> None:
    mail = Message(key="k1", to=("a@example.org",), subject="Hello", text="Hi", made=NOW)
    with open_database(f"sqlite:///{scheduled}/sdtools.db") as database:
        Outbox(database).put(None, mail)
        for _ in range(10):
            Outbox(database).failed("k1", NOW, "mailbox full")
    listed = sdtools("mail", "list", "--json").json["mails"]
    assert isinstance(listed, list)
    assert [(one["key"], one["state"], one["error"]) for one in listed] == [
        ("k1", "dead", "mailbox full")
    ]
    assert "mailbox full" in sdtools("mail", "list", "--state", "dead").out
    assert sdtools("status", *AT).code == 1
    assert sdtools("mail", "retry").code == 2
    assert sdtools("mail", "retry", "k9", *AT).code == 2
    again = sdtools("mail", "retry", "k1", "--json", *AT)
    assert (again.code, again.json["sent"]) == (0, 1)
    assert sdtools("mail", "list").err == "Nothing there.\n"
    assert [str(sent["Message-ID"]) for sent in sink.messages] == ["<k1@example.org>"]
    with open_database(f"sqlite:///{scheduled}/sdtools.db") as database:
        assert Outbox(database).counts()[MessageState.sent] == 1


def test_cron_lines_say_what_cron_can_and_what_it_cannot(scheduled: Path, sdtools: Sdtools) -> None:
    lines = sdtools("schedule", "install", "--cron").out.splitlines()
    # cron mails every word: what went well is kept silent, trouble goes to stderr
    assert all(line.endswith(" >/dev/null") for line in lines if "--once" in line)
    calls = {line.split()[-2]: line for line in lines if "--once" in line}
    assert calls["pass.glpi"].startswith("*/5 * * * * /")
    assert f"-c {scheduled / 'sdtools.yaml'} schedule run" in calls["pass.glpi"]
    assert calls["report.weekly"].startswith("30 7 * * mon-fri /")
    assert calls["report.weekly.2"].startswith("0 6 1,15 * fri /")
    assert "pull.glpi" not in calls
    assert "# pull.glpi: cron cannot express `every 7m`;" in lines
    paris, utc = lines.index("CRON_TZ=Europe/Paris"), lines.index("CRON_TZ=UTC")
    assert paris < lines.index(calls["report.weekly"]) < utc < lines.index(calls["report.weekly.2"])
    assert "SHELL=/bin/sh" in lines
    assert "# TEST_USER_TOKEN=..." in lines


def test_cron_takes_no_bare_percent_sign(scheduled: Path, sdtools: Sdtools, tmp_path: Path) -> None:
    odd = tmp_path / "50% off"
    odd.mkdir()
    shutil.copyfile(scheduled / "sdtools.yaml", odd / "sdtools.yaml")
    told = sdtools("schedule", "install", "--cron", "-c", str(odd / "sdtools.yaml")).out
    assert r"/50\% off/sdtools.yaml'" in told


def test_units_are_hardened_and_each_job_has_a_timer(scheduled: Path, sdtools: Sdtools) -> None:
    units = sdtools("schedule", "install", "--systemd", "--user", "sdtools", "--json").json
    service = str(units["sdtools@.service"])
    for line in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "PrivateTmp=yes",
        f"ReadWritePaths={scheduled}",
        "User=sdtools",
        "EnvironmentFile=-/etc/sdtools/environment",
    ):
        assert line in service.splitlines()
    assert '--once "%I"' in service
    timers = {name: str(text).splitlines() for name, text in units.items() if "timer" in name}
    assert len(timers) == 4
    assert "OnCalendar=*-*-* *:0/5:00 UTC" in timers["sdtools@pass.glpi.timer"]
    assert "OnUnitActiveSec=420s" in timers["sdtools@pull.glpi.timer"]
    weekly = timers["sdtools@report.weekly.timer"]
    assert "OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 7:30:00 Europe/Paris" in weekly
    assert "Persistent=true" in weekly
    either = timers["sdtools@report.weekly.2.timer"]  # cron: the days, or that week day
    assert "OnCalendar=*-*-1,15 6:0:00 UTC" in either
    assert "OnCalendar=Fri *-*-* 6:0:00 UTC" in either
    dynamic = sdtools("schedule", "install", "--systemd", "--json").json
    assert "DynamicUser=yes" in str(dynamic["sdtools@.service"])


def test_what_neither_cron_nor_systemd_can_express_is_said(folder: Path, sdtools: Sdtools) -> None:
    with (folder / "sdtools.yaml").open("a", encoding="utf-8") as config:
        config.write('schedule: [{job: pull, desk: glpi, cron: "0 7 L jul *"}]\n')
    assert "# pull.glpi: cron cannot express" in sdtools("schedule", "install", "--cron").out
    refused = sdtools("schedule", "install", "--systemd")
    assert refused.code == 2
    assert "systemd cannot express" in refused.err


def test_systemd_finds_nothing_wrong_with_the_units(scheduled: Path, sdtools: Sdtools) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze here")
    out = scheduled / "units"
    assert sdtools("schedule", "install", "--systemd", "--out", str(out)).code == 0
    made = [str(path) for path in out.iterdir()]
    assert len(made) == 5
    checked = subprocess.run(
        [analyze, "verify", *made], capture_output=True, text=True, check=False
    )
    ours = [line for line in checked.stderr.splitlines() if "sdtools" in line]
    assert (checked.returncode, ours) == (0, [])


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_running_scheduler_ends_well_when_it_is_asked_to(
    scheduled: Path, kind: signal.Signals
) -> None:
    command = [sys.executable, "-m", "sdtools", "schedule", "run", "--json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, env={**os.environ, "TZ": "Europe/Paris"}
    ) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        second = json.loads(process.stdout.readline())
        process.send_signal(kind)
        said = process.communicate(timeout=30)[1]
    assert [(one["job"], one["end"]) for one in (first, second)] == [
        ("pass.glpi", "failed"),  # the first pass is a person's decision
        ("pull.glpi", "good"),
    ]
    assert process.returncode == 0, said
    assert "Stopped as asked." in said


def test_mail_that_fails_for_an_hour_is_stale(scheduled: Path, sdtools: Sdtools) -> None:
    config = scheduled / "sdtools.yaml"
    text = config.read_text(encoding="utf-8")
    port = text.partition("port: ")[2].partition(",")[0]
    config.write_text(text.replace(f"port: {port}", "port: 1"), encoding="utf-8")
    sdtools("pull", "glpi", *AT)
    assert sdtools("report", "weekly", "--send", *AT).code == 3
    soon, later = (
        sdtools("status", "--json", "--now", (NOW + timedelta(minutes=minutes)).isoformat())
        for minutes in (30, 90)
    )
    assert not any("mail" in line for line in soon.json["stale"])  # type: ignore[attr-defined]  # a list
    assert any("cannot be sent" in line for line in later.json["stale"])  # type: ignore[attr-defined]  # a list
    assert later.code == 1
