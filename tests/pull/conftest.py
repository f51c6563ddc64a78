"""One embedded GLPI for all tests of pulling, with a fresh database and mirror for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from glpi_house import NOW, House, desk_rows

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.store.database import open_database


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedGlpi]:
    with serve_glpi(GlpiDatabase(), Clock(NOW)) as served:
        yield served


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that is up to date: making one takes longer than most of these tests."""
    path = tmp_path_factory.mktemp("mirror") / "empty.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def house(server: EmbeddedGlpi, empty: Path, tmp_path: Path) -> Iterator[House]:
    kept = GlpiDatabase()
    kept.load(desk_rows())
    server.application.database = kept
    server.application.faults = None
    server.clock.set(NOW)
    path = shutil.copy(empty, tmp_path / "mirror.db")
    with open_database(f"sqlite:///{path}") as database:
        yield House(glpi=replace(server, database=kept), database=database)
