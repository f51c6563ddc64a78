"""What can go wrong between a client and a desk, on request; seeded, so it goes wrong again."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["FAULTS", "Fault", "FaultPlan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to fail: before or after the work is done, with an answer or a dropped line."""

    worked: bool = False  # the request was carried out, only the client does not hear of it
    status: int | None = None  # None: the line is reset without an answer
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    spoil: Callable[[bytes], bytes] | None = None  # damages the true answer instead of replacing it


_MAINTENANCE = b"<!DOCTYPE html><html><head><title>MAINTENANCE MODE</title></head></html>"
FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "too_many_requests": Fault(status=429, headers={"Retry-After": "1"}),
        "server_error": Fault(status=500, content=b"<html>Internal Server Error</html>"),
        "bad_gateway_after": Fault(worked=True, status=502, content=b"<html>Bad Gateway</html>"),
        "unavailable": Fault(status=503, content=b"<html>Service Unavailable</html>"),
        "empty": Fault(worked=True, status=200),  # a PHP error after the work (FACTS 9)
        "maintenance": Fault(status=200, content=_MAINTENANCE),
        "reset_before": Fault(),
        "reset_after": Fault(worked=True),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """Which requests fail, by their number from 1, and how.

    ``chosen`` names single requests; of all others a share ``rate`` fails in one of ``kinds``.
    The same seed fails the same requests.
    """

    chosen: Mapping[int, str] = field(default_factory=dict)
    rate: float = 0.0
    kinds: Sequence[str] = tuple(FAULTS)
    seed: int = 0
    catalogue: Mapping[str, Fault] = field(default_factory=lambda: FAULTS)  # what kinds name

    def at(self, number: int) -> Fault | None:
        """Give the fault of a request; None if it goes well."""
        if number in self.chosen:
            return self.catalogue[self.chosen[number]]
        dice = random.Random(f"{self.seed}:{number}")  # noqa: S311 - repeatable, guards nothing
        return self.catalogue[dice.choice(self.kinds)] if dice.random() < self.rate else None
