"""``sdtools resume``."""

from __future__ import annotations

from pathlib import Path

import click

from sdtools.cli.options import Clock, as_json, clock_option, config_option, config_path
from sdtools.cli.output import document

__all__ = ["command"]


@click.command("resume")
@click.argument("target", metavar="[DESK|RULE]", default="")
@config_option
@clock_option
@as_json
def command(target: str, config: Path | None, clock: Clock, as_json: bool) -> None:
    """End a pause before its time; without a name the one of everything.

    Pauses of other desks and rules last, and are named.

    Example: sdtools resume glpi
    """
    from sdtools.verbs.pause import resume
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace:
        lasting = resume(workspace, target, clock.first)
    if as_json:
        document({"resumed": target, "paused": [one.target for one in lasting]})
        return
    click.echo(f"the pause of {target or 'everything'} has ended")
    for one in lasting:
        click.echo(click.style(f"{one.target} is still {one.words}", fg="yellow"))
