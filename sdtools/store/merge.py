"""What becomes of a ticket row when the desk shows the ticket again: pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from sdtools.model.grades import Status
from sdtools.model.ticket import Ticket
from sdtools.store.codec import Codec, encode_plain, to_micros

__all__ = ["GONE", "Merged", "Stored", "What", "load_ticket", "merge"]

GONE = 2  # reconciliations in a row that must miss a ticket before it is gone
_TICKET = Codec(Ticket)
_DONE = frozenset({Status.solved, Status.closed})


class What(StrEnum):
    """What the news about a ticket are."""

    new = "new"
    changed = "changed"
    removed = "removed"
    seen = "seen"  # as before, and there again after a reconciliation missed it


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the mirror holds of a ticket beside its document."""

    status: str
    first_seen: datetime
    reopens: int
    missing: int
    deleted: bool
    touched: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The row to write, and what it means."""

    what: What
    row: Mapping[str, object]


def load_ticket(document: str, reopens: int) -> Ticket:
    """Return the ticket of a row."""
    return _TICKET.load(document, {"reopens": reopens})


def merge(desk: str, ticket: Ticket, stored: Stored | None, now: datetime) -> Merged | None:
    """Return the row to write, None when the mirror knows all that already."""
    if ticket.deleted and (stored is None or stored.deleted):
        return None
    plain = _TICKET.plain(ticket)
    plain.pop("reopens", None)  # kept beside the document, for the mirror counts them itself
    document = encode_plain(plain)
    fingerprint = blake2b(document.encode("ascii"), digest_size=8).hexdigest()
    same = stored is not None and stored.fingerprint == fingerprint
    if same and stored is not None and not stored.missing:
        return None
    row = {
        "desk": desk,
        "id": ticket.id,
        "number": ticket.number,
        "status": ticket.status.value,
        "opened": ticket.opened,
        "updated": ticket.updated,
        "solved": ticket.solved,
        "closed": ticket.closed,
        "first_seen": stored.first_seen if stored else now,
        "reopens": _reopens(ticket, stored),
        "missing": 0,
        "deleted": ticket.deleted,
        "touched": _touched(ticket, stored),
        "fingerprint": fingerprint,
        "document": document,
    }
    return Merged(what=_what(ticket, stored, same=same), row=row)


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
    if not ticket.updated_by:
        return stored.touched if stored else "{}"
    touched = json.loads(stored.touched) if stored else {}
    touched[ticket.updated_by] = to_micros(ticket.updated)
    return encode_plain(touched)
