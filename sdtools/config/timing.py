"""When a job is due: every so often, counted in UTC, or by a cron line in a time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from sdtools.config.settings import JobSettings

__all__ = ["every", "first_due", "next_due", "timing_text", "wrong_timing"]

_EVERY = re.compile(r"([1-9]\d{0,5})(s|m|h|d|w)")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_SHORTEST = timedelta(seconds=30)
_LONGEST = timedelta(days=366)
_EPOCH = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday: `every: 1w` is due on Mondays
_CRON_FIELDS = 5


def wrong_timing(job_every: str, cron: str) -> str:
    """Return what is wrong with ``every`` or ``cron``, "" when nothing is."""
    try:
        if job_every:
            every(job_every)
        if cron:
            _check_cron(cron)
    except ValueError as error:
        return str(error)
    return ""


def every(text: str) -> timedelta:
    """Read ``30s``, ``5m``, ``1h``, ``1d`` or ``1w``; raises ValueError for anything else."""
    match = _EVERY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not an interval")
    length = int(match[1]) * _UNITS[match[2]]
    if not _SHORTEST <= length <= _LONGEST:
        raise ValueError(f"{text!r} is not between 30 seconds and a year")
    return length


def timing_text(job: JobSettings) -> str:
    """Return the timing as people know it: ``every 5m``, ``30 7 * * mon (Europe/Paris)``."""
    return f"every {job.every}" if job.every else f"{job.cron} ({job.timezone})"


def first_due(job: JobSettings, now: datetime) -> datetime:
    """Return when a job that is new is due: at once, or at the next time of its cron line."""
    return now if job.every else next_due(job, now)


def next_due(job: JobSettings, after: datetime) -> datetime:
    """Return the first time (UTC) after a moment at which the job is due.

    Intervals are counted from one fixed moment, so ``5m`` is due at :00, :05, :10 and restarts
    move nothing. A cron line at a fixed hour comes once a day in both nights of a clock change,
    as Debian's cron has it.
    """
    if job.every:
        length = every(job.every)
        return _EPOCH + ((after - _EPOCH) // length + 1) * length
    return next(due for due in _cron_times(job, after) if due > after)


def _cron_times(job: JobSettings, after: datetime) -> Iterator[datetime]:
    """Give the times of a cron line; in the hour that comes twice the first may lie before."""
    for wall in CronSim(job.cron, after.astimezone(ZoneInfo(job.timezone))):
        yield wall.astimezone(UTC)


def _check_cron(cron: str) -> None:
    if len(cron.split()) != _CRON_FIELDS:
        raise ValueError(f"{cron!r} does not have five fields")
    try:
        next(CronSim(cron, _EPOCH))
    except (CronSimError, StopIteration) as error:
        said = str(error) or "no such day ever comes"
        raise ValueError(f"{cron!r} is not a cron line: {said}") from error
