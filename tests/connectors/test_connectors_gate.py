"""The last look before a write leaves: asked when the line stands, and before each part of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import pytest

from sdtools.connectors.http import DeskHttp
from sdtools.errors import LeaseError

CLOSE = b"Connection: close\r\n"
EMPTY = b"HTTP/1.1 200 OK\r\n" + CLOSE + b"Content-Type: application/json\r\n\r\n[]"
BUSY = b"HTTP/1.1 429 Too Many Requests\r\n" + CLOSE + b"\r\n"


class Desk:
    """Something that listens, answers each request with the next of its answers, and keeps all."""

    def __init__(self, listener: socket.socket, answers: Sequence[bytes], lines: int) -> None:
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/apirest.php/Ticket"
        self.heard = b""
        self.met = threading.Event()
        self._listener = listener
        self._answers = list(answers)
        self._lines = lines

    def listen(self) -> None:
        """Hear a request on each of so many lines."""
        for _ in range(self._lines):
            line, _ = self._listener.accept()
            self.met.set()
            with line, line.makefile("rb") as heard:
                if self._hear(heard):
                    line.sendall(self._answers.pop(0))

    def _hear(self, line: BinaryIO) -> bool:
        """Hear a request; tell whether it was a whole one."""
        head = b""
        while (part := line.readline()).strip():
            head += part
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0] or 0)
        body = line.read(length)
        self.heard += head + body
        return bool(head) and len(body) == length


@contextmanager
def desk(*answers: bytes, lines: int = 1) -> Iterator[Desk]:
    """Listen until so many lines are closed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        there = Desk(listener, answers, lines)
        thread = threading.Thread(target=there.listen)
        thread.start()
        yield there
        thread.join()


def test_the_lease_is_asked_when_the_line_stands() -> None:
    """To connect may take seconds: whoever was asked before that has since lost the lease."""
    with desk() as there, DeskHttp("glpi", may=lambda: not there.met.wait(10)) as http:
        with pytest.raises(LeaseError, match="another run has taken desk glpi over"):
            http.post(there.url, json={})
        assert http.count == 0
    assert there.heard == b""


def test_a_run_that_lost_its_lease_still_reads() -> None:
    with desk(EMPTY, lines=2) as there, DeskHttp("glpi", may=lambda: False) as http:
        assert http.get(there.url).json() == []
        with pytest.raises(LeaseError):
            http.post(there.url, json={})
    assert there.heard.startswith(b"GET ")
    assert b"POST" not in there.heard


def test_what_was_refused_does_not_go_out_with_a_later_request() -> None:
    with desk(EMPTY, lines=2) as there, DeskHttp("glpi", may=lambda: False) as http:
        with pytest.raises(LeaseError):
            http.post(there.url, json={})
        assert http.get(there.url).json() == []
    assert there.heard.count(b"HTTP/1.1") == 1


def test_the_lease_is_asked_again_before_a_write_is_repeated() -> None:
    waits: list[float] = []
    with (
        desk(BUSY, lines=2) as there,
        DeskHttp("glpi", wait=waits.append, may=lambda: not waits) as http,
    ):
        with pytest.raises(LeaseError):
            http.post(there.url, json={})
        assert http.count == 1
        assert len(waits) == 1


def test_a_write_is_not_ended_by_a_run_that_lost_its_lease_in_the_middle() -> None:
    turns = [True]  # for its head
    with (
        desk() as there,
        DeskHttp("glpi", may=lambda: bool(turns) and turns.pop()) as http,
        pytest.raises(LeaseError),
    ):
        http.post(there.url, json={"name": "VPN"})
    assert there.heard.startswith(b"POST ")
    assert b"VPN" not in there.heard
