"""The walk in docs/trust.md: the commands that the page shows are run, and print what it shows."""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import click
import pytest
from cli_desk import CONFIG, NOW, change_as_a_person

from sdtools.cli.failure import run
from sdtools.cli.main import cli
from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.world.seeded import seeded_world
from sdtools.verbs.emulate import serve_world

PAGE = Path(__file__).parents[2] / "docs" / "trust.md"
URGENCIES = {"very_low": 1, "low": 2, "medium": 3, "high": 4, "very_high": 5}  # GLPI's numbers
_PERSON = re.compile(r"# in GLPI, (\w+) sets the urgency of ticket (\d+) to (\w+)")
_RUN = re.compile(r"\br-\d{8}-\d{6}-[0-9a-f]{4}\b")
_BLURRED = (  # what differs from one machine, or one moment, to another
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\d+ requests"), "N requests"),
    (re.compile(r"\d+\.\d+ s\b"), "T s"),
    (re.compile(r"(\d\d:\d\d):\d\d"), r"\1:SS"),
)


@dataclass
class Step:
    """One line that somebody does, and what the page says that it prints."""

    does: str
    prints: list[str] = field(default_factory=list)


def walk() -> Iterator[Step]:
    """Give the steps of the page's console blocks."""
    step: Step | None = None
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S):
        for line in block.splitlines():
            if line.startswith(("$ ", "# ")):
                if step:
                    yield step
                step = Step(line)
            elif step:
                step.prints.append(line)
    if step:
        yield step


def rules_of_the_page() -> str:
    found = re.search(r"^```yaml\n(# rules\.yaml\n.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    assert found
    return found[1]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedGlpi]:
    """Serve the desk of the page, with a working folder that has its rules."""
    with serve_world(seeded_world(7, 150, NOW), Clock(NOW)) as served:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("TEST_APP_TOKEN", served.app_token)
        monkeypatch.setenv("TEST_USER_TOKEN", served.user_token)
        monkeypatch.setenv("LOGNAME", "anna")  # whoever pauses is named
        config = CONFIG.format(url=served.url, port=9)
        (tmp_path / "sdtools.yaml").write_text(config, encoding="utf-8")
        (tmp_path / "rules.yaml").write_text(rules_of_the_page(), encoding="utf-8")
        yield served


def takes_a_clock(arguments: list[str]) -> bool:
    command: click.Command | None = cli
    for word in arguments:
        if not isinstance(command, click.Group):
            break
        command = command.get_command(click.Context(command), word)
    assert command
    return any(parameter.name == "clock" for parameter in command.params)


def said_by(desk: EmbeddedGlpi, line: str, minutes: int) -> str:
    """Do what a line says so many minutes after the beginning; returns all that it printed."""
    now = NOW + timedelta(minutes=minutes)
    desk.clock.set(now)
    person = _PERSON.fullmatch(line)
    if person:
        change_as_a_person(desk, person[2], {"urgency": URGENCIES[person[3]]}, person[1])
        return ""
    program, *arguments = shlex.split(line.removeprefix("$ "))
    assert program == "sdtools", line
    pretend = ("--now", now.isoformat()) if takes_a_clock(arguments) else ()
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        run(cli, [*arguments, *pretend])
    return said.getvalue()


def blurred(text: str, runs: list[str]) -> str:
    """Replace what differs from run to run; runs are numbered as they appear."""

    def numbered(found: re.Match[str]) -> str:
        if found[0] not in runs:
            runs.append(found[0])
        return f"RUN-{runs.index(found[0])}"

    text = _RUN.sub(numbered, text)
    for pattern, instead in _BLURRED:
        text = pattern.sub(instead, text)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def fits(shown: str, said: str) -> bool:
    """Tell whether a text is the one that the page shows; a line ``...`` leaves lines out."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else rf"{re.escape(line)}\n" for line in shown.splitlines()
    )
    return re.fullmatch(pattern, said) is not None


def test_the_walk_on_the_page_prints_what_the_page_shows(desk: EmbeddedGlpi) -> None:
    of_page: list[str] = []
    of_now: list[str] = []
    steps = list(walk())
    assert len(steps) > 10
    for minutes, step in enumerate(steps, 1):
        # a run that the page names is the one that came in its place
        named = _RUN.sub(lambda found: of_now[of_page.index(found[0])], step.does)
        said = blurred(said_by(desk, named, minutes), of_now)
        shown = blurred("\n".join(step.prints), of_page)
        assert fits(shown, said), f"{step.does}\nthe page shows:\n{shown}\nit prints:\n{said}"
    page = (Path.cwd() / "plan.html").read_text(encoding="utf-8")
    assert "vip-is-urgent" in page
