"""Stretches of sys_ids, and how one is parted so that several can be read at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Span"]

_DIGITS = 8  # of a sys_id that tell where it lies; the first ones are spread evenly
_ALL = 16**_DIGITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The sys_ids after one and up to another; "" is the end on that side."""

    after: str = ""
    to: str = ""

    @property
    def condition(self) -> str:
        """Return the condition for a query."""
        low = f"sys_id>{self.after}" if self.after else ""
        high = f"sys_id<={self.to}" if self.to else ""
        return "^".join(filter(None, (low, high)))

    def parts(self, wanted: int) -> list[Span]:
        """Part it into about so many; all of them together hold just what it holds.

        What ids look like does not matter for that, only for how even the parts are.
        """
        try:
            low = int(self.after[:_DIGITS] or "0", 16)
            high = int(self.to[:_DIGITS], 16) if self.to else _ALL
        except ValueError:  # not every table has ids in hex
            return [self]
        return [Span(after=one, to=other) for one, other in pairwise(self._ends(low, high, wanted))]

    def _ends(self, low: int, high: int, wanted: int) -> Iterator[str]:
        step = max((high - low) // max(wanted, 1), 1)
        yield self.after
        # Beyond the first digits of ``after`` lies what follows it, whatever its other digits.
        for place in range(1, wanted):
            if low < low + step * place < high:
                yield f"{low + step * place:0{_DIGITS}x}"
        yield self.to
