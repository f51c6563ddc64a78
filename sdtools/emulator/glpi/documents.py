"""Uploading and downloading documents, with GLPI's way of refusing files (FACTS 11)."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sdtools.emulator.glpi.casting import Given, Values, cast
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.history import log_created, log_linked
from sdtools.emulator.glpi.itil import touch
from sdtools.emulator.glpi.query import as_list
from sdtools.emulator.glpi.wire import Answer, RefusedError, RequestError, not_found

__all__ = ["Upload", "add_document", "delete_document", "download", "manifest", "upload_result"]

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
    """Add a document with its file, if GLPI takes it; ``_uploads`` holds the received files."""
    values = cast(itemtype, given)
    upload = _usable(given)
    parent = (str(given.get("itemtype") or ""), given.get("items_id"))
    wanted = as_list(given.get("_filename"))
    if parent[0] and wanted and upload is None:
        raise RefusedError(f"File {wanted[0]} not found.")
    now = context.now()
    values |= {"date_mod": now, "date_creation": now, "users_id": context.session.users_id}
    values.setdefault("entities_id", context.session.active_root)
    if upload:
        values |= _stored(context, upload)
        values["tag"] = f"{secrets.token_hex(4)}-{secrets.token_hex(4)}-{secrets.token_hex(7)}"
    row = context.database.row(parent[0], parent[1]) if parent[0] == "Ticket" else None
    if row:
        values["name"] = f"Document: Ticket - {row['name']}"
    document = context.database.insert(itemtype, values)
    log_created(context, itemtype, document)
    if row:
        link_document(context, document, ("Ticket", row["id"]))
    return document


def link_document(context: Context, document: int, item: tuple[str, object]) -> None:
    """Link a document that was uploaded for an item."""
    now = context.now()
    link: Values = {"documents_id": document, "itemtype": item[0], "items_id": int(str(item[1]))}
    link |= {"date_mod": now, "date_creation": now, "date": now}
    link |= {"users_id": context.session.users_id, "timeline_position": 1}
    context.database.insert("Document_Item", link)
    touch(context, item[0], item[1], logged=True)
    log_linked(context, item, ("Document", document))
    log_linked(context, ("Document", document), item)


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
