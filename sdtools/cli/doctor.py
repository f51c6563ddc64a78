"""``sdtools doctor``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtools.cli.failure import DONE
from sdtools.cli.options import Clock, as_json, clock_option, config_option, config_path
from sdtools.cli.output import document

if TYPE_CHECKING:
    from sdtools.verbs.doctor import Diagnosis

__all__ = ["command", "print_checks"]

_FAILED = 3


@click.command("doctor")
@click.argument("desk", required=False)
@click.option(
    "--canary",
    default="",
    metavar="TICKET",
    help="Write a field of this ticket its own value, to prove the right to write.",
)
@config_option
@clock_option
@as_json
def command(desk: str | None, canary: str, config: Path | None, clock: Clock, as_json: bool) -> int:
    """Check a desk: reach, version, account, rights, clock, time zone, page size, names.

    Once it has been pulled, also: facts that rules look at and nobody may read, and rules that
    yielded to the desk's own, which changed back twice what they wrote. Each finding says what to
    do about it.

    Example: sdtools doctor glpi --canary 1042
    """
    from sdtools.verbs.doctor import diagnose
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace:
        settings = workspace.settings.desk(desk)
        diagnosis = diagnose(workspace, settings, clock.first, canary)
    if as_json:
        document(
            {
                "desk": diagnosis.desk,
                "ok": diagnosis.ok,
                "checks": [asdict(check) for check in diagnosis.checks],
            }
        )
    else:
        print_checks(diagnosis)
    return DONE if diagnosis.ok else _FAILED


def print_checks(diagnosis: Diagnosis) -> None:
    """Print each finding, and what to do about the bad ones."""
    for check in diagnosis.checks:
        mark = click.style("ok  ", fg="green") if check.ok else click.style("BAD ", fg="red")
        click.echo(f"{mark} {check.name:<12} {check.found}")
        if check.advice and not check.ok:
            click.echo(f"     {'':<12} -> {check.advice}")
