"""One HTTP request and its answer, as both embedded desks see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Answered", "Asked"]


@dataclass(slots=True, kw_only=True)
class Asked:
    """One HTTP request, read whole."""

    method: str
    path: str  # unquoted
    raw_path: str  # as it came
    query: str  # as it came
    headers: Mapping[str, str]  # names in small letters
    body: bytes


class Answered(Protocol):
    """One HTTP answer, of either desk."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def content(self) -> bytes:
        """The body, not packed."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What goes beside the headers that every answer has."""

    @property
    def media(self) -> str:
        """The Content-Type."""
