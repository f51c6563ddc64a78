"""Reading items: one, several, lists, sub-items, with what the query asks to add (FACTS 3 to 5)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from sdtools.emulator.glpi.access import sees
from sdtools.emulator.glpi.additions import additions
from sdtools.emulator.glpi.components import network_ports
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.expanding import Wanted, parsed
from sdtools.emulator.glpi.hateoas import children_of
from sdtools.emulator.glpi.listing import parent_where, read_page
from sdtools.emulator.glpi.names import item_name, target_of
from sdtools.emulator.glpi.profiles import RIGHTS
from sdtools.emulator.glpi.query import Parameters, as_list, flag
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.text import decoded
from sdtools.emulator.glpi.wire import (
    Answer,
    CrashError,
    RequestError,
    no_right,
    not_found,
    plain,
)
from sdtools.emulator.glpi.zones import leaving

__all__ = ["items_id_of", "known_type", "read_item", "read_list", "read_several", "read_sub_items"]

_BY_STRATEGY = {
    "calendars_strategy": "calendars_id", "tickettemplates_strategy": "tickettemplates_id",
    "changetemplates_strategy": "changetemplates_id",
    "problemtemplates_strategy": "problemtemplates_id",
    "entities_strategy_software": "entities_id_software",
    "contracts_strategy_default": "contracts_id_default",
    "transfers_strategy": "transfers_id",
}  # fmt: skip
_ABSTRACT = frozenset({"CommonITILObject"})


def known_type(itemtype: str) -> str:
    """Give the item type back; raise GLPI's 400 for one that does not exist (case matters)."""
    if itemtype in _ABSTRACT:
        raise CrashError
    if itemtype not in TABLES:
        raise RequestError(
            400,
            "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM",
            "resource not found or not an instance of CommonDBTM",
        )
    return itemtype


def items_id_of(text: str) -> int:
    """Read an id from a path as PHP's intval does: ``1.5`` is 1, ``abc`` is 0."""
    found = re.match(r"\s*([+-]?\d+)", text)
    return int(found[1]) if found else 0


def _children(context: Context, itemtype: str, items_id: object) -> list[object]:
    place = f"{context.base_url}/{itemtype}/{items_id}"
    return [{"rel": name, "href": f"{place}/{name}/"} for name in children_of(itemtype)]


def _wanted(parameters: Parameters) -> Wanted:
    return Wanted(
        names=flag(parameters, "expand_dropdowns"),
        links=flag(parameters, "get_hateoas", default=True),
    )


def _linked(
    context: Context, itemtype: str, fields: Mapping[str, object], wanted: Wanted
) -> dict[str, object]:
    """Give fields with names and links, and links to the kinds of sub-items."""
    found = parsed(context, fields, wanted) if wanted.names or wanted.links else dict(fields)
    if wanted.links:
        own = found.get("links")
        above = list(own) if isinstance(own, list) else []
        found["links"] = above + _children(context, itemtype, fields["id"])
    return found


def _keys_names(
    context: Context, itemtype: str, fields: Mapping[str, object], parameters: Parameters
) -> dict[str, object]:
    """Give names without the path above them; PHP's array is a list where it is empty."""
    wanted = [str(name) for name in as_list(parameters.get("add_keys_names"))]
    if not wanted:
        return {}
    names = {}
    for column in wanted:
        target = itemtype if column == "id" else target_of(column)
        if target and fields.get(column) is not None:
            other = context.database.row(target, fields[column])
            names[column] = item_name(context.database, target, other) if other else ""
    return {"_keys_names": names or []}


def _sent(fields: dict[str, object], parameters: Parameters) -> dict[str, object]:
    if parameters.get("_sanitized") != "false":
        return fields
    return {key: decoded(value) if isinstance(value, str) else value
            for key, value in fields.items()}  # fmt: skip


def _shown(context: Context, itemtype: str, row: Row, parameters: Parameters) -> dict[str, object]:
    """Give one item with what the query asks to expand and to add."""
    row = leaving(context, itemtype, row)
    more = additions(context, itemtype, row, parameters)
    fields = {**row, **_joined(context, itemtype, row["id"]), **more}
    found = _linked(context, itemtype, fields, _wanted(parameters))
    return _sent(found | _keys_names(context, itemtype, row, parameters), parameters)


