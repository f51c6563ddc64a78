"""``sdtools status``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtools.cli.failure import DONE, PARTLY
from sdtools.cli.options import Clock, as_json, clock_option, config_option, config_path
from sdtools.cli.output import document, table

if TYPE_CHECKING:
    from sdtools.store.pauses import Pause
    from sdtools.verbs.status import DeskStatus, JobStatus, Status

__all__ = ["command", "job_document", "job_rows"]

_COLUMNS = ("job", "timing", "state", "next due (UTC)", "last good (UTC)", "failures", "last word")


@click.command("status")
@config_option
@clock_option
@as_json
def command(config: Path | None, clock: Clock, as_json: bool) -> int:
    """Tell whether everything runs by itself: jobs, desks, mail. Exit 1 when something is stale.

    Stale is a job without a good run for two intervals and ten minutes, a plan that the limits
    stopped, or mail that was given up. A pause is shown, and is not stale.

    Example: sdtools status --json
    """
    from sdtools.verbs.status import status
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace:
        found = status(workspace, clock.first)
    if as_json:
        document(_document(found))
    else:
        _print(found)
    return PARTLY if found.stale else DONE


def job_document(job: JobStatus) -> dict[str, object]:
    """Return the JSON document of a job."""
    moments = ("next_due", "last_start", "last_good")
    return {**asdict(job), **{name: _iso(getattr(job, name)) for name in moments}}


def job_rows(jobs: Sequence[JobStatus]) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """Return the columns and rows of a table of jobs."""
    rows: list[tuple[str, ...]] = [
        (
            job.id,
            job.timing,
            f"{job.state}{', stale' if job.stale else ''}",
            _short(job.next_due),
            _short(job.last_good),
            str(job.failures),
            job.last_error or job.last_detail,
        )
        for job in jobs
    ]
    return _COLUMNS, rows


def _document(found: Status) -> dict[str, object]:
    return {
        "now": found.now.isoformat(),
        "ok": not found.stale,
        "stale": found.stale,
        "jobs": [job_document(job) for job in found.jobs],
        "desks": [_desk(desk) for desk in found.desks],
        "mail": asdict(found.mail),
        "pauses": [_pause(pause) for pause in found.pauses],
    }


def _pause(pause: Pause) -> dict[str, object]:
    return {**asdict(pause), "since": _iso(pause.since), "until": _iso(pause.until)}


def _desk(desk: DeskStatus) -> dict[str, object]:
    blocked = desk.blocked
    return {
        "desk": desk.desk,
        "last_pull": _iso(desk.last_pull),
        "last_pass": _iso(desk.last_pass),
        "blocked": {**asdict(blocked), "made": _iso(blocked.made)} if blocked else None,
    }


def _print(found: Status) -> None:
    if found.jobs:
        table(*job_rows(found.jobs))
    for desk in found.desks:
        click.echo(
            f"desk {desk.desk}: last pull {_short(desk.last_pull)},"
            f" last good pass {_short(desk.last_pass)}"
        )
    mail = found.mail
    click.echo(f"mail: {mail.waiting} waiting, {mail.dead} given up")
    for pause in found.pauses:
        click.echo(click.style(f"{pause.target}: {pause.words}", fg="yellow"))
    for line in found.stale:
        click.echo(click.style(f"STALE {line}", fg="red"))
    for desk in found.desks:
        if desk.blocked:
            click.echo(f"  review it: sdtools plan {desk.blocked.plan}.json --html plan.html")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _short(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"
