"""What one worker reads while tickets are made: that keeps us busy and leaves the desk idle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from sdtools.connectors.glpi.crew import Crew
    from sdtools.connectors.glpi.session import GlpiSession

__all__ = ["Beside"]

P = TypeVar("P")
T = TypeVar("T")


class Beside(Generic[T]):
    """Something to read: by a worker beside some pages when foreseen, else when asked for."""

    def __init__(self, crew: Crew, read: Callable[[GlpiSession], T]) -> None:
        self._crew = crew
        self._read = read
        self._foreseen = False
        self._worker = ExitStack()
        self._wait: Callable[[], T] | None = None

    def foresee(self) -> None:
        """Note that somebody will ask for it."""
        self.end()  # what nobody took is old
        self._foreseen = True

    def these(self, pages: Iterator[P]) -> Iterator[P]:
        """Give pages out; from the first one on, a worker reads what was foreseen."""
        for page in pages:
            if self._foreseen:
                self._begin()
            yield page

    def take(self, session: GlpiSession) -> T:
        """Give what was read, once; what was not begun is read now, with this session."""
        try:
            return self._wait() if self._wait else self._read(session)
        finally:
            self.end()

    def end(self) -> None:
        """Forget what was read; a worker that still reads ends with the request in hand."""
        self._worker.close()
        self._wait = None
        self._foreseen = False

    def _begin(self) -> None:
        self._foreseen = False
        read = self._crew.by_one(self._read)
        self._wait = self._worker.enter_context(self._crew.meanwhile(read))
