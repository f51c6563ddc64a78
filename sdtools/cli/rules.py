"""``sdtools rules``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from sdtools.cli.failure import DONE
from sdtools.cli.options import as_json, config_option, config_path
from sdtools.cli.output import document

__all__ = ["command"]

_WRONG = 2


@click.group("rules")
def command() -> None:
    """Check rule files."""


@command.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--desk", help="Also look every name up in the mirror of this desk.")
@config_option
@as_json
def check(file: Path | None, desk: str | None, config: Path | None, as_json: bool) -> int:
    """Show all mistakes of a rule file, or of those of a configuration.

    Example: sdtools rules check rules.yaml
    """
    from sdtools.verbs.rules_check import check_configured, check_files

    if file and not desk:
        mistakes = check_files((file,), None)
    else:
        mistakes = check_configured(config_path(config), desk)
    if as_json:
        keys = ("file", "line", "column", "code", "message", "hint")
        errors = [{key: asdict(mistake)[key] for key in keys} for mistake in mistakes]
        document({"ok": not mistakes, "errors": errors})
        return _WRONG if mistakes else DONE
    for mistake in mistakes:
        click.echo(str(mistake), err=True)
        if mistake.source.strip():
            click.echo(f"    {mistake.source.strip()}", err=True)
    if mistakes:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        click.echo(click.style(count, fg="red"), err=True)
        return _WRONG
    click.echo("no mistakes")
    return DONE
