"""The embedded ServiceNow's front door: an ASGI application over its parts."""

from __future__ import annotations

import asyncio
import gzip
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import format_datetime

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import Fault, FaultPlan
from sdtools.emulator.server import reset_line
from sdtools.emulator.servicenow.authentication import Authentication
from sdtools.emulator.servicenow.batch import answer_batch
from sdtools.emulator.servicenow.context import Call, Context
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.routes import answer_call
from sdtools.emulator.servicenow.wire import Answer, ApiError

__all__ = ["ServiceNowApplication"]

_LONGEST_LINE = 8192  # bytes of "GET /... HTTP/1.1" (FACTS 3.2)
_WORTH_PACKING = 1024  # bytes
_ALWAYS = {
    "Server": "snow_adc",
    "X-Content-Type-Options": "nosniff",
    "Pragma": "no-store,no-cache",
    "Cache-Control": "no-cache,no-store,must-revalidate,max-age=-1",
    "Expires": "0",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}
_TOO_LONG = Answer(status=414, content=b"<html><h1>URI Too Long</h1></html>", media="text/html")
_LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Log in | ServiceNow</title></head></html>"


@dataclass(slots=True, kw_only=True)
class ServiceNowApplication:
    """One embedded ServiceNow over ASGI."""

    database: ServiceNowDatabase
    clock: Clock
    base_url: str  # without a path
    latency: float = 0.0  # seconds added to every request
    requests: int = 0
    faults: FaultPlan | None = None
    before: Callable[[Call], None] | None = None  # called before each request is answered
    authentication: Authentication = field(init=False)

    def __post_init__(self) -> None:
        self.authentication = Authentication(database=self.database, clock=self.clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        self.requests += 1
        if self.latency:
            await asyncio.sleep(self.latency)
        request = Request(scope, receive)
        call = await _read(request)
        fault = self.faults.at(self.requests) if self.faults else None
        worked = fault is None or fault.worked
        answer = self._answer(call) if worked else Answer(status=200)
        if fault is not None and fault.status is None:
            await reset_line(scope, receive)
            return
        await self._send(_damaged(answer, fault) if fault else answer, request, send)

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
            return error.answer()

    def _logged_in(self, call: Call) -> Answer:
        context = Context(
            database=self.database,
            clock=self.clock,
            account=self.authentication.account(call),
            base_url=self.base_url,
        )
        largest = int(context.property("glide.rest.max_content_length") or 10) * 1024 * 1024
        if len(call.body) > largest:
            detail = (
                f"Rejected large REST payload with content-length = {len(call.body)} bytes. "
                f"Max allowed: {largest} bytes."
            )
            raise ApiError(400, "Exception while reading request", detail)
        if call.method == "POST" and call.route == ("batch",):
            return answer_batch(context, call, answer_call)
        return answer_call(context, call)

    async def _send(self, answer: Answer, request: Request, send: Send) -> None:
        date = format_datetime(self.clock.now().astimezone(UTC), usegmt=True)
        transaction = secrets.token_hex(6)
        logged_in = "false" if answer.status == 401 else "true"  # noqa: PLR2004 - HTTP
        headers = {"Date": date, "Content-Type": answer.media, **_ALWAYS, **answer.headers}
        headers |= {"X-Transaction-ID": transaction, "X-Is-Logged-In": logged_in}
        if "jsessionid" not in request.cookies:
            headers["Set-Cookie"] = f"JSESSIONID={secrets.token_hex(16)}; Path=/; HttpOnly"
        content = b"" if answer.status == 204 else answer.content  # noqa: PLR2004 - HTTP
        packs = "gzip" in request.headers.get("accept-encoding", "")
        if packs and len(content) >= _WORTH_PACKING:
            content = gzip.compress(content, 1)
            headers["Content-Encoding"] = "gzip"
        if answer.status != 204:  # noqa: PLR2004 - HTTP
            headers["Content-Length"] = str(len(content))
        raw = [
            (name.lower().encode(), value.encode("utf-8", "replace"))
            for name, value in headers.items()
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        body = b"" if request.method == "HEAD" else content
        await send({"type": "http.response.body", "body": body})


def _damaged(answer: Answer, fault: Fault) -> Answer:
    if fault.spoil is not None:
        return replace(answer, content=fault.spoil(answer.content))
    return Answer(
        status=fault.status or 500, content=fault.content, headers=fault.headers, media="text/html"
    )


async def _read(request: Request) -> Call:
    path = request.scope["raw_path"].decode("ascii", "replace")
    query = request.scope["query_string"].decode("ascii", "replace")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Call(
        method=headers.get("x-http-method-override", request.method).upper(),
        target=f"{path}?{query}" if query else path,
        headers=headers,
        body=await request.body(),
    )
