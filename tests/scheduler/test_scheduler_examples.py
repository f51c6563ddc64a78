"""The examples are what the commands print, and the documentation says what the code does."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sdtools.config.load import load_settings
from sdtools.config.quiet import quiet_until
from sdtools.model.message import Message
from sdtools.verbs.schedule_cron import crontab
from sdtools.verbs.schedule_install import Program
from sdtools.verbs.schedule_units import units

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAM = Program(
    command=("/opt/sdtools/bin/sdtools",),
    config=Path("/var/lib/sdtools/sdtools.yaml"),
    path="/usr/local/bin:/usr/bin:/bin",
)


def test_the_example_crontab_is_what_install_prints() -> None:
    settings = load_settings(EXAMPLES / "sdtools.yaml")
    assert (EXAMPLES / "crontab").read_text(encoding="utf-8") == crontab(settings, PROGRAM)


def test_the_example_units_are_what_install_prints() -> None:
    made = units(load_settings(EXAMPLES / "sdtools.yaml"), PROGRAM, "")
    kept = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES.glob("systemd/*@*")}
    assert kept == made


def test_the_one_process_is_hardened_as_the_service_of_the_timers_is() -> None:
    one = (EXAMPLES / "systemd" / "sdtools-scheduler.service").read_text(encoding="utf-8")
    many = (EXAMPLES / "systemd" / "sdtools@.service").read_text(encoding="utf-8")
    hardening = many.partition("NoNewPrivileges")[2]
    assert hardening
    assert hardening in one


def test_systemd_finds_nothing_wrong_with_the_example_of_one_process(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze here")
    text = (EXAMPLES / "systemd" / "sdtools-scheduler.service").read_text(encoding="utf-8")
    unit = tmp_path / "sdtools-scheduler.service"
    unit.write_text(text.replace("/opt/sdtools/bin/sdtools", sys.executable), encoding="utf-8")
    checked = subprocess.run(
        [analyze, "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_the_example_configuration_leaves_managers_in_peace_and_nobody_else() -> None:
    mail = load_settings(EXAMPLES / "sdtools.yaml").mail
    assert mail is not None
    night = datetime(2026, 10, 23, 20, 0, tzinfo=UTC)  # Friday, 22:00 in Paris
    to_manager = Message(
        key="k", to=("head@managers.example.org",), subject="", text="", made=night
    )
    to_agent = Message(key="k", to=("agent@example.org",), subject="", text="", made=night)
    assert quiet_until(mail.quiet, to_manager, night) == datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
    assert quiet_until(mail.quiet, to_agent, night) is None
