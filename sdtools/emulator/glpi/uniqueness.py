"""Links and settings that GLPI keeps once: the unique keys of its tables."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.casting import Values
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.wire import RefusedError

__all__ = ["refuse_twice"]

# The columns of each key in the order of GLPI's schema; MySQL names them in its refusal.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "Group_User": ("users_id", "groups_id"),
    "UserEmail": ("users_id", "email"),
    "TicketSatisfaction": ("tickets_id",),
    "PendingReason_Item": ("items_id", "itemtype"),
    "Change_Problem": ("changes_id", "problems_id"),
    "Ticket_Contract": ("tickets_id", "contracts_id"),
    "Calendar_Holiday": ("calendars_id", "holidays_id"),
    "Contract_Item": ("contracts_id", "itemtype", "items_id"),
    "TicketTemplateMandatoryField": ("tickettemplates_id", "num"),
    "Infocom": ("itemtype", "items_id"),
    "ReservationItem": ("itemtype", "items_id"),
    "Item_Problem": ("problems_id", "itemtype", "items_id"),
    "Change_Item": ("changes_id", "itemtype", "items_id"),
}
_NAMES = {"TicketSatisfaction": "tickets_id"}  # the others are called unicity
_SILENT = frozenset({"Item_Problem", "Change_Item"})  # GLPI looks itself, and says nothing


def refuse_twice(database: GlpiDatabase, itemtype: str, values: Values) -> None:
    """Raise RefusedError, as MySQL or GLPI says it, if there is such a row."""
    columns = _KEYS.get(itemtype)
    if columns is None:
        return
    same = tuple(values.get(name, 0) for name in columns)
    where = " AND ".join(f'"{name}" = ?' for name in columns)
    if not database.count(itemtype, where, same):
        return
    if itemtype in _SILENT:
        raise RefusedError("")
    entry, name = "-".join(map(str, same)), _NAMES.get(itemtype, "unicity")
    raise RefusedError(f"Duplicate entry '{entry}' for key '{name}'")
