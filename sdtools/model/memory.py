"""What earlier passes did: the part of a World that makes rules keep people's trust (DESIGN 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["Fired", "Memory", "RuleMemory", "Written"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The last value that a rule wrote to a field in this episode.

    ``value`` is the text of :func:`sdtools.plan.field_text` for that field.
    """

    field: str
    value: str
    at: datetime
    overridden: int = 0  # how often the desk put something else there
    found: str = ""  # what the desk made of it the last time; "" when it kept the value


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """An action that happens once an episode, and when it did."""

    action: str  # the action's name in its rule: "then.comment.known_error"
    at: datetime
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMemory:
    """What one rule remembers of one ticket."""

    rule: str
    ticket: str
    episode: int = 0  # number of the current or last episode; 0: never held
    active: bool = False
    began: datetime | None = None
    ended: datetime | None = None
    reopens: int = 0  # the ticket's reopens when the episode began
    written: tuple[Written, ...] = ()
    fired: tuple[Fired, ...] = ()
    yielded: tuple[str, ...] = ()  # fields left to people for this episode
    yielded_to_desk: tuple[str, ...] = ()  # fields that the desk overrode twice
    inputs: str = ""  # fingerprint of the rule's facts when it yielded to the desk

    @property
    def undone(self) -> tuple[str, ...]:
        """Return what a person took back of it in this episode; yielded under these names."""
        return tuple(name for name in self.yielded if name.endswith("@undo"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The memory of a desk; ``first`` until an apply or a baseline has gone through."""

    first: bool = True
    rules: Mapping[tuple[str, str], RuleMemory] = field(default_factory=dict)  # (rule, ticket)
    values: Mapping[tuple[str, str], tuple[Written, ...]] = field(default_factory=dict)
    # (ticket, field): what rules wrote in the last 24 h, oldest first, to see A, B, A
