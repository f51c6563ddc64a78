"""Uploading and downloading documents, with GLPI's way of refusing files (FACTS 11)."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sdtools.emulator.glpi.actors import LINKS
from sdtools.emulator.glpi.casting import Given, Values, cast
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.history import log_created, log_linked
from sdtools.emulator.glpi.itil import touch
from sdtools.emulator.glpi.names import item_name
from sdtools.emulator.glpi.query import as_list
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.text import whole_number
from sdtools.emulator.glpi.wire import Answer, RefusedError, RequestError, not_found

__all__ = [
    "Upload",
    "add_document",
    "attach",
    "delete_document",
    "download",
    "manifest",
    "upload_result",
]

Item = tuple[str, int]

_ALLOWED = frozenset(
    [
        "avi",
        "bmp",
        "csv",
        "doc",
        "docx",
        "gif",
        "gz",
        "htm",
        "html",
        "ical",
        "ics",
        "jpeg",
        "jpg",
        "md",
        "mp3",
        "mp4",
        "mpeg",
        "odp",
        "ods",
        "odt",
        "ogg",
        "pdf",
        "png",
        "ppt",
        "pptx",
        "ps",
        "rtf",
        "svg",
        "tar",
        "tif",
        "txt",
        "vcf",
        "wav",
        "xls",
        "xlsx",
        "xml",
        "zip",
    ]
)
# The items that take files when they are added, and those among them that keep no history.
_WITHOUT_HISTORY = frozenset({"ITILFollowup", "TicketTask", "ProblemTask", "ChangeTask"})
_ATTACHING = frozenset({*LINKS, *_WITHOUT_HISTORY, "ITILSolution", "KnowbaseItem"})
_KINDS = {"NetworkEquipment": "Network device", "Peripheral": "Device", "KnowbaseItem":
          "Knowledge base"}  # fmt: skip
_NAME = 200  # letters
_MAX_FILE_SIZE = 2 * 1024 * 1024  # octets, PHP's default
_MAGIC = {"jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG", "gif": b"GIF8",
          "pdf": b"%PDF"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file part of a multipart request."""

    name: str
    content: bytes
    media: str

    @property
    def extension(self) -> str:
        """Give the extension in lower case, without the dot."""
        return self.name.rpartition(".")[2].lower()

    @property
    def too_big(self) -> bool:
        """Tell whether PHP drops the content before GLPI sees it."""
        return len(self.content) > _MAX_FILE_SIZE

    @property
    def error(self) -> str | None:
        """Give why GLPI refuses the file; it adds an empty document nevertheless."""
        if self.too_big:
            return "The uploaded file exceeds the upload_max_filesize directive in php.ini"
        if self.extension not in _ALLOWED:
            return "Filetype not allowed"
        if not self.content:
            return "File is too small"
        if not self.content.startswith(_MAGIC.get(self.extension, b"")):
            return "Filetype not allowed"
        return None


def manifest(text: str | None) -> object:
    """Read ``uploadManifest``; raise GLPI's 400 without one."""
    try:
        return json.loads(text or "")
    except ValueError:
        message = "JSON payload seems not valid"
        raise RequestError(400, "ERROR_JSON_PAYLOAD_INVALID", message, documented=False) from None


def upload_result(uploads: Sequence[Upload], prefix: str) -> Mapping[str, object]:
    """Give what GLPI tells about the received files."""
    shown = []
    for upload in uploads:
        name = f"{prefix}{upload.name}"
        place = quote(name)
        kind = mimetypes.guess_type(upload.name)[0] if upload.error is None else upload.media
        size = 0 if upload.too_big else len(upload.content)
        one: dict[str, object] = {
            "name": name,
            "size": size,
            "type": "" if upload.too_big else kind,
        }
        if upload.error:
            one["error"] = upload.error
        else:
            one |= {
                "url": f"http://127.0.0.1/files/{place}",
                "deleteUrl": f"http://127.0.0.1/apirest.php?filenam={place}",
                "deleteType": "DELETE",
            }
        one |= {"prefix": prefix, "display": upload.name}
        one |= {"filesize": f"{size} o", "id": f"docfilename{secrets.randbits(30)}"}
        shown.append(one)
    return {"upload_result": {"filename": shown}}


def _stored(context: Context, upload: Upload) -> Values:
    sha1sum = hashlib.sha1(upload.content, usedforsecurity=False).hexdigest()
    context.database.keep_file(sha1sum, upload.content)
    extension = upload.extension.upper()
    return {
        "filename": upload.name,
        "filepath": f"{extension}/{sha1sum[:2]}/{sha1sum[2:]}.{extension}",
        "mime": mimetypes.guess_type(upload.name)[0] or upload.media,
        "sha1sum": sha1sum,
    }


def _usable(given: Given) -> Upload | None:
    uploads = [one for one in as_list(given.get("_uploads")) if isinstance(one, Upload)]
    return uploads[0] if uploads and not uploads[0].error else None  # only the first is kept


