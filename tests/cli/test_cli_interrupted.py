"""A person at a terminal: the question is seen, and Ctrl-C stops without harm."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import NOW, Sdtools
from glpi_person import Meanwhile

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.glpi.fill import glpi_rows
from sdtools.emulator.world.seeded import seeded_world

AT = ("--now", NOW.isoformat())
RULES = """\
version: 1
housekeeping:
  - id: greet
    when: {status: [new, assigned, pending]}
    then: {comment: {text: "Greetings 4711"}}
"""


AT_THE_FIRST_GREETING = 0


def _served(request: int) -> Iterator[EmbeddedGlpi]:
    database = GlpiDatabase()
    database.load(glpi_rows(seeded_world(7, 2000, NOW), NOW, "Europe/Paris"))
    pressed: list[int] = []

    def press(number: int) -> None:
        """Press Ctrl-C when the desk gets its n-th request, or the first one after a greeting."""
        greeted = request == AT_THE_FIRST_GREETING and database.count(
            "ITILFollowup", "content LIKE '%Greetings 4711%'"
        )
        if not pressed and (greeted or number == request):
            pressed.append(number)
            os.kill(os.getpid(), signal.SIGINT)

    presses = Meanwhile(act=press)
    with serve_glpi(database, Clock(NOW), timezone="Europe/Paris", faults=presses) as desk:
        yield desk


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Iterator[EmbeddedGlpi]:
    """Serve a GLPI that presses Ctrl-C at the request that the test names."""
    yield from _served(request.param)


@pytest.fixture
def greeting(desk: EmbeddedGlpi, folder: Path) -> Path:
    """Return the working folder with a rule that greets on every open ticket."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    return folder


def _greetings(desk: EmbeddedGlpi) -> list[int]:
    rows = desk.database.rows("ITILFollowup")
    return sorted(
        int(str(row["items_id"])) for row in rows if "Greetings 4711" in str(row["content"])
    )


@pytest.mark.parametrize("desk", [AT_THE_FIRST_GREETING], indirect=True)
def test_ctrl_c_finishes_what_is_in_hand_and_the_next_run_does_the_rest_once(
    greeting: Path, sdtools: Sdtools, desk: EmbeddedGlpi
) -> None:
    stopped = sdtools("apply", "glpi", "--yes", "--adopt", "--json", *AT)
    assert stopped.code == 130
    done = stopped.json["applied"]
    planned = stopped.json["planned"]
    assert isinstance(done, int)
    assert isinstance(planned, int)
    assert 0 < done < planned
    assert len(_greetings(desk)) == done
    again = sdtools("apply", "glpi", "--yes", "--adopt", "--json", *AT)
    assert (again.code, again.json["applied"]) == (0, planned - done)
    assert len(_greetings(desk)) == len(set(_greetings(desk))) == planned


@pytest.mark.parametrize("desk", [3], indirect=True)
def test_ctrl_c_before_the_first_write_stops_at_once(
    greeting: Path, sdtools: Sdtools, desk: EmbeddedGlpi
) -> None:
    stopped = sdtools("apply", "glpi", "--yes", "--adopt", "--json", *AT)
    assert (stopped.code, stopped.json["exit"]) == (130, 130)
    assert _greetings(desk) == []


@pytest.mark.parametrize("desk", [10_000], indirect=True)
@pytest.mark.parametrize("answer", [b"n\n", b"y\n"])
def test_the_question_is_seen_on_a_terminal(
    greeting: Path, desk: EmbeddedGlpi, answer: bytes
) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "sdtools", "apply", "glpi", "--adopt", *AT]
    with subprocess.Popen(
        command, cwd=greeting, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        seen = b""
        while b"[y/N]" not in seen:
            seen += os.read(ours, 4096)
        assert b"Apply" in seen
        os.write(ours, answer)
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other end has closed: how Linux tells the end
                break
            seen += part
        assert process.wait(timeout=60) == 0
    os.close(ours)
    assert bool(_greetings(desk)) == (answer == b"y\n")
