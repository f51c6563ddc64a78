"""Links, settings and names that GLPI keeps once: the unique keys of its tables."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.casting import Values
from sdtools.emulator.glpi.database import GlpiDatabase, Row
from sdtools.emulator.glpi.names import TREES
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.wire import RefusedError

__all__ = ["DROPDOWNS", "refuse_ambiguous", "refuse_twice"]

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
    "TicketTemplateHiddenField": ("tickettemplates_id", "num"),
    "Infocom": ("itemtype", "items_id"),
    "ReservationItem": ("itemtype", "items_id"),
    "Item_Problem": ("problems_id", "itemtype", "items_id"),
    "Change_Item": ("changes_id", "itemtype", "items_id"),
    "Itil_Project": ("itemtype", "items_id", "projects_id"),
    "Item_Project": ("projects_id", "itemtype", "items_id"),
    "Item_SoftwareVersion": ("itemtype", "items_id", "softwareversions_id"),
    "Location": ("entities_id", "locations_id", "name"),
    "State": ("states_id", "name"),
    "KnowbaseItemCategory": ("entities_id", "knowbaseitemcategories_id", "name"),
    "DocumentCategory": ("documentcategories_id", "name"),
    "BusinessCriticity": ("businesscriticities_id", "name"),
    "Entity": ("entities_id", "name"),
    "User": ("name", "authtype", "auths_id"),
    "Config": ("context", "name"),
    "CronTask": ("itemtype", "name"),
}
_NAMES = {"TicketSatisfaction": "tickets_id", "User": "unicityloginauth"}  # others: unicity
_SILENT = frozenset({"Item_Problem", "Change_Item"})  # GLPI looks itself, and says nothing
# Subclasses of CommonDropdown: their names are trimmed.
DROPDOWNS = frozenset(TREES) | {
    "UserCategory", "UserTitle", "Calendar", "Holiday", "Manufacturer", "RequestType",
    "SolutionType", "SolutionTemplate", "TaskTemplate", "PendingReason", "ContractType",
    "ComputerType", "ComputerModel", "PrinterType", "MonitorType", "NetworkEquipmentType",
    "PhoneType", "PeripheralType", "OperatingSystem", "Network", "SupplierType", "ContactType",
    "DeviceMemory", "Budget", "TicketTemplate", "TicketRecurrent",
}  # fmt: skip
_STATE, _CODE = (
    "Status of items must be unique",
    "Code representing the ticket category is already used",
)


def refuse_twice(
    database: GlpiDatabase, itemtype: str, values: Values, row: Row | None = None
) -> None:
    """Raise RefusedError, as MySQL or GLPI says it, if another row has this one's key.

    ``values`` is the whole row as it would be; ``row``, if any, as it is.
    """
    columns = _KEYS.get(itemtype)
    if columns is None:
        return
    defaults = TABLES[itemtype].columns
    same = tuple(values.get(name, defaults[name].default) for name in columns)
    if None in same or (row and same == tuple(row[name] for name in columns)):
        return
    where = " AND ".join(f'"{name}" = ?' for name in columns) + " AND id <> ?"
    if not database.count(itemtype, where, (*same, row["id"] if row else -1)):
        return
    if itemtype in _SILENT:
        raise RefusedError("")
    entry, name = "-".join(map(str, same)), _NAMES.get(itemtype, "unicity")
    raise RefusedError(f"Duplicate entry '{entry}' for key '{name}'")


def refuse_ambiguous(
    database: GlpiDatabase, itemtype: str, values: Values, row: Row | None = None
) -> None:
    """Raise RefusedError for what GLPI 10.0 itself wants once: states' names, categories' codes."""
    if itemtype == "State":
        _refuse_state(database, values, row)
    code = values.get("code") if itemtype == "ITILCategory" else None
    if code:
        same = [one["id"] for one in database.rows(itemtype, "code = ?", (code,))]
        if len(same) == 1 and (row is None or same[0] != row["id"]):
            raise RefusedError(_CODE)


def _refuse_state(database: GlpiDatabase, values: Values, row: Row | None) -> None:
    """Refuse a state like another: an update is judged by what it names alone (State::isUnique)."""
    asked = {name: values[name] for name in ("states_id", "name") if values.get(name) is not None}
    if row is None:
        asked.setdefault("states_id", 0)
    elif all(row[name] == value for name, value in asked.items()):
        return
    where = " AND ".join(f'"{name}" = ? COLLATE BINARY' for name in asked)
    if asked and database.count("State", where, tuple(asked.values())):
        raise RefusedError(f"{_STATE}{' per level' if row else ''}!")
