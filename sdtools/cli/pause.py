"""``sdtools pause``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from getpass import getuser
from pathlib import Path

import click

from sdtools.cli.options import (
    Clock,
    MomentType,
    as_json,
    clock_option,
    config_option,
    config_path,
)
from sdtools.cli.output import document, note

__all__ = ["command"]

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class UntilType(click.ParamType[datetime | timedelta]):
    """A moment in ISO form, or how long from now: 30m, 4h, 2d, 1w."""

    name = "TIME"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | timedelta:
        """Read the moment or the duration."""
        if isinstance(value, datetime):
            return value
        number, unit = value[:-1], value[-1:]
        if unit in _UNITS and number.isdecimal() and len(number) <= 4:  # noqa: PLR2004 - 9999w overflows nothing
            return timedelta(**{_UNITS[unit]: int(number)})
        try:
            return MomentType().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no time; write 4h, 2d, or 2026-11-22T09:00Z", param, ctx)


@click.command("pause")
@click.argument("target", metavar="[DESK|RULE]", default="")
@click.option("--until", type=UntilType(), required=True, help="ISO time, or 30m, 4h, 2d, 1w.")
@click.option("--why", required=True, help="The reason, shown to everybody who meets it.")
@config_option
@clock_option
@as_json
def command(
    target: str,
    until: datetime | timedelta,
    why: str,
    config: Path | None,
    clock: Clock,
    as_json: bool,
) -> None:
    """Stop a desk or a rule for a while; without a name everything.

    A paused desk is read, planned and reported, and not changed: apply exits 4, a schedule goes
    on with its other desks. A paused rule takes no part and keeps its memory. A second pause of
    the same takes the place of the first. `sdtools status` shows what is paused.

    Example: sdtools pause glpi --until 4h --why "the mail server is moved"
    """
    from sdtools.verbs.pause import pause
    from sdtools.verbs.workspace import open_workspace

    now = clock.first
    end = until if isinstance(until, datetime) else now + until
    with open_workspace(config_path(config)) as workspace:
        made = pause(workspace, target, end, why, _login(), now)
    if as_json:
        document({**asdict(made), "since": made.since.isoformat(), "until": made.until.isoformat()})
        return
    click.echo(f"{made.target} is {made.words}")
    note(f"to go on earlier: sdtools resume {target}".rstrip())


def _login() -> str:
    """Return who asks, by the login on this machine; "" where there is none (a container)."""
    try:
        return getuser()
    except (KeyError, OSError):
        return ""
