"""The lines to a ServiceNow: one for each that asks at the same time, each with its own cookies.

The requests of one session wait for each other on the desk, and it takes few at once (FACTS 13,
14).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import LifoQueue

from sdtools.connectors.http import DeskHttp

__all__ = ["WORKERS", "Lines"]

WORKERS = 3  # of the four that a node serves at once: people's integrations need one, too


class Lines:
    """A few lines to one desk; whoever sends takes one that is free, and waits if none is."""

    def __init__(self, first: DeskHttp, count: int = WORKERS) -> None:
        self.login = first.sibling()  # for tokens alone: those who wait for one hold their lines
        lines = [first, *(first.sibling() for _ in range(count - 1))]
        self._all = (self.login, *lines)
        self._free: LifoQueue[DeskHttp] = LifoQueue()
        for line in reversed(lines):
            self._free.put(line)

    @property
    def requests(self) -> int:
        """Count the requests sent over all of them."""
        return sum(line.count for line in self._all)

    @contextmanager
    def one(self) -> Iterator[DeskHttp]:
        """Take a line; it is given back at the end."""
        line = self._free.get()
        try:
            yield line
        finally:
            self._free.put(line)

    def close(self) -> None:
        """Let go of all connections."""
        for line in self._all:
            line.close()
