"""How many rows to ask for at once: fewer when a list breaks off, more again when it does not."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

__all__ = ["PAGE", "PageSize"]

PAGE = 2000  # rows of named fields; 0.7 s for 1,000 on a real instance, 8,000 came damaged
_SMALLEST = 8  # rows: a page of these that still breaks off is no matter of size
_LAST_TRIES = 3  # times that such a page may break off in a row: a line may drop, too
_EARNED = 8  # whole pages until a larger one is tried; each break doubles them


@dataclass(slots=True, kw_only=True)
class PageSize:
    """The size of the next page, as learnt from those before, by several threads at a time."""

    rows: int = PAGE
    _most: int = field(default=0, init=False)
    _whole: int = field(default=0, init=False)
    _needed: int = field(default=_EARNED, init=False)
    _broken: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def whole(self) -> None:
        """Learn that a page came whole."""
        with self._lock:
            self._broken = 0
            self._whole += 1
            if self._whole >= self._needed and self.rows < self._most:
                self.rows, self._whole = min(self.rows * 2, self._most), 0

    def broke(self, rows: int) -> bool:
        """Learn that a page of so many rows broke off; tell whether another try makes sense."""
        with self._lock:
            if self.rows < rows:
                return True  # another thread has learnt that already
            self._most = max(self._most, self.rows)
            self._whole, self._needed = 0, self._needed * 2
            self._broken += 1
            if self.rows > _SMALLEST:
                self.rows, self._broken = max(self.rows // 2, 1), 0
                return True
            return self._broken < _LAST_TRIES
