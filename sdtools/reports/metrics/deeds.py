"""What sdtools did in the week, rule by rule, and the known errors behind the new tickets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sdtools.model.knowledge import KnownError, KnownErrorKind
from sdtools.model.ticket import Ticket
from sdtools.plan import OutcomeState
from sdtools.reports.metrics.metric import Table, Words

__all__ = ["DEEDS", "ChangeRecordLike", "Deeds", "Linked", "deeds", "most_linked"]

_LINKED = 5


class ChangeRecordLike(Protocol):
    """What the report reads of a change in the journal."""

    @property
    def rule(self) -> str:
        """Return the id of the rule."""
        ...

    @property
    def ticket(self) -> str:
        """Return the id of the ticket."""
        ...

    @property
    def state(self) -> OutcomeState | str | None:
        """Return what became of the change; None while nobody knows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """What became of the changes of one rule in the week."""

    rule: str
    tickets: int  # that it changed
    applied: int
    refused: int
    overridden: int
    failed: int

    @property
    def troubles(self) -> tuple[tuple[str, int], ...]:
        """Return how many changes did not end as wanted, by what became of them."""
        counts = {
            "refused": self.refused,
            "overridden": self.overridden,
            "failed": self.failed,
        }
        return tuple((state, count) for state, count in counts.items() if count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A known error and how many of the new tickets are linked to it."""

    id: str
    title: str
    url: str
    count: int


def deeds(records: Iterable[ChangeRecordLike]) -> tuple[Deeds, ...]:
    """Add up the records rule by rule, the busiest first; what left nothing behind is left out."""
    states: dict[str, Counter[str]] = defaultdict(Counter)
    tickets: dict[str, set[str]] = defaultdict(set)
    for record in records:
        states[record.rule][str(record.state)] += 1
        if record.state == OutcomeState.applied:
            tickets[record.rule].add(record.ticket)
    rows = (
        Deeds(
            rule=rule,
            tickets=len(tickets[rule]),
            applied=count[OutcomeState.applied],
            refused=count[OutcomeState.refused],
            overridden=count[OutcomeState.overridden],
            failed=count[OutcomeState.failed],
        )
        for rule, count in states.items()
    )
    told = (row for row in rows if row.applied or row.refused or row.overridden or row.failed)
    return tuple(sorted(told, key=lambda row: (-row.applied, row.rule)))


def most_linked(new: Iterable[Ticket], known_errors: Sequence[KnownError]) -> tuple[Linked, ...]:
    """Return the five known errors that most of these tickets are linked to."""
    count = Counter(
        key
        for ticket in new
        for key in (
            *((KnownErrorKind.article, article) for article in ticket.articles),
            *((KnownErrorKind.problem, problem) for problem in ticket.problems),
        )
    )
    rows = [
        Linked(
            id=known.id, title=known.title, url=known.url, count=count[known.kind, known.desk_id]
        )
        for known in known_errors
        if known.desk_id and count[known.kind, known.desk_id]
    ]
    return tuple(sorted(rows, key=lambda row: (-row.count, row.title, row.id))[:_LINKED])


DEEDS = (
    Table(
        id="known_errors",
        title=Words(fr="Erreurs connues les plus liées", en="Known errors linked most"),
        definition=Words(
            fr="Les cinq erreurs connues auxquelles le plus de tickets ouverts pendant la semaine "
            "sont liés, quel que soit l'auteur du lien.",
            en="The five known errors that most tickets opened in the week are linked to, whoever "
            "made the link.",
        ),
    ),
    Table(
        id="done",
        title=Words(fr="Ce que sdtools a fait", en="What sdtools did"),
        definition=Words(
            fr="Changements de la semaine et du lendemain, jusqu'à ce rapport, règle par règle : "
            "appliqués (relus sur l'outil), refusés par l'outil, remplacés aussitôt par l'outil, "
            "ou en échec. À la fin, les règles laissées à celles de l'outil, qui a remplacé deux "
            "fois ce qu'elles avaient écrit, et sur combien de tickets.",
            en="Changes of the week and the day after it, up to this report, rule by rule: applied "
            "(and read back), refused by the desk, overridden by the desk at once, or failed. At "
            "the end, rules left to the desk's own, which replaced twice what they had written, "
            "and on how many tickets.",
        ),
    ),
)
