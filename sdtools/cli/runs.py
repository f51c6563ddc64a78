"""``sdtools runs``: look into the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtools.cli.options import as_json, config_option, config_path
from sdtools.cli.output import document, note, short, table

if TYPE_CHECKING:
    from sdtools.store.records import ChangeRecord, RunSummary
    from sdtools.verbs.runs import Difference, RuleInRun

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
    if not found:
        note("no run yet; the first pass: sdtools plan DESK, then sdtools apply DESK")
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
    """Show one run: what each rule matched and what became of it, then every change.

    Long texts are cut; --json has them whole. `sdtools runs list` shows the runs.

    Example: sdtools runs show r-20261122-073000-1a2b
    """
    from sdtools.store.records import find_run
    from sdtools.verbs.runs import rules_of
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace:
        found = find_run(workspace.database, run)
    rules = rules_of(found)
    if as_json:
        changes = [_change(change) for change in found.changes]
        document({**_run(found.summary), "rules": [asdict(r) for r in rules], "changes": changes})
        return
    _print_run(found.summary)
    told = [_rule_row(rule) for rule in rules if rule.matched or rule.outcomes]
    if told:
        table(_RULE_COLUMNS, told)
    rows = [(*_brief(change), change.detail) for change in found.changes]
    if rows:
        table(("ticket", "rule", "field", "before", "after", "outcome", "detail"), rows)


@command.command("diff")
@click.argument("first")
@click.argument("second")
@config_option
@as_json
def diff(first: str, second: str, config: Path | None, as_json: bool) -> None:
    """Tell how two runs differ: changes of one only, and what became something else.

    Example: sdtools runs diff r-20261121-073000-1a2b r-20261122-073000-3c4d
    """
    from sdtools.store.records import find_run
    from sdtools.verbs.runs import difference
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace:
        found = difference(
            find_run(workspace.database, first), find_run(workspace.database, second)
        )
    if as_json:
        document(_difference(found))
        return
    if not found.same_rules:
        note("the rules were edited between the two runs")
    rows = [(f"only {first}", *_brief(one)) for one in found.only_first]
    rows += [(f"only {second}", *_brief(one)) for one in found.only_second]
    for one, other in found.moved:
        rows += [(first, *_brief(one)), (second, *_brief(other))]
    if rows:
        table(("run", "ticket", "rule", "field", "before", "after", "outcome"), rows)
    for rule, one_count, other_count in found.rules:
        click.echo(f"{rule}: {one_count} tickets matched, then {other_count}")
    if not rows and not found.rules:
        click.echo("no difference")


_RULE_COLUMNS = (
    "rule",
    "matched",
    "observed",
    *("applied", "unchanged", "yielded", "overridden", "refused", "stale", "failed"),
)


def _rule_row(rule: RuleInRun) -> tuple[str, ...]:
    counts = {**rule.outcomes, "yielded": rule.yielded}
    matched = "" if rule.matched is None else str(rule.matched)
    counted = (str(counts.get(name, 0)) for name in _RULE_COLUMNS[3:])
    return (rule.rule, matched, str(rule.observed), *counted)


def _print_run(summary: RunSummary) -> None:
    click.echo(f"{summary.kind} of desk {summary.desk}, {summary.began:%Y-%m-%d %H:%M:%S} UTC")
    took = f", {(summary.ended - summary.began).total_seconds():.1f} s" if summary.ended else ""
    click.echo(f"{_counted(summary.counts)}; {summary.requests} requests{took}")
    if summary.error:
        click.echo(click.style(summary.error, fg="red"))


def _brief(change: ChangeRecord) -> tuple[str, ...]:
    state = change.state or "unclear"
    before, after = short(change.before), short(change.after)
    return (change.number, change.rule, change.field, before, after, state)


def _difference(found: Difference) -> dict[str, object]:
    return {
        "same_rules": found.same_rules,
        "only_first": [_change(change) for change in found.only_first],
        "only_second": [_change(change) for change in found.only_second],
        "moved": [[_change(one), _change(other)] for one, other in found.moved],
        "matched": [
            {"rule": rule, "first": one, "second": other} for rule, one, other in found.rules
        ],
    }


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in counts.items()) or "no changes"


def _run(run: RunSummary) -> dict[str, object]:
    return {
        **asdict(run),
        "began": run.began.isoformat(),
        "ended": run.ended and run.ended.isoformat(),
        "seconds": run.ended and (run.ended - run.began).total_seconds(),
    }


def _change(change: ChangeRecord) -> dict[str, object]:
    return {**asdict(change), "at": change.at.isoformat()}
