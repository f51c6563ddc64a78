"""A ticket as one short JSON text, its fields by place: read and written by the ten thousands."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.ticket import Ticket
from sdtools.store.codec import Codec, unreadable

__all__ = ["TicketDecoder", "encode_ticket"]

# Append only: stored texts are read by place. `reopens` is kept beside the text.
_OFTEN = (
    *("id", "number", "url", "kind", "title", "description", "status", "urgency", "impact"),
    *("priority", "opened", "updated", "category_id", "location_id", "entity_id", "source"),
    *("requesters", "assignees", "groups", "items", "updated_by", "responded", "pending_since"),
)
_SELDOM = (  # left out together where all of them hold their default
    *("requester_groups", "observers", "problems", "articles", "parent", "solved", "closed"),
    *("waiting", "respond_due", "resolve_due", "sla_respond", "sla_resolve", "sla_calendar"),
    *("satisfaction", "deleted", "unknown", "validation", "approvers", "documents"),
)
_FIELDS = (*_OFTEN, *_SELDOM)
_MOMENTS = (
    *("opened", "updated", "solved", "closed", "responded", "pending_since"),
    *("respond_due", "resolve_due"),
)
_LISTS = (
    *("requesters", "requester_groups", "observers", "assignees", "groups", "items"),
    *("problems", "articles", "approvers", "documents"),
)
_COMMON = ("category_id", "location_id", "entity_id", "source", "updated_by")  # few values
_GRADES: dict[Any, object] = {grade.value: grade for grade in Grade}
_SCALES: tuple[tuple[str, dict[Any, object]], ...] = (
    ("kind", {kind.value: kind for kind in Kind}),
    ("status", {status.value: status for status in Status}),
    *((name, _GRADES) for name in ("urgency", "impact", "priority")),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_OLDER = Codec(Ticket)  # fields by name: what sdtools wrote before these texts


def _plain(value: object) -> object:
    """Return as JSON can hold it what JSON does not know."""
    match value:
        case datetime():
            return (value - _EPOCH) // _MICRO
        case timedelta():
            return value // _MICRO
        case frozenset():
            return sorted(value)
    raise TypeError(f"a ticket cannot hold {type(value).__name__}")


_often, _seldom = attrgetter(*_OFTEN), attrgetter(*_SELDOM)
_DEFAULTS = tuple({field.name: field.default for field in fields(Ticket)}[n] for n in _SELDOM)
# ASCII only: hostile texts hold NUL and halves of surrogate pairs, which databases refuse
_JSON = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=_plain)
_PLAIN_DEFAULTS = json.loads(_JSON.encode(_DEFAULTS))


def encode_ticket(ticket: Ticket) -> str:
    """Return the text of a ticket, without `reopens`: equal tickets give equal texts."""
    often, seldom = _often(ticket), _seldom(ticket)
    return _JSON.encode(often if seldom == _DEFAULTS else often + seldom)


class TicketDecoder:
    """Makes tickets of texts; those of one decoder share what they have in common."""

    def __init__(self, without: frozenset[str] = frozenset()) -> None:
        """Leave the texts named in ``without`` empty: the long ones that nobody looks at."""
        self._without = without
        self._words: dict[str, str] = {}
        self._lists: dict[tuple[str, ...], tuple[str, ...]] = {}

    def load(self, text: str, reopens: int) -> Ticket:
        """Return the ticket of a text; raises StoreError when it is not one of ours."""
        if text.startswith("{"):
            return _OLDER.load(text, {"reopens": reopens})
        try:
            parts = json.loads(text)
            if len(parts) < len(_FIELDS):
                parts += _PLAIN_DEFAULTS[len(parts) - len(_FIELDS) :]
            values = dict(zip(_FIELDS, parts, strict=True))
            self._revive(values)
            return Ticket(reopens=reopens, **values)
        except (ValueError, TypeError, KeyError) as error:
            raise unreadable("Ticket", error) from error

    # values of many types, by the name of their field
    def _revive(self, values: dict[str, Any]) -> None:
        """Make of what JSON holds what a ticket holds."""
        words, lists = self._words, self._lists
        for name in self._without:
            values[name] = ""
        for name in _MOMENTS:
            at = values[name]
            if at is not None:
                values[name] = _EPOCH + at * _MICRO
        for name in _LISTS:
            found = values[name]
            if found:
                several = tuple(found)
                values[name] = lists.setdefault(several, several)
            else:
                values[name] = ()
        for name in _COMMON:
            word = values[name]
            values[name] = words.setdefault(word, word)
        for name, known in _SCALES:
            values[name] = known[values[name]]
        values["waiting"] = values["waiting"] * _MICRO
        values["unknown"] = frozenset(values["unknown"])
        if values["number"] == values["id"]:
            values["number"] = values["id"]
