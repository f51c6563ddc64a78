"""What becomes of a ticket row when the desk shows the ticket again: pure."""

from __future__ import annotations

import json
from enum import StrEnum
from hashlib import sha1
from typing import NamedTuple

from sdtools.model.grades import Status
from sdtools.model.ticket import Ticket
from sdtools.store.codec import encode_plain, to_micros
from sdtools.store.ticketcode import encode_ticket

__all__ = ["GONE", "Merged", "Stored", "What", "merge", "touched_once"]

GONE = 2  # reconciliations in a row that must miss a ticket before it is gone
_EMPTY = len("{}")
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
    updated: int
    fingerprint: str


Merged = tuple[What, tuple[object, ...]]  # what it means, and the values as databases hold them


def touched_once(person: str, at: int) -> str:
    """Return the column `touched` of a ticket of which only the last update is known."""
    return _touched("{}", person, at)


def merge(desk: str, ticket: Ticket, stored: Stored | None, now: int) -> Merged | None:
    """Return the row to write, None when the mirror knows all that already.

    ``now``, in microseconds, becomes the time at which a new ticket was first seen.
    """
    if ticket.deleted and (stored is None or stored.deleted):
        return None
    opened, updated = to_micros(ticket.opened), to_micros(ticket.updated)
    document = encode_ticket(ticket, opened, updated)
    fingerprint = sha1(document.encode(), usedforsecurity=False).hexdigest()[:16]
    if stored is None:
        what, first_seen, reopens, touched = What.new, now, ticket.reopens, "{}"
        person = ticket.updated_by
    else:
        same = stored.fingerprint == fingerprint
        if same and not stored.missing:
            return None
        what, first_seen = _what(ticket, stored, same=same), stored.first_seen
        reopens, touched = _reopens(ticket, stored), stored.touched
        person = "" if _was_nobody(stored, updated) else ticket.updated_by
    row = (  # in the order of the table's columns
        desk,
        ticket.id,
        ticket.number,
        ticket.status.value,
        opened,
        updated,
        ticket.solved and to_micros(ticket.solved),
        ticket.closed and to_micros(ticket.closed),
        first_seen,
        reopens,
        0,  # reconciliations that missed it
        ticket.deleted,
        _touched(touched, person, updated),
        fingerprint,
        document,
    )
    return what, row


def _what(ticket: Ticket, stored: Stored, *, same: bool) -> What:
    if ticket.deleted:
        return What.removed
    return What.seen if same and stored.missing < GONE else What.changed


def _reopens(ticket: Ticket, stored: Stored) -> int:
    again = stored.status in _DONE and ticket.is_open
    return max(ticket.reopens, stored.reopens + again)


def _was_nobody(stored: Stored, updated: int) -> bool:
    """Tell whether this update is known, and as one of nobody: whoever is named now was before."""
    return stored.updated == updated and f":{updated}" not in stored.touched


def _touched(touched: str, person: str, at: int) -> str:
    """Return who updated the ticket last and when, for everybody the mirror saw do it."""
    if not person:
        return touched
    if person.isalnum() and person.isascii() and f'"{person}":' not in touched:
        # an id, and new here: put behind the others without reading them
        return f'{touched[:-1]}{"," if len(touched) > _EMPTY else ""}"{person}":{at}}}'
    return encode_plain({**json.loads(touched), person: at})
