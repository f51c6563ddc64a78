"""Files that come with an item that is added (GLPI 10.0, CommonDBTM::addFiles)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Client


def _upload(glpi: Client, itemtype: str, /, *names: str, **given: object) -> int:
    headers = {"App-Token": glpi.desk.app_token, "Session-Token": glpi.token}
    manifest = {"uploadManifest": json.dumps({"input": {**given, "_filename": names}})}
    files = [
        (f"filename[{number}]", (name, name.encode(), "text/plain"))
        for number, name in enumerate(names)
    ]
    url = f"{glpi.desk.url}/{itemtype}"
    answer = glpi.http.post(url, headers=headers, data=manifest, files=files, timeout=10)
    assert answer.status_code == 201, answer.text
    made: int = answer.json()["id"]
    return made


def _links(glpi: Client, itemtype: str, items_id: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = glpi.get(f"{itemtype}/{items_id}/Document_Item")
    return found


@pytest.mark.parametrize("itemtype", ["Problem", "Change", "KnowbaseItem"])
def test_a_document_is_called_by_its_file(glpi: Client, itemtype: str) -> None:
    (link,) = _links(glpi, itemtype, _upload(glpi, itemtype, "a.txt", name="n", content="c"))
    assert glpi.get(f"Document/{link['documents_id']}")["name"] == "a.txt"


def test_a_document_of_a_ticket_is_called_by_it(glpi: Client) -> None:
    made = _upload(glpi, "Ticket", "a.txt", name="n", content="c")
    document = glpi.get(f"Document/{_links(glpi, 'Ticket', made)[0]['documents_id']}")
    assert (document["name"], document["tickets_id"]) == (f"Document Ticket {made}", made)


@pytest.mark.parametrize("itemtype", ["ITILFollowup", "TicketTask", "ITILSolution"])
def test_a_file_hangs_on_what_it_came_with(glpi: Client, itemtype: str) -> None:
    ticket = glpi.add("Ticket", name="n", content="c")
    of_it: dict[str, object] = {"itemtype": "Ticket", "items_id": ticket}
    given = {"tickets_id": ticket} if itemtype == "TicketTask" else of_it
    made = _upload(glpi, itemtype, "a.txt", content="x", **given)
    assert [link["itemtype"] for link in _links(glpi, itemtype, made)] == [itemtype]


def test_all_files_are_kept_and_those_that_are_refused_are_not(glpi: Client) -> None:
    made = _upload(glpi, "Ticket", "a.txt", "evil.exe", "b.txt", name="n", content="c")
    assert len(_links(glpi, "Ticket", made)) == 2


def test_a_file_that_is_known_is_linked_again(glpi: Client) -> None:
    """Document::getDuplicateOf."""
    made = [_upload(glpi, "Problem", "a.txt", name="n", content="c") for _ in range(2)]
    first, second = (_links(glpi, "Problem", one)[0]["documents_id"] for one in made)
    assert first == second


def test_a_document_for_an_item_is_called_by_it(glpi: Client) -> None:
    """Document::prepareInputForAdd."""
    made = _upload(glpi, "Document", "a.txt", name="x", itemtype="Computer", items_id=1)
    assert glpi.get(f"Document/{made}")["name"] == "Document: Computer - PC-001"
    assert len(_links(glpi, "Computer", 1)) == 1


def test_a_document_for_an_item_needs_a_file(glpi: Client) -> None:
    assert glpi.refused("Document", name="x", itemtype="Computer", items_id=1) == (400, "")
