"""Score documents against a query: BM25F over inverted lists, and how much of a title it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Document", "Hits", "Index", "Scores"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

# Weights and length corrections (b) of the fields: tuned once for all bases, on FAQ entries and
# support articles in English and in French; benchmarks/matching.py prints what they reach.
_TITLE, _BODY, _HEAD = (5.0, 0.3), (1.0, 0.75), (2.0, 0.3)
_HEAD_WORDS = 20
_SATURATION = 2.0  # k1: how soon saying a word again stops counting
_COVERAGE = 0.6  # what a title said in full is worth beside the best words


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is compared of a known error, as words in order."""

    title: Sequence[str]
    body: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """The distinct words of a query, and where they were found: parallel arrays, word by word."""

    words: tuple[str, ...]
    most: float  # what a document could score at best; unknown words weigh most
    document: Ints
    word: Ints  # index into ``words``
    score: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What each document got for one query."""

    words: Floats  # BM25F
    title: Floats  # share of the title's weight that the query says
    hits: Hits

    def total(self) -> Floats:
        """Return words and title, each divided by the query's best, as one score."""
        return _share(self.words) + _COVERAGE * _share(self.title)


class Index:
    """The inverted lists of a base of documents."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.size = len(documents)
        self._ids: dict[str, int] = {}
        self._body = self._lists((d, _weights(one)) for d, one in enumerate(_corrected(documents)))
        self.frequency = np.diff(self._body.offsets).astype(np.int32)
        self._idf = _idf(self.frequency, self.size)
        body = self._body
        saturated = body.score / (_SATURATION + body.score)
        body.score[:] = saturated * np.repeat(self._idf, self.frequency)
        self._titles = self._lists(
            (d, self._title_shares(one.title)) for d, one in enumerate(documents)
        )

    def scores(self, query: Sequence[str]) -> Scores:
        """Score every document for the words of a query."""
        times = Counter(query)
        known = [(n, self._ids[word]) for n, word in enumerate(times) if word in self._ids]
        often = np.fromiter(times.values(), np.float32, len(times))
        frequency = np.zeros(len(times), np.int32)
        frequency[[number for number, _ in known]] = self.frequency[[word for _, word in known]]
        idf = _idf(frequency, self.size)
        document, word, score = self._body.gather(known)
        hits = Hits(
            words=tuple(times),
            most=float(idf @ often),
            document=document,
            word=word,
            score=score * often[word],
        )
        in_title, _, share = self._titles.gather(known)
        return Scores(
            words=self._summed(document, hits.score), title=self._summed(in_title, share), hits=hits
        )

    def _summed(self, documents: Ints, scores: Floats) -> Floats:
        return np.bincount(documents, scores, self.size).astype(np.float32)

    def _title_shares(self, title: Sequence[str]) -> dict[str, float]:
        mass = {word: float(self._idf[self._ids[word]]) for word in title}
        whole = sum(mass.values())
        return {word: part / whole for word, part in mass.items()}

    def _lists(self, rows: Iterable[tuple[int, dict[str, float]]]) -> _Lists:
        words: list[int] = []
        documents: list[int] = []
        scores: list[float] = []
        for document, row in rows:
            words.extend(self._ids.setdefault(word, len(self._ids)) for word in row)
            documents.extend([document] * len(row))
            scores.extend(row.values())
        return _Lists(words, documents, scores, len(self._ids))


class _Lists:
    """For each word the documents that have it, with a score: one long array, cut by offsets."""

    def __init__(
        self, words: list[int], documents: list[int], scores: list[float], count: int
    ) -> None:
        by_word = np.array(words, np.int32)
        order = np.argsort(by_word, kind="stable")
        self.offsets = np.searchsorted(by_word[order], np.arange(count + 1))
        self.document = np.array(documents, np.int32)[order]
        self.score = np.array(scores, np.float32)[order]

    def gather(self, words: Sequence[tuple[int, int]]) -> tuple[Ints, Ints, Floats]:
        """Return documents, the query's number of the word, and scores, list after list."""
        if not words:
            return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32)
        cuts = [slice(self.offsets[word], self.offsets[word + 1]) for _, word in words]
        lengths = [cut.stop - cut.start for cut in cuts]
        return (
            np.concatenate([self.document[cut] for cut in cuts]),
            np.repeat(np.array([number for number, _ in words], np.int32), lengths),
            np.concatenate([self.score[cut] for cut in cuts]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """How often a field says each word, with what one saying is worth after all corrections."""

    counts: Counter[str]
    worth: float


def _corrected(documents: Sequence[Document]) -> list[tuple[_Field, ...]]:
    columns = []
    for texts, (weight, b) in (
        ([one.title for one in documents], _TITLE),
        ([one.body for one in documents], _BODY),
        ([one.body[:_HEAD_WORDS] for one in documents], _HEAD),
    ):
        mean = sum(map(len, texts)) / max(sum(map(bool, texts)), 1) or 1.0
        columns.append(
            [
                _Field(counts=Counter(text), worth=weight / (1 - b + b * len(text) / mean))
                for text in texts
            ]
        )
    return list(zip(*columns, strict=True))


def _weights(fields: Iterable[_Field]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for field in fields:
        for word, times in field.counts.items():
            weights[word] = weights.get(word, 0.0) + field.worth * times
    return weights


def _idf(frequency: Ints, size: int) -> Floats:
    return np.log1p((size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)


def _share(scores: Floats) -> Floats:
    best = scores.max(initial=0)
    return scores / best if best > 0 else scores