def add_document(context: Context, itemtype: str, given: Given) -> int:
    """Add a document with its file, if GLPI takes it; ``_uploads`` holds the received files.

    GLPI 10.0, Document::prepareInputForAdd: for an item it needs a file, and is called by the item.
    """
    values, upload = cast(itemtype, given), _usable(given)
    item = (str(given.get("itemtype") or ""), whole_number(given.get("items_id")) or 0)
    of_item = item[0] in TABLES and item[1] > 0
    if of_item and upload is None:
        wanted = as_list(given.get("_filename"))
        raise RefusedError(f"File {wanted[0]} not found." if wanted else "")
    now = context.now()
    values |= {"date_mod": now, "date_creation": now, "users_id": context.session.users_id}
    values.setdefault("entities_id", context.session.active_root)
    values["tag"] = values.get("tag") or _tag()
    if upload:
        values |= _stored(context, upload)
        values["name"] = values.get("name") or upload.name
    row = context.database.row(*item) if of_item else None
    if of_item:
        values["name"] = _name_for(context, item[0], row)
    document = context.database.insert(itemtype, values)
    log_created(context, itemtype, document)
    if row:
        _link(context, document, item, {"timeline_position": 1} if item[0] in LINKS else {})
    return document


def _tag() -> str:
    parts = (secrets.token_hex(4), secrets.token_hex(4), secrets.token_hex(7))
    return f"{'-'.join(parts)}.{secrets.randbelow(10**8):08d}"


def _name_for(context: Context, itemtype: str, row: Row | None) -> str:
    name = item_name(context.database, itemtype, row) if row else "N/A"
    found = f"Document: {_KINDS.get(itemtype, itemtype)} - {name}"
    return found if len(found) <= _NAME else f"{found[:_NAME]}&nbsp;(...)"


def _link(context: Context, document: int, item: Item, link: Values) -> None:
    """Link a document with the item that it was uploaded for."""
    now = context.now()
    values: Values = {"documents_id": document, "itemtype": item[0], "items_id": item[1]}
    values |= {"date_mod": now, "date_creation": now, "users_id": context.session.users_id}
    context.database.insert("Document_Item", values | link)
    if item[0] in LINKS:
        touch(context, item[0], item[1], logged=True)
    if item[0] not in _WITHOUT_HISTORY:
        log_linked(context, item, ("Document", document))
    log_linked(context, ("Document", document), item)


def attach(context: Context, item: Item, uploads: Sequence[Upload]) -> None:
    """Add documents for the files that came with a new item; GLPI tells nothing of it.

    GLPI 10.0, CommonDBTM::addFiles: refused files leave no document, known ones are linked again.
    """
    row = context.database.row(*item) if item[0] in _ATTACHING else None
    for upload in uploads if row else ():
        if row and not upload.error:
            document = _document_of(context, item, row, upload)
            _link(context, document, item, _placed(context, item[0], row))


def _placed(context: Context, itemtype: str, row: Row) -> Values:
    """Give whose and where in the timeline an attached document is."""
    dated = itemtype == "ITILFollowup" and row["date"]
    found: Values = {"date": row["date"] if dated else context.now()}
    if itemtype in LINKS:
        return found | {"timeline_position": 1}
    if "timeline_position" in row:
        found["timeline_position"] = row["timeline_position"]
    return found | ({"users_id": row["users_id"]} if row.get("users_id") else {})


def _document_of(context: Context, item: Item, row: Row, upload: Upload) -> int:
    """Give the document of a file: the one that the entity already has, else a new one."""
    entity = row.get("entities_id", context.session.active_root)
    stored = _stored(context, upload)
    where = "sha1sum = ? AND entities_id = ? AND is_blacklisted = 0"
    known = context.database.rows("Document", where, (stored["sha1sum"], entity))
    if known:
        return int(known[0]["id"] or 0)
    given: dict[str, object] = {"name": upload.name, "entities_id": entity, "_uploads": [upload]}
    if item[0] == "Ticket":
        given |= {"name": f"Document Ticket {item[1]}", "tickets_id": item[1]}
    given["is_recursive"] = row.get("is_recursive", 0)
    return add_document(context, "Document", given)


def delete_document(context: Context, row: Row) -> None:
    """Remove a document with its links."""
    context.database.delete("Document_Item", "documents_id = ?", (row["id"],))
    context.database.delete("Document", "id = ?", (row["id"],))


def download(context: Context, items_id: int) -> Answer:
    """Answer ``GET Document/1`` with the bytes."""
    row = context.database.row("Document", items_id)
    content = context.database.file(str(row["sha1sum"])) if row else None
    if row is None or content is None:
        raise not_found()
    name = str(row["filename"])
    inline = str(row["mime"]).startswith("image/")
    disposition = f"filename=\"{name}\"; filename*=utf-8''{quote(name)}"
    headers = {
        "Content-disposition": disposition if inline else f"attachment; {disposition}",
        "Etag": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "Last-Modified": context.http_date(str(row["date_mod"])),
    }
    return Answer(status=200, content=content, headers=headers, media=str(row["mime"]))
