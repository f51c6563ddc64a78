"""Adding and changing everything that is no ticket: people, trees, calendars, SLAs, items."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress

from sdtools.emulator.glpi.casting import Given, Values, cast
from sdtools.emulator.glpi.components import located
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.history import log_created, log_updated
from sdtools.emulator.glpi.names import TREES, foreign_key
from sdtools.emulator.glpi.network_names import name_port
from sdtools.emulator.glpi.parents import inherited
from sdtools.emulator.glpi.query import as_list
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.trees import children_of, forget_sons, moved, placed, replanted
from sdtools.emulator.glpi.uniqueness import DROPDOWNS, refuse_ambiguous, refuse_twice
from sdtools.emulator.glpi.wire import NO_RIGHT, RefusedError

__all__ = ["COSTS", "add_plain", "fell", "measure", "update_plain"]

COSTS = {"TicketCost": "Ticket", "ProblemCost": "Problem", "ChangeCost": "Change"}
# What GLPI 10.0 asks for when it adds an item, and what it says without it (prepareInputForAdd).
_NEEDED = {
    "Entity": ("name", "You can't add an entity without name"),
    "SoftwareLicense": ("softwares_id", "Please select a software for this license"),
}


def _agreement(context: Context, values: Values) -> Values:
    level = context.database.row("SLM", values.get("slms_id"))
    if level is None:
        return {}
    return {key: level[key] for key in ("calendars_id", "use_ticket_calendar")}


def _stamped(context: Context, itemtype: str, given: Given) -> Values:
    columns = TABLES[itemtype].columns
    found = cast(itemtype, given)
    for stamp in ("date_creation", "date_mod"):
        if stamp in columns:
            found[stamp] = context.now()
    if "uuid" in columns and itemtype in {"SlaLevel", "RuleTicket"}:
        found["uuid"] = str(uuid.uuid4())
    return found


def add_plain(context: Context, itemtype: str, given: Given) -> int:
    """Add any item without behaviour of its own."""
    columns = TABLES[itemtype].columns
    values = _stamped(context, itemtype, given) | inherited(context, itemtype, given)
    if "entities_id" in columns and "entities_id" not in values and itemtype not in COSTS:
        values["entities_id"] = context.session.active_root
    if values.get("entities_id", 0) not in context.session.active and itemtype != "Entity":
        raise RefusedError(NO_RIGHT)
    values |= _prepared(context, itemtype, values)
    refuse_twice(context.database, itemtype, values)
    items_id = context.database.insert(itemtype, values)
    _after(context, itemtype, items_id, values, given)
    log_created(context, itemtype, items_id)
    return items_id


def _prepared(context: Context, itemtype: str, values: Values) -> Values:
    """Give what an item type makes of its own input, or raise its refusal."""
    if itemtype == "UserEmail":
        return _address(context, values)
    if itemtype == "CalendarSegment":
        _refuse_riding(context, values)
    if itemtype in {"SLA", "OLA"}:
        return _agreement(context, values)
    if itemtype.startswith("Item_Device"):
        return located(context, values)
    found: Values = {}
    if itemtype in DROPDOWNS and isinstance(values.get("name"), str):
        found["name"] = str(values["name"]).strip()
    if itemtype in TREES:
        found = placed(context, itemtype, values)
    if itemtype in _NEEDED and not (values | found).get(_NEEDED[itemtype][0]):
        raise RefusedError(_NEEDED[itemtype][1])
    refuse_ambiguous(context.database, itemtype, values | found)
    return found | (_seen_where_parent_is(context, values) if itemtype == "State" else {})


def _seen_where_parent_is(context: Context, values: Values) -> Values:
    """Give a new state what it is shown for as its parent is (State::prepareInputForAdd)."""
    parent = context.database.row("State", values.get("states_id")) or {}
    shown = (name for name in parent if name.startswith("is_visible_"))
    return {name: parent[name] for name in shown if name not in values}


def _refuse_riding(context: Context, values: Values) -> None:
    """Refuse opening hours that meet others (GLPI 10.0, CalendarSegment::prepareInputForAdd)."""
    begin, end = values.get("begin"), values.get("end")
    where = "calendars_id = ? AND day = ? AND time(begin) < time(?) AND time(end) >= time(?)"
    same = (values.get("calendars_id"), values.get("day"), end, begin)
    if context.database.count("CalendarSegment", where, same):
        raise RefusedError("Can not add a range riding an existing period")


def _address(context: Context, values: Values) -> Values:
    """Give a user's address: the first is his usual one, and an empty one is none."""
    if not values.get("email"):
        raise RefusedError("")
    same = (values.get("users_id", 0),)
    known = context.database.count("UserEmail", "users_id = ?", same)
    return values if known else values | {"is_default": 1}


def _after(context: Context, itemtype: str, items_id: int, values: Values, given: Given) -> None:
    if itemtype in TREES:
        forget_sons(context, itemtype, values | {"id": items_id, "sons_cache": None})
    if itemtype == "CalendarSegment":
        measure(context, values.get("calendars_id"))
    if itemtype == "NetworkPort":
        name_port(context, items_id, given)
    if itemtype == "KnowbaseItem":
        for category in as_list(given.get("_categories")):
            link = {"knowbaseitems_id": items_id, "knowbaseitemcategories_id": int(category)}
            context.database.insert("KnowbaseItem_KnowbaseItemCategory", link)
    if itemtype in COSTS:
        above = context.database.row(COSTS[itemtype], values.get(foreign_key(COSTS[itemtype])))
        if above:
            context.database.update(itemtype, items_id, {"entities_id": above["entities_id"]})


def measure(context: Context, calendars_id: object) -> None:
    """Keep a calendar's open seconds per weekday, as GLPI does."""
    seconds = [0] * 7
    for row in context.database.rows("CalendarSegment", "calendars_id = ?", (calendars_id,)):
        spans = []
        for column in ("begin", "end"):
            hours, minutes, rest = map(int, str(row[column] or "0:0:0").split(":"))
            spans.append(hours * 3600 + minutes * 60 + rest)
        seconds[int(row["day"] or 0)] += spans[1] - spans[0]
    cache = json.dumps(seconds).replace(" ", "")
    context.database.update("Calendar", calendars_id, {"cache_duration": cache})


def update_plain(context: Context, itemtype: str, row: Row, given: Given) -> None:
    """Update any item without behaviour of its own."""
    values = cast(itemtype, given)
    values.pop("id", None)
    if itemtype in DROPDOWNS and isinstance(values.get("name"), str):
        values["name"] = str(values["name"]).strip()
    refuse_ambiguous(context.database, itemtype, values, row)
    if itemtype in TREES:
        values = moved(context, itemtype, row, values)
    changed = {name: value for name, value in values.items() if name in row and row[name] != value}
    if not changed:
        return
    refuse_twice(context.database, itemtype, row | changed, row)
    if "date_mod" in row:
        changed["date_mod"] = context.now()
    context.database.update(itemtype, row["id"], changed)
    log_updated(context, itemtype, row, changed)
    if itemtype in TREES:
        replanted(context, itemtype, row, changed)
    if itemtype == "CalendarSegment":
        measure(context, row["calendars_id"])


def fell(context: Context, itemtype: str, row: Row) -> None:
    """Take a node out of its tree before it is deleted: its children move up to its parent."""
    forget_sons(context, itemtype, row)
    for child in children_of(context, itemtype, row["id"]):
        with suppress(RefusedError):
            update_plain(context, itemtype, child, {TREES[itemtype]: row[TREES[itemtype]]})
