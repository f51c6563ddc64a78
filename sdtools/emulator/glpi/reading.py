"""Reading items: one, several, lists, sub-items, with what the query asks to add (FACTS 3 to 5)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from sdtools.emulator.glpi.access import sees
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.hateoas import children_of
from sdtools.emulator.glpi.listing import parent_where, read_page
from sdtools.emulator.glpi.names import dropdown_name, item_name, target_of
from sdtools.emulator.glpi.profiles import READ, READ_NOTES, RIGHTS, right_of
from sdtools.emulator.glpi.query import Parameters, as_list, flag
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.text import decoded
from sdtools.emulator.glpi.wire import (
    NO_RIGHT,
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
_WITH_OF_A_TICKET = {
    "with_infocoms": "_infocoms",
    "with_contracts": "_contracts",
    "with_documents": "_documents",
    "with_tickets": "_tickets",
    "with_problems": "_problems",
    "with_changes": "_changes",
}


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


def _expanded(context: Context, row: Row) -> Row:
    found = dict(row)
    for column, value in row.items():
        target = target_of(column)
        if target is None or value is None or not isinstance(value, int):
            continue
        if value > 0 or (column == "entities_id" and value == 0):
            found[column] = dropdown_name(context.database, target, value)
    return found


def _links(context: Context, itemtype: str, row: Row) -> list[dict[str, str]]:
    links = []
    for column, value in row.items():
        target = str(row["itemtype"]) if column == "items_id" else target_of(column)
        root = column == "entities_id" and value == 0
        if target and isinstance(value, int) and (value > 0 or root):
            links.append({"rel": target, "href": f"{context.base_url}/{target}/{value}"})
    place = f"{context.base_url}/{itemtype}/{row['id']}"
    children = ({"rel": name, "href": f"{place}/{name}/"} for name in children_of(itemtype))
    return [*links, *children]


def _keys_names(context: Context, itemtype: str, row: Row, wanted: list[str]) -> object:
    """Give names without the path above them; PHP's array is a list where it is empty."""
    names = {}
    for column in wanted:
        if column == "id":
            names[column] = item_name(context.database, itemtype, row)
            continue
        target, value = target_of(column), row.get(column)
        if target and value is not None:
            other = context.database.row(target, value)
            names[column] = item_name(context.database, target, other) if other else ""
    return names or []


def _documents(context: Context, itemtype: str, items_id: object) -> list[Row]:
    within = (
        "id IN (SELECT documents_id FROM glpi_documents_items WHERE itemtype = ? AND items_id = ?)"
    )
    found = context.database.rows("Document", within, (itemtype, items_id))
    return [_linked_document(context, row, (itemtype, items_id)) for row in found]


def _linked_document(context: Context, row: Row, item: tuple[str, object]) -> Row:
    where = "documents_id = ? AND itemtype = ? AND items_id = ?"
    link = context.database.rows("Document_Item", where, (row["id"], *item))[-1]
    entity = context.database.row("Entity", row["entities_id"])
    associated: Row = {
        "assocID": link["id"],
        "assocdate": link["date_mod"],
        "entityID": row["entities_id"],
        "entity": entity["completename"] if entity else None,
        "headings": None,
    }
    return associated | row


def _notes(context: Context, itemtype: str, row: Row) -> list[Row]:
    return context.database.rows("Notepad", parent_where("Notepad", itemtype, row))


def _additions(
    context: Context, itemtype: str, row: Row, parameters: Parameters
) -> dict[str, object]:
    found: dict[str, object] = {}
    for asked, key in _WITH_OF_A_TICKET.items():
        if flag(parameters, asked):
            documents = asked == "with_documents"
            found[key] = _documents(context, itemtype, row["id"]) if documents else []
    barred = {"error": 401, "message": NO_RIGHT}
    if flag(parameters, "with_notes"):
        noted = context.session.may(right_of(itemtype), READ_NOTES)
        found["_notes"] = _notes(context, itemtype, row) if noted else barred
    if flag(parameters, "with_logs") and not context.session.may("logs", READ):
        found["_logs"] = barred
    elif flag(parameters, "with_logs"):
        within = parent_where("Log", itemtype, row)
        logs = context.database.rows("Log", within)
        found["_logs"] = {str(log["id"]): leaving(context, "Log", log) for log in logs}
    return found


def _shown(context: Context, itemtype: str, row: Row, parameters: Parameters) -> dict[str, object]:
    """Give a row with what the query asks to expand and to add."""
    row = leaving(context, itemtype, row)
    found: dict[str, object] = dict(row)
    if flag(parameters, "expand_dropdowns"):
        found = dict(_expanded(context, row))
    wanted = [str(name) for name in as_list(parameters.get("add_keys_names"))]
    if wanted:
        found["_keys_names"] = _keys_names(context, itemtype, row, wanted)
    if parameters.get("_sanitized") == "false":
        found = {key: decoded(value) if isinstance(value, str) else value
                 for key, value in found.items()}  # fmt: skip
    if flag(parameters, "get_hateoas", default=True):
        found["links"] = _links(context, itemtype, row)
    return found


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


def _joined(context: Context, itemtype: str, items_id: int) -> Mapping[str, object]:
    """Give what one item shows beyond its table: rights of a profile, categories of an article."""
    if itemtype == "Profile":
        return RIGHTS.get(items_id, {})
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
    additions = _additions(context, itemtype, row, parameters)
    links = shown.pop("links", None)
    shown |= additions
    shown |= _joined(context, itemtype, items_id)
    if links is not None:
        shown["links"] = links
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
        with_links = flag(parameters, "get_hateoas", default=True)
        shown: list[dict[str, object]] = [
            {"id": row["id"]}
            | ({"links": _links(context, itemtype, {"id": row["id"]})} if with_links else {})
            for row in rows
        ]
    elif _bare(parameters):
        shown = [dict(leaving(context, itemtype, row)) for row in rows]
        return plain(shown, page.status, page.headers(itemtype))
    else:
        shown = [_shown(context, itemtype, row, parameters) for row in rows]
    return plain(shown, page.status, page.headers(itemtype))


def _bare(parameters: Parameters) -> bool:
    asked = {"expand_dropdowns", "add_keys_names", "_sanitized"} & set(parameters)
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
