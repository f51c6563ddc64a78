"""The facts: every named, typed value of a ticket that a rule can test."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.rules.facts.basic import BASIC_FACTS
from sdtools.rules.facts.knowledge import best_candidate
from sdtools.rules.facts.levels import LEVEL_FACTS, ticket_clock
from sdtools.rules.values import Fact

__all__ = ["FACTS", "best_candidate", "ticket_clock"]

FACTS: Mapping[str, Fact] = {**BASIC_FACTS, **{fact.name: fact for fact in LEVEL_FACTS}}
