"""Attachments of tickets: list, download and upload, proved by size and hash (FACTS 7)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus

from sdtools.connectors.desk import Written
from sdtools.connectors.line import CutAnswerError
from sdtools.connectors.pacing import done, refused, there, unknown
from sdtools.connectors.servicenow.answers import Row, is_id, number, refusal, said, text
from sdtools.connectors.servicenow.fields import TicketTable
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.queries import Among
from sdtools.connectors.text import why_not
from sdtools.errors import DeskRefusedError, DeskUnreachableError, UnknownOutcomeError

__all__ = ["Attachment", "NewAttachment", "attachments_of", "download", "upload"]

_PATH = "/api/now/attachment"
_FIELDS = ("file_name", "content_type", "size_bytes", "hash")
_MOST = 24 * 1024 * 1024  # bytes that are held in memory at once
_TRIES = 2  # a download that came damaged is asked for once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file on a ticket."""

    id: str
    name: str
    media: str
    size: int  # bytes
    hash: str  # SHA-256 in hex; "" on releases that do not tell it


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttachment:
    """A file to put on a ticket."""

    ticket: str
    name: str
    media: str  # "application/pdf"
    content: bytes


def attachments_of(reader: Reader, table: TicketTable, ticket: str) -> tuple[Attachment, ...]:
    """List the attachments of a ticket; raise DeskRefusedError when they may not be listed."""
    listing = Listing(
        table="sys_attachment",
        path=_PATH,
        fields=_FIELDS,
        among=(
            Among(field="table_name", values=(table.name,)),
            Among(field="table_sys_id", values=(_checked(reader, ticket),)),
        ),
    )
    return tuple(_attachment(row) for row in reader.rows(listing))


def download(reader: Reader, wanted: Attachment, most: int = _MOST) -> bytes:
    """Return the bytes of a file of at most ``most`` bytes, as the desk knows them.

    Raises DeskRefusedError for one that is larger, gone or hidden, DeskUnreachableError for one
    that does not arrive as it is.
    """
    desk = reader.session.desk
    if wanted.size > most:
        raise DeskRefusedError(
            f"desk {desk}: {wanted.name!r} has {wanted.size} bytes, more than {most}",
            "fetch it from the ticket itself",
        )
    path = f"{_PATH}/{_checked(reader, wanted.id)}/file"
    for _ in range(_TRIES):
        with suppress(CutAnswerError):
            answer = reader.session.file(path)
            if answer.status >= HTTPStatus.BAD_REQUEST:
                raise refusal(desk, answer, "downloading an attachment")
            if _fits(wanted, answer.content):
                return answer.content
    raise DeskUnreachableError(
        f"desk {desk}: {wanted.name!r} does not arrive as the desk holds it",
        "try again; if it stays, look at the proxy on the way, or the file is damaged on the desk",
    )


def upload(reader: Reader, table: TicketTable, new: NewAttachment) -> Written:
    """Put a file on a ticket, unless the same one is there by that name.

    After an answer that is not clear the ticket is looked at: the file is not sent again.
    """
    reason = why_not(new.name) or ("" if new.content else "the file is empty")
    if reason:
        return refused(reason)
    found = _same_in(attachments_of(reader, table, new.ticket), new)
    if found:
        return there(f"it is there already ({found.id})")
    target = {"table_name": table.name, "table_sys_id": new.ticket, "file_name": new.name}
    try:
        answer = reader.session.put_file(f"{_PATH}/file", target, new.media, new.content)
    except UnknownOutcomeError as error:
        found = _same_in(attachments_of(reader, table, new.ticket), new)
        return done(found.id) if found else unknown(str(error))
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return refused(said(answer.data) or f"status {answer.status}")
    kept = _attachment(answer.row)
    if not _fits(kept, new.content):
        return refused(f"the desk kept {kept.size} bytes of {len(new.content)}, or other ones")
    return done(kept.id)


def _checked(reader: Reader, sys_id: str) -> str:
    if not is_id(sys_id):
        raise DeskRefusedError(f"desk {reader.session.desk}: {sys_id!r} is no sys_id")
    return sys_id


def _attachment(row: Row) -> Attachment:
    return Attachment(
        id=text(row, "sys_id"),
        name=text(row, "file_name"),
        media=text(row, "content_type"),
        size=number(row, "size_bytes") or 0,
        hash=text(row, "hash"),
    )


def _fits(known: Attachment, content: bytes) -> bool:
    """Tell whether these are the bytes that the desk holds; older releases tell no hash."""
    same = not known.hash or known.hash.lower() == sha256(content).hexdigest()
    return same and known.size == len(content)


def _same_in(found: Sequence[Attachment], new: NewAttachment) -> Attachment | None:
    fitting = (one for one in found if one.name == new.name and _fits(one, new.content))
    return next(fitting, None)
