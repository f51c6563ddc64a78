"""Measure matching on public sets beside plain BM25, and its speed on 10,000 known errors.

python -m benchmarks.matching
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import log

from benchmarks.retrieval import RetrievalSet, retrieval_sets
from sdtools.matching import Matcher
from sdtools.model.knowledge import KnownError

DEPTH = 10
BIG = 10_000
Search = Callable[[str], Sequence[str]]


class PlainBm25:
    """The rival: BM25 (k1 1.5, b .75) over lower-cased words, title and body as one text."""

    def __init__(self, known: Sequence[KnownError]) -> None:
        texts = [Counter(self._words(f"{one.title} {one.text}")) for one in known]
        mean = sum(sum(text.values()) for text in texts) / len(texts)
        self._ids = [one.id for one in known]
        self._lists: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, text in enumerate(texts):
            norm = 1.5 * (0.25 + 0.75 * sum(text.values()) / mean)
            for word, times in text.items():
                self._lists[word].append((number, times * 2.5 / (times + norm)))

    def search(self, text: str) -> list[str]:
        scores: dict[int, float] = defaultdict(float)
        for word in self._words(text):
            found = self._lists.get(word, [])
            idf = log(1 + (len(self._ids) - len(found) + 0.5) / (len(found) + 0.5))
            for number, weight in found:
                scores[number] += idf * weight
        best = sorted(scores, key=lambda number: (-scores[number], number))
        return [self._ids[number] for number in best[: DEPTH + 1]]

    @staticmethod
    def _words(text: str) -> list[str]:
        return re.findall(r"\w+", text.lower())


def measure(label: str, one: RetrievalSet, search: Search) -> None:
    first = five = 0
    reciprocal = 0.0
    began = time.process_time()
    for name, text, right in one.queries:
        found = [answer for answer in search(text) if answer != name][:DEPTH]
        place = next((n for n, answer in enumerate(found) if answer in right), None)
        if place is not None:
            first, five = first + (place < 1), five + (place < 5)  # noqa: PLR2004  (recall at 5)
            reciprocal += 1 / (place + 1)
    speed = len(one.queries) / (time.process_time() - began)
    count = len(one.queries)
    figures = f"{first / count:.3f}  {five / count:.3f}  {reciprocal / count:.3f}  {speed:8.0f}"
    print(f"{one.name:15} {len(one.known):6} {count:5}  {label:8} {figures}")


def searching(matcher: Matcher) -> Search:
    return lambda text: [one.known_error for one in matcher.candidates(text, best=DEPTH + 1)]


def grown(known: Sequence[KnownError], size: int, chance: random.Random) -> Iterator[KnownError]:
    """Yield a base of any size: texts cut from real ones, so that words keep their frequencies."""
    for number in range(size):
        words = chance.choice(known).text.split()
        begin = chance.randrange(max(len(words) - 100, 1))
        yield replace(
            known[number % len(known)], id=str(number), text=" ".join(words[begin : begin + 300])
        )


def measure_speed(one: RetrievalSet) -> None:
    chance = random.Random(10)
    known = list(grown(one.known, BIG, chance))
    began = time.process_time()
    matcher = Matcher(known)
    print(f"\n{BIG} known errors from {one.name}: ready in {time.process_time() - began:.1f} s")
    for words in (64, 12):
        queries = [" ".join(text.split()[:words]) for _, text, _ in one.queries]
        began = time.process_time()
        for text in queries:
            matcher.candidates(text)
        speed = len(queries) / (time.process_time() - began)
        print(f"queries of up to {words} words: {speed:.0f} a second on one core")


def main() -> None:
    sets = retrieval_sets("stackfaq", "mskb", "alchemy_fr", "bugs_hadoop", "bugs_seamonkey")
    print(f"{'set':15} {'known':>6} {'asked':>5}  {'by':8} R@1    R@5    MRR@10  queries/s")
    for one in sets:
        measure("sdtools", one, searching(Matcher(one.known)))
        measure("BM25", one, PlainBm25(one.known).search)
    for one in sets:
        if one.name == "mskb":
            measure_speed(one)


if __name__ == "__main__":
    main()
