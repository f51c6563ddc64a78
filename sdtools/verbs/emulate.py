"""Emulate: an embedded desk with a seeded world, or with a real desk's history."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.glpi.fill import glpi_rows
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow, serve_servicenow
from sdtools.emulator.servicenow.fill import servicenow_rows
from sdtools.emulator.world.model import World
from sdtools.emulator.world.seeded import seeded_world

__all__ = [
    "emulate_glpi",
    "emulate_servicenow",
    "serve_servicenow_world",
    "serve_world",
    "timezone_of",
]


SUPER_ADMIN = 2  # the account "glpi" of a fresh GLPI, whose token is served


@contextmanager
def emulate_glpi(
    now: datetime, seed: int, tickets: int, port: int, latency: float
) -> Iterator[EmbeddedGlpi]:
    """Serve a GLPI on loopback, filled with a seeded world; ``latency`` in seconds."""
    world = seeded_world(seed, tickets, now)
    with serve_world(world, Clock(now, time.monotonic), port, latency) as desk:
        yield desk


@contextmanager
def emulate_servicenow(
    now: datetime, seed: int, tickets: int, port: int, latency: float
) -> Iterator[EmbeddedServiceNow]:
    """Serve a ServiceNow on loopback, filled with a seeded world; ``latency`` in seconds."""
    world = seeded_world(seed, tickets, now)
    with serve_servicenow_world(world, Clock(now, time.monotonic), port, latency) as desk:
        yield desk


@contextmanager
def serve_world(
    world: World, clock: Clock, port: int = 0, latency: float = 0.0
) -> Iterator[EmbeddedGlpi]:
    """Serve a GLPI on loopback that holds this world."""
    timezone = timezone_of(world)
    database = GlpiDatabase()
    database.load(glpi_rows(world, clock.now(), timezone))
    # the service account says its zone, as the doctor asks of a real one
    database.update("User", SUPER_ADMIN, {"timezone": timezone})
    with serve_glpi(database, clock, port=port, latency=latency, timezone=timezone) as desk:
        yield desk


@contextmanager
def serve_servicenow_world(
    world: World, clock: Clock, port: int = 0, latency: float = 0.0
) -> Iterator[EmbeddedServiceNow]:
    """Serve a ServiceNow on loopback that holds this world."""
    database = ServiceNowDatabase()
    database.load(servicenow_rows(world, clock.now()))
    with serve_servicenow(database, clock, port=port, latency=latency) as desk:
        yield desk


def timezone_of(world: World) -> str:
    """Return the zone of the desk's server: GLPI counts its calendars on that clock."""
    return next((calendar.timezone for calendar in world.calendars), "UTC")
