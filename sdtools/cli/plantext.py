"""A plan as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from operator import itemgetter

import click

from sdtools.cli.output import table
from sdtools.plan import Change, Plan, Reason

__all__ = ["plan_document", "print_plan"]

_LONGEST = 48  # characters of a value in a table


def plan_document(plan: Plan) -> dict[str, object]:
    """Return the JSON document of a plan."""
    return {
        "plan": plan.id,
        "desk": plan.desk,
        "now": plan.now.isoformat(),
        "tickets": plan.tickets,
        "changes": [_change(change) for change in plan.changes],
        "switched_off": [asdict(off) for off in plan.switched_off],
        "conflicts": [asdict(conflict) for conflict in plan.conflicts],
        "yields": [asdict(yielded) for yielded in plan.yields],
        "blocked": asdict(plan.blocked) if plan.blocked else None,
    }


def print_plan(plan: Plan, limit: int) -> None:
    """Print a plan for people: up to ``limit`` changes of all rules with reasons, then the sums."""
    rows = [_row(change) for change in _some_of_each(plan.changes, limit)]
    if rows:
        table(("ticket", "rule", "change", "before", "after", "because"), rows)
    if len(plan.changes) > limit:
        click.echo(f"... and {len(plan.changes) - limit} more; all of them: --json or --out FILE")
    for off in plan.switched_off:
        click.echo(click.style(f"switched off here: {off.rule}: {off.reason}", fg="yellow"))
    for conflict in plan.conflicts:
        click.echo(
            f"conflict on ticket {conflict.ticket}: {conflict.rule} wants {conflict.field}"
            f" {conflict.wanted}; {conflict.winner} set {conflict.value}"
        )
    _print_sums(plan)


def _some_of_each(changes: Sequence[Change], limit: int) -> list[Change]:
    """Choose so many changes that every rule shows, in the plan's order."""
    turns: Counter[str] = Counter()
    ranked = []
    for place, change in enumerate(changes):
        turns[change.rule] += 1
        ranked.append((turns[change.rule], place))
    return [changes[place] for _, place in sorted(sorted(ranked)[:limit], key=itemgetter(1))]


def _print_sums(plan: Plan) -> None:
    rules = Counter(change.rule for change in plan.changes)
    for rule, count in rules.items():
        click.echo(f"{count:5}  {rule}")
    touched = len({change.ticket for change in plan.changes})
    observed = sum(change.observe for change in plan.changes)
    observing = f" ({observed} only observed)" if observed else ""
    click.echo(
        f"{len(plan.changes)} changes{observing} on {touched} of {plan.tickets} tickets;"
        f" {len(plan.yields)} left to people or the desk"
    )
    if plan.blocked:
        blocked = plan.blocked
        text = (
            f"over the limit on {blocked.limit}: {blocked.wanted} wanted, {blocked.allowed} allowed"
        )
        click.echo(click.style(text, fg="red"))
        click.echo(f"  {blocked.advice}")


def _change(change: Change) -> dict[str, object]:
    return {
        "key": change.key,
        "ticket": change.ticket,
        "number": change.number,
        "rule": change.rule,
        "section": change.section,
        "action": change.effect.kind,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "observe": change.observe,
        "why": [asdict(reason) for reason in change.why],
    }


def _row(change: Change) -> tuple[str, ...]:
    because = "; ".join(_reason(reason) for reason in change.why)
    what = (
        f"{change.effect.kind} {change.field}"
        if change.effect.kind != change.field
        else change.field
    )
    return (
        change.number,
        change.rule,
        what,
        _short(change.before),
        _short(change.after),
        _short(because),
    )


def _reason(reason: Reason) -> str:
    return f"{reason.fact} = {reason.actual}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
