"""Rows of tickets by their ids, many in one request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from sdtools.connectors.glpi.answers import Row, list_of
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.errors import DeskRefusedError

__all__ = ["row_calls"]

_AT_ONCE = 40  # tickets by id in one url: nginx refuses urls over 8 kB (FACTS 6)
_UNUSABLE = frozenset({"ERROR_ITEM_NOT_FOUND", "ERROR_RIGHT_MISSING"})


def row_calls(tickets: Sequence[str]) -> list[Callable[[GlpiSession], list[Row]]]:
    """Return the calls that read these tickets; one that is gone or out of sight is missing."""
    ids = [ticket for ticket in dict.fromkeys(tickets) if _is_id(ticket)]
    chunks = [ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE)]
    return [partial(_at_once, ids=one) for one in chunks]


def _at_once(session: GlpiSession, ids: Sequence[str]) -> list[Row]:
    """Read several in one request; one missing refuses them all, so halve until it is found."""
    if len(ids) == 1:
        return _one(session, ids[0])
    query = {"get_hateoas": "false"}
    for place, ticket in enumerate(ids):
        query |= {f"items[{place}][itemtype]": "Ticket", f"items[{place}][items_id]": ticket}
    try:
        answer = session.get("getMultipleItems", query)
        return list_of(session.desk, answer, "getMultipleItems")
    except DeskRefusedError as error:
        if error.code not in _UNUSABLE:
            raise
        half = len(ids) // 2
        return [*_at_once(session, ids[:half]), *_at_once(session, ids[half:])]


def _one(session: GlpiSession, ticket: str) -> list[Row]:
    try:
        row = session.item("Ticket", ticket).data
    except DeskRefusedError as error:
        if error.code not in _UNUSABLE:
            raise
        return []
    return [row] if isinstance(row, dict) else []


def _is_id(ticket: str) -> bool:
    """Refuse what is no id: ``Ticket/0`` and ``Ticket/abc`` answer with the list (FACTS 3)."""
    return ticket.isdecimal() and int(ticket) > 0
