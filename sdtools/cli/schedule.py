"""``sdtools schedule``."""

from __future__ import annotations

import logging
import select
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from sdtools.cli.failure import DONE, INTERRUPTED, exit_code
from sdtools.cli.options import Clock, as_json, clock_option, config_option, config_path
from sdtools.cli.output import document, note, table
from sdtools.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from sdtools.config.settings import Settings
    from sdtools.scheduler.scheduler import JobRun, Scheduler
    from sdtools.verbs.schedule_install import Program

__all__ = ["command"]


@click.group("schedule")
def command() -> None:
    """Run passes, pulls and reports by themselves."""


@command.command("run")
@click.option("--once", metavar="JOB", help="Run this job now, note how it went, and leave.")
@config_option
@clock_option
@as_json
def run(once: str | None, config: Path | None, clock: Clock, as_json: bool) -> int:
    """Run the jobs of `schedule:` when they are due, until SIGTERM or Ctrl-C.

    A missed job runs once after a restart; a failing one keeps no other from running. The end
    comes after the change in hand. With --json each run is one line of JSON.
    Example: sdtools schedule run --once pass.glpi
    """
    from sdtools.scheduler.scheduler import Order, Scheduler
    from sdtools.verbs.workspace import open_workspace

    _log_trouble()
    with open_workspace(config_path(config)) as workspace, _bell() as bell:
        _checked(workspace.settings, clock)
        order = Order(
            now=clock if clock.given else clock.wall,  # a clock of its own would sleep with us
            wall=clock.wall,
            wait=bell.wait,
            stop=bell,
            told=lambda done: _tell(done, as_json),
        )
        if once:
            workspace.settings.job(once)
            return _once(Scheduler(workspace, order), once)
        Scheduler(workspace, order).run()
    note("Stopped as asked.")
    return DONE


@command.command("list")
@config_option
@clock_option
@as_json
def list_jobs(config: Path | None, clock: Clock, as_json: bool) -> None:
    """List the jobs: when each is due, and how its last runs went.

    Example: sdtools schedule list
    """
    from sdtools.cli.status import job_document, job_rows
    from sdtools.verbs.status import jobs_of
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace:
        jobs = jobs_of(workspace, clock.first)
    if as_json:
        document({"jobs": [job_document(job) for job in jobs]})
    elif jobs:
        table(*job_rows(jobs))
    else:
        note("There is no `schedule:` in the configuration.")


@command.command("install")
@click.option("--cron", is_flag=True, help="Print lines for a crontab.")
@click.option("--systemd", is_flag=True, help="Print service and timer units.")
@click.option("--user", default="", help="Account of the service; else systemd makes one up.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the units into this folder.")
@config_option
@as_json
def install(
    cron: bool, systemd: bool, user: str, out: Path | None, config: Path | None, as_json: bool
) -> None:
    """Print the schedule for cron or systemd, which then call sdtools for each job.

    Example: sdtools schedule install --systemd --user sdtools --out /etc/systemd/system
    """
    from sdtools.config.load import load_settings

    path = config_path(config)
    settings, program = load_settings(path), _program(path)
    if not settings.schedule:
        advice = "add `schedule: [{job: pass, desk: NAME, every: 5m}]`"
        raise ConfigError(f"{path}: there is no schedule", advice)
    if cron == systemd:
        raise click.UsageError("say which: --cron or --systemd")
    made = _texts(settings, program, "cron" if cron else "systemd", user)
    if out:
        from sdtools.verbs.schedule_units import write_units

        for written in write_units(made, out):
            note(f"written  {written}")
        note("Start them with: systemctl enable --now '" + "' '".join(_timers(made)) + "'")
    elif as_json:
        document(made)
    else:
        click.echo("\n".join(f"# --- {name}\n{text}" for name, text in made.items()), nl=False)


def _texts(settings: Settings, program: Program, form: str, user: str) -> dict[str, str]:
    from sdtools.verbs.schedule_cron import crontab
    from sdtools.verbs.schedule_units import units

    if form == "cron":
        return {"crontab": crontab(settings, program)}
    return dict(units(settings, program, user))


def _timers(made: dict[str, str]) -> list[str]:
    return [name for name in made if name.endswith(".timer")]


def _program(config: Path) -> Program:
    """Return how this very sdtools is called from anywhere."""
    from sdtools.verbs.schedule_install import Program

    called = Path(sys.argv[0])
    found = shutil.which(called) if called.name == "sdtools" else None
    command = (str(Path(found).absolute()),) if found else (sys.executable, "-m", "sdtools")
    usual = "/usr/local/bin:/usr/bin:/bin"
    return Program(command=command, config=config, path=usual)


def _checked(settings: Settings, clock: Clock) -> None:
    from sdtools.connectors.http import is_loopback

    if clock.given and not all(is_loopback(desk.url) for desk in settings.desks.values()):
        raise UsageError(
            "--now with schedule run is for embedded desks only",
            "leave --now out: a real desk lives in real time",
        )
    if not settings.schedule:
        advice = "add `schedule: [{job: pass, desk: NAME, every: 5m}]`"
        raise ConfigError(f"{settings.path}: there is no schedule", advice)


def _once(scheduler: Scheduler, job: str) -> int:
    from sdtools.scheduler.scheduler import End

    done = scheduler.run_once(job)
    scheduler.send_mail()
    if done.error:
        return exit_code(done.error)
    return INTERRUPTED if done.end is End.interrupted else DONE


def _tell(done: JobRun, as_json: bool) -> None:
    if as_json:
        import json

        said = {key: value for key, value in asdict(done).items() if key != "error"}
        click.echo(json.dumps(said, ensure_ascii=False, default=_as_text))
    else:
        text = f"{done.ended:%Y-%m-%d %H:%M:%SZ} {done.job} {done.end}: {done.detail}"
        click.echo(text, err=done.error is not None)
    sys.stdout.flush()  # a journal wants it now


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _log_trouble() -> None:
    if not logging.getLogger().handlers:
        logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


@contextmanager
def _bell() -> Iterator[Bell]:
    bell = Bell()
    before = {kind: signal.signal(kind, bell.hear) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield bell
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
        bell.close()


class Bell:
    """Waits, and is woken by somebody who asks to stop; asked twice, it stops at once."""

    def __init__(self) -> None:
        self._asked = False
        self._rope, self._clapper = socket.socketpair()

    def __call__(self) -> bool:
        """Tell whether to stop."""
        return self._asked

    def wait(self, seconds: float) -> None:
        """Wait so long, or until asked to stop."""
        if not self._asked:
            select.select([self._clapper], [], [], seconds)

    def hear(self, _kind: int, _frame: FrameType | None) -> None:
        """Take the signal."""
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        self._rope.send(b"\0")

    def close(self) -> None:
        """Let go of the sockets."""
        self._rope.close()
        self._clapper.close()
