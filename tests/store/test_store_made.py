"""Records made by the ten thousands are like all others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from sdtools.model.made import maker
from sdtools.model.ticket import Activity, Ticket

MakeTicket = Callable[..., Ticket]


def test_a_ticket_made_fast_is_a_ticket_like_others(make_ticket: MakeTicket) -> None:
    slow = make_ticket("7", groups=("3",))
    values = {field.name: getattr(slow, field.name) for field in fields(Ticket)}
    fast = maker(Ticket)(**values)
    assert type(fast) is Ticket
    assert fast == slow
    assert (hash(fast), repr(fast)) == (hash(slow), repr(slow))
    assert replace(fast, title="x") == replace(slow, title="x")


def test_a_ticket_made_fast_is_frozen_too(make_ticket: MakeTicket) -> None:
    slow = make_ticket("7")
    fast = maker(Ticket)(**{field.name: getattr(slow, field.name) for field in fields(Ticket)})
    with pytest.raises(FrozenInstanceError):
        fast.title = "x"  # type: ignore[misc]  # that is what is tried


def test_values_go_by_place_and_the_rest_hold_their_defaults(make_ticket: MakeTicket) -> None:
    needed = [
        *("id", "number", "url", "kind", "title", "description", "status"),
        *("urgency", "impact", "priority", "opened", "updated"),
    ]
    slow = make_ticket("7")
    made = maker(Ticket, ["reopens", *needed])
    fast = made(2, *(getattr(slow, name) for name in needed))
    bare = Ticket(reopens=2, **{name: getattr(slow, name) for name in needed})
    assert fast == bare
    with pytest.raises(TypeError, match="updated"):
        made(2, *needed[:-1])


def test_a_record_without_any_value_has_its_defaults() -> None:
    assert maker(Activity)() == Activity()
