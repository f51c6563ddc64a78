"""``sdtools pull``."""

from __future__ import annotations

from pathlib import Path

import click

from sdtools.cli.options import Clock, as_json, clock_option, config_option, config_path
from sdtools.cli.output import counting, document

__all__ = ["command"]


@click.command("pull")
@click.argument("desk", required=False)
@click.option("--full", is_flag=True, help="Read everything again, not only what changed.")
@config_option
@clock_option
@as_json
def command(desk: str | None, full: bool, config: Path | None, clock: Clock, as_json: bool) -> None:
    """Refresh the local mirror of a desk.

    Example: sdtools pull glpi --full
    """
    from sdtools.verbs.connect import connect
    from sdtools.verbs.plan import refresh
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace:
        settings = workspace.settings.desk(desk)
        with connect(settings) as open_desk, counting(f"tickets of {settings.name}") as count:
            pulled = refresh(workspace, settings, open_desk, clock.first, full, count)
            requests = open_desk.requests
    if as_json:
        document(
            {
                "desk": pulled.desk,
                "fetched": pulled.fetched,
                "new": pulled.new,
                "changed": pulled.changed,
                "removed": pulled.removed,
                "missing": pulled.missing,
                "requests": requests,
                "seconds": clock.seconds,
            }
        )
        return
    click.echo(
        f"{pulled.desk}: {pulled.fetched} fetched, {pulled.new} new, {pulled.changed} changed, "
        f"{pulled.removed} removed ({requests} requests, {clock.seconds} s)"
    )
