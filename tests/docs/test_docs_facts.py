"""The list of facts: each names a test that exists, or says why it needs none."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "docs" / "facts.md"
SHARED = ROOT.parent / "shared"
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows_of(desk: str) -> list[list[str]]:
    """Give the cells of the table under a heading."""
    text = FACTS.read_text(encoding="utf-8")
    part = re.search(rf"^## {desk}$(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert part, f"docs/facts.md has no part about {desk}"
    lines = [line for line in part[1].splitlines() if line.startswith("|")]
    cells = (re.split(r"(?<!\\)\|", line.strip().strip("|")) for line in lines[2:])
    return [[cell.strip() for cell in row] for row in cells]


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_test_that_the_facts_name_exists() -> None:
    named = _TEST.findall(FACTS.read_text(encoding="utf-8"))
    assert len(named) > 20
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or name not in names_in(path)
    ]
    assert missing == []


@pytest.mark.parametrize("desk", ["GLPI", "ServiceNow"])
def test_every_fact_has_a_section_and_a_test_or_a_reason(desk: str) -> None:
    for row in rows_of(desk):
        section, fact, honoured = row
        assert re.search(r"\d|\([a-z]\)", section), row
        assert len(fact) > 15, row
        assert _TEST.search(honoured) or len(honoured) > 25, row


@pytest.mark.parametrize(
    ("desk", "folder", "mark"), [("GLPI", "glpi", "[TRAP]"), ("ServiceNow", "servicenow", "[L]")]
)
def test_no_marked_line_is_left_out(desk: str, folder: str, mark: str) -> None:
    """Counted, where the facts that were gathered from real desks are at hand."""
    source = SHARED / folder / "FACTS.md"
    if not source.is_file():
        pytest.skip(f"{source} is not here")
    lines = source.read_text(encoding="utf-8").splitlines()
    bare = mark.strip("[]")  # also "[TRAP: ...]"; the line that explains the mark is no fact
    marked = [line for line in lines if f"[{bare}" in line and "= would trip" not in line]
    assert len(rows_of(desk)) >= len(marked)
