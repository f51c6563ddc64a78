"""docs/reports.md tells the same definitions as the code."""

from __future__ import annotations

from pathlib import Path

from sdtools.reports.metrics.weekly import DEFINITIONS

DOCS = Path(__file__).parents[2] / "docs" / "reports.md"


def test_the_docs_define_every_number_in_the_codes_own_words() -> None:
    rows = [f"| `{each.id}` | {each.title.en} | {each.definition.en} |" for each in DEFINITIONS]
    told = [
        line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")
    ]
    assert [
        line for line in told if line.split("`")[1] in {each.id for each in DEFINITIONS}
    ] == rows
