"""What a number of a report is: a name and a definition in each language, and how to compute it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sdtools.model.ticket import Ticket
from sdtools.reports.metrics.life import Life, life_of
from sdtools.sla import Clock, Which

__all__ = ["Clocks", "Metric", "Scope", "Table", "Unit", "Words", "percentile", "scope_of"]

Clocks = Callable[[Ticket, Which, datetime], Clock | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One text in every language of a report; a missing one does not type-check."""

    fr: str
    en: str

    def of(self, language: str) -> str:
        """Return the text in a language; English where it is not ours."""
        return self.fr if language == "fr" else self.en


class Unit(Enum):
    """What a value counts."""

    count = "count"
    share = "share"  # 0 to 1
    seconds = "seconds"
    score = "score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One week as the metrics see it, tickets sorted out once: deleted ones are left out."""

    begin: datetime
    cut: datetime  # the end of the week, or now while the week is running
    lives: tuple[Life, ...]
    new: tuple[Ticket, ...]
    solved: tuple[Ticket, ...]
    cancelled: tuple[Ticket, ...]
    backlog: tuple[Ticket, ...]  # open at the cut
    clocks: Clocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One number; ``compute`` gives None when there is nothing to compute it from."""

    id: str
    title: Words
    definition: Words
    unit: Unit
    better: str  # "more", "less", or "" where neither is good news
    compute: Callable[[Scope], float | None]
    stock: bool = False  # how things stand at a moment, not what happened in a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A list or breakdown; its definition says what a row counts."""

    id: str
    title: Words
    definition: Words


def scope_of(tickets: Sequence[Ticket], begin: datetime, cut: datetime, clocks: Clocks) -> Scope:
    """Sort tickets out for the time from ``begin`` up to, and without, ``cut``."""
    lives = tuple(life_of(ticket) for ticket in tickets if not ticket.deleted)
    ended = [life for life in lives if life.ended is not None and begin <= life.ended < cut]
    return Scope(
        begin=begin,
        cut=cut,
        lives=lives,
        new=tuple(life.ticket for life in lives if begin <= life.opened < cut),
        solved=tuple(life.ticket for life in ended if not life.cancelled),
        cancelled=tuple(life.ticket for life in ended if life.cancelled),
        backlog=tuple(life.ticket for life in lives if life.open_at(cut)),
        clocks=clocks,
    )


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value below which a share of the values lies, interpolated between neighbours.

    The rank is ``share * (n - 1)``, from 0, in sorted order: the definition of most spreadsheets
    (PERCENTILE.INC). None for no values.
    """
    if not values:
        return None
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    below = int(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (rank - below)
