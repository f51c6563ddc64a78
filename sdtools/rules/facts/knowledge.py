"""Facts about the known errors that a ticket may be a case of."""

from __future__ import annotations

from sdtools.model.knowledge import Candidate, KnownErrorKind
from sdtools.rules.subject import Subject
from sdtools.rules.values import Fact, FactType, Named

__all__ = ["KNOWLEDGE_FACTS", "best_candidate"]

_TEXTS = frozenset({"title", "description"})
_MATCHING = 6  # the dearest fact of all


def best_candidate(subject: Subject) -> Candidate | None:
    """Return the known error that a ticket fits best: a signature wins over any score."""
    candidates = subject.world.candidates.get(subject.ticket.id, ())
    return max(candidates, key=lambda one: (one.signature, one.score), default=None)


def _best(subject: Subject) -> tuple[Named, ...]:
    candidate = best_candidate(subject)
    if candidate is None:
        return ()
    known = subject.world.known_errors.get(candidate.known_error)
    return (
        Named(
            id=candidate.known_error,
            path=known.title if known else candidate.known_error,
            also=(candidate.known_error,),
        ),
    )


def _score(subject: Subject) -> float | None:
    candidate = best_candidate(subject)
    return candidate.score if candidate else None


def _linked(subject: Subject) -> bool:
    candidate = best_candidate(subject)
    known = subject.world.known_errors.get(candidate.known_error) if candidate else None
    if known is None or not known.desk_id:
        return False
    ticket = subject.ticket
    linked = ticket.articles if known.kind is KnownErrorKind.article else ticket.problems
    return known.desk_id in linked


def _signature(subject: Subject) -> bool:
    candidate = best_candidate(subject)
    return candidate is not None and candidate.signature


KNOWLEDGE_FACTS = (
    Fact(
        name="known_error",
        type=FactType.names,
        doc="The known error that fits best, by title or id (`article/12`).",
        read=_best,
        fields=_TEXTS,
        cost=_MATCHING,
    ),
    Fact(
        name="known_error.signature",
        type=FactType.flag,
        doc="Whether a pattern, error code or terms declared on it were found: safe to link.",
        read=_signature,
        fields=_TEXTS,
        cost=_MATCHING,
    ),
    Fact(
        name="known_error.score",
        type=FactType.number,
        doc="How well its text fits, 0 to 1: good enough to suggest; empty when none fits.",
        read=_score,
        fields=_TEXTS,
        cost=_MATCHING,
    ),
    Fact(
        name="known_error.linked",
        type=FactType.flag,
        doc="Whether the one that fits best is linked already.",
        read=_linked,
        fields=frozenset({"title", "description", "articles", "problems"}),
        cost=_MATCHING,
    ),
)
