"""Emulate: an embedded desk with a seeded world, or with a real desk's history."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Unpack

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.glpi.fill import glpi_rows
from sdtools.emulator.hosting import Hosting
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow, serve_servicenow
from sdtools.emulator.servicenow.fill import servicenow_rows
from sdtools.emulator.servicenow.stock import stock_rows
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
    now: datetime, seed: int, tickets: int, **how: Unpack[Hosting]
) -> Iterator[EmbeddedGlpi]:
    """Serve a GLPI on loopback, filled with a seeded world; ``how`` as :class:`Hosting` says."""
    world = seeded_world(seed, tickets, now)
    with serve_world(world, Clock(now, time.monotonic), **how) as desk:
        yield desk


@contextmanager
def emulate_servicenow(
    now: datetime, seed: int, tickets: int, **how: Unpack[Hosting]
) -> Iterator[EmbeddedServiceNow]:
    """Serve a ServiceNow on loopback, filled with a seeded world; ``how`` as for GLPI."""
    world = seeded_world(seed, tickets, now)
    with serve_servicenow_world(world, Clock(now, time.monotonic), **how) as desk:
        desk.database.load(stock_rows())  # what strangers' clients expect of any instance
        yield desk


@contextmanager
def serve_world(world: World, clock: Clock, **how: Unpack[Hosting]) -> Iterator[EmbeddedGlpi]:
    """Serve a GLPI on loopback that holds this world."""
    timezone = timezone_of(world)
    database = GlpiDatabase()
    database.load(glpi_rows(world, clock.now(), timezone))
    # the service account says its zone, as the doctor asks of a real one
    database.update("User", SUPER_ADMIN, {"timezone": timezone})
    with serve_glpi(database, clock, timezone=timezone, **how) as desk:
        yield desk


@contextmanager
def serve_servicenow_world(
    world: World, clock: Clock, **how: Unpack[Hosting]
) -> Iterator[EmbeddedServiceNow]:
    """Serve a ServiceNow on loopback that holds this world."""
    database = ServiceNowDatabase()
    database.load(servicenow_rows(world, clock.now()))
    with serve_servicenow(database, clock, **how) as desk:
        yield desk


def timezone_of(world: World) -> str:
    """Return the zone of the desk's server: GLPI counts its calendars on that clock."""
    return next((calendar.timezone for calendar in world.calendars), "UTC")
