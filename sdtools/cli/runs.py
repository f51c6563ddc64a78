"""``sdtools runs``: look into the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtools.cli.options import as_json, config_option, config_path
from sdtools.cli.output import document, table

if TYPE_CHECKING:
    from sdtools.store.records import ChangeRecord, RunSummary

__all__ = ["command"]


@click.group("runs")
def command() -> None:
    """Look into the journal: runs, changes, outcomes."""


@command.command("list")
@click.option("--most", default=20, show_default=True, help="How many runs.")
@config_option
@as_json
def list_runs(most: int, config: Path | None, as_json: bool) -> None:
    """List the latest runs.

    Example: sdtools runs list
    """
    from sdtools.store.records import runs_of_all
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace:
        found = runs_of_all(workspace.database, most)
    if as_json:
        document({"runs": [_run(run) for run in found]})
        return
    rows = [
        (
            run.id,
            run.desk,
            run.kind,
            f"{run.began:%Y-%m-%d %H:%M}",
            str(run.planned),
            _counted(run.counts),
            run.error or ("done" if run.ended else "not ended"),
        )
        for run in found
    ]
    table(("run", "desk", "kind", "began (UTC)", "planned", "outcomes", "end"), rows)


@command.command("show")
@click.argument("run")
@config_option
@as_json
def show_run(run: str, config: Path | None, as_json: bool) -> None:
    """Show one run with its changes.

    Example: sdtools runs show r-20261122-073000-1a2b
    """
    from sdtools.store.records import find_run
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace:
        found = find_run(workspace.database, run)
    if as_json:
        changes = [_change(change) for change in found.changes]
        document({**_run(found.summary), "changes": changes})
        return
    summary = found.summary
    click.echo(f"{summary.kind} of desk {summary.desk}, {summary.began:%Y-%m-%d %H:%M:%S} UTC")
    click.echo(f"{_counted(summary.counts)}; {summary.requests} requests")
    if summary.error:
        click.echo(click.style(summary.error, fg="red"))
    rows = [
        (c.number, c.rule, c.field, c.before, c.after, c.state or "unclear", c.detail)
        for c in found.changes
    ]
    table(("ticket", "rule", "field", "before", "after", "outcome", "detail"), rows)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in counts.items()) or "no changes"


def _run(run: RunSummary) -> dict[str, object]:
    return {
        **asdict(run),
        "began": run.began.isoformat(),
        "ended": run.ended and run.ended.isoformat(),
    }


def _change(change: ChangeRecord) -> dict[str, object]:
    return {**asdict(change), "at": change.at.isoformat()}
