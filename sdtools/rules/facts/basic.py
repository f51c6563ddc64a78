"""The facts that do not need a service level: what a service level's own ``when`` may test."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.rules.facts.knowledge import KNOWLEDGE_FACTS
from sdtools.rules.facts.surroundings import SURROUNDING_FACTS
from sdtools.rules.facts.tickets import TICKET_FACTS
from sdtools.rules.values import Fact

__all__ = ["BASIC_FACTS"]

BASIC_FACTS: Mapping[str, Fact] = {
    fact.name: fact for fact in (*TICKET_FACTS, *SURROUNDING_FACTS, *KNOWLEDGE_FACTS)
}
