"""The front door of an embedded desk: HTTP in and out, what it counts, what goes wrong there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from starlette.types import Receive, Scope, Send

from sdtools.emulator.costs import Till
from sdtools.emulator.exchange import Answered, Asked
from sdtools.emulator.faults import Fault, FaultPlan
from sdtools.emulator.server import end_line, reset_line

_NO_CONTENT = 204
__all__ = ["Door", "House", "RawHeaders", "raw_headers", "serve_request"]

RawHeaders = dict[bytes, bytes]  # names in small letters


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """An answer that the door makes up itself."""

    status: int
    content: bytes
    headers: Mapping[str, str]
    media: str


@dataclass(slots=True, kw_only=True)
class Door:
    """What is set at the door of a desk, and what was counted there; all of it may be changed."""

    latency: float = 0.0  # seconds added to every request
    faults: FaultPlan | None = None
    till: Till | None = None  # makes requests take as long as on a real desk
    requests: int = 0
    dealt: Counter[str] = field(default_factory=Counter)  # faults that happened, by kind


class House(Protocol):
    """What is behind the door."""

    @property
    def door(self) -> Door:
        """What is set and counted."""

    async def answer(self, asked: Asked) -> Answered:
        """Do the work."""

    def suffer(self, asked: Asked, fault: Fault) -> Asked | None:
        """Let a fault's deed happen; give the request as it goes on, None if it cannot happen."""

    def dress(self, asked: Asked, answer: Answered) -> tuple[RawHeaders, bytes]:
        """Give the headers and the bytes that go out, without the Content-Length."""


def raw_headers(headers: Mapping[str, str]) -> RawHeaders:
    """Write headers as they go over the line."""
    return {
        name.lower().encode(): value.encode("utf-8", "replace") for name, value in headers.items()
    }


async def serve_request(house: House, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request, or let it go wrong as planned."""
    if scope["type"] != "http":
        return
    door = house.door
    door.requests += 1
    plan = door.faults  # may be another one when the answer goes out
    fault = plan.at(door.requests) if plan else None
    asked = await _read(scope, receive)
    if door.latency:
        await asyncio.sleep(door.latency)
    if plan is not None and fault is not None:
        suffered = house.suffer(asked, fault) if fault.deed else asked
        if suffered is not None:
            door.dealt[plan.kind_of(fault)] += 1
            await _go_wrong(house, suffered, fault, (scope, receive, send))
            return
    await _send(house, asked, await _work(house, asked), send)


async def _work(house: House, asked: Asked) -> Answered:
    till = house.door.till
    if till is None:
        return await house.answer(asked)
    began = perf_counter()
    answer = await house.answer(asked)
    await till.charge(asked, answer, perf_counter() - began)
    return answer


async def _read(scope: Scope, receive: Receive) -> Asked:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return Asked(
        method=scope["method"],
        path=scope["path"],
        raw_path=scope["raw_path"].decode("ascii", "replace"),
        query=scope["query_string"].decode("ascii", "replace"),
        headers={
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        },
        body=body,
    )


async def _go_wrong(
    house: House, asked: Asked, fault: Fault, line: tuple[Scope, Receive, Send]
) -> None:
    scope, receive, send = line
    answer = await _work(house, asked) if fault.worked else None
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if fault.status is None:
        await reset_line(scope, receive)
    elif fault.breaks_off:
        await _send(house, asked, _spoilt(answer, fault), send, half=True)
        await end_line(scope, receive)
    else:
        await _send(house, asked, _spoilt(answer, fault), send)


def _spoilt(answer: Answered | None, fault: Fault) -> _Made:
    if answer is not None and fault.spoil is not None:
        content = fault.spoil(answer.content)
        return _Made(
            status=answer.status, content=content, headers=answer.headers, media=answer.media
        )
    status = fault.status or 500
    return _Made(status=status, content=fault.content, headers=fault.headers, media="text/html")


async def _send(
    house: House, asked: Asked, answer: Answered, send: Send, *, half: bool = False
) -> None:
    headers, content = house.dress(asked, answer)
    if answer.status != _NO_CONTENT and b"transfer-encoding" not in headers:
        headers[b"content-length"] = b"%d" % len(content)
    if asked.method == "HEAD":
        content = b""
    if half:
        content = content[: len(content) // 2]
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": list(headers.items())}
    )
    await send({"type": "http.response.body", "body": content, "more_body": half})
