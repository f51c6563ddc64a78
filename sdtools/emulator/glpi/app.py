"""The embedded GLPI's front door: an ASGI application that routes requests to its parts."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from starlette.types import Receive, Scope, Send

from sdtools.emulator.clock import Clock
from sdtools.emulator.exchange import Answered, Asked
from sdtools.emulator.faults import Fault, FaultPlan
from sdtools.emulator.front import Door, RawHeaders, raw_headers, serve_request
from sdtools.emulator.glpi import sessions
from sdtools.emulator.glpi.bodies import body_of
from sdtools.emulator.glpi.context import Context, Session
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.outages import Outages, refuse_shut, without_table
from sdtools.emulator.glpi.overriding import overridden
from sdtools.emulator.glpi.query import Parameters, nested
from sdtools.emulator.glpi.routes import Call, answer_call, lost_password
from sdtools.emulator.glpi.wire import Answer, CrashError, RequestError, plain

__all__ = ["GlpiApplication"]

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "PUT, GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (
        "origin, content-type, accept, session-token, authorization, app-token"
    ),
}
_ALWAYS = {
    b"pragma": b"no-cache",
    b"cache-control": b"no-store, no-cache, must-revalidate",
    b"expires": b"Mon, 26 Jul 1997 05:00:00 GMT",
    b"access-control-expose-headers": b"content-type, content-range, accept-range",
}
_NOT_ALLOWED = b"<html><head><title>405 Not Allowed</title></head></html>"  # the web server's
_TOO_LONG = b"<html><head><title>414 Request-URI Too Large</title></head></html>"
_LONGEST_LINE = 8_170  # octets of path and query: nginx reads 8 KiB of a request's first line
_PREFIX = "/apirest.php"
_LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>GLPI - Authentication</title></head></html>"
_EMPTY = Answer(status=200, content=b"", media="text/html; charset=UTF-8")


@dataclass(slots=True, kw_only=True)
class GlpiApplication:
    """One embedded GLPI over ASGI."""

    database: GlpiDatabase
    clock: Clock
    zone: ZoneInfo
    base_url: str  # ends with /apirest.php
    app_token: str
    door: Door = field(default_factory=Door)
    outages: Outages = field(default_factory=Outages)
    _sessions: dict[str, Session] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        await serve_request(self, scope, receive, send)

    @property
    def requests(self) -> int:
        """Count the requests since the start."""
        return self.door.requests

    @property
    def faults(self) -> FaultPlan | None:
        """Give the plan of what goes wrong."""
        return self.door.faults

    @faults.setter
    def faults(self, plan: FaultPlan | None) -> None:
        self.door.faults = plan

    def suffer(self, asked: Asked, fault: Fault) -> Asked | None:
        """End the session that asks, or change a value that the request writes, as the fault says.

        Give the request as it goes on; None if there is nothing of the kind in it.
        """
        if fault.deed == "override":
            return overridden(asked, self.database)
        known = self._sessions.pop(asked.headers.get("session-token", ""), None)
        return asked if known else None

    async def answer(self, asked: Asked) -> Answer:
        """Do the work of one request."""
        try:
            return await self._answer(asked)
        except RequestError as error:
            return self._error(error)
        except CrashError:
            return _EMPTY

    def dress(self, asked: Asked, answer: Answered) -> tuple[RawHeaders, bytes]:  # noqa: ARG002 - as the door asks
        """Give the headers and the bytes that go out."""
        headers = {
            b"date": self.clock.http_date(),
            b"content-type": answer.media.encode(),
            **_ALWAYS,
            **raw_headers(answer.headers),
        }
        return headers, answer.content

    def _error(self, error: RequestError) -> Answer:
        message = error.message
        if error.documented and isinstance(message, str):
            # GLPI has not read its own address yet when it refuses a GET with a body.
            base = "" if error.key == "ERROR_JSON_PAYLOAD_FORBIDDEN" else self.base_url
            place = f"{base}/#{error.key}"
            message += f"; view documentation in your browser at {place}"
        return plain([error.key, message], error.status)

    async def _answer(self, asked: Asked) -> Answer:
        if not asked.path.startswith(_PREFIX):
            return Answer(status=200, content=_LOGIN_PAGE, media="text/html")
        path = asked.path.removeprefix(_PREFIX).strip("/")
        stood_in = self._instead(asked, path)
        if stood_in is not None:
            return stood_in
        parameters = nested(parse_qsl(asked.query, keep_blank_values=True)) if asked.query else {}
        body = await body_of(asked)
        if asked.headers.get("x-glpi-sanitized-content") == "false":
            parameters["_sanitized"] = "false"
        parts = tuple(path.split("/"))
        if parts[0] == "lostPassword":  # for those who cannot log in: no token is asked for
            raise lost_password(asked.method)
        self._check_app_token(asked.headers, parameters)
        if parts[0] == "initSession":
            return self._init_session(asked.headers, parameters, body)
        session = self._session(asked.headers, parameters)
        if parts[0] == "killSession":
            del self._sessions[session.token]
            return plain(True)
        call = Call(
            method=asked.method,
            parts=parts,
            parameters=parameters,
            body=body,
            accept=asked.headers.get("accept", ""),
        )
        with self.database.lock:
            try:
                return answer_call(self._context(session), call)
            except sqlite3.OperationalError as error:
                return without_table(error, parts)

    def _instead(self, asked: Asked, path: str) -> Answer | None:
        """Give what answers in the API's place: the web server, PHP, or a page of GLPI."""
        if asked.method == "TRACE":
            return Answer(status=405, content=_NOT_ALLOWED, media="text/html")
        if len(asked.path) + len(asked.query) > _LONGEST_LINE:
            return Answer(status=414, content=_TOO_LONG, media="text/html")
        if asked.method == "OPTIONS":
            return Answer(status=200, content=b"", headers=_CORS, media=_EMPTY.media)
        if not path:
            return Answer(status=200, content=b"# GLPI REST API\n", media="text/html")
        return refuse_shut(self.database, self.outages)

    def _context(self, session: Session) -> Context:
        return Context(
            database=self.database,
            clock=self.clock,
            zone=self.zone,
            session=session,
            base_url=self.base_url,
        )

    def _check_app_token(self, headers: Mapping[str, str], parameters: Parameters) -> None:
        token = headers.get("app-token") or parameters.get("app_token")
        if not token:
            message = "missing parameter app_token"
            raise RequestError(400, "ERROR_APP_TOKEN_PARAMETERS_MISSING", message)
        if token != self.app_token:
            message = "parameter app_token seems wrong"
            raise RequestError(400, "ERROR_WRONG_APP_TOKEN_PARAMETER", message)

    def _init_session(
        self, headers: Mapping[str, str], parameters: Parameters, body: object
    ) -> Answer:
        authorization = headers.get("authorization", "")
        with self.database.lock:
            users_id = sessions.log_in(self.database, authorization, parameters, body)
            session = sessions.open_session(self.database, users_id)
            sessions.signed_in(self._context(session))
        self._sessions[session.token] = session
        found: dict[str, object] = {"session_token": session.token}
        if parameters.get("get_full_session") == "true":
            found["session"] = sessions.full_session(self._context(session))
        return plain(found)

    def _session(self, headers: Mapping[str, str], parameters: Parameters) -> Session:
        token = headers.get("session-token") or parameters.get("session_token")
        if not token:
            message = "parameter session_token is missing or empty"
            raise RequestError(400, "ERROR_SESSION_TOKEN_MISSING", message)
        session = self._sessions.get(str(token))
        if session is None:
            message = "session_token seems invalid"
            raise RequestError(401, "ERROR_SESSION_TOKEN_INVALID", message, documented=False)
        return session
