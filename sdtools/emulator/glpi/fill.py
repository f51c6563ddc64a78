"""Fill the embedded GLPI: the rows that a real one would hold for a world."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sdtools.emulator.glpi.fill_directory import directory_rows
from sdtools.emulator.glpi.fill_ids import Row, ids_of
from sdtools.emulator.glpi.fill_knowledge import knowledge_rows
from sdtools.emulator.glpi.fill_tickets import ticket_rows
from sdtools.emulator.world.model import World

__all__ = ["glpi_rows"]


def glpi_rows(world: World, now: datetime, timezone: str = "UTC") -> Iterator[Row]:
    """Yield item type and columns of every row, ids included, on top of a fresh GLPI.

    People begin at id 7, tickets at 1 in the world's order. Times are naive in ``timezone``, the
    server's: GLPI reads its calendars on the same clock, so take that of the world's calendars
    where due dates have to agree with them. Nothing later than ``now`` may be in the world.
    """
    ids = ids_of(world, ZoneInfo(timezone))
    yield from directory_rows(world, ids, now)
    yield from knowledge_rows(world, ids)
    yield from ticket_rows(world, ids, now)
