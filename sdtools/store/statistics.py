"""Statistics of rules over all runs of a desk: since when, last needed, left to people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from sdtools.model.memory import RuleMemory
from sdtools.plan import UNDO, OutcomeState
from sdtools.store.codec import Codec
from sdtools.store.database import Database
from sdtools.store.schema import changes, memories, runs

__all__ = ["RuleStatistics", "read_statistics"]

_MEMORY = Codec(RuleMemory)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStatistics:
    """One rule on one desk; ``acted`` and ``overruled`` count tickets."""

    since: datetime | None = None  # the first run that judged it
    last_fired: datetime | None = None  # the last change that the desk took
    fired: int = 0  # changes that the desk took, ever
    acted: int = 0  # tickets on which it has acted
    overruled: int = 0  # of these, where a person changed a field back

    @property
    def share(self) -> float:
        """Return the share of its tickets on which people overruled it."""
        return self.overruled / self.acted if self.acted else 0.0


def read_statistics(database: Database, desk: str) -> Mapping[str, RuleStatistics]:
    """Return the statistics of every rule that ever ran on a desk, by rule id."""
    with database.reading() as connection:
        fired = _fired(connection, desk)
        since = _since(connection, desk)
        acted, overruled = _remembered(connection, desk)
    return {
        rule: _of_rule(fired.get(rule), since.get(rule), acted[rule], overruled[rule])
        for rule in {*fired, *since, *acted}
    }


def _of_rule(
    fired: _Fired | None, since: datetime | None, acted: int, overruled: int
) -> RuleStatistics:
    if fired is None:
        return RuleStatistics(since=since, acted=acted, overruled=overruled)
    return RuleStatistics(
        since=min(since or fired.first, fired.first),
        last_fired=fired.last,
        fired=fired.changes,
        acted=acted,
        overruled=overruled,
    )


class _Fired(NamedTuple):
    """When a rule's changes were taken by the desk, and how many."""

    first: datetime
    last: datetime
    changes: int


def _fired(connection: Connection, desk: str) -> Mapping[str, _Fired]:
    at = changes.c.at
    taken = changes.c.state.in_([OutcomeState.applied, OutcomeState.overridden])
    undone = select(runs.c.id).where(runs.c.desk == desk, runs.c.kind == UNDO)
    mine = and_(changes.c.desk == desk, taken, changes.c.run.not_in(undone))
    counted = select(changes.c.rule, func.min(at), func.max(at), func.count())
    found = connection.execute(counted.where(mine).group_by(changes.c.rule))
    return {rule: _Fired(first, last, number) for rule, first, last, number in found}


def _since(connection: Connection, desk: str) -> Mapping[str, datetime]:
    """Return when each rule was first judged; the newest run is read first, the oldest wins."""
    judged = select(runs.c.began, runs.c.rules).where(runs.c.desk == desk, runs.c.rules != "")
    since: dict[str, datetime] = {}  # of every run there ever was: a codec would take seconds
    for began, text in connection.execute(judged.order_by(runs.c.began.desc())):
        since.update((count["rule"], began) for count in json.loads(text))
    return since


def _remembered(connection: Connection, desk: str) -> tuple[Counter[str], Counter[str]]:
    """Count the tickets on which each rule acted, and those where a person overruled it."""
    columns = (memories.c.rule, memories.c.ticket, memories.c.document)
    found = connection.execute(select(*columns).where(memories.c.desk == desk))
    acted: Counter[str] = Counter()
    overruled: Counter[str] = Counter()
    for rule, ticket, document in found:
        memory = _MEMORY.load(document, {"rule": rule, "ticket": ticket})
        written = {entry.field for entry in memory.written}
        acted[rule] += bool(written or memory.fired)
        overruled[rule] += not written.isdisjoint(memory.yielded)  # to others: "field@whom"
    return acted, overruled
