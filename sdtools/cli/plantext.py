"""A plan as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from operator import itemgetter

import click

from sdtools.cli.output import one_line, short, table
from sdtools.model.effects import Comment
from sdtools.plan import Change, Conflict, Plan, Reason, Yielded

__all__ = ["plan_document", "print_plan"]

_FEW = 10  # lines of conflicts, and of what is left alone
_LEFT = {
    "people": "to people",
    "desk": "to the desk",
    "parked": "alone: it went back and forth",
    "rule": "to another rule",
    "undo": "alone: the rule was undone here",
}


def plan_document(plan: Plan) -> dict[str, object]:
    """Return the JSON document of a plan."""
    return {
        "plan": plan.id,
        "desk": plan.desk,
        "now": plan.now.isoformat(),
        "tickets": plan.tickets,
        "changes": [_change(change) for change in plan.changes],
        "switched_off": [asdict(off) for off in plan.switched_off],
        "paused": [asdict(off) for off in plan.paused],
        "conflicts": [asdict(conflict) for conflict in plan.conflicts],
        "yields": [asdict(yielded) for yielded in plan.yields],
        "blocked": asdict(plan.blocked) if plan.blocked else None,
    }


def print_plan(plan: Plan, limit: int, numbers: Mapping[str, str]) -> None:
    """Print a plan for people: up to ``limit`` changes of all rules with reasons, then the sums.

    ``numbers`` holds the numbers of tickets by id, for those that have no change.
    """
    rows = [_row(change) for change in _some_of_each(plan.changes, limit)]
    if rows:
        table(("ticket", "rule", "change", "before", "after", "because"), rows)
    if len(plan.changes) > limit:
        click.echo(f"... and {len(plan.changes) - limit} more; all of them: --json or --out FILE")
    for off in plan.switched_off:
        click.echo(click.style(f"switched off here: {off.rule}: {off.reason}", fg="yellow"))
    for off in plan.paused:
        click.echo(click.style(f"rule {off.rule} is {off.reason}", fg="yellow"))
    known = {**numbers, **{change.ticket: change.number for change in plan.changes}}
    _print_some("conflicts", [_conflict(one, known) for one in plan.conflicts])
    _print_some("left alone", [_yielded(one, known) for one in plan.yields])
    _print_sums(plan)


def _print_some(what: str, lines: Sequence[str]) -> None:
    for line in lines[:_FEW]:
        click.echo(one_line(line))
    if len(lines) > _FEW:
        click.echo(f"... and {len(lines) - _FEW} more {what}; all of them: --json")


def _conflict(one: Conflict, numbers: Mapping[str, str]) -> str:
    ticket = numbers.get(one.ticket, one.ticket)
    return (
        f"conflict on ticket {ticket}: {one.rule} wants {one.field} {one.wanted};"
        f" {one.winner} set {one.value}"
    )


def _yielded(one: Yielded, numbers: Mapping[str, str]) -> str:
    ticket = numbers.get(one.ticket, one.ticket)
    return f"ticket {ticket}: {one.rule} leaves {one.field} {_LEFT[one.to]}"


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
    changes = "1 change" if len(plan.changes) == 1 else f"{len(plan.changes)} changes"
    left = f"{len(plan.yields)} left alone"
    click.echo(f"{changes}{observing} on {touched} of {plan.tickets} tickets; {left}")
    if plan.blocked:
        click.echo(click.style(f"over the {plan.blocked.words}", fg="red"))
        click.echo(f"  {plan.blocked.advice}")


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
        "public": _is_public(change),
        "why": [asdict(reason) for reason in change.why],
    }


def _row(change: Change) -> tuple[str, ...]:
    because = "; ".join(_reason(reason) for reason in change.why)
    return (
        change.number,
        change.rule,
        _what(change),
        short(change.before),
        short(change.after),
        short(because),
    )


def _what(change: Change) -> str:
    """Say what is done: a reviewer has to see what the requester will read."""
    kind = "public comment" if _is_public(change) else change.effect.kind
    what = kind if change.effect.kind == change.field else f"{kind} {change.field}"
    return f"{what} (observed)" if change.observe else what


def _is_public(change: Change) -> bool:
    return isinstance(change.effect, Comment) and change.effect.public


def _reason(reason: Reason) -> str:
    return f"{reason.fact} = {reason.actual or 'empty'}"
