"""How many small requests a second the embedded desks answer on one connection, without stalls.

Run: python benchmarks/emulator.py [SECONDS]

Each desk runs in a process of its own, as ``sdtools emulate`` does, and is asked by three clients:
python-requests, http.client, and a bare socket. The last two figures are the processor time that
client and desk took a request: python-requests takes several times what the desk does.
"""

from __future__ import annotations

import base64
import http.client
import multiprocessing
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

import requests

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import serve_glpi
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import serve_servicenow

WANTED = 1500  # requests a second
WARM = 100  # requests before the clock runs
STALL = 0.040  # seconds: what Nagle and delayed ACKs cost when they meet
TICKETS = 1000
MADE = "2026-11-20 08:00:00"
TEXT = "The connection drops every few minutes since this morning. " * 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one client measured."""

    rate: float
    p50: float  # ms
    p99: float
    stalls: int
    count: int
    client: float  # ms of processor time a request

    def __str__(self) -> str:
        stalls = f"{self.stalls} stalls"
        return f"{self.rate:6.0f}/s  p50 {self.p50:.2f} ms  p99 {self.p99:.2f} ms  {stalls}"


def glpi_desk(pipe: Connection) -> None:
    """Serve a GLPI; send its address and headers, stop when told."""
    database = GlpiDatabase()
    row = {"name": "VPN", "content": TEXT, "date": MADE, "date_mod": MADE}
    database.load(("Ticket", {"id": number, **row}) for number in range(1, TICKETS + 1))
    with serve_glpi(database, Clock(datetime.now(UTC), time.monotonic)) as desk:  # noqa: TID251 - a desk of today
        token = {"App-Token": desk.app_token, "Authorization": f"user_token {desk.user_token}"}
        opened = requests.get(f"{desk.url}/initSession", headers=token, timeout=10).json()
        session = {"App-Token": desk.app_token, "Session-Token": opened["session_token"]}
        pipe.send((desk.url, session))
        tell_time(pipe)


def servicenow_desk(pipe: Connection) -> None:
    """Serve a ServiceNow; send its address and headers, stop when told."""
    database = ServiceNowDatabase()
    row = {"short_description": "VPN", "description": TEXT, "sys_created_on": MADE}
    database.load(("incident", {"sys_id": f"{n:032x}", **row}) for n in range(1, TICKETS + 1))
    with serve_servicenow(database, Clock(datetime.now(UTC), time.monotonic)) as desk:  # noqa: TID251
        login = base64.b64encode(f"{desk.user}:{desk.password}".encode()).decode()
        pipe.send((desk.url, {"Authorization": f"Basic {login}", "Accept": "application/json"}))
        tell_time(pipe)


def tell_time(pipe: Connection) -> None:
    """Send the processor time that this process took so far, as often as asked."""
    while pipe.recv() == "time":
        pipe.send(time.process_time())


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A desk in a process of its own."""

    url: str
    headers: dict[str, str]
    pipe: Connection

    def used(self) -> float:
        """Give the seconds of processor time that the desk took so far."""
        self.pipe.send("time")
        seconds: float = self.pipe.recv()
        return seconds


@contextmanager
def served(desk: Callable[[Connection], None]) -> Iterator[Served]:
    """Run a desk in a process of its own."""
    ours, its = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=desk, args=(its,))
    process.start()
    url, headers = ours.recv()
    yield Served(url=url, headers=headers, pipe=ours)
    ours.send("stop")
    process.join()


def timed(ask: Callable[[], None], seconds: float) -> Figure:
    """Ask again and again."""
    for _ in range(WARM):
        ask()
    took = []
    used = time.process_time()
    began = last = time.perf_counter()
    while last - began < seconds:
        ask()
        now = time.perf_counter()
        took.append(now - last)
        last = now
    return Figure(
        rate=len(took) / (last - began),
        p50=statistics.median(took) * 1000,
        p99=statistics.quantiles(took, n=100)[98] * 1000,
        stalls=sum(one > STALL for one in took),
        count=len(took) + WARM,
        client=(time.process_time() - used) / len(took) * 1000,
    )


def with_requests(url: str, headers: Mapping[str, str], seconds: float) -> Figure:
    """Ask as most scripts do."""
    with requests.Session() as session:
        session.headers.update(headers)

        def ask() -> None:
            if session.get(url, timeout=10).status_code != http.client.OK:
                raise RuntimeError("the desk refused")

        return timed(ask, seconds)


def with_http_client(url: str, headers: Mapping[str, str], seconds: float) -> Figure:
    """Ask with the standard library."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection(str(parts.hostname), parts.port)

    def ask() -> None:
        line.request("GET", f"{parts.path}?{parts.query}", headers=dict(headers))
        answer = line.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError("the desk refused")

    found = timed(ask, seconds)
    line.close()
    return found


def with_a_socket(url: str, headers: Mapping[str, str], seconds: float) -> Figure:
    """Ask with as little as there can be: what is left is the desk's own time."""
    parts = urlsplit(url)
    lines = [f"GET {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    question = "\r\n".join([*lines, "", ""]).encode()
    line = socket.create_connection((str(parts.hostname), parts.port or 80))

    def ask() -> None:
        line.sendall(question)
        head, _, body = line.recv(65536).partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])
        while len(body) < length:
            body += line.recv(65536)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError("the desk refused")

    found = timed(ask, seconds)
    line.close()
    return found


CLIENTS = {"requests": with_requests, "http.client": with_http_client, "socket": with_a_socket}
CALLS = (
    ("GLPI", glpi_desk, "getActiveProfile", "/getActiveProfile?get_hateoas=false"),
    ("GLPI", glpi_desk, "Ticket/id", "/Ticket/500?get_hateoas=false"),
    ("ServiceNow", servicenow_desk, "one record",
     f"/api/now/table/incident/{500:032x}?sysparm_exclude_reference_link=true"),
)  # fmt: skip


def main(seconds: float) -> None:
    """Print what each client measured, and whether the slowest call is fast enough."""
    slowest: dict[str, float] = {}
    stalls = 0
    for name, desk, call, path in CALLS:
        with served(desk) as there:
            for client, ask in CLIENTS.items():
                before = there.used()
                found = ask(f"{there.url}{path}", there.headers, seconds)
                own = (there.used() - before) / found.count * 1000
                print(f"{name:<10} {call:<16} {client:<11} {found}", end="  ")
                print(f"client {found.client:.2f} ms  desk {own:.2f} ms")
                slowest[client] = min(slowest.get(client, found.rate), found.rate)
                stalls += found.stalls
    rates = ", ".join(f"{client} {rate:.0f}/s" for client, rate in slowest.items())
    print(f"slowest of {len(CALLS)} calls: {rates}; wanted {WANTED}/s; stalls over 40 ms: {stalls}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0)
