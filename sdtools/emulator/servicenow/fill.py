"""Fill the embedded ServiceNow: the rows that a real one would hold for a world."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sdtools.emulator.servicenow.fill_directory import directory_rows
from sdtools.emulator.servicenow.fill_ids import Row, ids_of
from sdtools.emulator.servicenow.fill_knowledge import knowledge_rows
from sdtools.emulator.servicenow.fill_slas import definition_rows
from sdtools.emulator.servicenow.fill_tickets import ticket_rows
from sdtools.emulator.world.model import World

__all__ = ["servicenow_rows"]


def servicenow_rows(world: World, now: datetime) -> Iterator[Row]:
    """Yield table and columns of every row, sys_ids included, on top of a fresh instance.

    A sys_id is made of table and name, so the same world has the same ids everywhere. Urgency and
    impact are squeezed into three levels; priority stays as the world says. What ServiceNow has no
    place for is left out: surveys, a request's category and problem, a group's second manager.
    Nothing later than ``now`` may be in the world.
    """
    ids = ids_of(world)
    yield from directory_rows(world, ids, now)
    yield from definition_rows(world, ids, now)
    yield from knowledge_rows(world, ids)
    yield from ticket_rows(world, ids, now)
