"""Fit the model of sdtools/matching/confidence.py and measure it on sets it was not fitted on.

    python -m benchmarks.fit_confidence

Each query is asked twice: with its right answer in the base, and with it removed; to a part of a
set, as many queries that belong to the rest are put as well. So half to two thirds of the queries
have no answer, as on a real desk. Bases are the whole set and random parts of it (8 to 500 known
errors), because what a score means depends on the size of the base.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval import RetrievalSet, retrieval_sets
from sdtools.matching.confidence import FEATURES, features
from sdtools.matching.index import Index, Scores
from sdtools.matching.matcher import POOL, best_of
from sdtools.matching.texts import Texts

SETS = ("stackfaq", "mskb", "alchemy_fr")
UNSEEN = ("bugs_hadoop", "bugs_seamonkey")  # too few queries to fit on
PARTS = ((8, 100), (30, 40), (100, 12), (500, 3))  # size of a part, how many are drawn
SHOWN = 5  # candidates of a query that the model learns from
RIDGE = 1.0
SETTLED = 1e-9

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    described: Matrix
    right: Matrix  # 1.0 where the candidate is the right one
    first: NDArray[np.bool_]  # the best candidate of its query
    queries: int

    @staticmethod
    def joined(parts: list[Rows]) -> Rows:
        return Rows(
            described=np.concatenate([part.described for part in parts]),
            right=np.concatenate([part.right for part in parts]),
            first=np.concatenate([part.first for part in parts]),
            queries=sum(part.queries for part in parts),
        )


def parts_of(one: RetrievalSet, chance: random.Random) -> Iterator[RetrievalSet]:
    yield one
    wanted = frozenset[str]().union(*(answers for _, _, answers in one.queries))
    answering = [document for document in one.known if document.id in wanted]
    for size, draws in PARTS:
        for _ in range(draws if size < len(one.known) else 0):
            pool = answering if size < len(answering) else one.known
            known = tuple(chance.sample(pool, size))
            ids = {document.id for document in known}
            own = [query for query in one.queries if query[2] & ids]
            strange = [query for query in one.queries if not query[2] & ids]
            asked = own + chance.sample(strange, min(len(own), len(strange)))
            yield replace(one, known=known, queries=tuple(asked))


def without(scores: Scores, places: list[int]) -> Scores:
    words, title = scores.words.copy(), scores.title.copy()
    words[places] = title[places] = 0.0
    return replace(scores, words=words, title=title)


def rows_of(one: RetrievalSet) -> Rows:
    texts = Texts(one.known)
    index = Index(texts.documents)
    place = {document.id: number for number, document in enumerate(one.known)}
    described, right, first = [], [], []
    asked_times = 0
    for name, text, answers in one.queries:
        asked = index.scores([stem for stem, _ in texts.query(text)])
        itself = [place[name]] if name in place else []
        places = [place[answer] for answer in answers if answer in place]
        bases = [itself, itself + places] if places else [itself]
        for scores in (without(asked, removed) for removed in bases):
            documents = best_of(scores.total(), POOL)
            rows = features(scores, documents)[:SHOWN]
            described.append(rows)
            right.append(np.isin(documents[:SHOWN], places).astype(float))
            first.append(np.arange(len(rows)) == 0)
        asked_times += len(bases)
    return Rows(
        described=np.concatenate(described),
        right=np.concatenate(right),
        first=np.concatenate(first),
        queries=asked_times,
    )


def fit(sets: list[Rows]) -> Matrix:
    """Return intercept and weights: Newton's method, each set weighing the same."""
    described = np.concatenate([rows.described for rows in sets])
    described = np.column_stack([np.ones(len(described)), described])
    right = np.concatenate([rows.right for rows in sets])
    weight = np.concatenate([np.full(len(rows.right), 1e4 / len(rows.right)) for rows in sets])
    ridge = RIDGE * np.eye(described.shape[1])
    ridge[0, 0] = 0
    model = np.zeros(described.shape[1])
    for _ in range(50):
        sure = 1 / (1 + np.exp(-described @ model))
        slope = described.T @ (weight * (sure - right)) + ridge @ model
        bend = (described.T * (weight * sure * (1 - sure))) @ described + ridge
        step = np.linalg.solve(bend, slope)
        model -= step
        if np.abs(step).max() < SETTLED:
            break
    return model


def area(sure: Matrix, right: Matrix) -> float:
    """Return the area under the ROC curve: how often a right one is surer than a wrong one."""
    _, place, count = np.unique(sure, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2
    positives = right.sum()
    ranks = middle[place][right > 0].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * (len(right) - positives)))


def measure(name: str, model: Matrix, rows: Rows) -> None:
    sure = 1 / (1 + np.exp(-(rows.described @ model[1:] + model[0])))
    best, right = sure[rows.first], rows.right[rows.first]
    line = f"{name:15} AUC {area(best, right):.3f}"
    found = right.sum()
    for threshold in (0.2, 0.35, 0.5, 0.8):
        shown = best >= threshold
        precise = right[shown].mean() if shown.any() else float("nan")
        kept = right[shown].sum() / found
        line += f" | >={threshold}: {shown.sum() / rows.queries:.2f} {precise:.2f} {kept:.2f}"
    print(line)
    edges = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    bins = np.digitize(best, edges)
    cells = [
        f"{best[bins == number].mean():.2f}->{right[bins == number].mean():.2f}"
        for number in range(len(edges) + 1)
        if (bins == number).any()
    ]
    print(f"{'':15} calibration (said -> was): {'  '.join(cells)}")


def main() -> None:
    chance = random.Random(20)
    whole = {one.name: one for one in retrieval_sets(*SETS, *UNSEEN)}
    if not set(SETS) <= whole.keys():
        return
    rows = {
        name: Rows.joined([rows_of(part) for part in parts_of(whole[name], chance)])
        for name in SETS
    }
    print("best candidate of a query; half to two thirds of the queries have no answer in the base")
    print("threshold: share of queries with a suggestion, its precision, right answers kept")
    print("\nfitted on the two other sets:")
    for name in SETS:
        measure(name, fit([rows[other] for other in SETS if other != name]), rows[name])
    model = fit([rows[name] for name in SETS])
    print("\nfitted on all three, whole bases:")
    for name in (*SETS, *(name for name in UNSEEN if name in whole)):
        measure(name, model, rows_of(whole[name]))
    print("\nmodel:")
    for name, weight in zip(("intercept", *FEATURES), model, strict=True):
        print(f"{weight:+.3f}  {name}")


if __name__ == "__main__":
    main()
