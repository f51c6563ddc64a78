"""A desk in a process of its own: it outlives every pass that is killed, and knows what it got."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from socket import socket

from chaos_census import Census, Fact, count_glpi, count_servicenow
from chaos_world import (
    GLPI_NAMES,
    SERVICENOW_NAMES,
    START,
    Names,
    glpi_rows,
    servicenow_rows,
)
from starlette.types import Message, Receive, Scope, Send

from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import FAULTS, FaultPlan
from sdtools.emulator.glpi.app import GlpiApplication
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.mailsink import MailSink, serve_mail
from sdtools.emulator.server import listen, serving
from sdtools.emulator.servicenow.app import ServiceNowApplication
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow, serve_servicenow

__all__ = ["KINDS", "Address", "Desk", "Line", "desk_process"]

KINDS = ("glpi", "servicenow")
_FORK = get_context("fork")
# Only writes of grades and groups can be overridden, and these are few: hence more often.
_FAULTS = (*FAULTS, *("overridden",) * 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """How a working folder reaches the desk."""

    kind: str
    url: str
    lines: str  # of sdtools.yaml, below the url
    secrets: dict[str, str]
    names: Names
    mail: int  # port
    hook: str  # url


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request as it came in."""

    method: str
    path: str
    inner: tuple[str, ...] = ()  # the methods of the requests in a batch

    @property
    def writes(self) -> bool:
        """Tell whether it could change anything; logging in and out do not, nor a batch of GETs."""
        sessions = ("/initSession", "/killSession", "/changeActiveEntities", "/oauth_token.do")
        methods = {*(self.inner or (self.method,))}
        return not methods <= {"GET", "HEAD"} and not self.path.endswith(sessions)


@dataclass(slots=True)
class _Front:
    """The door before the desk: it keeps the log, and can hold one request until told."""

    application: GlpiApplication | ServiceNowApplication
    log: list[Line] = field(default_factory=list)
    plans: Mapping[bool, FaultPlan] = field(default_factory=dict)  # of writes, and of reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inner: tuple[str, ...] = ()
        if scope["path"].endswith("/batch"):
            receive, inner = await _unpacked(receive)
        line = Line(method=scope["method"], path=scope["path"], inner=inner)
        self.log.append(line)
        self.application.faults = self.plans.get(line.writes)
        await self.application(scope, receive, send)


async def _unpacked(receive: Receive) -> tuple[Receive, tuple[str, ...]]:
    """Look into a batch: return what gives it once more, and the methods in it.

    Of one whose sender was killed half-way there is nothing to tell.
    """
    came = [await receive()]
    while came[-1].get("more_body"):
        came.append(await receive())
    whole = came[-1]["type"] == "http.request"
    body = b"".join(message.get("body", b"") for message in came)
    asked = json.loads(body)["rest_requests"] if whole else []
    rest = iter(came)

    async def again() -> Message:
        return next(rest, None) or await receive()

    return again, tuple(one["method"] for one in asked)


@dataclass(slots=True)
class _Hook:
    """A receiver of webhooks: keeps the keys."""

    keys: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        self.keys += [value.decode() for name, value in scope["headers"] if name == KEY]
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


KEY = b"idempotency-key"


@dataclass(slots=True)
class _Office:
    """All that runs in the desk's process."""

    clock: Clock
    desk: EmbeddedGlpi | EmbeddedServiceNow
    front: _Front
    sink: MailSink
    hook: _Hook
    count: Callable[[], Counter[Fact]]

    def answer(self, order: str, given: object) -> object:
        """Carry out one order of the other process."""
        match order, given:
            case "clock", datetime():
                self.clock.set(given)
            case "faults", (float() as reads, float() as writes, int() as seed):
                rates = {False: reads, True: writes}
                self.front.plans = {
                    kind: FaultPlan(rate=rate, seed=seed, kinds=_FAULTS)
                    for kind, rate in rates.items()
                }
            case "log", None:
                return list(self.front.log)
            case "census", None:
                return Census(desk=self.count(), told=self._told())
            case "dealt", None:
                return Counter(self.desk.dealt)
            case _:
                raise ValueError(order)
        return None

    def _told(self) -> Counter[Fact]:
        mails = {
            (str(mail["Message-ID"]), "mail", f"to {mail['To']}: {mail['Subject']}")
            for mail in self.sink.messages
        }
        return Counter([*mails, *((key, "webhook", "") for key in set(self.hook.keys))])


