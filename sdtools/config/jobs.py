"""The schedule of ``sdtools.yaml``: what its shape cannot say about it, and its settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sdtools.config.settings import JobSettings
from sdtools.config.shape import JobShape
from sdtools.config.timing import wrong_timing
from sdtools.errors import Mistake
from sdtools.yamlfile import Document

__all__ = ["job_settings", "timing_mistakes"]

_HINT = 'write every: 5m, or cron: "30 7 * * mon"'


def timing_mistakes(document: Document, number: int, job: JobShape) -> Iterator[Mistake]:
    """Give what is wrong with the timing of the job at a place of the schedule."""
    path = ("schedule", number)
    if bool(job.every) == bool(job.cron):
        yield document.mistake(path, "no-time", "a job needs either every or cron", _HINT)
    elif wrong := wrong_timing(job.every, job.cron):
        key = "every" if job.every else "cron"
        yield document.mistake((*path, key), "wrong-time", wrong, _HINT)


def job_settings(schedule: Sequence[JobShape]) -> tuple[JobSettings, ...]:
    """Return the settings of all jobs; the second of the same kind and target gets a ``.2``."""
    met: Counter[str] = Counter()
    return tuple(_job(job, met) for job in schedule)


def _job(job: JobShape, met: Counter[str]) -> JobSettings:
    target = job.name if job.job == "report" else job.desk
    id = f"{job.job}.{target}"
    met[id] += 1
    return JobSettings(
        id=id if met[id] == 1 else f"{id}.{met[id]}",
        job=job.job,
        target=target,
        every=job.every,
        cron=job.cron,
        timezone=job.timezone,
    )
