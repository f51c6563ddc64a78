"""The codec gives back exactly what it was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, time, timedelta, timezone
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdtools.errors import StoreError
from sdtools.model.knowledge import KnownError
from sdtools.model.memory import RuleMemory
from sdtools.model.message import Message
from sdtools.model.people import Directory
from sdtools.model.ticket import Comment, Ticket
from sdtools.plan import Change, Plan
from sdtools.store.codec import Codec, storable
from sdtools.store.plans import plan_from_json, plan_to_json

T = TypeVar("T")

# Any character at all: NUL, halves of surrogate pairs, emoji.
HOSTILE = st.text(st.characters(exclude_categories=()), max_size=6)
UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_YEARS = {"min_value": datetime(2, 1, 1), "max_value": datetime(9998, 12, 31)}  # also in UTC  # noqa: DTZ001 (hypothesis adds the zone)
AWARE = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]), **_YEARS
)
CLOCK = st.times().map(lambda at: at.replace(fold=0))  # a fold needs a date

exactly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def any_of(kind: Any, text: st.SearchStrategy[str] = HOSTILE) -> st.SearchStrategy[Any]:
    """Values of a type with every field filled, those with a default too."""
    origin, parts = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        every = {field.name: any_of(hints[field.name], text) for field in fields(kind)}
        return st.builds(kind, **every)
    if origin in (Union, UnionType):
        return st.one_of(*(any_of(part, text) for part in parts))
    if origin is tuple and parts[-1] is Ellipsis:
        return st.lists(any_of(parts[0], text), max_size=2).map(tuple)
    if origin is not None and origin is Mapping:
        return st.dictionaries(text, any_of(parts[1], text), max_size=2)
    known = {str: text, datetime: AWARE, float: st.floats(allow_nan=False), time: CLOCK}
    return known.get(kind, st.from_type(kind))


def shape(value: object) -> object:
    """The value with every type in it, and every time said in UTC."""
    if is_dataclass(value):
        parts = [shape(getattr(value, field.name)) for field in fields(value)]
        return (type(value).__name__, *parts)
    if isinstance(value, datetime):
        return ("datetime", value.astimezone(UTC).isoformat())
    if isinstance(value, dict):
        return ("dict", *((key, shape(part)) for key, part in value.items()))
    if isinstance(value, tuple):
        return ("tuple", *map(shape, value))
    if isinstance(value, frozenset):
        return ("frozenset", frozenset(map(shape, value)))
    if isinstance(value, Enum):
        return (type(value).__name__, value.name)
    return (type(value).__name__, repr(value))


def survives(codec: Codec[T], value: T) -> bool:
    text = codec.dump(value)
    again = codec.load(text)
    return again == value and shape(again) == shape(value) and text.isascii()


@exactly
@given(any_of(Ticket))
def test_a_ticket_comes_back_as_it_was(ticket: Ticket) -> None:
    assert survives(Codec(Ticket), ticket)


@exactly
@given(any_of(Comment))
def test_a_comment_comes_back_as_it_was(comment: Comment) -> None:
    assert survives(Codec(Comment), comment)


@exactly
@given(any_of(Directory))
def test_a_directory_comes_back_as_it_was(directory: Directory) -> None:
    assert survives(Codec(Directory), directory)


@exactly
@given(any_of(tuple[KnownError, ...]))
def test_known_errors_come_back_as_they_were(known: tuple[KnownError, ...]) -> None:
    assert survives(Codec(tuple[KnownError, ...]), known)


@exactly
@given(any_of(RuleMemory))
def test_a_memory_comes_back_as_it_was(memory: RuleMemory) -> None:
    assert survives(Codec(RuleMemory), memory)


@exactly
@given(any_of(Change))
def test_a_change_comes_back_with_the_effect_it_had(change: Change) -> None:
    assert survives(Codec(Change), change)


@exactly
@given(any_of(Message))
def test_a_message_comes_back_with_its_attachments(message: Message) -> None:
    assert survives(Codec(Message), message)


@exactly
@given(any_of(Plan, UNICODE))  # a text for people cannot hold half a character
def test_a_plan_file_gives_back_the_plan(plan: Plan) -> None:
    again = plan_from_json(plan_to_json(plan))
    assert again == plan
    assert shape(again) == shape(plan)


_AT = datetime(2026, 11, 22, 7, 30, 1, 234567, tzinfo=timezone(timedelta(hours=1)))
_COMMENT = Comment(id="7", ticket_id="1", author_id="5", written=_AT, text="Né", public=True)


def test_times_come_back_in_utc_to_the_microsecond() -> None:
    codec = Codec(Comment)
    written = codec.load(codec.dump(_COMMENT)).written
    assert written == _AT
    assert written.tzinfo is UTC


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        Codec(Comment).dump(replace(_COMMENT, written=_AT.replace(tzinfo=None)))


def test_defaults_are_left_out_so_that_texts_of_older_versions_can_be_read() -> None:
    assert "form" not in Codec(Comment).dump(_COMMENT)
    assert Codec(Comment).load(Codec(Comment).dump(_COMMENT)).form == "comment"


def test_a_field_that_is_no_longer_known_is_skipped() -> None:
    text = Codec(Comment).dump(_COMMENT).replace("{", '{"mood":"good",', 1)
    assert Codec(Comment).load(text) == _COMMENT


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"id":1}', '{"written":"now"}'])
def test_a_broken_text_is_a_store_error_that_says_what_it_is(text: str) -> None:
    with pytest.raises(StoreError, match="a stored Comment cannot be read"):
        Codec(Comment).load(text)


def test_a_text_of_somebody_else_loses_what_databases_refuse() -> None:
    assert storable("a\0b\ud800c é") == "ab?c é"
