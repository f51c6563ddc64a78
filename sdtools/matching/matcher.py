"""Match the text of a ticket against known errors: declared signatures first, then likeness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sdtools.matching.confidence import confidence, features
from sdtools.matching.index import Hits, Index
from sdtools.matching.signature import Signatures
from sdtools.matching.texts import Texts
from sdtools.model.knowledge import Candidate, KnownError

__all__ = ["POOL", "Matcher", "best_of"]

POOL = 10  # documents that confidence compares with each other
_SHOWN = 4  # words of evidence
_ENOUGH = 2  # different words to share: "VPN" alone names a topic and no error
_ONE_WORD = 0.4  # what is left of a score that rests on one word: below a threshold of 0.5


class Matcher:
    """A base of known errors, ready to be asked: about 3 s for 10,000 of 300 words each.

    Raises ValueError when a signature holds a pattern that is none.
    """

    def __init__(self, known: Sequence[KnownError]) -> None:
        self._ids = [one.id for one in known]
        self._signatures = Signatures(known)
        self._texts = Texts(known)
        self._index = Index(self._texts.documents)

    def candidates(self, text: str, best: int = 5) -> tuple[Candidate, ...]:
        """Return the known errors that fit a ticket's text (title first), best first.

        Those whose signature the text bears come first, with score 1.0. The score of the others is
        how likely each is the right one; it never rises from one to the next.
        """
        declared = self._signatures.matches(text)
        alike = self._alike(text)
        order = {number: place for place, (number, _, _) in enumerate(alike)}
        first = [
            Candidate(known_error=self._ids[number], score=1.0, signature=True, evidence=evidence)
            for number, evidence in sorted(
                declared.items(), key=lambda one: (order.get(one[0], len(order)), one[0])
            )
        ]
        rest = [
            Candidate(known_error=self._ids[number], score=score, signature=False, evidence=shown)
            for number, score, shown in alike
            if number not in declared
        ]
        return tuple((first + rest)[:best])

    def _alike(self, text: str) -> list[tuple[int, float, str]]:
        query = self._texts.query(text)
        if not query or not self._index.size:
            return []
        scores = self._index.scores([stem for stem, _ in query])
        documents = best_of(scores.total(), POOL)
        if not len(documents):
            return []
        found = _found_in(scores.hits, documents, self._index.size)
        sure = confidence(features(scores, documents))
        sure[(found > 0).sum(axis=1) < _ENOUGH] *= _ONE_WORD
        sure = np.minimum.accumulate(sure)
        written = dict(reversed(query))
        names = [written[word] for word in scores.hits.words]
        return [
            (int(document), round(float(score), 4), _evidence(row, names))
            for document, score, row in zip(documents, sure, found, strict=True)
        ]


def best_of(total: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return the places of the highest scores above 0, best first, the earlier one when equal."""
    if len(total) > count:
        least = np.partition(total, -count)[-count]
        places = np.flatnonzero((total >= least) & (total > 0))
    else:
        places = np.flatnonzero(total > 0)
    return places[np.argsort(-total[places], kind="stable")][:count]


def _found_in(hits: Hits, documents: NDArray[np.intp], size: int) -> NDArray[np.float64]:
    """Return what each word of the query (columns) scored in each document (rows)."""
    row = np.full(size, -1)
    row[documents] = np.arange(len(documents))
    rows = row[hits.document]
    kept = rows >= 0
    found = np.zeros((len(documents), len(hits.words)))
    found[rows[kept], hits.word[kept]] = hits.score[kept]
    return found


def _evidence(row: NDArray[np.float64], names: Sequence[str]) -> str:
    said = [names[place] for place in np.argsort(-row, kind="stable")[:_SHOWN] if row[place] > 0]
    return "words " + ", ".join(dict.fromkeys(said))
