"""The one settable clock of an embedded desk: dates, statistics and the Date header read it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

__all__ = ["Clock"]


class Clock:
    """A time that is set, and that runs only if it was given something that ticks."""

    def __init__(self, start: datetime, tick: Callable[[], float] | None = None) -> None:
        """Start at ``start`` (with a zone); ``tick`` counts seconds (``time.monotonic``)."""
        self._lock = threading.Lock()
        self._tick = tick
        self._written = (start, b"")  # the whole second that was last written, and how
        self.set(start)

    def set(self, moment: datetime) -> None:
        """Set the clock to a moment that has a zone; raise ValueError if it has none."""
        if moment.tzinfo is None:
            raise ValueError("a clock needs a moment with a time zone, e.g. 2026-11-22T13:00:00Z")
        with self._lock:
            self._base = moment
            self._since = self._tick() if self._tick is not None else 0.0

    def advance(self, by: timedelta) -> None:
        """Move the clock forward."""
        self.set(self.now() + by)

    def now(self) -> datetime:
        """Give the present moment, in the zone the clock was set with."""
        with self._lock:
            if self._tick is None:
                return self._base
            return self._base + timedelta(seconds=self._tick() - self._since)

    def http_date(self) -> bytes:
        """Give the present moment as a Date header has it."""
        second = self.now().replace(microsecond=0)
        known, written = self._written
        if known != second or not written:
            written = format_datetime(second.astimezone(UTC), usegmt=True).encode()
            self._written = (second, written)
        return written
