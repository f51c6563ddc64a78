"""A small embedded desk and a working folder, driven through the command line itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import CONFIG, NOW, SNOW_CONFIG, Result, Sdtools

from sdtools.cli.failure import run
from sdtools.cli.main import cli
from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.mailsink import MailSink, serve_mail
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.emulator.world.seeded import seeded_world
from sdtools.verbs.emulate import serve_servicenow_world, serve_world
from sdtools.verbs.init import packed_rules


@pytest.fixture
def desk() -> Iterator[EmbeddedGlpi]:
    """Serve a small seeded GLPI whose clock stands still."""
    with serve_world(seeded_world(7, 150, NOW), Clock(NOW)) as served:
        yield served


@pytest.fixture
def sink() -> Iterator[MailSink]:
    """Serve a mail server that keeps what it gets."""
    with serve_mail() as served:
        yield served


@pytest.fixture
def folder(
    desk: EmbeddedGlpi, sink: MailSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return a working folder with a configuration for the desk and the starter rules."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEST_APP_TOKEN", desk.app_token)
    monkeypatch.setenv("TEST_USER_TOKEN", desk.user_token)
    text = CONFIG.format(url=desk.url, port=sink.port)
    (tmp_path / "sdtools.yaml").write_text(text, encoding="utf-8")
    shutil.copyfile(packed_rules(), tmp_path / "rules.yaml")
    return tmp_path


@pytest.fixture
def snow() -> Iterator[EmbeddedServiceNow]:
    """Serve a small seeded ServiceNow whose clock stands still."""
    with serve_servicenow_world(seeded_world(7, 150, NOW), Clock(NOW)) as served:
        yield served


@pytest.fixture
def snow_folder(
    snow: EmbeddedServiceNow, sink: MailSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return a working folder with a configuration for the desk and the starter rules."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEST_SNOW_USER", snow.user)
    monkeypatch.setenv("TEST_SNOW_PASSWORD", snow.password)
    text = SNOW_CONFIG.format(url=snow.url, port=sink.port)
    (tmp_path / "sdtools.yaml").write_text(text, encoding="utf-8")
    shutil.copyfile(packed_rules(), tmp_path / "rules.yaml")
    return tmp_path


@pytest.fixture
def sdtools(capsys: pytest.CaptureFixture[str]) -> Sdtools:
    """Call the command line in this process."""

    def call(*arguments: str) -> Result:
        code = run(cli, arguments)
        said = capsys.readouterr()
        return Result(code=code, out=said.out, err=said.err)

    return call
