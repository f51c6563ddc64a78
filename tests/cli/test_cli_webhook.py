"""A webhook whose address is a secret: read when it is used, kept nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cli_desk import NOW, Sdtools

AT = ("--now", NOW.isoformat())
RULES = """\
version: 1
escalation:
  - id: tell
    when: {kind: incident, status: [new, assigned]}
    then: {webhook: {url: env:HOOK_URL}}
"""


class Receiver(HTTPServer):
    """Keeps the bodies that it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[tuple[str, dict[str, object]]] = []

    @property
    def url(self) -> str:
        """Return an address whose path is a password."""
        return f"http://127.0.0.1:{self.server_address[1]}/services/s3cret"


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Take a document."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert isinstance(self.server, Receiver)
        self.server.taken.append((self.path, json.loads(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Listen for webhooks while a test runs."""
    with Receiver() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_address_comes_from_the_environment_and_is_written_nowhere(
    folder: Path, receiver: Receiver, sdtools: Sdtools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_URL", receiver.url)
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    assert sdtools("plan", "glpi", "--out", "plan.json", *AT).code == 0
    done = sdtools("apply", "glpi", "--adopt", "--yes", "--json", *AT)
    assert done.code == 0, done.err
    assert done.json["applied"] == len(receiver.taken) > 0
    assert {path for path, _ in receiver.taken} == {"/services/s3cret"}
    kept = [path.read_bytes() for path in folder.iterdir() if path.is_file()]
    assert not any(b"s3cret" in content for content in kept)
    assert "s3cret" not in sdtools("runs", "show", str(done.json["run"])).out


def test_an_address_that_is_not_set_is_told_and_posted_next_time(
    folder: Path, receiver: Receiver, sdtools: Sdtools, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    failed = sdtools("apply", "glpi", "--adopt", "--yes", *AT)
    assert failed.code == 1
    assert "the environment variable HOOK_URL is not set" in failed.out
    monkeypatch.setenv("HOOK_URL", receiver.url)
    again = sdtools("apply", "glpi", "--yes", "--limit", "100", *AT)
    assert again.code == 0, again.err
    assert receiver.taken
