"""Writes without a clear answer: looked up, sent again only where GLPI has surely stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
import requests
import responses

from sdtools.connectors.desk import NewComment, NewLink, WriteState, Written
from sdtools.connectors.glpi.batches import Pacers, Work
from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.connectors.glpi.lanes import write_all
from sdtools.connectors.glpi.lookup import held
from sdtools.connectors.glpi.results import updated
from sdtools.connectors.glpi.text import to_html
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.model.effects import Link

URL = "https://glpi.example.org/apirest.php"
DONE, REFUSED, UNKNOWN = WriteState.done, WriteState.refused, WriteState.unknown
Raw = tuple[int, dict[str, str], str]
JSON = {"Content-Type": "application/json"}


@dataclass
class Glpi:
    """A GLPI that keeps followups, stumbles over chosen texts, and takes its time."""

    stumbles: Callable[[str], Raw | Exception | None] = lambda _: None
    seconds: float = 0.0  # on its own clock
    each: float = 0.0  # seconds an item
    kept: list[str] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    lasted: list[float] = field(default_factory=list)

    def add(self, request: requests.PreparedRequest) -> Raw:
        """Work through a batch, item by item, until one goes wrong."""
        began = self.seconds
        sent = [row["content"] for row in json.loads(request.body or "")["input"]]
        self.batches.append(len(sent))
        results = []
        for text in sent:
            wrong = self.stumbles(text)
            if isinstance(wrong, Exception):
                raise wrong
            if wrong is not None:
                return wrong
            self.seconds += self.each
            self.kept.append(text)
            results.append({"id": len(self.kept), "message": ""})
        self.lasted.append(self.seconds - began)
        return 201, JSON, json.dumps(results)

    def said(self, request: requests.PreparedRequest) -> Raw:
        rows = [
            {"id": number, "itemtype": "Ticket", "items_id": 5, "content": text}
            for number, text in enumerate(self.kept, 1)
        ]
        return 200, JSON, json.dumps(rows)


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        told = {"session_token": "x", "session": {"glpishowallentities": 1}}
        mock.add(responses.GET, f"{URL}/initSession", json=told)
        yield mock


@pytest.fixture
def glpi_there(wire: responses.RequestsMock) -> Glpi:
    there = Glpi()
    wire.add_callback(responses.POST, f"{URL}/ITILFollowup", there.add, content_type=None)
    wire.add_callback(responses.GET, f"{URL}/Ticket/5/ITILFollowup", there.said, content_type=None)
    return there


@pytest.fixture
def said_to(glpi_there: Glpi) -> GlpiDesk:
    return glpi_desk(
        "glpi",
        url=URL,
        app_token="a",
        user_token="u",
        wait=lambda _: None,
        clock=lambda: glpi_there.seconds,
    )


def news(*texts: str) -> list[NewComment]:
    return [NewComment(ticket="5", text=text, public=False) for text in texts]


def states(written: Sequence[Written]) -> list[WriteState]:
    return [one.state for one in written]


def on(word: str, what: Raw | Exception) -> Callable[[str], Raw | Exception | None]:
    return lambda text: what if word in text else None


CRASH: Raw = (200, {"Content-Type": "text/html"}, "")
WORDS: Raw = (400, JSON, json.dumps(["ERROR_GLPI_ADD", "Incorrect string value"]))
SEGFAULT: Raw = (502, {"Content-Type": "text/html"}, "<html>Bad Gateway</html>")


@pytest.mark.parametrize("how", [CRASH, WORDS, SEGFAULT], ids=["crash", "words", "segfault"])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_one_poisonous_comment_does_not_keep_its_neighbours_from_being_said_once(
    glpi_there: Glpi, said_to: GlpiDesk, how: Raw, place: int
) -> None:
    glpi_there.stumbles = on("poison", how)
    texts = [f"text {number}" for number in range(5)]
    texts[place] = "poison"
    written = said_to.comment(news(*texts))
    end = UNKNOWN if how is SEGFAULT else REFUSED
    assert states(written) == [end if text == "poison" else DONE for text in texts]
    assert sorted(glpi_there.kept) == sorted(to_html(one) for one in texts if one != "poison")


def test_two_poisonous_comments_side_by_side_stop_nobody_else(
    glpi_there: Glpi, said_to: GlpiDesk
) -> None:
    glpi_there.stumbles = on("poison", CRASH)
    texts = ["a", "poison 1", "poison 2", "b", "c", "d", "e", "poison 3", "f"]
    written = said_to.comment(news(*texts))
    assert states(written) == [REFUSED if "poison" in text else DONE for text in texts]
    assert glpi_there.kept == [to_html(text) for text in "abcdef"]


def test_the_same_text_twice_is_said_twice_when_the_first_was_done_before_a_crash(
    glpi_there: Glpi, said_to: GlpiDesk
) -> None:
    crashes = iter([None, CRASH])
    glpi_there.stumbles = lambda _: next(crashes, None)
    assert states(said_to.comment(news("again", "again"))) == [DONE, DONE]
    assert glpi_there.kept == [to_html("again")] * 2


@pytest.mark.parametrize(
    "late",
    [requests.ConnectionError("reset"), requests.ReadTimeout("late")],
    ids=["dropped", "time-out"],
)
def test_what_a_dropped_line_left_undone_is_unknown_and_not_sent_again(
    glpi_there: Glpi, said_to: GlpiDesk, late: Exception
) -> None:
    glpi_there.stumbles = on("third", late)  # GLPI may still be at it
    written = said_to.comment(news("first", "second", "third", "fourth"))
    assert states(written) == [DONE, DONE, UNKNOWN, UNKNOWN]
    assert glpi_there.batches == [4]


def test_a_gateway_that_gave_up_after_long_may_have_left_glpi_at_work(
    glpi_there: Glpi, said_to: GlpiDesk
) -> None:
    def slowly(text: str) -> Raw | None:
        glpi_there.seconds += 15.0
        return SEGFAULT if "second" in text else None

    glpi_there.stumbles = slowly
    assert states(said_to.comment(news("first", "second", "third"))) == [DONE, UNKNOWN, UNKNOWN]
    assert glpi_there.batches == [3]


@pytest.mark.parametrize("status", [403, 413])
def test_what_a_firewall_does_not_let_through_is_refused_alone(
    glpi_there: Glpi, said_to: GlpiDesk, status: int
) -> None:
    page = (status, {"Content-Type": "text/html"}, "<html>Forbidden</html>")

    def add(request: requests.PreparedRequest) -> Raw:
        return page if "DROP TABLE" in str(request.body) else Glpi.add(glpi_there, request)

    glpi_there.add = add  # type: ignore[method-assign]  # what stands before GLPI sees all or none
    texts = ["a", "b", "DROP TABLE x", "c", "d"]
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.add(responses.GET, f"{URL}/initSession", json={"session_token": "x"})
        wire.add(responses.POST, f"{URL}/changeActiveEntities", json=True)
        wire.add_callback(responses.POST, f"{URL}/ITILFollowup", add, content_type=None)
        written = said_to.comment(news(*texts))
    assert states(written) == [DONE, DONE, REFUSED, DONE, DONE]
    assert "does not reach the desk" in written[2].detail
    assert len(glpi_there.kept) == 4


def test_a_desk_that_crashes_on_everything_is_soon_left_alone(
    glpi_there: Glpi, said_to: GlpiDesk
) -> None:
    glpi_there.stumbles = lambda _: CRASH
    written = said_to.comment(news(*map(str, range(100))))
    assert len(glpi_there.batches) <= 6
    assert DONE not in states(written)
    assert written[-1].detail.startswith("not sent")


def test_a_request_never_grows_beyond_what_web_servers_take(
    glpi_there: Glpi, said_to: GlpiDesk
) -> None:
    written = said_to.comment(news(*(f"{number} {'x' * 90_000}" for number in range(12))))
    assert states(written) == [DONE] * 12
    assert max(glpi_there.batches) <= 5
    assert len(glpi_there.kept) == 12


@pytest.mark.parametrize("each", [0.0062, 0.0165, 0.1, 0.4])
def test_no_request_lasts_longer_than_two_seconds_on_a_fast_or_a_slow_desk(
    glpi_there: Glpi, said_to: GlpiDesk, each: float
) -> None:
    glpi_there.each = each
    assert states(said_to.comment(news(*map(str, range(200))))) == [DONE] * 200
    assert max(glpi_there.lasted) <= 2.0
    assert max(glpi_there.batches) <= 50
    assert len(glpi_there.batches) <= 12 or max(glpi_there.lasted) > 0.5  # and none is wasted


def test_a_desk_that_becomes_slower_gets_less_at_once(glpi_there: Glpi, said_to: GlpiDesk) -> None:
    glpi_there.each = 0.02
    said_to.comment(news(*map(str, range(100))))
    glpi_there.each = 0.035
    glpi_there.batches.clear()
    said_to.comment(news(*map(str, range(100, 200))))
    assert max(glpi_there.lasted) <= 2.0
    assert glpi_there.batches[1] == 28


def test_each_kind_of_write_has_its_own_speed() -> None:
    pacers = Pacers(clock=lambda: 1.0)
    pacers.of("POST ITILFollowup").timed(5, 0.9)
    assert pacers.of("POST ITILFollowup").size == 10
    assert pacers.of("POST ITILSolution").size == 5


def carry_out(desk: GlpiDesk, rows: Sequence[dict[str, object]]) -> list[Written]:
    """Send raw updates, as a GLPI with another plugin or data may stumble over."""
    work = Work(
        kind="PUT Ticket",
        send=lambda own, batch: own.update("Ticket", batch),
        judge=updated,
        found=held(desk._reader),
        ticket="id",
    )
    return write_all(desk._session, rows, work, Pacers(clock=lambda: 0.0))


@pytest.mark.parametrize("wrong", ["high", None], ids=["fatal", "refused in words"])
def test_one_poisonous_update_does_not_keep_its_neighbours_from_being_done(
    glpi: EmbeddedGlpi, desk: GlpiDesk, wrong: object
) -> None:
    rows: list[dict[str, object]] = [
        {"id": number, "urgency": wrong if number == 3 else 5} for number in range(1, 13)
    ]
    assert states(carry_out(desk, rows)) == [
        REFUSED if number == 3 else DONE for number in range(1, 13)
    ]
    found = {row["id"]: row["urgency"] for row in glpi.database.rows("Ticket")}
    assert found == {number: 3 if number == 3 else 5 for number in range(1, 13)}


@pytest.mark.parametrize("fault", ["empty", "bad_gateway_after", "reset_after", "truncated"])
@pytest.mark.parametrize("target", ["problem", "article", "parent"])
def test_a_link_made_behind_a_failure_is_found_and_made_once(
    glpi: EmbeddedGlpi, desk: GlpiDesk, fault: str, target: str
) -> None:
    assert desk.account_id == "2"
    asked_before = target == "parent"  # a ticket may have one, so that is looked at first
    glpi.application.faults = FaultPlan(chosen={glpi.requests + 1 + asked_before: fault})
    link = Link(target=target, id="2")  # type: ignore[arg-type]  # a word of the parameters
    assert states(desk.link([NewLink(ticket="1", link=link)])) == [DONE]
    ticket = desk.read(["1"])["1"]
    assert ("2" in (*ticket.problems, *ticket.articles, ticket.parent)) is True
    assert glpi.requests < 60


@pytest.mark.parametrize("fault", ["server_error", "unavailable", "empty", "bad_gateway_after"])
def test_a_stumble_that_passes_is_not_even_noticed(
    glpi: EmbeddedGlpi, desk: GlpiDesk, fault: str
) -> None:
    assert desk.account_id == "2"
    glpi.application.faults = FaultPlan(chosen={glpi.requests + 1: fault})
    written = desk.comment([NewComment(ticket="1", text="once [m1]", public=False)])
    assert states(written) == [DONE]
    assert [one.text for one in desk.read_comments(["1"])["1"]] == ["once [m1]"]
