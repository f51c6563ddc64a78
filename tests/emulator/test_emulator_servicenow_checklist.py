"""The checklist's table in the documentation: complete, and true about the tests it names."""

from __future__ import annotations

import re
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_ITEMS = 64


def test_every_item_of_the_checklist_names_tests_that_exist() -> None:
    text = (_ROOT / "docs" / "emulator.md").read_text(encoding="utf-8")
    table = text.partition("## The checklist")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| (\d+) [^|]*\| (.*) \|$", table, re.MULTILINE))
    assert list(rows) == [str(number) for number in range(1, _ITEMS + 1)]
    files = (_ROOT / "tests" / "emulator").glob("*.py")
    there = set(re.findall(r"^def (test_\w+)", "".join(f.read_text() for f in files), re.MULTILINE))
    for number, named in rows.items():
        tests = set(re.findall(r"`(test_\w+)`", named))
        assert tests, number
        assert tests <= there, (number, tests - there)
