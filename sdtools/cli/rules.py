"""``sdtools rules``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtools.cli.failure import DONE
from sdtools.cli.options import Clock, as_json, clock_option, config_option, config_path
from sdtools.cli.output import document, note, table

if TYPE_CHECKING:
    from sdtools.verbs.rules_list import ListedRule

__all__ = ["command"]

_WRONG = 2


@click.group("rules")
def command() -> None:
    """Check rule files, and list rules with what became of them."""


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


@command.command("list")
@click.argument("desk", required=False)
@config_option
@clock_option
@as_json
def list_(desk: str | None, config: Path | None, clock: Clock, as_json: bool) -> None:
    """List the rules: owner, why, since when, last fired, how often people overrule them.

    Those that nobody has needed for 90 days, and those that people overrule most, are named at
    the end. "tickets" counts those on which a rule has acted, "overruled" the share of them on
    which a person changed it back.

    Example: sdtools rules list glpi
    """
    from sdtools.verbs.rules_list import list_rules
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace:
        found = list_rules(workspace, workspace.settings.desk(desk), clock.first)
    if as_json:
        document({"rules": [_listed(one) for one in found]})
        return
    table(_COLUMNS, [_row(one) for one in found])
    _print_remarks(found)


_COLUMNS = ("rule", "state", "owner", "since", "last fired", "tickets", "overruled", "why")
_WORTH_A_LOOK = 5  # tickets: a share of fewer says little
_NAMED = 3


def _row(one: ListedRule) -> tuple[str, ...]:
    known = one.statistics
    seen = f" ({one.observed} this week)" if one.state == "observe" else ""
    return (
        one.rule.id,
        f"{one.state}{seen}",
        one.rule.owner,
        _day(known.since, "not yet"),
        _day(known.last_fired, "never"),
        str(known.acted),
        f"{known.share:.0%}" if known.acted else "",
        one.rule.why,
    )


def _print_remarks(found: tuple[ListedRule, ...]) -> None:
    unneeded = [one.rule.id for one in found if one.unneeded]
    if unneeded:
        note(f"not needed for 90 days: {', '.join(unneeded)}")
    overruled = sorted(
        (
            one
            for one in found
            if one.statistics.overruled and one.statistics.acted >= _WORTH_A_LOOK
        ),
        key=lambda one: (-one.statistics.share, one.rule.id),
    )
    if overruled:
        shares = (f"{one.rule.id} ({one.statistics.share:.0%})" for one in overruled[:_NAMED])
        note(f"overruled by people most: {', '.join(shares)}")


def _listed(one: ListedRule) -> dict[str, object]:
    known = one.statistics
    return {
        "rule": one.rule.id,
        "section": one.rule.section,
        "state": one.state,
        "owner": one.rule.owner,
        "why": one.rule.why,
        "since": known.since and known.since.isoformat(),
        "last_fired": known.last_fired and known.last_fired.isoformat(),
        "fired": known.fired,
        "tickets": known.acted,
        "overruled": known.overruled,
        "overruled_share": round(known.share, 4),
        "observed_this_week": one.observed,
        "unneeded": one.unneeded,
    }


def _day(moment: datetime | None, never: str) -> str:
    return f"{moment:%Y-%m-%d}" if moment else never
