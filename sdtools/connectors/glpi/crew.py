"""Workers of a GLPI, each with a session of its own: one session is asked one thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from queue import LifoQueue
from typing import TYPE_CHECKING, TypeVar

from sdtools.connectors.workers import in_parallel

if TYPE_CHECKING:
    from sdtools.connectors.glpi.session import GlpiSession

__all__ = ["WORKERS", "Crew"]

T = TypeVar("T")

WORKERS = 3  # with the main session four: more bring nothing (FACTS 13)


class Crew:
    """The sessions of a desk's workers; each logs in with its first request, if ever."""

    def __init__(self, sessions: Sequence[GlpiSession]) -> None:
        self._sessions = tuple(sessions)
        # The last one given back goes first: where little is asked, few log in.
        self._idle: LifoQueue[GlpiSession] = LifoQueue()
        for session in self._sessions:
            self._idle.put(session)

    @property
    def workers(self) -> int:
        """Return how many there are."""
        return len(self._sessions)

    @property
    def requests(self) -> int:
        """Count the HTTP requests that they sent so far."""
        return sum(session.requests for session in self._sessions)

    @property
    def awake(self) -> int:
        """Return how many have logged in."""
        return sum(session.is_open for session in self._sessions)

    def together(
        self, calls: Sequence[Callable[[GlpiSession], T]], workers: int = WORKERS
    ) -> list[T]:
        """Make calls at the same time, with so many workers at most; see :func:`in_parallel`."""
        most = min(workers, self.workers)
        return in_parallel([self.by_one(call) for call in calls], most)

    def pool(self) -> ThreadPoolExecutor:
        """Return threads for :meth:`later`; whoever asks for them ends them."""
        return ThreadPoolExecutor(self.workers)

    def later(self, pool: ThreadPoolExecutor, call: Callable[[GlpiSession], T]) -> Callable[[], T]:
        """Begin a call and return what waits for its result."""
        return pool.submit(self.by_one(call)).result

    @contextmanager
    def meanwhile(self, call: Callable[[], T]) -> Iterator[Callable[[], T]]:
        """Have workers make a call beside, and give what waits for its result.

        Whoever leaves before it has ended waits for no more than the requests in hand.
        """
        with ThreadPoolExecutor(1) as pool:
            under_way = pool.submit(call)
            try:
                yield under_way.result
            finally:
                self._halt(under_way)

    def _halt(self, under_way: Future[T]) -> None:
        try:
            for session in self._sessions:
                session.halted = not under_way.done()
            wait([under_way])
        finally:
            for session in self._sessions:
                session.halted = False

    def close(self, leader: Callable[[], None]) -> None:
        """Log out those that have logged in, and have their leader do so meanwhile."""
        in_parallel([leader, *(session.close for session in self._sessions)], WORKERS + 1)

    def abandon(self) -> None:
        """Forget the sessions without asking a desk that no longer answers."""
        for session in self._sessions:
            session.abandon()

    def by_one(self, call: Callable[[GlpiSession], T]) -> Callable[[], T]:
        """Return what has the next worker that is free make a call."""

        def work() -> T:
            session = self._idle.get()
            try:
                return call(session)
            finally:
                self._idle.put(session)

        return work
