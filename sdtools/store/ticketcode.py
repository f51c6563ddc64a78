"""A ticket as one short JSON text, its fields by place: read and written by the ten thousands."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import repeat
from operator import attrgetter
from typing import Any, cast

import orjson

from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.made import maker
from sdtools.model.ticket import Ticket
from sdtools.store.codec import Codec, unreadable

__all__ = ["TicketDecoder", "encode_ticket"]

Column = Iterable[Any]  # one field of many tickets

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
_OPENED, _UPDATED = _FIELDS.index("opened"), _FIELDS.index("updated")
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


def encode_ticket(ticket: Ticket, opened: int, updated: int) -> str:
    """Return the text of a ticket, without `reopens`: equal tickets give equal texts.

    ``opened`` and ``updated`` are the ticket's, in microseconds: who writes a row has them.
    """
    values = [*_often(ticket)]
    values[_OPENED], values[_UPDATED] = opened, updated
    seldom = _seldom(ticket)
    if seldom != _DEFAULTS:
        values += seldom
    try:
        return orjson.dumps(values, _plain, orjson.OPT_PASSTHROUGH_DATETIME).decode()
    except orjson.JSONEncodeError:
        return _JSON.encode(values)


def _parts(text: str) -> Sequence[Any]:
    """Return the fields of a text by place; of an older text there are fewer."""
    try:
        parts = orjson.loads(text)
    except orjson.JSONDecodeError:  # halves of surrogate pairs
        parts = json.loads(text)
    if len(parts) > len(_OFTEN) and float in map(type, parts):
        parts = json.loads(text)  # orjson makes floats of whole numbers with more than 64 bits
    if len(parts) > len(_FIELDS):
        raise ValueError("more than a ticket")
    return cast("Sequence[Any]", parts)


def _moments(column: Column) -> Column:
    return [None if micros is None else _EPOCH + micros * _MICRO for micros in column]


class TicketDecoder:
    """Makes tickets of texts, field by field; those of one decoder share what they can."""

    def __init__(self, without: frozenset[str] = frozenset()) -> None:
        """Leave the texts named in ``without`` empty: the long ones that nobody looks at."""
        words: dict[str, str] = {}
        lists: dict[tuple[str, ...], tuple[str, ...]] = {}

        def several(column: Column) -> Column:
            found = [*map(tuple, column)]
            return map(lists.setdefault, found, found)

        steps: dict[str, Callable[[Column], Column]] = {
            **{name: partial(map, scale.__getitem__) for name, scale in _SCALES.items()},
            **dict.fromkeys(_MOMENTS, _moments),
            **dict.fromkeys(_LISTS, several),
            **dict.fromkeys(_COMMON, lambda column: map(words.setdefault, column, column)),
            "waiting": lambda column: [micros * _MICRO for micros in column],
            "unknown": partial(map, frozenset),
            **dict.fromkeys(without, lambda _: repeat("")),
        }
        self._steps = [(place, steps[name]) for place, name in enumerate(_FIELDS) if name in steps]

    def load(self, texts: Sequence[str], reopens: Sequence[int]) -> list[Ticket]:
        """Return the tickets of some texts; raises StoreError when one is not one of ours."""
        alike: defaultdict[int, list[tuple[int, Sequence[Any]]]] = defaultdict(list)
        found: dict[int, Ticket] = {}
        try:
            for at, text in enumerate(texts):
                if text.startswith("{"):
                    found[at] = _OLDER.load(text, {"reopens": reopens[at]})
                else:
                    parts = _parts(text)
                    alike[len(parts)].append((at, parts))
            for several in alike.values():
                places, rows = zip(*several, strict=True)
                made = self._made([reopens[at] for at in places], rows)
                found.update(zip(places, made, strict=True))
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise unreadable("Ticket", error) from error
        return [found[at] for at in range(len(texts))]

    def _made(self, reopens: Sequence[int], rows: Sequence[Sequence[Any]]) -> Iterator[Ticket]:
        """Return the tickets of rows with the same fields: a column of them at a time."""
        columns: list[Column] = [*zip(*rows, strict=True)]
        ids, numbers = columns[_ID], columns[_NUMBER]
        columns[_NUMBER] = [
            id if number == id else number for id, number in zip(ids, numbers, strict=True)
        ]
        for place, step in self._steps:
            if place < len(columns):
                columns[place] = step(columns[place])
        return map(_ticket, reopens, *columns)
