"""The World: all that a decision may depend on, frozen before the first rule is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sdtools.model.effects import Effect
from sdtools.model.history import Edit
from sdtools.model.knowledge import Candidate, KnownError
from sdtools.model.memory import Memory
from sdtools.model.people import Directory
from sdtools.model.ticket import Activity, Ticket

__all__ = ["Consequences", "World"]


class Consequences(Protocol):
    """The desk's own arithmetic as a pure function (DESIGN 5)."""

    def after(self, ticket: Ticket, effect: Effect, directory: Directory) -> Ticket:
        """Return the ticket as the desk would hold it after the effect."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that the rules of one desk may look at in one pass."""

    desk: str
    kind: str  # of desk: "glpi"; only for words in messages, never for decisions
    account_id: str  # our own account there
    consequences: Consequences
    tickets: tuple[Ticket, ...]  # open and solved, sorted by id
    directory: Directory
    known_errors: Mapping[str, KnownError] = field(default_factory=dict)
    candidates: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    # by ticket id, best first; a ticket that is not here has none
    activity: Mapping[str, Activity] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    edits: Mapping[tuple[str, str], Edit] = field(default_factory=dict)
    # (ticket, field): the last edit that a person made, where the desk's history tells
    paused: Mapping[str, str] = field(default_factory=dict)  # rule id: until when, and why
