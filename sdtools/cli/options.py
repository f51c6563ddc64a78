"""Options that several commands share, and the clock that they read."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = [
    "Clock",
    "MomentType",
    "as_json",
    "clock_option",
    "config_option",
    "config_path",
    "only_options",
]

F = TypeVar("F", bound=Callable[..., Any])


class Clock:
    """The time of this call: the machine's, or from ``--now`` on."""

    def __init__(self, given: datetime | None) -> None:
        self.given = given
        self._start = time.monotonic()
        self.first = given or datetime.now(UTC)

    def __call__(self) -> datetime:
        """Return the time now."""
        return self.first + timedelta(seconds=time.monotonic() - self._start)

    @property
    def seconds(self) -> float:
        """Return how long the call has taken so far."""
        return round(time.monotonic() - self._start, 2)

    @staticmethod
    def wall() -> datetime:
        """Return the machine's time, whatever ``--now`` says: leases are between processes."""
        return datetime.now(UTC)


class MomentType(click.ParamType[datetime]):
    """A moment in ISO form; without a zone it is UTC."""

    name = "ISO-TIME"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read the moment."""
        try:
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):  # the first day of all, east of Greenwich
            self.fail(f"{value!r} is not a time; write 2026-11-22T09:00:00Z", param, ctx)


def as_json(command: F) -> F:
    """Add ``--json``."""
    option = click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON document on stdout."
    )
    return option(command)


def clock_option(command: F) -> F:
    """Add ``--now``; the command gets a Clock as ``clock``."""
    option = click.option(
        "--now",
        "clock",
        type=MomentType(),
        callback=lambda _ctx, _param, value: Clock(value),
        help="Pretend that it is this moment.",
    )
    return option(command)


def config_option(command: F) -> F:
    """Add ``-c``, so that it may stand before the command or after it."""
    option = click.option(
        "-c", "--config", type=click.Path(path_type=Path), help="Configuration file."
    )
    return option(command)


def only_options(command: F) -> F:
    """Add ``--ticket`` and ``--rule``."""
    ticket = click.option(
        "--ticket", "tickets", multiple=True, metavar="ID", help="Only this ticket."
    )
    rule = click.option("--rule", "rules", multiple=True, metavar="ID", help="Only this rule.")
    return ticket(rule(command))


def config_path(config: Path | None) -> Path:
    """Return the configuration to use: of the command, of the group, or the usual one."""
    from sdtools.config.load import find_config

    context = click.get_current_context()
    of_group = context.find_root().obj or {}
    return find_config(config or of_group.get("config"))
