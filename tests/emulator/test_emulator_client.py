"""glpi_api works against the embedded GLPI unchanged; clock, zone and faults hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import glpi_api
import pytest
import requests

from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import FAULTS, FaultPlan
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def api(desk: EmbeddedGlpi) -> Iterator[glpi_api.GLPI]:
    with glpi_api.connect(desk.url, desk.app_token, desk.user_token) as client:
        yield client
    client.session.close()


def test_glpi_api_reads_its_session(api: glpi_api.GLPI) -> None:
    assert api.get_active_profile()["name"] == "Super-Admin"
    assert api.get_config()["cfg_glpi"]["version"] == "10.0.12"
    assert api.get_full_session()["glpiname"] == "glpi"
    assert api.set_active_profile(4) is None


def test_glpi_api_adds_updates_and_deletes(api: glpi_api.GLPI) -> None:
    added = api.add("Ticket", {"name": "a", "content": "c"}, {"name": "b", "content": "c"})
    assert [one["id"] for one in added] == [1, 2]
    assert api.update("Ticket", {"id": 1, "urgency": 5}) == [{"1": True, "message": ""}]
    assert api.get_item("Ticket", 1)["priority"] == 4
    assert [one["name"] for one in api.get_all_items("Ticket")] == ["a", "b"]
    deleted = api.delete("Ticket", {"id": 1}, {"id": 999}, force_purge=True)
    assert deleted == [{"1": True, "message": ""}, {"999": False, "message": "Item not found"}]
    assert api.get_item("Ticket", 1) is None


def test_glpi_api_searches_by_field_uid(api: glpi_api.GLPI) -> None:
    api.add("Ticket", {"name": "vpn", "content": "c"}, {"name": "printer", "content": "c"})
    criteria = [{"field": "name", "searchtype": "contains", "value": "vpn"}]
    assert [row["1"] for row in api.search("Ticket", criteria=criteria)] == ["vpn"]


def test_glpi_api_uploads_and_downloads(api: glpi_api.GLPI, tmp_path: Path) -> None:
    source = tmp_path / "hello.txt"
    source.write_text("Hello\n", encoding="utf-8")
    made = api.upload_document("My doc", str(source))
    assert made["upload_result"]["filename"][0]["display"] == "hello.txt"
    (tmp_path / "out").mkdir()
    # Without a name glpi_api looks for "filename=" where GLPI writes "attachment;".
    got = api.download_document(made["id"], str(tmp_path / "out"), filename="out.txt")
    assert Path(got).read_text(encoding="utf-8") == "Hello\n"


@pytest.fixture
def secure(
    database: GlpiDatabase, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[glpi_api.GLPI, EmbeddedGlpi]]:
    """Log glpi_api in over TLS; it takes its authority from where all of requests does."""
    with serve_glpi(database, Clock(START), tls=True) as desk:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", desk.ca_file)
        with glpi_api.connect(desk.url, desk.app_token, desk.user_token) as client:
            yield client, desk
        client.session.close()


def test_glpi_api_pages_through_what_it_created_over_tls(
    secure: tuple[glpi_api.GLPI, EmbeddedGlpi],
) -> None:
    api, desk = secure
    assert desk.url.startswith("https://")
    tickets = [{"name": f"t{number}", "content": "c"} for number in range(45)]
    made = [one["id"] for one in api.add("Ticket", *tickets)]
    pages = [
        api.get_all_items("Ticket", range=f"{start}-{start + 19}", sort="id")
        for start in (0, 20, 40)
    ]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert [row["id"] for page in pages for row in page] == made
    with pytest.raises(glpi_api.GLPIError, match="ERROR_RANGE_EXCEED_TOTAL"):
        api.get_all_items("Ticket", range="60-79")
    wanted = [{"itemtype": "Ticket", "items_id": number} for number in made[:2]]
    assert [row["name"] for row in api.get_multiple_items(*wanted)] == ["t0", "t1"]
    kinds = [{"field": "name", "searchtype": "contains", "value": "t4"}]
    found = api.search("Ticket", criteria=kinds, forcedisplay=["id", "name"], range="0-2")
    assert [row["1"] for row in found] == ["t4", "t40", "t41"]


def test_glpi_api_attaches_a_file_to_a_ticket_and_takes_both_away_again(
    secure: tuple[glpi_api.GLPI, EmbeddedGlpi], tmp_path: Path
) -> None:
    api, _ = secure
    (ticket,) = api.add("Ticket", {"name": "vpn", "content": "c", "urgency": 2})
    api.update("Ticket", {"id": ticket["id"], "urgency": 5, "_groups_id_assign": 1})
    note = {"itemtype": "Ticket", "items_id": ticket["id"], "content": "see the log"}
    api.add("ITILFollowup", note)
    source = tmp_path / "vpn.txt"
    source.write_bytes(b"error 809\n" * 1000)
    document = api.upload_document("Log", str(source))["id"]
    tie = {"documents_id": document, "itemtype": "Ticket", "items_id": ticket["id"]}
    api.add("Document_Item", tie)

    row = api.get_item("Ticket", ticket["id"])
    assert (row["urgency"], row["priority"], row["status"]) == (5, 4, 2)
    tied = api.get_sub_items("Ticket", ticket["id"], "Document_Item")
    assert [one["documents_id"] for one in tied] == [document]
    said = api.get_sub_items("Ticket", ticket["id"], "ITILFollowup")
    assert [one["content"] for one in said] == ["see the log"]
    (tmp_path / "down").mkdir()
    got = api.download_document(document, str(tmp_path / "down"), filename="again.txt")
    assert Path(got).read_bytes() == source.read_bytes()

    api.delete("Ticket", {"id": ticket["id"]})
    assert api.get_item("Ticket", ticket["id"])["is_deleted"] == 1
    api.delete("Ticket", {"id": ticket["id"]}, force_purge=True)
    api.delete("Document", {"id": document}, force_purge=True)
    assert api.get_item("Ticket", ticket["id"]) is None
    assert api.get_item("Document", document) is None


def test_a_refused_file_leaves_an_empty_document(glpi: Client) -> None:
    manifest = '{"input": {"name": "evil", "_filename": ["evil.exe"]}}'
    files = {
        "uploadManifest": (None, manifest, "application/json"),
        "filename[0]": ("evil.exe", b"MZ"),
    }
    answer = glpi.call("POST", "Document", files=files)
    assert answer.status_code == 201
    assert answer.json()["upload_result"]["filename"][0]["error"] == "Filetype not allowed"
    assert glpi.get(f"Document/{answer.json()['id']}")["filename"] is None


def test_a_file_for_a_ticket_is_linked_at_once(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    manifest = (
        f'{{"input": {{"name": "log", "_filename": ["a.txt"], "itemtype": "Ticket", '
        f'"items_id": {ticket}}}}}'
    )
    files = {"uploadManifest": (None, manifest), "filename[0]": ("a.txt", b"x")}
    assert glpi.call("POST", "Document", files=files).status_code == 201
    assert len(glpi.get(f"Ticket/{ticket}/Document_Item")) == 1
    refused = {
        "uploadManifest": (None, manifest.replace("a.txt", "b.log")),
        "filename[0]": ("b.log", b"x"),
    }
    answer = glpi.call("POST", "Document", files=refused)
    assert answer.json() == ["ERROR_GLPI_ADD", "File b.log not found."]


def test_a_standing_clock_stands_and_a_ticking_one_ticks() -> None:
    standing = Clock(START)
    standing.advance(timedelta(minutes=1))
    assert standing.now() == START + timedelta(minutes=1)
    ticks = iter([10.0, 12.5])
    ticking = Clock(START, lambda: next(ticks))
    assert ticking.now() == START + timedelta(seconds=2.5)
    with pytest.raises(ValueError, match="time zone"):
        standing.set(datetime(2026, 11, 20))  # noqa: DTZ001 - the mistake under test


def test_dates_are_in_the_servers_zone_and_headers_in_gmt() -> None:
    database = GlpiDatabase()
    with serve_glpi(database, Clock(START), timezone="Europe/Paris") as desk:
        client = glpi_api.GLPI(desk.url, desk.app_token, desk.user_token)
        client.add("Ticket", {"name": "t", "content": "c"})
        answer = client.session.get(f"{desk.url}/Ticket/1")
        client.session.close()
    database.close()
    assert answer.json()["date"] == "2026-11-20 10:00:00"
    assert answer.headers["Last-Modified"] == "Fri, 20 Nov 2026 09:00:00 GMT"


def test_loaded_rows_keep_their_values_and_get_defaults() -> None:
    database = GlpiDatabase()
    row = {"id": 5, "name": "t", "date_mod": "2020-01-01 00:00:00", "nope": 1}
    assert database.load([("Ticket", row)]) == 1
    stored = database.row("Ticket", 5)
    assert stored is not None
    assert (stored["date_mod"], stored["urgency"]) == ("2020-01-01 00:00:00", 3)
    database.close()


def test_a_database_file_survives_its_desk(tmp_path: Path) -> None:
    path = str(tmp_path / "glpi.db")
    first = GlpiDatabase(path)
    first.load([("Ticket", {"id": 1, "name": "kept"})])
    first.close()
    second = GlpiDatabase(path)
    assert [row["name"] for row in second.rows("Ticket")] == ["kept"]
    assert second.count("User") == 5
    second.close()


def _faulty(plan: FaultPlan) -> tuple[list[object], int]:
    """Add a ticket under a plan; give what the client saw and how many tickets there are."""
    database = GlpiDatabase()
    seen: list[object] = []
    with serve_glpi(database, Clock(START), faults=plan) as desk:
        client = glpi_api.GLPI(desk.url, desk.app_token, desk.user_token)
        try:
            answer = client.session.post(f"{desk.url}/Ticket", json={"input": {"name": "t"}})
            seen += [answer.status_code, answer.headers["Content-Type"].partition(";")[0]]
        except requests.ConnectionError:
            seen.append("reset")
        client.session.close()
    tickets = database.count("Ticket")
    database.close()
    return seen, tickets


@pytest.mark.parametrize(
    ("fault", "seen", "tickets"),
    [
        ("too_many_requests", [429, "text/html"], 0),
        ("server_error", [500, "text/html"], 0),
        ("unavailable", [503, "text/html"], 0),
        ("maintenance", [200, "text/html"], 0),
        ("empty", [200, "text/html"], 1),
        ("bad_gateway_after", [502, "text/html"], 1),
        ("reset_before", ["reset"], 0),
        ("reset_after", ["reset"], 1),
    ],
)
def test_faults_come_before_or_after_the_work(fault: str, seen: list[object], tickets: int) -> None:
    assert _faulty(FaultPlan(chosen={2: fault})) == (seen, tickets)


def test_a_fault_plan_fails_the_same_requests_again() -> None:
    plan = FaultPlan(rate=0.3, seed=7)
    failing = [number for number in range(1, 201) if plan.at(number)]
    assert 30 <= len(failing) <= 90
    assert failing == [n for n in range(1, 201) if FaultPlan(rate=0.3, seed=7).at(n)]
    assert all(plan.at(number) in FAULTS.values() for number in failing)
