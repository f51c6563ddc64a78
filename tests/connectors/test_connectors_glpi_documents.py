"""Single items, search options and documents: what goes through glpi-api on our own session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sdtools.connectors.glpi.options import Login
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.http import DeskHttp
from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import serve_glpi
from sdtools.errors import DeskRefusedError

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def session() -> Iterator[GlpiSession]:
    """Open a session at an embedded GLPI with one ticket."""
    database = GlpiDatabase()
    database.load(
        [
            (
                "Ticket",
                {
                    "id": 7,
                    "name": "No VPN",
                    "content": "Error 809",
                    "date_mod": "2026-11-20 14:00:00",
                },
            )
        ]
    )
    with serve_glpi(database, Clock(NOW)) as desk:
        login = Login(url=desk.url, app_token=desk.app_token, user_token=desk.user_token)
        opened = GlpiSession("glpi", login, DeskHttp("glpi"))
        yield opened
        opened.close()


def test_one_item_is_read_with_its_status_and_headers(session: GlpiSession) -> None:
    answer = session.item("Ticket", "7")
    assert isinstance(answer.data, dict)
    assert (answer.status, answer.data["name"]) == (200, "No VPN")
    assert "Last-Modified" in answer.headers


@pytest.mark.parametrize("id", ["0", "-1", "", "abc", "1.5"])
def test_an_id_that_glpi_would_answer_with_a_list_is_never_sent(
    session: GlpiSession, id: str
) -> None:
    with pytest.raises(DeskRefusedError, match="not the id"):
        session.item("Ticket", id)


def test_an_item_that_does_not_exist_is_a_refusal_with_its_code(session: GlpiSession) -> None:
    with pytest.raises(DeskRefusedError) as refused:
        session.item("Ticket", "4711")
    assert (refused.value.code, refused.value.status) == ("ERROR_ITEM_NOT_FOUND", 404)


def test_search_options_tell_what_the_numbers_of_history_rows_mean(session: GlpiSession) -> None:
    options = session.search_options("Ticket")
    fields = {number: options[number]["field"] for number in ("12", "3", "10")}  # type: ignore[index]  # rows by number
    assert fields == {"12": "status", "3": "priority", "10": "urgency"}


@pytest.mark.parametrize("name", ["report.txt", 'l\'imprimante "A" – été'])
def test_a_document_goes_up_and_comes_back(session: GlpiSession, tmp_path: Path, name: str) -> None:
    file = tmp_path / "file.txt"
    file.write_text("paper jam, été\n", encoding="utf-8")
    document = session.upload(name, file)
    assert isinstance(session.item("Document", document).data, dict)
    back = session.download(document, tmp_path, "../back.txt")
    assert back == tmp_path / "back.txt"
    assert back.read_bytes() == file.read_bytes()


def test_a_file_that_glpi_does_not_take_is_refused_with_its_word(
    session: GlpiSession, tmp_path: Path
) -> None:
    file = tmp_path / "virus.exe"
    file.write_bytes(b"MZ")
    with pytest.raises(DeskRefusedError, match="not allowed"):
        session.upload("virus", file)


def test_a_document_that_does_not_exist_is_a_refusal(session: GlpiSession, tmp_path: Path) -> None:
    with pytest.raises(DeskRefusedError):
        session.download("99", tmp_path, "x.txt")
    assert not (tmp_path / "x.txt").exists()
