"""Several requests at a time: what does not rest on each other is asked for together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

__all__ = ["both", "in_order", "in_parallel"]

S = TypeVar("S")
T = TypeVar("T")

_AHEAD = 2  # calls of each worker whose results are on their way or wait to be taken


def both(one: Callable[[], S], other: Callable[[], T]) -> tuple[S, T]:
    """Make two calls at a time; when both fail, the error of the first is raised."""
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(other)
        return one(), later.result()


def in_parallel(calls: Sequence[Callable[[], T]], workers: int) -> list[T]:
    """Make the calls with so many workers at most, and return their results in order.

    Raises the first error in the order of the calls; those not begun by then never are, and no
    worker outlives the call.
    """
    most = min(workers, len(calls))
    if most < 2:  # noqa: PLR2004  # one worker is the caller itself
        return [call() for call in calls]
    with ThreadPoolExecutor(most) as pool:
        under_way = [pool.submit(call) for call in calls]
        try:
            return [one.result() for one in under_way]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # leaving waits for those begun
            raise


def in_order(calls: Iterable[Callable[[], T]], workers: int) -> Iterator[T]:
    """Make calls ahead of whoever takes their results, which come in the order of the calls.

    At most ``workers`` are under way, and twice as many results are held. An error is raised in
    its place; no other call begins then, and those under way are waited for.
    """
    left = iter(calls)
    with ThreadPoolExecutor(workers) as pool:
        due: deque[Future[T]] = deque()
        try:
            due.extend(pool.submit(call) for call in islice(left, _AHEAD * workers))
            while due:
                found = due.popleft().result()
                due.extend(pool.submit(call) for call in islice(left, 1))
                yield found
        finally:
            for one in due:
                one.cancel()
