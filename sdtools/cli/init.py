"""``sdtools init``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from sdtools.cli.options import as_json
from sdtools.cli.output import document, note

__all__ = ["command"]


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@as_json
def command(folder: Path, as_json: bool) -> None:
    """Write a starter sdtools.yaml, rules.yaml and templates/ into a folder.

    Files that are there are kept. Example: sdtools init desk
    """
    from sdtools.verbs.init import init

    started = init(folder)
    if as_json:
        document(asdict(started))
        return
    for path in started.written:
        click.echo(f"written  {path}")
    for path in started.kept:
        click.echo(f"kept     {path}")
    note("Next: put the desk's url and tokens into sdtools.yaml, then run `sdtools doctor`.")
