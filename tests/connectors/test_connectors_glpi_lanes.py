"""Many writes on two sessions at a time: each ticket in one, each write once, answers in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from glpi_rows import ticket_row

from sdtools.connectors.desk import NewComment, NewLink, TicketUpdate, WriteState
from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.errors import DeskError, LeaseError
from sdtools.model.effects import Assign, Link, SetField

COUNT = 60
NUMBERS = range(100, 100 + COUNT)
RAISED = SetField(field="urgency", value="very_high")
RAISES = [TicketUpdate(ticket=str(number), fields=(RAISED,)) for number in NUMBERS]


@pytest.fixture
def many(glpi: EmbeddedGlpi) -> EmbeddedGlpi:
    """A GLPI with so many tickets more."""
    glpi.database.load(ticket_row(number) for number in NUMBERS)
    return glpi


def opened(glpi: EmbeddedGlpi, may: Callable[[], bool] = lambda: True) -> GlpiDesk:
    return glpi_desk(
        "glpi",
        url=glpi.url,
        app_token=glpi.app_token,
        user_token=glpi.user_token,
        wait=lambda _: None,
        may=may,
    )


Sent = list[tuple[str, list[Any]]]


@contextmanager
def written(desk: GlpiDesk) -> Iterator[Sent]:
    """Hear which session sent which inputs."""
    found: Sent = []
    sessions = (desk._session, *(desk._session.crew._sessions if desk._session.crew else ()))
    for place, session in enumerate(sessions):
        add, update, delete = session.add, session.update, session.delete

        def noted(call: Any, place: int = place) -> Any:
            def send(itemtype: str, inputs: list[Any]) -> Any:
                found.append((str(place), list(inputs)))
                return call(itemtype, inputs)

            return send

        for name, call in (("add", add), ("update", update), ("delete", delete)):
            setattr(session, name, noted(call))
    yield found


def urgencies(glpi: EmbeddedGlpi) -> list[object]:
    return [row["urgency"] for row in glpi.database.rows("Ticket") if row["id"] in NUMBERS]


def lines(glpi: EmbeddedGlpi) -> int:
    """Count the lines of the history that say that an urgency changed."""
    return sum(row["id_search_option"] == 10 for row in glpi.database.rows("Log"))


def test_each_ticket_is_written_once_in_one_of_two_sessions(many: EmbeddedGlpi) -> None:
    with opened(many) as desk, written(desk) as sent:
        answers = desk.update(RAISES)
        assert desk.requests == many.requests
    assert [one.state for one in answers] == [WriteState.done] * COUNT
    by_session = {
        place: {row["id"] for one, rows in sent if one == place for row in rows}
        for place, _ in sent
    }
    assert [len(tickets) for tickets in by_session.values()] == [COUNT // 2] * 2
    assert set().union(*by_session.values()) == {*NUMBERS}
    assert urgencies(many) == [5] * COUNT
    assert lines(many) == COUNT
    assert not many.application._sessions  # both have logged out


def test_a_few_writes_need_no_second_session(many: EmbeddedGlpi) -> None:
    with opened(many) as desk:
        desk.update(RAISES[:10])
        assert len(many.application._sessions) == 1


def test_what_is_said_on_one_ticket_is_said_in_order_in_one_session(many: EmbeddedGlpi) -> None:
    texts = [f"{ticket} {turn}" for turn in range(6) for ticket in (100, 101, 102)]
    with opened(many) as desk, written(desk) as sent:
        answers = desk.comment(
            [NewComment(ticket=text.split()[0], text=text, public=False) for text in texts]
        )
        said = desk.read_comments(["100", "101", "102"])
    places = {row["items_id"]: {one for one, rows in sent if row in rows} for _, rows in sent
              for row in rows}  # fmt: skip
    assert all(len(one) == 1 for one in places.values())
    assert len(set.union(*places.values())) == 2
    for ticket in ("100", "101", "102"):
        made = sorted(said[ticket], key=lambda one: int(one.id.partition("/")[2]))
        assert [one.text for one in made] == [f"{ticket} {turn}" for turn in range(6)]
    by_id = {one.id: one.text for comments in said.values() for one in comments}
    assert [by_id[answer.id] for answer in answers] == texts


def test_a_link_that_is_there_is_told_of_in_its_place(many: EmbeddedGlpi) -> None:
    many.database.insert("Problem_Ticket", {"tickets_id": 131, "problems_id": 1})
    link = Link(target="problem", id="1")
    with opened(many) as desk:
        answers = desk.link([NewLink(ticket=str(number), link=link) for number in NUMBERS])
    assert [one.state for one in answers] == [
        WriteState.there if number == 131 else WriteState.done for number in NUMBERS
    ]


def test_assignments_are_replaced_on_both_sessions(many: EmbeddedGlpi) -> None:
    for number in NUMBERS:
        many.database.insert("Group_Ticket", {"tickets_id": number, "groups_id": 1, "type": 2})
    wanted = Assign(groups=("2",))
    with opened(many) as desk, written(desk) as sent:
        answers = desk.update([TicketUpdate(ticket=str(one), assign=wanted) for one in NUMBERS])
    assert {one.state for one in answers} == {WriteState.done}
    assert {row["groups_id"] for row in many.database.rows("Group_Ticket")} == {2}
    assert len(many.database.rows("Group_Ticket")) == COUNT
    assert len({place for place, rows in sent if isinstance(rows[0], str)}) == 2  # deletions


@pytest.mark.parametrize("fault", ["empty", "bad_gateway_after", "reset_after", "server_error"])
@pytest.mark.parametrize("place", [0, 2, 5])
def test_a_failure_in_one_session_doubles_and_loses_nothing(
    many: EmbeddedGlpi, fault: str, place: int
) -> None:
    with opened(many) as desk:
        desk.read([str(number) for number in NUMBERS])  # all are logged in
        many.application.faults = FaultPlan(chosen={many.requests + 1 + place: fault})
        answers = desk.update(RAISES)
    sure = [one.state for one in answers]
    assert WriteState.refused not in sure
    for state, urgency in zip(sure, urgencies(many), strict=True):
        assert (urgency == 5) or state is WriteState.unknown
    assert lines(many) == urgencies(many).count(5)


def test_what_a_second_session_cannot_begin_with_is_done_by_the_first(many: EmbeddedGlpi) -> None:
    with opened(many) as desk:
        assert desk._session.crew
        for session in desk._session.crew._sessions:
            session._login = replace(session._login, user_token="wrong")
        answers = desk.update(RAISES)
    assert {one.state for one in answers} == {WriteState.done}
    assert lines(many) == COUNT


def test_a_desk_that_is_gone_before_anything_was_sent_is_an_error(many: EmbeddedGlpi) -> None:
    with pytest.raises(DeskError), opened(many) as desk:
        assert desk.account_id
        many.application.faults = FaultPlan(rate=1.0, kinds=("too_many_requests",))
        desk.update(RAISES)
    assert urgencies(many) == [3] * COUNT


def test_no_session_begins_another_write_once_the_lease_is_lost(many: EmbeddedGlpi) -> None:
    asked: list[bool] = []

    def may() -> bool:
        asked.append(len(asked) < 3)
        return asked[-1]

    with pytest.raises(LeaseError), opened(many, may) as desk:
        desk.update(RAISES)
    assert asked.count(True) == 3
    assert lines(many) == urgencies(many).count(5) < COUNT


def test_whoever_is_interrupted_begins_no_other_write_on_either_session(
    many: EmbeddedGlpi,
) -> None:
    before, interrupted = threading.active_count(), threading.Event()

    def may() -> bool:
        if threading.current_thread() is threading.main_thread():
            interrupted.set()
            raise KeyboardInterrupt
        return interrupted.wait(10)

    with pytest.raises(KeyboardInterrupt), opened(many, may) as desk:
        desk.update(RAISES)
    assert threading.active_count() == before
    assert lines(many) == urgencies(many).count(5) < COUNT // 2