@dataclass(slots=True)
class Desk:
    """The other end: orders to the desk's process."""

    address: Address
    pipe: Connection

    def set_clock(self, moment: datetime) -> None:
        """Set the desk's clock."""
        self._ask("clock", moment)

    def faults(self, reads: float, writes: float, seed: int) -> None:
        """Let these shares of the reads and of the writes fail from now on; 0 for none."""
        self._ask("faults", (reads, writes, seed))

    def dealt(self) -> Counter[str]:
        """Count the faults dealt so far, by kind."""
        found = self._ask("dealt")
        assert isinstance(found, Counter)
        return found

    def census(self) -> Census:
        """Count what is there."""
        found = self._ask("census")
        assert isinstance(found, Census)
        return found

    def log(self) -> list[Line]:
        """Return the requests so far."""
        found = self._ask("log")
        assert isinstance(found, list)
        return found

    def _ask(self, order: str, given: object = None) -> object:
        self.pipe.send((order, given))
        return self.pipe.recv()


@contextmanager
def desk_process(kind: str, size: int, bell: socket) -> Iterator[Desk]:
    """Run a fresh desk with ``size`` tickets in a process of its own.

    ``bell`` is where it listens for webhooks: the address is part of their keys, so that desks
    to be compared must share it.
    """
    ours, theirs = Pipe()
    process = _FORK.Process(target=_run, args=(kind, size, bell, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Desk(address=ours.recv(), pipe=ours)
    finally:
        ours.close()
        process.kill()
        process.join()


def _run(kind: str, size: int, bell: socket, pipe: Connection) -> None:
    serve = _glpi if kind == "glpi" else _servicenow
    with serve(size, bell) as (office, address):
        pipe.send(address)
        try:
            while True:
                pipe.send(office.answer(*pipe.recv()))
        except EOFError:
            os._exit(0)


@contextmanager
def _glpi(size: int, bell: socket) -> Iterator[tuple[_Office, Address]]:
    database, clock = GlpiDatabase(), Clock(START)
    database.load(glpi_rows(size))
    with serve_glpi(database, clock) as desk:
        front = _Front(application=desk.application)
        with _open(desk, front, bell, lambda: count_glpi(database)) as (office, port, hook):
            yield (
                office,
                Address(
                    kind="glpi",
                    url=f"http://127.0.0.1:{port}/apirest.php",
                    lines="    app_token: env:CHAOS_APP\n    user_token: env:CHAOS_USER\n",
                    secrets={"CHAOS_APP": desk.app_token, "CHAOS_USER": desk.user_token},
                    names=GLPI_NAMES,
                    mail=office.sink.port,
                    hook=hook,
                ),
            )


@contextmanager
def _servicenow(size: int, bell: socket) -> Iterator[tuple[_Office, Address]]:
    database, clock = ServiceNowDatabase(), Clock(START)
    database.load(servicenow_rows(size))
    with serve_servicenow(database, clock) as desk:
        front = _Front(application=desk.application)
        with _open(desk, front, bell, lambda: count_servicenow(database)) as (office, port, hook):
            yield (
                office,
                Address(
                    kind="servicenow",
                    url=f"http://127.0.0.1:{port}",
                    lines="    oauth: {grant: client_credentials, client_id: env:CHAOS_CLIENT,"
                    " client_secret: env:CHAOS_SECRET}\n",
                    secrets={"CHAOS_CLIENT": desk.client_id, "CHAOS_SECRET": desk.client_secret},
                    names=SERVICENOW_NAMES,
                    mail=office.sink.port,
                    hook=hook,
                ),
            )


@contextmanager
def _open(
    desk: EmbeddedGlpi | EmbeddedServiceNow,
    front: _Front,
    bell: socket,
    count: Callable[[], Counter[Fact]],
) -> Iterator[tuple[_Office, int, str]]:
    """Open the door, the mail server and the receiver of webhooks."""
    door, hook = listen(), _Hook()
    port = door.getsockname()[1]
    url = f"http://127.0.0.1:{bell.getsockname()[1]}/hook"
    with serve_mail() as sink, serving(front, door), serving(hook, bell):
        office = _Office(
            clock=desk.clock, desk=desk, front=front, sink=sink, hook=hook, count=count
        )
        yield office, port, url
