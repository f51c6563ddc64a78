"""Worlds of the tests: a seeded one, and the desk that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.glpi.fill import glpi_rows
from sdtools.emulator.world.model import World
from sdtools.emulator.world.seeded import seeded_world

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)  # a Wednesday


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def seeded() -> World:
    return seeded_world(7, 2000, NOW)


@pytest.fixture(scope="session")
def filled(seeded: World) -> Iterator[GlpiDatabase]:
    database = GlpiDatabase()
    database.load(glpi_rows(seeded, NOW, "Europe/Paris"))
    yield database
    database.close()


@pytest.fixture(scope="session")
def glpi(filled: GlpiDatabase) -> Iterator[EmbeddedGlpi]:
    with serve_glpi(filled, Clock(NOW), timezone="Europe/Paris") as desk:
        yield desk
