"""Read sets of queries with known answers (BEIR layout) for the benchmarks of matching."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import dataclass
from pathlib import Path

from sdtools.model.knowledge import KnownError, KnownErrorKind

FOLDER = Path(os.environ.get("SDTOOLS_RETRIEVAL_SETS", "../shared/data/retrieval"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalSet:
    name: str
    known: tuple[KnownError, ...]
    queries: tuple[tuple[str, str, frozenset[str]], ...]  # id, text, right answers


def retrieval_sets(*names: str) -> list[RetrievalSet]:
    """Return the sets that this machine has, and say which are missing."""
    found = [name for name in names if (FOLDER / name / "qrels.tsv").is_file()]
    for name in sorted(set(names) - set(found)):
        print(f"{name}: skipped, no such set in {FOLDER} (set SDTOOLS_RETRIEVAL_SETS)")
    return [_read(name) for name in found]


def _read(name: str) -> RetrievalSet:
    right: dict[str, set[str]] = {}
    for line in (FOLDER / name / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, score = line.split("\t")
        if int(score) > 0:
            right.setdefault(query, set()).add(document)
    known = tuple(
        KnownError(
            id=row["_id"],
            kind=KnownErrorKind.article,
            desk_id=row["_id"],
            title=row.get("title", ""),
            text=row["text"],
        )
        for row in _rows(name, "corpus")
    )
    queries = tuple(
        (row["_id"], row["text"], frozenset(right[row["_id"]]))
        for row in _rows(name, "queries")
        if row["_id"] in right
    )
    return RetrievalSet(name=name, known=known, queries=queries)


def _rows(name: str, part: str) -> list[dict[str, str]]:
    with gzip.open(FOLDER / name / f"{part}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
