"""List the rules of a desk with what became of them: who needs them, who overrules them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sdtools.config.settings import DeskSettings
from sdtools.rules.book import Rule
from sdtools.rules.judgement import paused
from sdtools.store.observations import ObservationBook
from sdtools.store.statistics import RuleStatistics, read_statistics
from sdtools.verbs.pause import paused_rules
from sdtools.verbs.workspace import Workspace, load_book

__all__ = ["ListedRule", "list_rules"]

_UNNEEDED = timedelta(days=90)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRule:
    """One rule as the book has it, and what it did on the desk."""

    rule: Rule
    state: Literal["apply", "observe", "disabled", "paused"]
    statistics: RuleStatistics
    observed: int  # tickets that it would have changed in the last seven days
    unneeded: bool  # judged for 90 days or more, and nobody has needed it since


def list_rules(
    workspace: Workspace, settings: DeskSettings, now: datetime
) -> tuple[ListedRule, ...]:
    """Return the rules of a desk in the order of the book."""
    known = read_statistics(workspace.database, settings.name)
    observed = ObservationBook(workspace.database, settings.name).between(now - _WEEK, now)
    pauses = paused_rules(workspace.database, now)
    return tuple(
        ListedRule(
            rule=rule,
            state="paused" if paused(rule, pauses) else _state(rule),
            statistics=known.get(rule.id, RuleStatistics()),
            observed=observed.get(rule.id, 0),
            unneeded=_unneeded(known.get(rule.id, RuleStatistics()), now),
        )
        for rule in load_book(settings).rules
    )


def _state(rule: Rule) -> Literal["apply", "observe", "disabled"]:
    if not rule.enabled:
        return "disabled"
    return "observe" if rule.observe else "apply"


def _unneeded(known: RuleStatistics, now: datetime) -> bool:
    last = known.last_fired or known.since
    return last is not None and now - last >= _UNNEEDED
