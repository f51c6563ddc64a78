"""``sdtools explain``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtools.cli.options import Clock, as_json, clock_option, config_option, config_path
from sdtools.cli.output import document, note

if TYPE_CHECKING:
    from sdtools.rules.explain import Explanation

__all__ = ["command"]

_COLOURS = {"fires": "green", "acted": "green", "holds": "cyan", "off": "yellow"}
_MARKS = {True: "true ", False: "FALSE", None: "?    "}


@click.command("explain")
@click.argument("desk")
@click.argument("ticket")
@config_option
@clock_option
@as_json
def command(desk: str, ticket: str, config: Path | None, clock: Clock, as_json: bool) -> None:
    """Tell for one ticket what each rule does, and which condition stops the others.

    Reads the mirror. Example: sdtools explain glpi 1042
    """
    from sdtools.verbs.explain import explain_ticket
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace:
        settings = workspace.settings.desk(desk)
        told = explain_ticket(workspace, settings, ticket, clock.first)
    if told.pulled:
        note(f"as of the last pull, {told.pulled:%Y-%m-%d %H:%M} UTC")
    if as_json:
        document({"ticket": told.ticket.id, "rules": [_document(rule) for rule in told.rules]})
        return
    shown = told.ticket
    click.echo(f"{shown.number}: {shown.title}")
    click.echo(f"  {shown.kind}, {shown.status}, priority {shown.priority.name}; {shown.url}")
    for rule in told.rules:
        _print(rule)


def _document(told: Explanation) -> dict[str, object]:
    stopped = told.stopped_by
    return {
        "rule": told.rule.id,
        "section": told.rule.section,
        "fired": told.fired,
        "state": told.state.value,
        "conditions": [asdict(condition) for condition in told.conditions],
        "stopped_by": asdict(stopped) if stopped and not told.fired else None,
        "changes": [
            {"field": change.field, "before": change.before, "after": change.after}
            for change in told.changes
        ],
        "yields": [asdict(yielded) for yielded in told.yields],
        "conflicts": [asdict(conflict) for conflict in told.conflicts],
        "notes": list(told.notes),
    }


def _print(told: Explanation) -> None:
    state = click.style(f"{told.state.value:<8}", fg=_COLOURS.get(told.state.value))
    why = f"  {told.rule.why}" if told.rule.why else ""
    click.echo(f"{state} {told.rule.section}/{told.rule.id}{why}")
    stopped = told.stopped_by
    for condition in told.conditions:
        here = "  <- stops it" if condition is stopped and not told.fired else ""
        click.echo(
            f"         {_MARKS[condition.holds]} {condition.fact} {condition.operator}"
            f" {condition.wanted} (is: {condition.actual or 'empty'}){here}"
        )
    for change in told.changes:
        before = f"{change.before or 'nothing'} to " if change.after_value else ""
        click.echo(f"         -> {change.field}: {before}{change.after}")
    for yielded in told.yields:
        click.echo(
            f"         leaves {yielded.field} to {yielded.to}: wrote {yielded.wrote or 'nothing'},"
            f" found {yielded.found or 'nothing'}"
        )
    for conflict in told.conflicts:
        click.echo(f"         waits: {conflict.winner} set {conflict.field} to {conflict.value}")
    for text in told.notes:
        click.echo(f"         note: {text}")
