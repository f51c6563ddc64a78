"""The embedded ServiceNow's front door: an ASGI application over its parts."""

from __future__ import annotations

import gzip
import logging
import secrets
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from starlette.types import Receive, Scope, Send

from sdtools.emulator.clock import Clock
from sdtools.emulator.exchange import Answered, Asked
from sdtools.emulator.faults import Fault, FaultPlan
from sdtools.emulator.front import Door, RawHeaders, raw_headers, serve_request
from sdtools.emulator.servicenow.authentication import Authentication
from sdtools.emulator.servicenow.batch import answer_batch
from sdtools.emulator.servicenow.context import Call, Context
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.overriding import overridden
from sdtools.emulator.servicenow.rate_limits import RateLimits
from sdtools.emulator.servicenow.routes import answer_call
from sdtools.emulator.servicenow.sessions import cookie_of, session_id
from sdtools.emulator.servicenow.sla_jobs import SlaJobs
from sdtools.emulator.servicenow.switches import Switches
from sdtools.emulator.servicenow.turnstile import QueueFullError, Turnstile
from sdtools.emulator.servicenow.wire import Answer, ApiError, said, uncaught
from sdtools.emulator.servicenow.xml_answers import as_xml, wants_xml

__all__ = ["ServiceNowApplication"]

_log = logging.getLogger(__name__)
_LONGEST_LINE = 8192  # bytes of "GET /... HTTP/1.1" (FACTS 3.2)
_WORTH_PACKING = 1024  # bytes
_ALWAYS = {
    b"server": b"snow_adc",
    b"x-content-type-options": b"nosniff",
    b"pragma": b"no-store,no-cache",
    b"cache-control": b"no-cache,no-store,must-revalidate,max-age=-1",
    b"expires": b"0",
    b"strict-transport-security": b"max-age=63072000; includeSubDomains",
}
_TOO_LONG = Answer(status=414, content=b"<html><h1>URI Too Long</h1></html>", media="text/html")
_WAITS: ContextVar[str] = ContextVar("waits", default="sem_wait;dur=0, sesh_wait;dur=0")
_LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Log in | ServiceNow</title></head></html>"


@dataclass(slots=True, kw_only=True)
class ServiceNowApplication:
    """One embedded ServiceNow over ASGI."""

    database: ServiceNowDatabase
    clock: Clock
    base_url: str  # without a path
    door: Door = field(default_factory=Door)
    switches: Switches = field(default_factory=Switches)
    before: Callable[[Call], None] | None = None  # called before each request is answered
    authentication: Authentication = field(init=False)
    rates: RateLimits = field(init=False, default_factory=RateLimits)
    turnstile: Turnstile = field(init=False)
    jobs: SlaJobs = field(init=False)

    def __post_init__(self) -> None:
        self.authentication = Authentication(
            database=self.database, clock=self.clock, switches=self.switches
        )
        self.jobs = SlaJobs(database=self.database, clock=self.clock)
        self.turnstile = Turnstile(self.switches.slots, self.switches.queue)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers = dict(scope.get("headers", ()))
        cookie = headers.get(b"cookie", b"").decode("latin-1")
        try:
            async with self.turnstile.turn(session_id({"cookie": cookie})) as waits:
                _WAITS.set(waits)
                await serve_request(self, scope, receive, send)
        except QueueFullError:
            await send({"type": "http.response.start", "status": 429, "headers": []})
            await send({"type": "http.response.body", "body": b"Too many requests are waiting"})

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
        """Let the token that asks expire, or change a value that the request writes.

        Give the request as it goes on; None if there is nothing of the kind in it.
        """
        if fault.deed == "override":
            return overridden(asked, self.database)
        return asked if self.authentication.expire(asked.headers) else None

    async def answer(self, asked: Asked) -> Answer:
        """Do the work of one request."""
        return self._answer(_call(asked))

    def dress(self, asked: Asked, answer: Answered) -> tuple[RawHeaders, bytes]:
        """Give the headers and the bytes that go out: packed if the client takes it."""
        transaction = secrets.token_hex(6)
        headers = {
            b"date": self.clock.http_date(),
            b"content-type": answer.media.encode(),
            **_ALWAYS,
            b"server-timing": f't;desc="{transaction}", {_WAITS.get()}'.encode(),
            b"x-transaction-id": transaction.encode(),
            b"x-is-logged-in": b"false" if answer.status == 401 else b"true",  # noqa: PLR2004 - HTTP
            **raw_headers(answer.headers),
        }
        content = b"" if answer.status == 204 else answer.content  # noqa: PLR2004 - HTTP
        if len(content) >= _WORTH_PACKING and "gzip" in asked.headers.get("accept-encoding", ""):
            headers[b"content-encoding"] = b"gzip"
            headers[b"transfer-encoding"] = b"chunked"  # its length is not known beforehand
            content = gzip.compress(content, 1)
        return headers, content

    def _answer(self, call: Call) -> Answer:
        if self.before is not None:
            self.before(call)
        if len(f"{call.method} {call.target} HTTP/1.1") > _LONGEST_LINE:
            return _TOO_LONG
        if call.parts == ("oauth_token.do",):
            return self.authentication.token(call)
        if call.parts[:1] != ("api",):
            return Answer(status=200, content=_LOGIN_PAGE, media="text/html;charset=UTF-8")
        try:
            with self.database.lock:
                return self._logged_in(call)
        except ApiError as error:
            return self._failed(call, error)
        except Exception:  # noqa: BLE001  # whatever it is, an instance says it in its envelope
            _log.exception("%s %s", call.method, call.target)
            return self._failed(call, uncaught())

    def _failed(self, call: Call, error: ApiError) -> Answer:
        answer = said(error, self.switches.refusals)
        xml = self.switches.serves_xml and wants_xml(call.headers)
        return as_xml(answer) if xml else answer

    def _logged_in(self, call: Call) -> Answer:
        context = Context(
            database=self.database,
            clock=self.clock,
            account=self.authentication.account(call),
            base_url=self.base_url,
            switches=self.switches,
        )
        self.jobs.run()
        limits = self.rates.count(context, call)
        largest = int(context.property("glide.rest.max_content_length") or 10) * 1024 * 1024
        if len(call.body) > largest:
            detail = (
                f"Rejected large REST payload with content-length = {len(call.body)} bytes. "
                f"Max allowed: {largest} bytes."
            )
            raise ApiError(400, "Exception while reading request", detail)
        if call.method == "POST" and call.route == ("batch",):
            answer = answer_batch(context, call, answer_call)
        else:
            answer = answer_call(context, call)
        cookie = self._cookie(call, context)
        return replace(answer, headers={**limits, **cookie, **answer.headers})

    def _cookie(self, call: Call, context: Context) -> Mapping[str, str]:
        """Prolong the caller's session, or give the cookie of a new one."""
        user_name = context.account.user_name
        opened = self.authentication.sessions.keep(session_id(call.headers), user_name)
        return {"Set-Cookie": cookie_of(opened)} if opened else {}


def _call(asked: Asked) -> Call:
    return Call(
        method=asked.headers.get("x-http-method-override", asked.method).upper(),
        target=f"{asked.raw_path}?{asked.query}" if asked.query else asked.raw_path,
        headers=asked.headers,
        body=asked.body,
    )
