"""A proposal: what an action wants on a ticket, before anybody asked whether it may."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sdtools.model.effects import Effect
from sdtools.model.knowledge import KnownError
from sdtools.model.people import Directory
from sdtools.rules.book import Renderer, Rule
from sdtools.rules.subject import Subject

__all__ = ["Circumstances", "Proposal", "UnfitError"]


class UnfitError(LookupError):
    """The action makes no sense on this ticket (no such group for its entity, no recipient)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One wanted effect; ``once`` ones happen once an episode, the others whenever needed."""

    path: str
    field: str
    effect: Effect
    after: str  # in words
    once: bool
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What an action may look at besides the ticket.

    ``loads`` counts open tickets by person and ``rounds`` firings by action; both are of the
    pass, and whoever accepts a proposal keeps them up to date.
    """

    rule: Rule
    subject: Subject
    texts: Renderer
    known_error: KnownError | None = None
    score: float = 0.0
    loads: Counter[str] = field(default_factory=Counter)
    rounds: Counter[str] = field(default_factory=Counter)

    @property
    def directory(self) -> Directory:
        """Return the desk's directory."""
        return self.subject.world.directory
