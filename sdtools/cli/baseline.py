"""``sdtools baseline``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from sdtools.cli.options import Clock, as_json, clock_option, config_option, config_path
from sdtools.cli.output import counting, document

__all__ = ["command"]


@click.command("baseline")
@click.argument("desk", required=False)
@config_option
@clock_option
@as_json
def command(desk: str | None, config: Path | None, clock: Clock, as_json: bool) -> None:
    """Take a desk as it is: what is there counts as settled by people.

    Rules then act only on what happens from now on. Example: sdtools baseline glpi
    """
    from sdtools.verbs.baseline import baseline_desk
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace, counting("tickets") as count:
        settings = workspace.settings.desk(desk)
        done = baseline_desk(workspace, settings, clock.first, clock.wall, count)
    if as_json:
        document({"desk": settings.name, **asdict(done), "seconds": clock.seconds})
        return
    click.echo(
        f"{settings.name}: {done.tickets} tickets taken as they are,"
        f" {done.episodes} episodes open; from now on rules act on what changes"
    )
