"""The embedded GLPI's front door: an ASGI application that routes requests to its parts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime
from pathlib import PurePath
from typing import Any
from urllib.parse import parse_qsl, unquote
from zoneinfo import ZoneInfo

from starlette.datastructures import Headers, UploadFile
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.glpi import sessions
from sdtools.emulator.glpi.context import Context, Session
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.documents import Upload, manifest
from sdtools.emulator.glpi.query import Parameters, nested
from sdtools.emulator.glpi.routes import Call, answer_call
from sdtools.emulator.glpi.wire import Answer, CrashError, RequestError, plain
from sdtools.emulator.server import reset_line

__all__ = ["GlpiApplication"]

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "PUT, GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (
        "origin, content-type, accept, session-token, authorization, app-token"
    ),
}
_ALWAYS = {
    "Pragma": "no-cache",
    "Cache-Control": "no-store, no-cache, must-revalidate",
    "Expires": "Mon, 26 Jul 1997 05:00:00 GMT",
    "Access-Control-Expose-Headers": "content-type, content-range, accept-range",
}
_NOT_ALLOWED = b"<html><head><title>405 Not Allowed</title></head></html>"  # the web server's
_PREFIX = "/apirest.php"
_LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>GLPI - Authentication</title></head></html>"
_EMPTY = Answer(status=200, content=b"", media="text/html; charset=UTF-8")


def _bad_json() -> RequestError:
    message = "JSON payload seems not valid"
    return RequestError(400, "ERROR_JSON_PAYLOAD_INVALID", message, documented=False)


@dataclass(slots=True, kw_only=True)
class GlpiApplication:
    """One embedded GLPI over ASGI."""

    database: GlpiDatabase
    clock: Clock
    zone: ZoneInfo
    base_url: str  # ends with /apirest.php
    app_token: str
    latency: float = 0.0  # seconds added to every request
    requests: int = 0
    faults: FaultPlan | None = None
    _sessions: dict[str, Session] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        self.requests += 1
        if self.latency:
            await asyncio.sleep(self.latency)
        request = Request(scope, receive)
        fault = self.faults.at(self.requests) if self.faults else None
        answer = _EMPTY if fault is not None and not fault.worked else await self._work(request)
        if fault is None:
            await self._send(answer, request.method, send)
        elif fault.status is None:
            await reset_line(scope, receive)
        else:
            answer = Answer(
                status=fault.status, content=fault.content, headers=fault.headers, media="text/html"
            )
            await self._send(answer, request.method, send)

    async def _work(self, request: Request) -> Answer:
        try:
            return await self._answer(request)
        except RequestError as error:
            return self._error(error)
        except CrashError:
            return _EMPTY

    async def _send(self, answer: Answer, method: str, send: Send) -> None:
        date = format_datetime(self.clock.now().astimezone(UTC), usegmt=True)
        headers = {"Date": date, "Content-Type": answer.media, **_ALWAYS, **answer.headers}
        headers["Content-Length"] = str(len(answer.content))
        raw = [
            (name.lower().encode(), value.encode("utf-8", "replace"))
            for name, value in headers.items()
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        body = b"" if method == "HEAD" else answer.content
        await send({"type": "http.response.body", "body": body})

    def _error(self, error: RequestError) -> Answer:
        message = error.message
        if error.documented and isinstance(message, str):
            # GLPI has not read its own address yet when it refuses a GET with a body.
            base = "" if error.key == "ERROR_JSON_PAYLOAD_FORBIDDEN" else self.base_url
            place = f"{base}/#{error.key}"
            message += f"; view documentation in your browser at {place}"
        return plain([error.key, message], error.status)

    async def _answer(self, request: Request) -> Answer:
        path = unquote(request.url.path)
        if not path.startswith(_PREFIX):
            return Answer(status=200, content=_LOGIN_PAGE, media="text/html")
        path = path.removeprefix(_PREFIX).strip("/")
        if request.method == "TRACE":
            return Answer(status=405, content=_NOT_ALLOWED, media="text/html")
        if request.method == "OPTIONS":
            return Answer(status=200, content=b"", headers=_CORS, media=_EMPTY.media)
        if not path:
            return Answer(status=200, content=b"# GLPI REST API\n", media="text/html")
        parameters = nested(parse_qsl(request.url.query, keep_blank_values=True))
        body = await self._body(request)
        if request.headers.get("x-glpi-sanitized-content") == "false":
            parameters["_sanitized"] = "false"
        self._check_app_token(request.headers, parameters)
        parts = tuple(path.split("/"))
        if parts[0] == "initSession":
            return self._init_session(request.headers, parameters, body)
        session = self._session(request.headers, parameters)
        if parts[0] == "killSession":
            del self._sessions[session.token]
            return plain(True)
        call = Call(
            method=request.method,
            parts=parts,
            parameters=parameters,
            body=body,
            accept=request.headers.get("accept", ""),
        )
        with self.database.lock:
            return answer_call(self._context(session), call)

    def _context(self, session: Session) -> Context:
        return Context(
            database=self.database,
            clock=self.clock,
            zone=self.zone,
            session=session,
            base_url=self.base_url,
        )

    def _check_app_token(self, headers: Headers, parameters: Parameters) -> None:
        token = headers.get("app-token") or parameters.get("app_token")
        if not token:
            message = "missing parameter app_token"
            raise RequestError(400, "ERROR_APP_TOKEN_PARAMETERS_MISSING", message)
        if token != self.app_token:
            message = "parameter app_token seems wrong"
            raise RequestError(400, "ERROR_WRONG_APP_TOKEN_PARAMETER", message)

    def _init_session(self, headers: Headers, parameters: Parameters, body: object) -> Answer:
        authorization = headers.get("authorization", "")
        with self.database.lock:
            users_id = sessions.log_in(self.database, authorization, parameters, body)
            session = sessions.open_session(self.database, users_id)
            now = self._context(session).now()
            self.database.update("User", users_id, {"last_login": now})
        self._sessions[session.token] = session
        found: dict[str, object] = {"session_token": session.token}
        if parameters.get("get_full_session") == "true":
            found["session"] = sessions.full_session(self._context(session))
        return plain(found)

    def _session(self, headers: Headers, parameters: Parameters) -> Session:
        token = headers.get("session-token") or parameters.get("session_token")
        if not token:
            message = "parameter session_token is missing or empty"
            raise RequestError(400, "ERROR_SESSION_TOKEN_MISSING", message)
        session = self._sessions.get(str(token))
        if session is None:
            message = "session_token seems invalid"
            raise RequestError(401, "ERROR_SESSION_TOKEN_INVALID", message, documented=False)
        return session

    async def _body(self, request: Request) -> object:
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media == "multipart/form-data":
            return await _multipart(request)
        content = await request.body()
        if request.method == "GET" and content:
            message = "GET Request should not have json payload (http body)"
            raise RequestError(400, "ERROR_JSON_PAYLOAD_FORBIDDEN", message)
        if not content.strip():
            return {}
        if media == "application/x-www-form-urlencoded":
            return nested(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
        return _read_json(content) if media == "application/json" else {}


def _read_json(content: bytes) -> object:
    try:
        found = json.loads(content)
    except ValueError:
        raise _bad_json() from None
    if found is None:
        raise _bad_json()
    return found


async def _multipart(request: Request) -> object:
    uploads = []
    text: str | None = None
    async with request.form() as form:
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
    body = manifest(text)
    wanted: Any = body.get("input") if isinstance(body, Mapping) else None
    if isinstance(wanted, dict):
        wanted["_uploads"] = uploads
    return body
