"""The terms of search conditions: a criterion, and SQL's three answers (FACTS 6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sdtools.emulator.glpi.search_options import Option

__all__ = ["Criterion", "Truth", "Unjudged", "negation"]

Truth = bool | None  # SQL knows a third answer
_INVERSE = frozenset({"notequals", "notcontains", "notunder"})


class Unjudged(Enum):
    """What a rule says that does not concern a criterion: the next one judges it."""

    YET = "yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A searchable option with what is asked of it."""

    option: Option
    searchtype: str
    value: str
    negated: bool  # its link ends with NOT

    @property
    def inverse(self) -> bool:
        """Tell whether the searchtype and the link together negate."""
        return self.negated is not (self.searchtype in _INVERSE)


def negation(truth: Truth) -> Truth:
    """Negate as SQL does: what is not known stays so."""
    return None if truth is None else not truth
