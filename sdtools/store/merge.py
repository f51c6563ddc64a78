"""What becomes of a ticket row when the desk shows the ticket again: pure."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from hashlib import sha1
from typing import NamedTuple

from sdtools.model.grades import Status
from sdtools.model.ticket import Ticket
from sdtools.store.codec import encode_plain, to_micros
from sdtools.store.ticketcode import encode_ticket

__all__ = ["GONE", "Merged", "Stored", "What", "merge", "touched_once"]

GONE = 2  # reconciliations in a row that must miss a ticket before it is gone
_DONE = frozenset({Status.solved, Status.closed})


class What(StrEnum):
    """What the news about a ticket are."""

    new = "new"
    changed = "changed"
    removed = "removed"
    seen = "seen"  # as before, and there again after a reconciliation missed it


class Stored(NamedTuple):
    """What the mirror holds of a ticket beside its document; a time in microseconds."""

    status: str
    first_seen: int
    reopens: int
    missing: int
    deleted: bool
    touched: str
    fingerprint: str


class Merged(NamedTuple):
    """The row to write, its values as the database holds them, and what it means."""

    what: What
    row: tuple[object, ...]


def touched_once(ticket: Ticket) -> str:
    """Return the column `touched` of a ticket of which only the last update is known."""
    person, at = ticket.updated_by, to_micros(ticket.updated)
    if not person:
        return "{}"
    if person.isalnum() and person.isascii():  # as ids are
        return f'{{"{person}":{at}}}'
    return encode_plain({person: at})


def merge(desk: str, ticket: Ticket, stored: Stored | None, now: datetime) -> Merged | None:
    """Return the row to write, None when the mirror knows all that already."""
    if ticket.deleted and (stored is None or stored.deleted):
        return None
    document = encode_ticket(ticket)
    fingerprint = sha1(document.encode(), usedforsecurity=False).hexdigest()[:16]
    same = stored is not None and stored.fingerprint == fingerprint
    if same and stored is not None and not stored.missing:
        return None
    row = (  # in the order of the table's columns
        desk,
        ticket.id,
        ticket.number,
        ticket.status.value,
        to_micros(ticket.opened),
        to_micros(ticket.updated),
        ticket.solved and to_micros(ticket.solved),
        ticket.closed and to_micros(ticket.closed),
        stored.first_seen if stored else to_micros(now),
        _reopens(ticket, stored),
        0,  # reconciliations that missed it
        ticket.deleted,
        _touched(ticket, stored),
        fingerprint,
        document,
    )
    return Merged(_what(ticket, stored, same=same), row)


def _what(ticket: Ticket, stored: Stored | None, *, same: bool) -> What:
    if stored is None:
        return What.new
    if ticket.deleted:
        return What.removed
    return What.seen if same and stored.missing < GONE else What.changed


def _reopens(ticket: Ticket, stored: Stored | None) -> int:
    if stored is None:
        return ticket.reopens
    again = stored.status in _DONE and ticket.is_open
    return max(ticket.reopens, stored.reopens + again)


def _touched(ticket: Ticket, stored: Stored | None) -> str:
    """Return who updated the ticket last and when, for everybody the mirror saw do it."""
    if stored is None:
        return touched_once(ticket)
    if not ticket.updated_by:
        return stored.touched
    touched = json.loads(stored.touched)
    touched[ticket.updated_by] = to_micros(ticket.updated)
    return encode_plain(touched)
