"""Count what each rule found in a pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sdtools.plan import RuleCount
from sdtools.rules.judgement import Judgement, Pass

__all__ = ["count_rules"]


def count_rules(judged: Pass, results: Iterable[Judgement]) -> tuple[RuleCount, ...]:
    """Count tickets by rule, in the order of the book; rules that were not judged are left out."""
    counts: dict[str, Counter[str]] = {
        rule.id: Counter() for rule in judged.book.rules if judged.judges(rule)
    }
    for result in results:
        count = counts.get(result.rule.id)
        if count is not None:
            count["matched"] += result.holds
            count["changed"] += any(not change.observe for change in result.changes)
            count["observed"] += any(change.observe for change in result.changes)
            count["yielded"] += bool(result.yields)
            count["waiting"] += bool(result.conflicts)
    return tuple(
        RuleCount(
            rule=rule,
            matched=count["matched"],
            changed=count["changed"],
            observed=count["observed"],
            yielded=count["yielded"],
            waiting=count["waiting"],
        )
        for rule, count in counts.items()
    )
