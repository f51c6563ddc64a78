"""How many requests are at work: the semaphore's slots, one at a time per session (FACTS 14)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

__all__ = ["QueueFullError", "Turnstile"]


class QueueFullError(Exception):
    """All slots are taken and so are all places in the queue before them."""


@dataclass(slots=True)
class _Line:
    """One session's requests, one after the other."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    length: int = 0


class Turnstile:
    """Let requests in by slots; those of one session never side by side."""

    def __init__(self, slots: int, queue: int) -> None:
        self._slots = asyncio.Semaphore(slots)
        self._places = queue
        self._waiting = 0
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, session: str) -> AsyncIterator[str]:
        """Wait for a slot, then for the session's other requests; raise QueueFullError.

        Gives the Server-Timing of both waits, in milliseconds; ``session`` may be "".
        """
        for_slot = await self._slot()
        try:
            async with self._session(session) as for_session:
                yield f"sem_wait;dur={for_slot}, sesh_wait;dur={for_session}"
        finally:
            self._slots.release()

    async def _slot(self) -> int:
        if self._slots.locked() and self._waiting >= self._places:
            raise QueueFullError
        self._waiting += 1
        try:
            return await _waited(self._slots)
        finally:
            self._waiting -= 1

    @asynccontextmanager
    async def _session(self, session: str) -> AsyncIterator[int]:
        if not session:
            yield 0
            return
        line = self._lines.setdefault(session, _Line())
        line.length += 1
        try:
            waited = await _waited(line.lock)
            try:
                yield waited
            finally:
                line.lock.release()
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[session]


async def _waited(gate: asyncio.Semaphore | asyncio.Lock) -> int:
    """Pass a gate; give the milliseconds that it was shut, 0 for one that stood open."""
    if not gate.locked():
        await gate.acquire()
        return 0
    now = asyncio.get_running_loop().time
    came = now()
    await gate.acquire()
    return int((now() - came) * 1000)
