"""How many writes go into one request, and the words for what became of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sdtools.connectors.desk import WriteState, Written

__all__ = ["Pacer", "done", "refused", "there", "unknown"]

_LONGEST = 2.0  # seconds that one request may last: others wait for it (GLPI FACTS 13)
_FIRST = 25


@dataclass(slots=True)
class Pacer:
    """Chooses how many items go into the next request, from how long the last ones took."""

    clock: Callable[[], float]
    most: int
    size: int = _FIRST
    longest: float = _LONGEST

    def timed(self, items: int, began: float) -> None:
        """Learn from a request with this many items."""
        seconds = max(self.clock() - began, 0.001)
        fitting = int(self.longest * items / seconds)
        self.size = max(1, min(fitting, self.size * 2, self.most))


def done(found: str = "") -> Written:
    """Say that it was done; ``found`` is the id of what was created."""
    return Written(state=WriteState.done, id=found)


def there(detail: str = "") -> Written:
    """Say that it was so already."""
    return Written(state=WriteState.there, detail=detail)


def refused(detail: str) -> Written:
    """Say that the desk, or we for it, said no."""
    return Written(state=WriteState.refused, detail=detail)


def unknown(detail: str) -> Written:
    """Say that nobody knows."""
    return Written(state=WriteState.unknown, detail=detail)
