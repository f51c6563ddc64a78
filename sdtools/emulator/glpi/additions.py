"""What ``with_*`` adds to one item: its history, documents, tickets (GLPI, API::getItem)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sdtools.emulator.glpi.access import may_list
from sdtools.emulator.glpi.components import NOT_KEPT, devices, network_ports, softwares
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.listing import parent_where
from sdtools.emulator.glpi.names import foreign_key
from sdtools.emulator.glpi.profiles import READ, READ_NOTES, right_of
from sdtools.emulator.glpi.query import Parameters, flag
from sdtools.emulator.glpi.wire import NO_RIGHT
from sdtools.emulator.glpi.zones import leaving

__all__ = ["additions"]

_SEES_PRIVATE = 8192  # of followups and tasks
_ITIL: Mapping[str, str] = {
    "Ticket": "TicketTask",
    "Problem": "ProblemTask",
    "Change": "ChangeTask",
}
_ALL_READ = frozenset({*_ITIL, "KnowbaseItem"})  # their documents ask for no right
_BARRED = {"error": 401, "message": NO_RIGHT}

_Shown = object


def _infocoms(context: Context, itemtype: str, row: Row) -> _Shown:
    if not context.session.may("infocom", READ):
        return _BARRED
    own = (itemtype, row["id"])
    found = context.database.rows("Infocom", "itemtype = ? AND items_id = ?", own)
    return leaving(context, "Infocom", found[0]) if found else []


def _contracts(context: Context, itemtype: str, row: Row) -> _Shown:
    if not context.session.may("contract", READ):
        return _BARRED
    own = (itemtype, row["id"])
    links = context.database.rows("Contract_Item", "itemtype = ? AND items_id = ?", own)
    named = [
        (str(contract["name"] or ""), link)
        for link in links
        if (contract := context.database.row("Contract", link["contracts_id"]))
        and (contract["entities_id"] in context.session.active or contract["is_recursive"])
    ]
    return [link for _, link in sorted(named, key=lambda pair: pair[0].casefold())]


def _documents(context: Context, itemtype: str, row: Row) -> _Shown:
    if itemtype not in _ALL_READ and not context.session.may("document", READ):
        return _BARRED
    found = []
    for where, values in _documented(context, itemtype, row):
        found += context.database.rows("Document_Item", where, values)
    return [_document(context, link) for link in sorted(found, key=lambda one: int(one["id"] or 0))]


def _documented(context: Context, itemtype: str, row: Row) -> list[tuple[str, Sequence[object]]]:
    """Give where an item's documents hang; those of tickets also on what was said and done.

    GLPI 10.0, CommonITILObject::getAssociatedDocumentsCriteria.
    """
    if itemtype not in _ITIL:
        return [("itemtype = ? AND items_id = ?", (itemtype, row["id"]))]
    places = [(itemtype, [row["id"]])]
    for child in ("ITILFollowup", "ITILSolution", _ITIL[itemtype]):
        where = parent_where(child, itemtype, row) + _readable(context, child)
        places.append((child, [one["id"] for one in context.database.rows(child, where)]))
    shown = "itemtype = ? AND timeline_position > -1 AND items_id IN ({})"
    return [(shown.format(", ".join(map(str, ids))), (child,)) for child, ids in places if ids]


def _readable(context: Context, child: str) -> str:
    if child == "ITILSolution" or context.session.may(right_of(child), _SEES_PRIVATE):
        return ""
    return f" AND (is_private = 0 OR users_id = {context.session.users_id})"


def _document(context: Context, link: Row) -> Row:
    row = context.database.row("Document", link["documents_id"]) or {}
    entity = context.database.row("Entity", row.get("entities_id"))
    category = context.database.row("DocumentCategory", row.get("documentcategories_id"))
    associated: Row = {
        "assocID": link["id"],
        "assocdate": link["date_creation"],
        "entityID": entity["id"] if entity else None,
        "entity": entity["completename"] if entity else None,
        "headings": category["completename"] if category else None,
    }
    return associated | row


def _itil_of(kind: str, links: str) -> Callable[[Context, str, Row], _Shown]:
    """Give what shows an item's tickets, problems or changes, the last changed first."""

    def shown(context: Context, itemtype: str, row: Row) -> _Shown:
        if not may_list(context, kind):
            return _BARRED
        where = "itemtype = ? AND items_id = ?"
        found = context.database.rows(links, where, (itemtype, row["id"]))
        ids = ", ".join(str(link[foreign_key(kind)]) for link in found)
        active = ", ".join(map(str, context.session.active)) or "-1"
        within = f"id IN ({ids}) AND entities_id IN ({active})"
        rows = context.database.rows(kind, within, (), "ORDER BY date_mod DESC")
        return [_told(context, leaving(context, kind, one)) for one in rows]

    return shown


def _told(context: Context, row: Row) -> Row:
    """Give a ticket with the names of its category and entity (Ticket::getCommonCriteria)."""
    category = context.database.row("ITILCategory", row["itilcategories_id"])
    found = row | {"catname": category["completename"] if category else None}
    if len(context.session.active) < 2:  # noqa: PLR2004 - entities are told apart if there are several
        return found
    entity = context.database.row("Entity", row["entities_id"])
    return found | {
        "entityname": entity["completename"] if entity else None,
        "entityID": row["entities_id"],
    }


def _notes(context: Context, itemtype: str, row: Row) -> _Shown:
    if not context.session.may(right_of(itemtype), READ_NOTES):
        return _BARRED
    return context.database.rows("Notepad", parent_where("Notepad", itemtype, row))


def _logs(context: Context, itemtype: str, row: Row) -> _Shown:
    if not context.session.may("logs", READ):
        return _BARRED
    logs = context.database.rows("Log", parent_where("Log", itemtype, row))
    return {str(log["id"]): leaving(context, "Log", log) for log in logs}


_ASKED: Mapping[str, Callable[[Context, str, Row], _Shown]] = {
    "devices": devices,
    "softwares": softwares,
    "networkports": network_ports,
    "infocoms": _infocoms,
    "contracts": _contracts,
    "documents": _documents,
    "tickets": _itil_of("Ticket", "Item_Ticket"),
    "problems": _itil_of("Problem", "Item_Problem"),
    "changes": _itil_of("Change", "Change_Item"),
    "notes": _notes,
    "logs": _logs,
}


def additions(
    context: Context, itemtype: str, row: Row, parameters: Parameters
) -> dict[str, object]:
    """Give what the query asks to add to an item, by the keys that it gets."""
    empty = {name for name, having in NOT_KEPT.items() if itemtype in having}
    shown: dict[str, object] = {
        f"_{name}": [] for name in empty if flag(parameters, f"with_{name}")
    }
    for name, read in _ASKED.items():
        if flag(parameters, f"with_{name}"):
            found = read(context, itemtype, row)
            if found is not None:
                shown[f"_{name}"] = found
    return shown