def _listed(context: Context, itemtype: str, row: Row, parameters: Parameters) -> dict[str, object]:
    """Give one row of a list: here names are added before foreign keys are looked at."""
    fields: dict[str, object] = dict(leaving(context, itemtype, row))
    fields |= _keys_names(context, itemtype, row, parameters)
    if flag(parameters, "with_networkports"):
        fields["_networkports"] = network_ports(context, itemtype, row)
    return _sent(_linked(context, itemtype, fields, _wanted(parameters)), parameters)


def _existing(context: Context, itemtype: str, items_id: int) -> Row:
    if itemtype == "TicketSatisfaction":  # keyed by the ticket (FACTS 10)
        found = context.database.rows(itemtype, "tickets_id = ?", (items_id,))
        row = found[0] if found else None
    else:
        row = context.database.row(itemtype, items_id)
    if row is None:
        raise not_found()
    if itemtype == "Entity":
        row = _inheriting(row)
    if not sees(context, itemtype, row):
        raise no_right()
    return row


def _inheriting(row: Row) -> Row:
    """Give an entity as one item shows it: where it inherits, the id says so; lists do not."""
    found = dict(row)
    for column, target in _BY_STRATEGY.items():
        strategy = int(row[column] or 0)
        if strategy < 0:
            found[target] = strategy
    return found


def _joined(context: Context, itemtype: str, items_id: object) -> Mapping[str, object]:
    """Give what one item shows beyond its table: rights of a profile, categories of an article."""
    if itemtype == "Profile":
        return RIGHTS.get(int(str(items_id)), {})
    if itemtype != "KnowbaseItem":
        return {}
    links = context.database.rows(
        "KnowbaseItem_KnowbaseItemCategory", "knowbaseitems_id = ?", (items_id,)
    )
    return {"_categories": [link["knowbaseitemcategories_id"] for link in links]}


def read_item(context: Context, itemtype: str, items_id: int, parameters: Parameters) -> Answer:
    """Answer ``GET Ticket/1``."""
    row = _existing(context, itemtype, items_id)
    shown = _shown(context, itemtype, row, parameters)
    headers = {}
    if row.get("date_mod"):
        headers["Last-Modified"] = context.http_date(str(row["date_mod"]))
    if flag(parameters, "get_sha1"):
        content = plain(shown).content
        return plain(hashlib.sha1(content, usedforsecurity=False).hexdigest())
    return plain(shown, 200, headers)


def _list_answer(
    context: Context, itemtype: str, parameters: Parameters, within: str = "1"
) -> Answer:
    rows, page = read_page(context, itemtype, parameters, within)
    if flag(parameters, "only_id"):
        wanted = _wanted(parameters)
        shown = [_linked(context, itemtype, {"id": row["id"]}, wanted) for row in rows]
    elif _bare(parameters):
        shown = [dict(leaving(context, itemtype, row)) for row in rows]
    else:
        shown = [_listed(context, itemtype, row, parameters) for row in rows]
    return plain(shown, page.status, page.headers(itemtype))


def _bare(parameters: Parameters) -> bool:
    telling = {"expand_dropdowns", "add_keys_names", "with_networkports", "_sanitized"}
    asked = telling & set(parameters)
    return not asked and not flag(parameters, "get_hateoas", default=True)


def read_list(context: Context, itemtype: str, parameters: Parameters) -> Answer:
    """Answer ``GET Ticket``."""
    return _list_answer(context, itemtype, parameters)


def read_sub_items(
    context: Context, parent: str, items_id: int, itemtype: str, parameters: Parameters
) -> Answer:
    """Answer ``GET Ticket/1/ITILFollowup``."""
    if items_id <= 0 and parent != "Entity":
        raise not_found()
    row = _existing(context, parent, items_id)
    return _list_answer(context, itemtype, parameters, parent_where(itemtype, parent, row))


def _bad_array() -> RequestError:
    return RequestError(400, "ERROR_BAD_ARRAY", "input parameter must be an array of objects")


def read_several(context: Context, parameters: Parameters) -> Answer:
    """Answer ``GET getMultipleItems``: one missing item loses the whole call (FACTS 7)."""
    wanted = as_list(parameters.get("items"))
    if not wanted:
        raise _bad_array()
    shown = []
    for item in wanted:
        if not isinstance(item, dict) or not {"itemtype", "items_id"} & item.keys():
            raise _bad_array()
        itemtype = str(item.get("itemtype", ""))
        if itemtype not in TABLES:
            raise CrashError
        row = _existing(context, itemtype, items_id_of(str(item.get("items_id", ""))))
        shown.append(_shown(context, itemtype, row, parameters))
    return plain(shown)
