"""Install the schedule elsewhere: what cron lines and systemd units have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from pathlib import Path

from sdtools.config.secret import Secret
from sdtools.config.settings import JobSettings, Settings
from sdtools.config.timing import every

__all__ = ["Program", "beyond_days", "environment_names", "interval_fields"]

_BEYOND = re.compile(r"[l#]", re.IGNORECASE)  # last day, last working day, n-th week day
_NAMES = re.compile(r"[a-z]{3}", re.IGNORECASE)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How to call sdtools from anywhere."""

    command: tuple[str, ...]  # begins with an absolute path
    config: Path  # absolute
    path: str  # PATH of the person who asks

    def once(self, job: str) -> tuple[str, ...]:
        """Return the call that runs one job and notes how it went."""
        return (*self.command, "-c", str(self.config), "schedule", "run", "--once", job)


def interval_fields(job: JobSettings) -> tuple[str, str, str] | None:
    """Return minute, hour and week day of an interval, as cron writes them.

    None for an interval that does not come at the same times every hour, day or week.
    """
    length = every(job.every)
    if length == 7 * _DAY:
        return "0", "0", "1"
    if length == _DAY:
        return "0", "0", "*"
    if length % _HOUR == timedelta() and _DAY % length == timedelta():
        return "0", _step(length // _HOUR), "*"
    if length % _MINUTE == timedelta() and _HOUR % length == timedelta():
        return _step(length // _MINUTE), "*", "*"
    return None


def beyond_days(job: JobSettings) -> bool:
    """Tell whether the days of a cron line are such that neither cron nor systemd knows them."""
    return _BEYOND.search(_NAMES.sub("", " ".join(job.cron.split()[2:]))) is not None


def _step(number: int) -> str:
    return "*" if number == 1 else f"*/{number}"


def environment_names(settings: Settings) -> tuple[str, ...]:
    """Return the environment variables that the configuration takes secrets from."""
    names = [secret.reference.removeprefix("env:") for secret in _secrets(settings)]
    return tuple(dict.fromkeys(name for name in names if ":" not in name))


def _secrets(value: object) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _secrets(getattr(value, field.name))
    elif isinstance(value, dict):
        for part in value.values():
            yield from _secrets(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _secrets(part)
