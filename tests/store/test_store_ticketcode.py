"""The short text of a ticket holds all of it, and older texts can still be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtools.errors import StoreError
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.ticket import Ticket
from sdtools.store.codec import Codec, to_micros
from sdtools.store.ticketcode import TicketDecoder, encode_ticket

MakeTicket = Callable[..., Ticket]
HOSTILE = st.text(st.characters(exclude_categories=()), max_size=20)
MOMENTS = st.datetimes(timezones=st.just(UTC))
KINDS: dict[str, st.SearchStrategy[object]] = {
    "str": HOSTILE,
    "Kind": st.sampled_from(Kind),
    "Status": st.sampled_from(Status),
    "Grade": st.sampled_from(Grade),
    "datetime": MOMENTS,
    "datetime | None": st.none() | MOMENTS,
    "timedelta": st.timedeltas(),
    "tuple[str, ...]": st.lists(HOSTILE, max_size=3).map(tuple),
    "frozenset[str]": st.frozensets(HOSTILE, max_size=3),
    "int": st.integers(0, 9),
    "int | None": st.none() | st.integers(-(10**30), 10**30),
    "bool": st.booleans(),
}
VALUES = {field.name: KINDS[str(field.type)] for field in fields(Ticket)}


def _text(ticket: Ticket) -> str:
    return encode_ticket(ticket, to_micros(ticket.opened), to_micros(ticket.updated))


def _ticket(text: str, reopens: int) -> Ticket:
    return TicketDecoder().load([text], [reopens])[0]


def test_every_field_of_a_ticket_comes_back(make_ticket: MakeTicket, now: datetime) -> None:
    others = {
        "waiting": timedelta(minutes=3, microseconds=1),
        "satisfaction": 4,
        "deleted": True,
        "unknown": frozenset({"items", "groups"}),
        "reopens": 2,
    }
    filled = make_ticket("7")
    for field in fields(Ticket):
        empty = getattr(make_ticket("7"), field.name)
        if field.name in others:
            filled = replace(filled, **{field.name: others[field.name]})  # type: ignore[arg-type]
        elif empty == ():
            filled = replace(filled, **{field.name: (f"{field.name}-1", "2")})  # type: ignore[arg-type]
        elif empty is None:
            filled = replace(filled, **{field.name: now})  # type: ignore[arg-type]
        elif empty == "":
            filled = replace(filled, **{field.name: f"{field.name} é"})  # type: ignore[arg-type]
    assert _ticket(_text(filled), 2) == filled


@settings(max_examples=50, deadline=None)
@given(title=HOSTILE, description=HOSTILE)
def test_any_text_comes_back_and_is_kept_as_databases_can(title: str, description: str) -> None:
    ticket = replace(EXAMPLE, title=title, description=description)
    text = _text(ticket)
    assert text.encode().decode() == text
    assert "\0" not in text
    assert _ticket(text, 0) == ticket


@settings(max_examples=50, deadline=None)
@given(title=HOSTILE, description=HOSTILE)
def test_texts_from_before_they_held_accents_are_read_too(title: str, description: str) -> None:
    ticket = replace(EXAMPLE, title=title, description=description, groups=("3", "é"))
    older = _ascii(ticket)
    assert older.isascii()
    assert _ticket(older, 0) == ticket


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_ticket_comes_back_and_an_equal_one_has_an_equal_text(data: st.DataObject) -> None:
    values: dict[str, Any] = data.draw(st.fixed_dictionaries({}, optional=VALUES))
    ticket = replace(EXAMPLE, **values)
    text = _text(ticket)
    found = _ticket(text, ticket.reopens)
    assert found == ticket
    assert type(found) is Ticket
    assert [type(getattr(found, name)) for name in VALUES] == [
        type(getattr(ticket, name)) for name in VALUES
    ]
    assert _text(found) == text


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_tickets_of_all_kinds_of_texts_come_in_the_order_of_the_texts(data: st.DataObject) -> None:
    drawn = st.fixed_dictionaries({}, optional=VALUES)
    rows: list[dict[str, Any]] = data.draw(st.lists(drawn, max_size=6))
    tickets = [replace(EXAMPLE, **values) for values in rows]
    ways = [data.draw(st.sampled_from([_text, _ascii, Codec(Ticket).dump])) for _ in tickets]
    texts = [way(ticket) for way, ticket in zip(ways, tickets, strict=True)]
    assert TicketDecoder().load(texts, [ticket.reopens for ticket in tickets]) == tickets


def _ascii(ticket: Ticket) -> str:
    return json.dumps(json.loads(_text(ticket)), separators=(",", ":"))


def test_a_text_with_its_fields_by_name_is_read_too(make_ticket: MakeTicket) -> None:
    ticket = make_ticket("7", groups=("3",))
    older = Codec(Ticket).dump(ticket)
    assert _ticket(older, 0) == ticket


def test_a_text_from_before_the_last_fields_is_read_too(make_ticket: MakeTicket) -> None:
    ticket = make_ticket("7", groups=("3",), parent="9")
    short = json.dumps(json.loads(_text(ticket))[:-3])
    assert _ticket(short, 0) == ticket


@pytest.mark.parametrize("text", ["", "[]", "[1,2]", "{}", "null", '["a"'])
def test_a_text_of_somebody_else_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match="stored Ticket cannot be read"):
        _ticket(text, 0)


def test_tickets_of_one_decoder_share_what_they_have_in_common(make_ticket: MakeTicket) -> None:
    decoder = TicketDecoder()
    texts = [_text(make_ticket(id, groups=("3", "4"))) for id in ("1", "2")]
    one, two = decoder.load(texts, [0, 0])
    assert one.groups is two.groups


EXAMPLE = Codec(Ticket).load(
    '{"id":"1","number":"1","url":"","kind":"incident","title":"","description":"",'
    '"status":"new","urgency":3,"impact":3,"priority":3,"opened":0,"updated":0}'
)
