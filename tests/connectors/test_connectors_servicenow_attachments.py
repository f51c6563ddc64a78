"""Attachments up and down: proved by size and hash, never doubled, whatever they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

import pytest
import requests
import responses
from servicenow_reader import reader_at, reader_of

from sdtools.connectors.desk import WriteState
from sdtools.connectors.servicenow.attachments import (
    Attachment,
    NewAttachment,
    attachments_of,
    download,
    upload,
)
from sdtools.connectors.servicenow.fields import INCIDENT, REQUEST
from sdtools.connectors.servicenow.lists import Reader
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.emulator.servicenow.faults import SERVICENOW_FAULTS
from sdtools.errors import DeskRefusedError, DeskUnreachableError, SdtoolsError

Ids = Mapping[str, str]
PDF = b"%PDF-1.7 \x00\xff not text"


@pytest.fixture
def reader(snow: EmbeddedServiceNow) -> Reader:
    return reader_of(snow)


def file(ticket: str, name: str = "report.pdf", content: bytes = PDF) -> NewAttachment:
    return NewAttachment(ticket=ticket, name=name, media="application/pdf", content=content)


@pytest.mark.parametrize(
    "name",
    ["report.pdf", 'l\'été "A" – ½.pdf', "a&b=c#d%20+e.pdf", "^ORname=x.pdf", "日本語 🙂.pdf"],
)
def test_a_file_goes_up_and_comes_back_whatever_its_name(
    reader: Reader, ids: Ids, name: str
) -> None:
    written = upload(reader, INCIDENT, file(ids["0001"], name))
    assert written.state is WriteState.done
    [found] = attachments_of(reader, INCIDENT, ids["0001"])
    assert (found.id, found.name, found.size) == (written.id, name, len(PDF))
    assert found.media == "application/pdf"
    assert found.hash == sha256(PDF).hexdigest()
    assert download(reader, found) == PDF


def test_files_belong_to_their_ticket_alone(reader: Reader, ids: Ids) -> None:
    upload(reader, INCIDENT, file(ids["0001"]))
    upload(reader, REQUEST, file(ids["ritm"], "offer.pdf"))
    assert [one.name for one in attachments_of(reader, REQUEST, ids["ritm"])] == ["offer.pdf"]
    assert attachments_of(reader, INCIDENT, ids["0002"]) == ()


def test_many_files_are_listed_in_pages(reader: Reader, ids: Ids) -> None:
    for place in range(7):
        upload(reader, INCIDENT, file(ids["0001"], f"{place}.pdf"))
    reader.size.rows = 3
    names = sorted(one.name for one in attachments_of(reader, INCIDENT, ids["0001"]))
    assert names == [f"{place}.pdf" for place in range(7)]


def test_the_same_file_is_put_there_once_and_another_of_that_name_beside_it(
    reader: Reader, ids: Ids
) -> None:
    first = upload(reader, INCIDENT, file(ids["0001"]))
    again = upload(reader, INCIDENT, file(ids["0001"]))
    assert again.state is WriteState.there
    assert first.id in again.detail
    assert upload(reader, INCIDENT, file(ids["0001"], content=b"new")).state is WriteState.done
    assert len(attachments_of(reader, INCIDENT, ids["0001"])) == 2


@pytest.mark.parametrize("kind", ["reset_after", "bad_gateway_after", "empty", "truncated"])
def test_an_upload_without_a_clear_answer_is_looked_for_and_not_repeated(
    snow: EmbeddedServiceNow, reader: Reader, ids: Ids, kind: str
) -> None:
    snow.application.faults = FaultPlan(chosen={2: kind}, catalogue=SERVICENOW_FAULTS)
    written = upload(reader, INCIDENT, file(ids["0001"]))
    [found] = attachments_of(reader, INCIDENT, ids["0001"])
    assert (written.state, written.id) == (WriteState.done, found.id)


def test_an_upload_that_did_not_arrive_is_unknown(
    snow: EmbeddedServiceNow, reader: Reader, ids: Ids
) -> None:
    snow.application.faults = FaultPlan(chosen={2: "reset_before"})
    assert upload(reader, INCIDENT, file(ids["0001"])).state is WriteState.unknown
    assert attachments_of(reader, INCIDENT, ids["0001"]) == ()


@pytest.mark.parametrize("kind", ["broken_off", "list_cut", "login_page"])
def test_a_download_that_comes_damaged_is_asked_for_again(
    snow: EmbeddedServiceNow, reader: Reader, ids: Ids, kind: str
) -> None:
    upload(reader, INCIDENT, file(ids["0001"], content=PDF * 1000))
    [found] = attachments_of(reader, INCIDENT, ids["0001"])
    plan = FaultPlan(chosen={snow.requests + 1: kind}, catalogue=SERVICENOW_FAULTS)
    snow.application.faults = plan
    assert download(reader, found) == PDF * 1000


def test_a_file_that_never_arrives_as_it_is_is_an_error(
    snow: EmbeddedServiceNow, reader: Reader, ids: Ids
) -> None:
    upload(reader, INCIDENT, file(ids["0001"]))
    [found] = attachments_of(reader, INCIDENT, ids["0001"])
    with pytest.raises(DeskUnreachableError, match="does not arrive as the desk holds it"):
        download(reader, replace(found, hash="0" * 64))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [("", PDF, "the text is empty"), ("a.pdf", b"", "the file is empty"), ("\0", PDF, "NUL")],
)
def test_a_file_that_cannot_be_is_refused_before_it_is_sent(
    snow: EmbeddedServiceNow, reader: Reader, ids: Ids, name: str, content: bytes, reason: str
) -> None:
    written = upload(reader, INCIDENT, file(ids["0001"], name, content))
    assert written.state is WriteState.refused
    assert reason in written.detail
    assert snow.requests == 0


def test_a_file_larger_than_the_desk_takes_is_refused_in_its_words(
    snow: EmbeddedServiceNow, reader: Reader, ids: Ids
) -> None:
    written = upload(reader, INCIDENT, file(ids["0001"], content=bytes(10 * 1024 * 1024 + 1)))
    assert written.state is WriteState.refused
    assert "Max allowed: 10485760 bytes" in written.detail


def test_a_file_larger_than_we_take_is_not_fetched(
    snow: EmbeddedServiceNow, reader: Reader, ids: Ids
) -> None:
    upload(reader, INCIDENT, file(ids["0001"]))
    [found] = attachments_of(reader, INCIDENT, ids["0001"])
    before = snow.requests
    with pytest.raises(DeskRefusedError, match="more than 10"):
        download(reader, found, most=10)
    assert snow.requests == before


def test_a_file_that_is_gone_or_on_no_ticket_is_a_refusal(
    snow: EmbeddedServiceNow, reader: Reader, ids: Ids
) -> None:
    gone = Attachment(id=ids["gone"], name="x", media="", size=1, hash="")
    with pytest.raises(DeskRefusedError, match="No Record found"):
        download(reader, gone)
    written = upload(reader, INCIDENT, file(ids["no ticket"]))
    assert written.state is WriteState.refused


@pytest.mark.parametrize("odd", ["", "../../etc", "A" * 32, "a" * 31])
def test_what_is_no_sys_id_never_gets_into_an_attachments_url(
    snow: EmbeddedServiceNow, reader: Reader, odd: str
) -> None:
    with pytest.raises(SdtoolsError, match="no sys_id"):
        download(reader, Attachment(id=odd, name="x", media="", size=1, hash=""))
    with pytest.raises(SdtoolsError, match="no sys_id"):
        attachments_of(reader, INCIDENT, odd)
    assert snow.requests == 0


@responses.activate
def test_an_older_release_tells_no_hash_and_the_size_must_do() -> None:
    url = "https://snow.example.org/api/now/attachment"
    responses.add(responses.GET, f"{url}/{'a' * 32}/file", body=b"abc")
    old = Attachment(id="a" * 32, name="x", media="", size=3, hash="")
    reader = reader_at("https://snow.example.org")
    assert download(reader, old) == b"abc"
    with pytest.raises(DeskUnreachableError):
        download(reader, replace(old, size=4))


@responses.activate
def test_a_file_of_which_the_desk_keeps_less_is_refused_with_the_sizes() -> None:
    url = "https://snow.example.org/api/now/attachment"
    responses.add(responses.GET, url, json={"result": []}, headers={"X-Total-Count": "0"})
    kept = {"sys_id": "b" * 32, "file_name": "report.pdf", "size_bytes": "3", "hash": ""}
    sent = responses.add(responses.POST, f"{url}/file", json={"result": kept}, status=201)
    written = upload(reader_at("https://snow.example.org"), INCIDENT, file("a" * 32))
    assert written.state is WriteState.refused
    assert f"3 bytes of {len(PDF)}" in written.detail
    request: requests.PreparedRequest = sent.calls[0].request
    assert (request.body, request.headers["Content-Type"]) == (PDF, "application/pdf")
