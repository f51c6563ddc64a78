"""Adding and changing everything that is no ticket: people, trees, calendars, SLAs, items."""

from __future__ import annotations

import json
import uuid

from sdtools.emulator.glpi.casting import Given, Values, cast
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.history import log_created
from sdtools.emulator.glpi.names import TREES, foreign_key
from sdtools.emulator.glpi.query import as_list
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.uniqueness import refuse_twice
from sdtools.emulator.glpi.wire import NO_RIGHT, RefusedError

__all__ = ["COSTS", "add_plain", "add_user", "update_plain"]

COSTS = {"TicketCost": "Ticket", "ProblemCost": "Problem", "ChangeCost": "Change"}
_TREE_NAMES = frozenset({"name", *TREES.values()})


def _tree(context: Context, itemtype: str, values: Values) -> Values:
    """Give the full path, level and ancestors of a node."""
    parent_id = values.get(TREES[itemtype]) or 0
    above = context.database.row(itemtype, parent_id)
    name = str(values.get("name") or "")
    if above is None:
        return {"completename": name, "level": 1, "ancestors_cache": "[]"}
    ids: list[object] = [parent_id]
    row: Row | None = above
    while row and row[TREES[itemtype]]:
        ids.append(row[TREES[itemtype]])
        row = context.database.row(itemtype, ids[-1])
    if itemtype == "Entity":
        cache = json.dumps([0, *(one for one in reversed(ids) if one)])
    else:
        cache = json.dumps({str(one): one for one in reversed(ids)})
    level = int(above["level"] or 0) + 1
    path = f"{above['completename']} > {name}"
    found: Values = {"completename": path, "level": level}
    return found | {"ancestors_cache": cache.replace(" ", "")}


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
    values = _stamped(context, itemtype, given)
    if itemtype == "UserEmail":
        values = _address(context, values)
    refuse_twice(context.database, itemtype, values)
    if "entities_id" in columns and "entities_id" not in values and itemtype not in COSTS:
        values["entities_id"] = context.session.active_root
    if values.get("entities_id", 0) not in context.session.active and itemtype != "Entity":
        raise RefusedError(NO_RIGHT)
    if itemtype in TREES:
        values |= _tree(context, itemtype, values)
    if itemtype in {"SLA", "OLA"}:
        values |= _agreement(context, values)
    items_id = context.database.insert(itemtype, values)
    log_created(context, itemtype, items_id)
    _after(context, itemtype, items_id, values, given)
    return items_id


def _address(context: Context, values: Values) -> Values:
    """Give a user's address: the first is his usual one, and an empty one is none."""
    if not values.get("email"):
        raise RefusedError("")
    same = (values.get("users_id", 0),)
    known = context.database.count("UserEmail", "users_id = ?", same)
    return values if known else values | {"is_default": 1}


def _after(context: Context, itemtype: str, items_id: int, values: Values, given: Given) -> None:
    if itemtype == "CalendarSegment":
        _measure(context, values.get("calendars_id"))
    if itemtype == "KnowbaseItem":
        for category in as_list(given.get("_categories")):
            link = {"knowbaseitems_id": items_id, "knowbaseitemcategories_id": int(category)}
            context.database.insert("KnowbaseItem_KnowbaseItemCategory", link)
    if itemtype in COSTS:
        above = context.database.row(COSTS[itemtype], values.get(foreign_key(COSTS[itemtype])))
        if above:
            context.database.update(itemtype, items_id, {"entities_id": above["entities_id"]})


def _measure(context: Context, calendars_id: object) -> None:
    """Keep a calendar's open seconds per weekday, as GLPI does."""
    seconds = [0] * 7
    for row in context.database.rows("CalendarSegment", "calendars_id = ?", (calendars_id,)):
        spans = []
        for column in ("begin", "end"):
            hours, minutes, rest = (int(part) for part in str(row[column]).split(":"))
            spans.append(hours * 3600 + minutes * 60 + rest)
        seconds[int(row["day"] or 0)] += spans[1] - spans[0]
    cache = json.dumps(seconds).replace(" ", "")
    context.database.update("Calendar", calendars_id, {"cache_duration": cache})


def add_user(context: Context, itemtype: str, given: Given) -> int:
    """Add a user with addresses, a profile and a password."""
    values = _stamped(context, itemtype, given)
    name = values.get("name")
    if not name:
        raise RefusedError("The login is not valid. Unable to add the user.")
    if context.database.count("User", "name = ?", (name,)):
        raise RefusedError("Unable to add. The user already exists.")
    if given.get("password"):
        values["password_last_update"] = context.now()
    users_id = context.database.insert(itemtype, values)
    for position, address in enumerate(as_list(given.get("_useremails"))):
        email = {"users_id": users_id, "email": str(address), "is_default": int(not position)}
        context.database.insert("UserEmail", email)
    if given.get("_profiles_id"):
        link = {"users_id": users_id, "profiles_id": int(given["_profiles_id"])}
        link["entities_id"] = int(given.get("_entities_id") or 0)
        link["is_recursive"] = int(given.get("_is_recursive") or 0)
        context.database.insert("Profile_User", link)
    if given.get("password"):
        context.database.add_secret(users_id, "password", f"{name}:{given['password']}")
    log_created(context, itemtype, users_id)
    return users_id


def update_plain(context: Context, itemtype: str, row: Row, given: Given) -> None:
    """Update any item without behaviour of its own."""
    values = cast(itemtype, given)
    values.pop("id", None)
    changed = {name: value for name, value in values.items() if row[name] != value}
    if not changed:
        return
    if itemtype in TREES and _TREE_NAMES & set(changed):
        tree = _tree(context, itemtype, row | changed)
        changed |= {name: value for name, value in tree.items() if name in row}
    if "date_mod" in row:
        changed["date_mod"] = context.now()
    context.database.update(itemtype, row["id"], changed)
    if itemtype == "CalendarSegment":
        _measure(context, row["calendars_id"])
