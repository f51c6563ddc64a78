"""How much of a recorded GLPI the embedded one answers alike: what `make fidelity` prints."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import requests
from glpi_compare import difference
from glpi_recordings import FILES, family, load, moments
from glpi_replay import Replay
from glpi_surroundings import surrounded

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import serve_glpi

__all__ = ["Fidelity", "documented", "replay"]

_DOCUMENT = Path(__file__).parents[2] / "docs" / "emulator.md"
_HEADING = "## Lines of the recordings that differ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """Matches and totals per family, and what differs, by the recording's name."""

    matched: Counter[str]
    total: Counter[str]
    differing: tuple[tuple[str, str], ...]

    def lines(self) -> list[str]:
        """Give the table that the command prints: families, then the total."""
        width = max(map(len, self.total))
        found = [
            f"{name:<{width}} {self.matched[name]:>4} / {self.total[name]:<4}"
            for name in sorted(self.total)
        ]
        return [*found, f"total {self.matched.total()} / {self.total.total()}"]


def replay() -> Fidelity:
    """Replay everything in order against a fresh embedded GLPI."""
    calls = load()
    total: Counter[str] = Counter()
    matched: Counter[str] = Counter()
    differing = []
    clock = Clock(datetime(2026, 11, 22, 12, 57, 49, tzinfo=UTC))
    with serve_glpi(GlpiDatabase(), clock) as desk:
        run = Replay(desk, calls)
        for call, moment in zip(calls, moments(calls), strict=True):
            clock.set(datetime.fromisoformat(moment).replace(tzinfo=UTC))
            total[family(call["name"])] += 1
            try:
                run.prepare(call)
                with surrounded(run, call) as sent:
                    unlike = difference(call, run.send(sent), desk.url)
            except requests.RequestException as error:
                unlike = type(error).__name__
            if unlike is None:
                matched[family(call["name"])] += 1
            else:
                differing.append((str(call["name"]), unlike))
    return Fidelity(matched=matched, total=total, differing=tuple(differing))


def documented() -> frozenset[str]:
    """Give the names of the recordings that the documentation says differ."""
    _, _, part = _DOCUMENT.read_text(encoding="utf-8").partition(_HEADING)
    lines = re.split(r"\n#", part)[0].splitlines()
    cells = [line.split("|")[1] for line in lines if line.startswith("| `")]
    return frozenset(word.strip(" `") for cell in cells for word in cell.split(","))


def main() -> int:
    """Print the table; with ``-v`` what differs, too."""
    if not all(path.exists() for path in FILES):
        sys.stdout.write(f"no recordings of a real GLPI in {FILES[0].parent}: nothing to compare\n")
        return 0
    found = replay()
    if "-v" in sys.argv[1:]:
        sys.stdout.writelines(f"{name}: {unlike}\n" for name, unlike in found.differing)
    sys.stdout.write("\n".join(found.lines()) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
