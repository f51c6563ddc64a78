"""Bodies that clients send to the embedded GLPI: JSON, forms, and files with their manifest."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

from sdtools.emulator.exchange import Asked
from sdtools.emulator.glpi.documents import Upload, manifest
from sdtools.emulator.glpi.query import nested
from sdtools.emulator.glpi.wire import RequestError

__all__ = ["body_of"]


async def body_of(asked: Asked) -> object:
    """Read a request's body; raise GLPI's 400 for what it does not take."""
    media = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == "multipart/form-data":
        return await _multipart(asked)
    if asked.method == "GET" and asked.body:
        message = "GET Request should not have json payload (http body)"
        raise RequestError(400, "ERROR_JSON_PAYLOAD_FORBIDDEN", message)
    if not asked.body.strip():
        return {}
    if media == "application/x-www-form-urlencoded":
        return nested(parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))
    return _read_json(asked.body) if media == "application/json" else {}


def _read_json(content: bytes) -> object:
    try:
        found = json.loads(content)
    except ValueError:
        raise _bad_json() from None
    if found is None:
        raise _bad_json()
    return found


def _bad_json() -> RequestError:
    message = "JSON payload seems not valid"
    return RequestError(400, "ERROR_JSON_PAYLOAD_INVALID", message, documented=False)


async def _stream(content: bytes) -> AsyncGenerator[bytes, None]:
    yield content


async def _multipart(asked: Asked) -> object:
    uploads = []
    text: str | None = None
    form = await MultiPartParser(Headers(asked.headers), _stream(asked.body)).parse()
    for name, part in form.multi_items():
        if isinstance(part, UploadFile) and name.startswith("filename"):
            uploads.append(
                Upload(
                    name=PurePath(part.filename or "").name,  # as PHP cuts it
                    content=await part.read(),
                    media=part.content_type or "application/octet-stream",
                )
            )
        elif name == "uploadManifest":
            text = (await part.read()).decode() if isinstance(part, UploadFile) else part
    await form.close()
    body = manifest(text)
    wanted: Any = body.get("input") if isinstance(body, Mapping) else None
    if isinstance(wanted, dict):
        wanted["_uploads"] = uploads
    return body
