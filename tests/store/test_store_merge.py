"""Who touched a ticket, and when last, is written as JSON would be, however it came together."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdtools.model.ticket import Ticket
from sdtools.store.merge import Stored, merge, touched_once

MakeTicket = Callable[..., Ticket]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PEOPLE = st.sampled_from(["", "7", "77", "a1", '"7":', 'x"7', "é", "٣", "a b", "\\", "\ud800", "0"])
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis puts the zone on)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(updates=st.lists(st.tuples(PEOPLE, MOMENTS), min_size=1, max_size=6))
def test_each_person_is_kept_with_the_last_update_in_the_order_in_which_they_came(
    updates: list[tuple[str, datetime]], make_ticket: MakeTicket
) -> None:
    known: dict[str, int] = {}
    stored: Stored | None = None
    for number, (person, at) in enumerate(updates):
        ticket = make_ticket(updated_by=person, updated=at, title=f"update {number}")
        merged = merge("glpi", ticket, stored, 0)
        assert merged
        moment = (at - EPOCH) // timedelta(microseconds=1)
        was_nobody = stored and stored.updated == moment and moment not in known.values()
        if person and not was_nobody:
            known[person] = moment
        touched = json.dumps(known, separators=(",", ":"))
        assert merged[1][12] == touched
        stored = Stored("new", 0, 0, 0, False, touched, moment, "")


@given(person=PEOPLE, at=st.integers(-(10**17), 10**17))
def test_a_ticket_touched_once_says_so_as_json_would(person: str, at: int) -> None:
    expected = {person: at} if person else {}
    assert touched_once(person, at) == json.dumps(expected, separators=(",", ":"))
