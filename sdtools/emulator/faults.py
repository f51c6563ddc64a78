"""What can go wrong between a client and a desk, on request; seeded, so it goes wrong again."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

__all__ = ["FAULTS", "Fault", "FaultPlan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to fail: before or after the work is done, with an answer or a dropped line."""

    worked: bool = False  # the request was carried out, only the client does not hear of it
    status: int | None = None  # None: the line is reset without an answer
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    spoil: Callable[[bytes], bytes] | None = None  # damages the true answer instead of replacing it
    breaks_off: bool = False  # the line ends in the middle of the body
    delay: float = 0.0  # seconds that the answer comes late
    # What the desk does first: it ends the session that asks, or a rule of its own changes
    # a value that the request writes. Requests that it cannot happen to go well, uncounted.
    deed: Literal["", "end_session", "override"] = ""


def _untouched(content: bytes) -> bytes:
    return content


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


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
        "latency": Fault(worked=True, status=200, spoil=_untouched, delay=0.05),
        "throttled": Fault(status=429),  # without Retry-After
        "truncated": Fault(worked=True, status=200, spoil=_half),
        "broken_off": Fault(worked=True, status=200, spoil=_untouched, breaks_off=True),
        "session_killed": Fault(worked=True, status=200, spoil=_untouched, deed="end_session"),
        "overridden": Fault(worked=True, status=200, spoil=_untouched, deed="override"),
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

    def kind_of(self, fault: Fault) -> str:
        """Give the name of a fault in the catalogue; "unnamed" if it is in none."""
        return next((kind for kind, one in self.catalogue.items() if one is fault), "unnamed")
