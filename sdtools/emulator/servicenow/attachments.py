"""The Attachment API: upload, list, download, rename, delete (FACTS 7)."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP

from sdtools.emulator.servicenow.access import may_write
from sdtools.emulator.servicenow.context import Call, Context
from sdtools.emulator.servicenow.database import Row
from sdtools.emulator.servicenow.input import fields_of
from sdtools.emulator.servicenow.paging import page_of
from sdtools.emulator.servicenow.reading import condition_of, visible
from sdtools.emulator.servicenow.tables import TABLES
from sdtools.emulator.servicenow.trail import new_id
from sdtools.emulator.servicenow.wire import (
    Answer,
    ApiError,
    no_record,
    plain,
    unknown_path,
    write_refused,
)

__all__ = ["answer_attachment"]

_LIST_LIMIT = 1000
_NEEDED = ("table_name", "table_sys_id", "file_name")


def answer_attachment(context: Context, call: Call) -> Answer:
    """Answer one request of the Attachment API."""
    path = call.route[1:]
    match (call.method, path):
        case ("GET", ()):
            return _list(context, call)
        case ("POST", ("file",)):
            return _upload(context, call, call.parameters, call.body)
        case ("POST", ("upload",)):
            return _upload_form(context, call)
        case ("GET", (sys_id,)):
            return plain({"result": _shown(context, _attachment(context, sys_id))})
        case ("GET", (sys_id, "file")):
            return _download(context, sys_id)
        case (("PUT" | "PATCH"), (sys_id,)):
            return _rename(context, sys_id, call)
        case ("DELETE", (sys_id,)):
            return _delete(context, sys_id)
    raise unknown_path()


def _attachment(context: Context, sys_id: str) -> Row:
    """Give an attachment that hangs on a record the account sees; raise the 404 otherwise."""
    row = context.database.row("sys_attachment", sys_id)
    if row is None or row["table_name"] not in TABLES:
        raise no_record()
    visible(context, row["table_name"], row["table_sys_id"])
    return row


def _shown(context: Context, row: Row) -> dict[str, str]:
    link = f"{context.base_url}/api/now/attachment/{row['sys_id']}/file"
    by = {"created_by_name": row["sys_created_by"], "updated_by_name": row["sys_updated_by"]}
    return {**row, "download_link": link, **by}


def _list(context: Context, call: Call) -> Answer:
    page = page_of(call, _LIST_LIMIT)
    found = condition_of(context, "sys_attachment", call)
    tail = f"{found.order} LIMIT {page.limit} OFFSET {page.offset}"
    rows = context.database.rows("sys_attachment", found.where, found.values, tail)
    total = context.database.count("sys_attachment", found.where, found.values)
    shown = []
    for row in rows:
        try:
            shown.append(_shown(context, _attachment(context, row["sys_id"])))
        except ApiError:
            continue  # hidden with its record
    return plain({"result": shown}, headers=page.headers(call, context, total))


def _upload(
    context: Context, call: Call, given: Mapping[str, str], content: bytes, media: str = ""
) -> Answer:
    missing = [name for name in _NEEDED if not given.get(name)]
    media = media or call.headers.get("content-type", "")
    if missing or not media:
        detail = f"Missing: {', '.join(missing) or 'Content-Type'}"
        raise ApiError(400, "Invalid request parameters", detail)
    if given["table_name"] not in TABLES:
        raise no_record()
    visible(context, given["table_name"], given["table_sys_id"])
    if not may_write(context.account, given["table_name"], "write"):
        raise write_refused("Insert")
    sys_id = new_id()
    context.database.keep_file(sys_id, content)
    own = {name: given[name] for name in _NEEDED}
    context.database.load(
        [("sys_attachment", {"sys_id": sys_id, **own, **_measured(context, content, media)})]
    )
    version = f"/{call.version}" if call.version else ""
    address = f"{context.base_url}/api/now{version}/attachment/{sys_id}/file"
    row = _attachment(context, sys_id)
    return plain({"result": _shown(context, row)}, 201, {"Location": address})


def _measured(context: Context, content: bytes, media: str) -> dict[str, object]:
    return {
        "content_type": media.partition(";")[0].strip(),
        "size_bytes": len(content),
        "size_compressed": len(zlib.compress(content)),
        "hash": hashlib.sha256(content).hexdigest(),
        "sys_created_on": context.now(),
        "sys_created_by": context.account.user_name,
    }


def _upload_form(context: Context, call: Call) -> Answer:
    """Read a multipart form whose last part is the file."""
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + call.body)
    given: dict[str, str] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        file_name = part.get_filename()
        if file_name is None:
            name = str(part.get_param("name", "", "content-disposition"))
            given[name] = content.decode("utf-8", "replace").strip()
        else:  # what comes after the file is not read
            given["file_name"] = file_name
            return _upload(context, call, given, content, part.get_content_type())
    raise ApiError(400, "Invalid request parameters", "No file part")


def _download(context: Context, sys_id: str) -> Answer:
    row = _attachment(context, sys_id)
    headers = {
        "X-Attachment-Metadata": json.dumps(_shown(context, row)),
        "Content-Disposition": f'attachment;filename="{row["file_name"]}"',
    }
    content = context.database.file(sys_id) or b""
    return Answer(status=200, content=content, headers=headers, media=row["content_type"])


def _rename(context: Context, sys_id: str, call: Call) -> Answer:
    row = _attachment(context, sys_id)
    name = fields_of(call).get("file_name")
    if isinstance(name, str) and name:
        context.database.update("sys_attachment", row["sys_id"], {"file_name": name})
    return plain({"result": _shown(context, _attachment(context, sys_id))})


def _delete(context: Context, sys_id: str) -> Answer:
    row = _attachment(context, sys_id)
    if not may_write(context.account, row["table_name"], "write"):
        raise write_refused("Delete")
    context.database.delete("sys_attachment", sys_id)
    return Answer(status=204)
