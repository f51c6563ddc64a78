"""How this process takes and gives back memory: a pass makes much that it soon lets go of."""

from __future__ import annotations

import gc

__all__ = ["tune"]

_COLLECT_AFTER = 100_000  # objects made since the last time: hardly any of a pass is garbage
_MIB = 1024 * 1024
# Of glibc's malloc.h. A heap for each thread leaves holes in all of them, and pages of a desk that
# are mapped by themselves go back as soon as they are read.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_OPTIONS = {_ARENA_MAX: 1, _MMAP_THRESHOLD: _MIB, _TRIM_THRESHOLD: 64 * _MIB}


def tune() -> None:
    """Look for garbage seldom and, where the C library is glibc, keep to one heap.

    For the beginning of a process: heaps that threads have by then stay. Saves a quarter of the
    peak memory of a pass (docs/performance.md).
    """
    gc.set_threshold(_COLLECT_AFTER)
    try:
        from ctypes import CDLL

        set_option = CDLL(None).mallopt
    except (ImportError, OSError, TypeError, AttributeError):
        return  # another system, or another C library
    for option, value in _OPTIONS.items():
        set_option(option, value)
