"""Episodes: the time during which a rule's ``when`` holds on a ticket (DESIGN 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sdtools.model.memory import Fired, RuleMemory
from sdtools.model.ticket import Ticket

__all__ = ["PAUSE", "advance", "engaged"]

PAUSE = timedelta(minutes=30)  # an episode that ends and begins again within it is the same one


def advance(memory: RuleMemory, ticket: Ticket, holds: bool | None, now: datetime) -> RuleMemory:
    """Return the memory after the masked judgement: begun, ended, or as it was.

    Unknown neither begins an episode nor ends one. A reopened ticket ends it, and what a ladder
    has fired is forgotten then and only then.
    """
    if memory.active and ticket.reopens > memory.reopens:
        memory = replace(memory, active=False, ended=now, fired=(), written=())
        return _begin(memory, ticket, now) if holds else memory
    if holds is False and memory.active:
        return replace(memory, active=False, ended=now)
    if holds and not memory.active:
        return _resume(memory, ticket, now)
    return memory


def engaged(memory: RuleMemory) -> bool:
    """Tell whether the rule has acted in this episode: then its own fields stop nothing."""
    return memory.active and bool(memory.written or memory.fired)


def _resume(memory: RuleMemory, ticket: Ticket, now: datetime) -> RuleMemory:
    reopened = ticket.reopens > memory.reopens
    if memory.ended is not None and now - memory.ended <= PAUSE and not reopened:
        return replace(memory, active=True, ended=None)
    if reopened:
        memory = replace(memory, fired=())
    return _begin(memory, ticket, now)


def _begin(memory: RuleMemory, ticket: Ticket, now: datetime) -> RuleMemory:
    return RuleMemory(
        rule=memory.rule,
        ticket=memory.ticket,
        episode=memory.episode + 1,
        active=True,
        began=now,
        reopens=ticket.reopens,
        fired=tuple(fired for fired in memory.fired if _is_step(fired)),
    )


def _is_step(fired: Fired) -> bool:
    return fired.action.startswith("steps.")
