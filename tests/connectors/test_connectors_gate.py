"""The last look before a write leaves: asked when the line stands, and before each part of it."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO

import pytest

from sdtools.connectors.http import DeskHttp, Patience
from sdtools.emulator.tls import identity
from sdtools.errors import DeskUnreachableError, LeaseError, UnknownOutcomeError

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


@pytest.mark.parametrize("answer", [b"", EMPTY[:-5]])
def test_what_breaks_after_a_write_left_by_tls_has_an_unknown_outcome(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A balancer that answers in clear, or a damaged record: the desk may have done it all."""
    with identity() as me, socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", me.ca_file)
        thread = threading.Thread(target=answer_in_clear, args=(listener, me.context, answer))
        thread.start()
        with DeskHttp("desk") as http, pytest.raises(UnknownOutcomeError, match="line broke"):
            http.post(f"https://127.0.0.1:{listener.getsockname()[1]}/", json={"name": "VPN"})
        thread.join()


def answer_in_clear(listener: socket.socket, context: ssl.SSLContext, answer: bytes) -> None:
    """Answer one request with the begin of an answer, then without TLS."""
    line, _ = listener.accept()
    with line, context.wrap_socket(line, server_side=True) as private:
        heard = b""
        while not heard.endswith(b"}"):
            heard += private.recv(65536)
        private.sendall(answer)
        os.write(private.fileno(), b"HTTP/1.1 502 Bad Gateway\r\n\r\n")


def test_a_certificate_that_nobody_knows_is_said_before_anything_leaves() -> None:
    with identity() as me, socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet, args=(listener, me.context))
        thread.start()
        with DeskHttp("desk") as http, pytest.raises(DeskUnreachableError, match="no trusted TLS"):
            http.post(f"https://127.0.0.1:{listener.getsockname()[1]}/", json={})
        thread.join()


def greet(listener: socket.socket, context: ssl.SSLContext) -> None:
    """Show a certificate to one who will not take it."""
    line, _ = listener.accept()
    with line, suppress(ssl.SSLError):
        context.wrap_socket(line, server_side=True)


def test_behind_a_proxy_a_run_that_lost_its_lease_still_makes_its_line() -> None:
    with (
        desk(b"HTTP/1.1 502 Bad Gateway\r\n\r\n") as proxy,
        DeskHttp("desk", patience=Patience(attempts=1), may=lambda: False) as http,
    ):
        http.proxies = {"https": proxy.url}
        with pytest.raises(DeskUnreachableError, match="proxy"):
            http.get("https://glpi.example.org/apirest.php/killSession")
    assert proxy.heard.startswith(b"CONNECT glpi.example.org:443")
