"""What points at an item that was purged points at nothing afterwards (GLPI 10.0)."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

from sdtools.emulator.glpi.behaviours import update_row
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.names import target_of
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.wire import RefusedError

__all__ = ["forget"]

_KEEPING = frozenset({"Entity"})  # what was in an entity goes elsewhere or is kept


@lru_cache(maxsize=256)
def _pointing(itemtype: str) -> tuple[tuple[str, str], ...]:
    """Give the item types and columns that point at an item type."""
    return tuple(
        (kind, column)
        for kind, table in TABLES.items()
        for column in table.columns
        if target_of(column) == itemtype
    )


def forget(context: Context, itemtype: str, items_id: object) -> None:
    """Let nothing point at a purged item: CommonDBTM::cleanRelationData updates each row.

    So it makes history, moves date_mod, and is refused where that update is.
    """
    if itemtype in _KEEPING:
        return
    for kind, column in _pointing(itemtype):
        for row in context.database.rows(kind, f'"{column}" = ?', (items_id,)):
            with suppress(RefusedError):
                update_row(context, kind, row, {"id": row["id"], column: 0})
