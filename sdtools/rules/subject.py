"""The subject of a judgement: one ticket, as earlier rules of this pass left it, in its world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdtools.model.ticket import Ticket
from sdtools.model.world import World
from sdtools.rules.book import RuleBook

__all__ = ["Subject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What facts are computed from; frozen, so that a fact is the same for every rule."""

    ticket: Ticket
    world: World
    book: RuleBook
    now: datetime
    calendar: str = ""  # the rule's calendar, for business time
