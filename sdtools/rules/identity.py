"""Remember what was computed of an object that never changes, by its identity."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

__all__ = ["once_per_object"]

Given = TypeVar("Given")
Result = TypeVar("Result")


class _Same:
    """Equal only to the same object, which it keeps alive: directories cannot be hashed."""

    __slots__ = ("thing",)

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.thing is other.thing


def once_per_object(most: int) -> Callable[[Callable[[Given], Result]], Callable[[Given], Result]]:
    """Compute a pure function of a frozen object once, for the ``most`` objects used last."""

    def decorate(function: Callable[[Given], Result]) -> Callable[[Given], Result]:
        @lru_cache(maxsize=most)
        def remembered(same: _Same) -> Result:
            return function(same.thing)  # type: ignore[arg-type]  # _Same forgets the type

        return lambda thing: remembered(_Same(thing))

    return decorate
