"""A short storm over each desk: faults, kills, lost journals, lost leases; `make chaos` is long."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

STORM = Path(__file__).parent / "storm.py"


def storm(*arguments: str) -> list[str]:
    """Run the storm in a process of its own (it forks, pytest has threads); return its lines."""
    command = [sys.executable, str(STORM), *arguments]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout.splitlines()


@pytest.mark.parametrize("desk", ["glpi", "servicenow"])
def test_nothing_is_lost_and_nothing_doubled_under_faults(desk: str) -> None:
    *_, last = storm("--desk", desk, "--faults", "150", "--size", "40")
    found = re.fullmatch(r"faults (\d+) kills 0 doubled 0 lost 0", last)
    assert found, last
    assert int(found[1]) >= 150


@pytest.mark.parametrize("desk", ["glpi", "servicenow"])
def test_nothing_is_lost_and_nothing_doubled_by_kills_and_lost_journals(desk: str) -> None:
    counts = ("--kills", "14", "--losses", "6", "--stops", "2")
    *_, stops, last = storm("--desk", desk, *counts, "--small", "20", "--chain", "4")
    assert stops == "stops 2 writes after that 0"
    assert last == "faults 0 kills 20 doubled 0 lost 0"
