"""Look into runs: what became of each rule's changes, and how two runs differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sdtools.plan import OutcomeState, RuleCount
from sdtools.store.records import ChangeRecord, RunRecord

__all__ = ["Difference", "RuleInRun", "difference", "rules_of"]

_UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInRun:
    """One rule in one run: tickets that it matched, and its changes by outcome."""

    rule: str
    matched: int | None  # None: the run is older than this count, or took something back
    yielded: int  # tickets left to people, the desk or another rule
    waiting: int  # tickets where an earlier rule had set the field
    observed: int  # tickets that it would have changed, were it not in `mode: observe`
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How two runs differ, in changes known by ticket, rule and action."""

    same_rules: bool  # both were made by the same rule book
    only_first: tuple[ChangeRecord, ...]
    only_second: tuple[ChangeRecord, ...]
    moved: tuple[tuple[ChangeRecord, ChangeRecord], ...]  # another value, or another outcome
    rules: tuple[tuple[str, int, int], ...]  # rule, tickets matched in each; only what differs


def rules_of(run: RunRecord) -> tuple[RuleInRun, ...]:
    """Return what became of each rule in a run: first those that were judged, in their order."""
    outcomes: dict[str, Counter[str]] = {}
    for change in run.changes:
        outcomes.setdefault(change.rule, Counter())[_state(change)] += 1
    judged = {count.rule: count for count in run.summary.rules}
    names = dict.fromkeys((*judged, *outcomes))
    return tuple(_in_run(name, judged.get(name), outcomes.get(name, Counter())) for name in names)


def _in_run(name: str, count: RuleCount | None, outcomes: Counter[str]) -> RuleInRun:
    return RuleInRun(
        rule=name,
        matched=count.matched if count else None,
        yielded=(count.yielded if count else 0) + outcomes[OutcomeState.yielded.value],
        waiting=count.waiting if count else 0,
        observed=count.observed if count else 0,
        outcomes=dict(outcomes),
    )


def difference(first: RunRecord, second: RunRecord) -> Difference:
    """Compare two runs."""
    one, other = _by_place(first), _by_place(second)
    both = [(one[place], other[place]) for place in one if place in other]
    return Difference(
        same_rules=first.summary.rulebook == second.summary.rulebook,
        only_first=tuple(change for place, change in one.items() if place not in other),
        only_second=tuple(change for place, change in other.items() if place not in one),
        moved=tuple(pair for pair in both if _result(pair[0]) != _result(pair[1])),
        rules=tuple(_matched(first, second)),
    )


def _by_place(run: RunRecord) -> Mapping[tuple[str, str, str], ChangeRecord]:
    return {(change.ticket, change.rule, change.action): change for change in run.changes}


def _result(change: ChangeRecord) -> tuple[str, str]:
    return change.after, _state(change)


def _state(change: ChangeRecord) -> str:
    return change.state.value if change.state else _UNCLEAR


def _matched(first: RunRecord, second: RunRecord) -> list[tuple[str, int, int]]:
    one = {count.rule: count.matched for count in first.summary.rules}
    other = {count.rule: count.matched for count in second.summary.rules}
    names = dict.fromkeys((*one, *other))
    return [
        (name, one.get(name, 0), other.get(name, 0))
        for name in names
        if one.get(name, 0) != other.get(name, 0)
    ]
