"""The schedule as lines of a crontab."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from sdtools.config.settings import JobSettings, Settings
from sdtools.config.timing import timing_text
from sdtools.verbs.schedule_install import (
    Program,
    beyond_days,
    environment_names,
    interval_fields,
)

__all__ = ["crontab"]

_PLACE_OF_NAMES = 3  # fields: month and week day may hold names


def crontab(settings: Settings, program: Program) -> str:
    """Return the whole schedule as crontab lines, and as comments what cron cannot express."""
    intervals = [job for job in settings.schedule if job.every]
    lines = [*_head(settings, program)]
    for job in intervals:
        lines += _interval(job, program)
    zones = dict.fromkeys(job.timezone for job in settings.schedule if job.cron)
    for zone in zones:
        lines += ["", f"CRON_TZ={zone}"]
        for job in settings.schedule:
            if job.cron and job.timezone == zone:
                lines += _cron(job, program)
    return "\n".join(lines) + "\n"


def _head(settings: Settings, program: Program) -> Iterator[str]:
    yield "# The schedule of sdtools. Add it with: crontab -e"
    yield "SHELL=/bin/sh"
    yield f"PATH={program.path}"
    names = environment_names(settings)
    if names:
        yield "# cron knows nothing of your shell: set the secrets here, or use file: references"
        yield from (f"# {name}=..." for name in names)
    if any(job.cron for job in settings.schedule):
        yield "# CRON_TZ is of cronie (Fedora, RHEL, Arch, SUSE). Debian's cron does not know it:"
        yield "# there the lines below it run in the zone of the machine."
    yield ""


def _interval(job: JobSettings, program: Program) -> Sequence[str]:
    fields = interval_fields(job)
    if fields is None:
        return _beyond(job, "write an interval that divides an hour or a day, such as 5m or 2h")
    minute, hour, weekday = fields
    return [f"{minute} {hour} * * {weekday} {_call(job, program)}"]


def _cron(job: JobSettings, program: Program) -> Sequence[str]:
    parts = job.cron.split()
    if beyond_days(job):
        return _beyond(job, "write the day as a number or a week day")
    fields = [*parts[:_PLACE_OF_NAMES], *(part.lower() for part in parts[_PLACE_OF_NAMES:])]
    return [f"{' '.join(fields)} {_call(job, program)}"]


def _beyond(job: JobSettings, advice: str) -> Sequence[str]:
    return [
        f"# {job.id}: cron cannot express `{timing_text(job)}`;",
        f"# {advice}, or let `sdtools schedule run` do it",
    ]


def _call(job: JobSettings, program: Program) -> str:
    """Return the command of a line; cron takes a bare % as the end of it.

    What went well is not printed: cron mails every word. Trouble goes to stderr.
    """
    return shlex.join(program.once(job.id)).replace("%", r"\%") + " >/dev/null"
