"""What requests cost on a real desk, by kind and by row, so that an embedded one takes as long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sdtools.emulator.exchange import Answered, Asked

__all__ = ["Costs", "Line", "Price", "Till"]

_FIRST = 1000  # rows, before those of a long list that cost more
_MS = 1000.0

Line = tuple[str, int]  # a kind of work and how many rows or items of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Milliseconds: of the request, of each row or item, of each row after the first 1,000."""

    call: float = 0.0
    row: float = 0.0
    later: float | None = None  # None: as ``row``

    def of(self, count: int) -> float:
        """Give the milliseconds that so many rows or items take."""
        later = self.row if self.later is None else self.later
        return self.call + self.row * min(count, _FIRST) + later * max(count - _FIRST, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The prices of a desk, and what says which of them a request has to pay."""

    prices: Mapping[str, Price]
    bill: Callable[[Asked, Answered], Iterable[Line]]
    cores: int  # requests that are worked on at a time; others wait
    source: str  # where the figures are from

    def seconds(self, asked: Asked, answer: Answered) -> float:
        """Give the seconds that a request takes on a real desk."""
        return sum(self.prices[kind].of(count) for kind, count in self.bill(asked, answer)) / _MS

    def coefficients(self) -> str:
        """Write the prices, one a line."""
        lines = [f"{self.source}; {self.cores} at a time; milliseconds"]
        for kind, price in self.prices.items():
            later = "" if price.later is None else f", after 1,000 {price.later:g}"
            lines.append(f"{kind:<24} {price.call:>7g} a request {price.row:>7g} a row{later}")
        return "\n".join(lines)


class Till:
    """Makes each answer take what it costs, as many at a time as there are cores."""

    def __init__(self, costs: Costs) -> None:
        self.costs = costs
        self.spent = 0.0  # seconds charged since the start
        self._cores = asyncio.Semaphore(costs.cores)

    async def charge(self, asked: Asked, answer: Answered, worked: float) -> None:
        """Wait for the rest of what a request costs; ``worked`` seconds of it are over."""
        seconds = self.costs.seconds(asked, answer)
        self.spent += seconds
        async with self._cores:
            await asyncio.sleep(max(seconds - worked, 0.0))
