"""A ticket as one short JSON text, its fields by place: read and written by the ten thousands."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from operator import attrgetter
from typing import Any

import orjson

from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.made import maker
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
_ID, _NUMBER = _FIELDS.index("id"), _FIELDS.index("number")
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
_SCALES: dict[str, dict[Any, object]] = {
    "kind": {kind.value: kind for kind in Kind},
    "status": {status.value: status for status in Status},
    **dict.fromkeys(("urgency", "impact", "priority"), _GRADES),
}
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
_ticket = maker(Ticket, ("reopens", *_FIELDS))
# In ASCII, for halves of surrogate pairs: orjson refuses those, and so do databases
_JSON = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=_plain)
_read = json.JSONDecoder().raw_decode


def encode_ticket(ticket: Ticket) -> str:
    """Return the text of a ticket, without `reopens`: equal tickets give equal texts."""
    often, seldom = _often(ticket), _seldom(ticket)
    values = often if seldom == _DEFAULTS else often + seldom
    try:
        return orjson.dumps(values, _plain, orjson.OPT_PASSTHROUGH_DATETIME).decode()
    except orjson.JSONEncodeError:
        return _JSON.encode(values)


def _parts(text: str) -> list[Any]:
    """Return the fields of a text by place; of an older text there are fewer."""
    parts, end = _read(text)
    if end != len(text) or len(parts) > len(_FIELDS):
        raise ValueError("more than a ticket")
    return parts  # type: ignore[no-any-return]  # else no place of it can be set


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else _EPOCH + micros * _MICRO


class TicketDecoder:
    """Makes tickets of texts; those of one decoder share what they have in common."""

    def __init__(self, without: frozenset[str] = frozenset()) -> None:
        """Leave the texts named in ``without`` empty: the long ones that nobody looks at."""
        words: dict[str, str] = {}
        lists: dict[tuple[str, ...], tuple[str, ...]] = {}

        def several(found: list[str]) -> tuple[str, ...]:
            return lists.setdefault(tuple(found), tuple(found)) if found else ()

        steps: dict[str, Callable[[Any], object]] = {
            **{name: scale.__getitem__ for name, scale in _SCALES.items()},
            **dict.fromkeys(_MOMENTS, _moment),
            **dict.fromkeys(_LISTS, several),
            **dict.fromkeys(_COMMON, lambda word: words.setdefault(word, word)),
            "waiting": lambda micros: micros * _MICRO,
            "unknown": frozenset,
            **dict.fromkeys(without, lambda _: ""),
        }
        self._steps = [(place, steps[name]) for place, name in enumerate(_FIELDS) if name in steps]
        often = len(_OFTEN)
        self._often = list(takewhile(lambda step: step[0] < often, self._steps))

    def load(self, text: str, reopens: int) -> Ticket:
        """Return the ticket of a text; raises StoreError when it is not one of ours."""
        if text.startswith("{"):
            return _OLDER.load(text, {"reopens": reopens})
        try:
            parts = _parts(text)
            for place, step in self._often if len(parts) == len(_OFTEN) else self._present(parts):
                parts[place] = step(parts[place])
            if parts[_NUMBER] == parts[_ID]:
                parts[_NUMBER] = parts[_ID]
            return _ticket(reopens, *parts)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise unreadable("Ticket", error) from error

    def _present(self, parts: Sequence[object]) -> list[tuple[int, Callable[[Any], object]]]:
        """Return the steps of the fields that a longer text has."""
        return [step for step in self._steps if step[0] < len(parts)]
