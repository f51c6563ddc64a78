"""What hangs on tickets without standing in their rows: service levels and articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sdtools.connectors.servicenow.articles import ALL_LINKS, all_articles, articles_of
from sdtools.connectors.servicenow.levels import ALL_LEVELS, Levels, all_levels, levels_of
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.workers import both
from sdtools.model.ticket import Ticket

__all__ = ["EVERYTHING", "Hanging", "all_hanging", "hanging_on"]

EVERYTHING = (ALL_LEVELS, ALL_LINKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanging:
    """What hangs on tickets; ``articles`` is None when the account may not read the links."""

    levels: Levels
    articles: Mapping[str, Sequence[str]] | None

    def on(self, alone: Ticket) -> Ticket:
        """Return a ticket with what hangs on it."""
        ticket = self.levels.on(alone)
        if self.articles is None:
            return replace(ticket, unknown=ticket.unknown | {"articles"})
        return replace(ticket, articles=tuple(sorted(self.articles.get(ticket.id, ()))))


def hanging_on(reader: Reader, tickets: Sequence[str]) -> Hanging:
    """Read what hangs on these tickets."""
    levels, articles = both(
        lambda: levels_of(reader, tickets), lambda: articles_of(reader.sibling(), tickets)
    )
    return Hanging(levels=levels, articles=articles)


def all_hanging(reader: Reader) -> Hanging:
    """Read what hangs on all tickets."""
    levels, articles = both(lambda: all_levels(reader), lambda: all_articles(reader.sibling()))
    return Hanging(levels=levels, articles=articles)
