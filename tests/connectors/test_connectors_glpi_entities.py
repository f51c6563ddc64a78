"""Sub-entities and sessions over the wire: names near the ticket, one session a worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest
import requests

from sdtools.connectors.desk import NewComment, TicketUpdate, WriteState
from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.emulator.faults import Fault, FaultPlan
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.model.effects import Assign, SetField
from sdtools.rules.proposal import UnfitError
from sdtools.rules.resolve import nearest

ROOT, PARIS, LYON, FLOOR = "0", "1", "2", "3"


def entity(number: int, name: str, above: int, path: str) -> tuple[str, dict[str, object]]:
    return (
        "Entity",
        {"id": number, "name": name, "entities_id": above, "completename": f"Root entity > {path}"},
    )


def group(number: int, name: str, place: str, recursive: int) -> tuple[str, dict[str, object]]:
    shared: dict[str, object] = {"entities_id": int(place), "is_recursive": recursive}
    return "Group", {"id": number, "name": name, "completename": name, "is_assign": 1} | shared


@pytest.fixture
def branches(glpi: EmbeddedGlpi) -> EmbeddedGlpi:
    """Two branches, one with a floor below, and groups of the same name in several."""
    glpi.database.load(
        [
            entity(1, "Paris", 0, "Paris"),
            entity(2, "Lyon", 0, "Lyon"),
            entity(3, "Floor 1", 1, "Paris > Floor 1"),
            group(31, "Field", ROOT, 1),
            group(32, "Field", PARIS, 1),
            group(33, "Field", LYON, 0),
            group(34, "Night", PARIS, 0),
            group(35, "Root only", ROOT, 0),
        ]
    )
    stamps: dict[str, object] = dict.fromkeys(
        ("date", "date_mod", "date_creation"), "2026-11-10 08:00:00"
    )
    plain: dict[str, object] = {"name": "x", "status": 1, "type": 1} | stamps
    glpi.database.load(
        ("Ticket", {"id": 100 + int(place), "entities_id": int(place)} | plain)
        for place in (ROOT, PARIS, LYON, FLOOR)
    )
    return glpi


@pytest.fixture
def everywhere(branches: EmbeddedGlpi) -> Iterator[GlpiDesk]:
    with opened(branches) as desk:
        yield desk


def opened(glpi: EmbeddedGlpi, where: str = "all") -> GlpiDesk:
    return glpi_desk(
        "glpi",
        url=glpi.url,
        app_token=glpi.app_token,
        user_token=glpi.user_token,
        entity=where,
        wait=lambda _: None,
    )


@pytest.mark.parametrize(
    ("place", "group"), [(ROOT, "31"), (PARIS, "32"), (LYON, "33"), (FLOOR, "32")]
)
def test_a_name_means_the_nearest_thing_from_the_tickets_entity_upwards(
    everywhere: GlpiDesk, place: str, group: str
) -> None:
    directory = everywhere.directory()
    ticket = everywhere.read([f"10{place}"])[f"10{place}"]
    assert ticket.entity_id == place
    found = nearest("group", directory.groups, "Field", ticket.entity_id, directory)
    assert found == group
    update = TicketUpdate(ticket=ticket.id, assign=Assign(groups=(found,)))
    assert [one.state for one in everywhere.update([update])] == [WriteState.done]
    assert everywhere.read([ticket.id])[ticket.id].groups == (group,)


@pytest.mark.parametrize(
    ("name", "place"), [("Night", FLOOR), ("Night", LYON), ("Root only", LYON)]
)
def test_what_the_tickets_entity_does_not_see_is_no_name_there(
    everywhere: GlpiDesk, name: str, place: str
) -> None:
    directory = everywhere.directory()
    with pytest.raises(UnfitError, match="not visible from the ticket's entity"):
        nearest("group", directory.groups, name, place, directory)


@pytest.mark.parametrize(
    ("where", "seen"),
    [
        ("all", {"100", "101", "102", "103"}),
        ("Root entity > Paris", {"101", "103"}),
        ("Root entity > Lyon", {"102"}),
    ],
)
def test_a_desk_is_all_entities_or_one_with_those_below(
    branches: EmbeddedGlpi, where: str, seen: set[str]
) -> None:
    with opened(branches, where) as desk:
        found = {one for one in desk.ticket_ids() if int(one) >= 100}
    assert found == seen


def token_of(desk: GlpiDesk) -> str:
    assert desk.account_id == "2"
    return str(desk._session._http.headers["Session-Token"])


def kill(glpi: EmbeddedGlpi, token: str) -> None:
    headers = {"App-Token": glpi.app_token, "Session-Token": token}
    assert requests.get(f"{glpi.url}/killSession", headers=headers, timeout=5).ok


def test_a_session_that_ends_between_two_pages_is_renewed_where_it_worked(
    branches: EmbeddedGlpi,
) -> None:
    plain: Mapping[str, object] = {
        "name": "x",
        "status": 1,
        "type": 1,
        "entities_id": 2,
        **dict.fromkeys(("date", "date_mod", "date_creation"), "2026-11-10 08:00:00"),
    }
    branches.database.load(("Ticket", {**plain, "id": number}) for number in range(1000, 3500))
    with opened(branches, "Root entity > Lyon") as desk:
        pages = desk.tickets(None)
        first = next(pages)
        kill(branches, token_of(desk))
        rest = list(chain.from_iterable(pages))
    ids = [int(one.id) for one in (*first, *rest)]
    assert sorted(ids) == [102, *range(1000, 3500)]  # and none of another entity


def test_a_write_on_an_ended_session_is_done_once(everywhere: GlpiDesk, glpi: EmbeddedGlpi) -> None:
    kill(glpi, token_of(everywhere))
    written = everywhere.comment([NewComment(ticket="1", text="once", public=False)])
    assert [one.state for one in written] == [WriteState.done]
    assert [one.text for one in everywhere.read_comments(["1"])["1"]] == ["once"]


def test_each_worker_has_a_session_of_its_own(glpi: EmbeddedGlpi) -> None:
    def work(number: int) -> tuple[str, WriteState]:
        with opened(glpi) as desk:
            raised = SetField(field="urgency", value="high")
            written = desk.update([TicketUpdate(ticket=str(number), fields=(raised,))])
            return token_of(desk), written[0].state

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, range(1, 9)))
    assert len({token for token, _ in found}) == 8
    assert {state for _, state in found} == {WriteState.done}


def test_a_new_entity_is_seen_by_the_next_session(branches: EmbeddedGlpi) -> None:
    with opened(branches) as desk:
        before = desk.directory().entities
        branches.database.load([entity(4, "Nice", 0, "Nice")])
    with opened(branches) as desk:
        after = desk.directory().entities
    assert set(after) - set(before) == {"4"}


def test_a_ticket_that_moves_away_during_a_pass_is_missing_and_no_error(
    branches: EmbeddedGlpi,
) -> None:
    class Meanwhile(FaultPlan):
        def at(self, number: int) -> Fault | None:
            branches.database.update("Ticket", 102, {"entities_id": 1})
            return None

    with opened(branches, "Root entity > Lyon") as desk:
        assert set(desk.read(["102"])) == {"102"}
        branches.application.faults = Meanwhile()
        assert desk.read(["102"]) == {}
