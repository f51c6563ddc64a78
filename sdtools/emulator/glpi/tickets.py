"""Adding, updating and deleting tickets, problems and changes (FACTS 8, 10)."""

from __future__ import annotations

from sdtools.emulator.glpi.actors import (
    ASSIGN,
    LINKS,
    Actor,
    add_actors,
    asked_actors,
    by_actors_key,
    has_assignee,
    replace_actors,
)
from sdtools.emulator.glpi.business_rules import run_rules
from sdtools.emulator.glpi.casting import Given, Values, cast
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.durations import due_dates, taken_into_account
from sdtools.emulator.glpi.history import DELETED, log_changes, log_created, log_row
from sdtools.emulator.glpi.itil import (
    ASSIGNED,
    CLOSED,
    NEW,
    PENDING,
    PLANNED,
    SOLVED,
    answer,
    change,
    priority_of,
    touch,
)
from sdtools.emulator.glpi.names import foreign_key
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.wire import NO_RIGHT, RefusedError

__all__ = ["add_itil", "delete_itil", "update_itil"]

_SET_BY_GLPI = (
    "solvedate", "closedate", "date_mod", "date_creation", "users_id_lastupdater",
    "begin_waiting_date", "waiting_duration", "solve_delay_stat", "close_delay_stat",
)  # fmt: skip
_KEPT_WHEN_CLOSED = frozenset({"status", "entities_id", "itilcategories_id", "is_deleted"})
_LABELS = {
    1: ("name", "Title"), 21: ("content", "Description"), 7: ("itilcategories_id", "Category"),
    10: ("urgency", "Urgency"), 11: ("impact", "Impact"), 83: ("locations_id", "Location"),
    14: ("type", "Type"), 12: ("status", "Status"), 9: ("requesttypes_id", "Request source"),
}  # fmt: skip
_NAME_FROM_CONTENT = 70  # letters
_SATELLITES = (
    "Item_Ticket", "Problem_Ticket", "Change_Ticket", "TicketTask", "TicketValidation",
    "TicketSatisfaction", "TicketCost",
)  # fmt: skip


def _defaults(context: Context, itemtype: str, values: Values) -> Values:
    """Give the stored row's values before actors, rules and agreements."""
    now, users_id = context.now(), context.session.users_id
    found: Values = {"name": "", "content": "", "entities_id": context.session.active_root}
    found |= {"urgency": 3, "impact": 3, "status": NEW}
    if itemtype == "Ticket":
        found["requesttypes_id"] = 1
    found |= {key: value for key, value in values.items() if key not in _SET_BY_GLPI}
    found["date"] = values.get("date") or now
    found |= {"users_id_recipient": users_id, "users_id_lastupdater": users_id}
    found |= {"date_mod": now, "date_creation": now}
    if not found["name"] and found["content"]:
        found["name"] = " ".join(str(found["content"]).split())[:_NAME_FROM_CONTENT]
    if found["entities_id"] not in context.session.active:
        raise RefusedError(NO_RIGHT)
    return found


def _dates_of_status(context: Context, values: Values) -> Values:
    if values["status"] == PENDING:
        return {"begin_waiting_date": context.now()}
    if values["status"] == SOLVED:
        return {"solvedate": values["date"]}
    if values["status"] == CLOSED:
        return {"solvedate": values["date"], "closedate": values["date"]}
    return {}


def _agreed(context: Context, values: Values) -> Values:
    """Give due dates of a new ticket: SLAs win, a due date in the past is dropped."""
    row: Row = {name: column.default for name, column in TABLES["Ticket"].columns.items()}
    found = due_dates(context, row | values, values)
    for date_column, sla in (("time_to_resolve", "slas_id_ttr"), ("time_to_own", "slas_id_tto")):
        given = values.get(date_column)
        if given and not values.get(sla) and str(given) < str(values["date"]):
            found[date_column] = None
    return found


def add_itil(context: Context, itemtype: str, given: Given) -> int:
    """Add a ticket, problem or change with its actors; give its id."""
    sent = cast(itemtype, given)
    values = _defaults(context, itemtype, sent)
    if itemtype == "Ticket" and not context.session.central:
        sent.pop("priority", None)
        if not asked_actors(given):
            given = {**given, "_users_id_requester": context.session.users_id}
    values["priority"] = sent.get("priority") or priority_of(values["urgency"], values["impact"])
    actors = asked_actors(given)
    if itemtype == "Ticket":
        ruled, actors = run_rules(context, values, actors, frozenset(values))
        values |= ruled
        values |= _agreed(context, values)
    if values["status"] == NEW and any(actor.role == ASSIGN for actor in actors):
        values["status"] = ASSIGNED  # even if none of them exists (FACTS 10)
    values |= _dates_of_status(context, values)
    items_id = context.database.insert(itemtype, values)
    added = add_actors(context, (itemtype, items_id), actors)
    log_created(context, itemtype, items_id)
    if itemtype == "Ticket" and any(actor.role == ASSIGN for actor in added):
        row = context.database.row("Ticket", items_id)
        context.database.update("Ticket", items_id, taken_into_account(context, row or {}))
    return items_id


def _refuse_emptied(context: Context, itemtype: str, values: Values) -> None:
    if itemtype != "Ticket":
        return
    for field in context.database.rows("TicketTemplateMandatoryField"):
        column, label = _LABELS.get(int(field["num"] or 0), ("", ""))
        if column in values and not values[column]:
            message = f"Mandatory fields are not filled. Please correct: {label}"
            raise RefusedError(message)


def _allowed(row: Row, values: Values) -> Values:
    if row["status"] != CLOSED:
        return values
    kept = {name: value for name, value in values.items() if name in _KEPT_WHEN_CLOSED}
    if not kept and values:
        raise RefusedError("")
    return kept


def _assigned_status(row: Row, values: Values, actors: list[Actor]) -> Values:
    named = any(actor.role == ASSIGN for actor in actors)
    if named and row["status"] == NEW and "status" not in values:
        return {"status": ASSIGNED}
    return {}


def update_itil(context: Context, itemtype: str, row: Row, given: Given) -> None:
    """Update a ticket, problem or change."""
    values = cast(itemtype, {key: value for key, value in given.items() if key != "id"})
    _refuse_emptied(context, itemtype, values)
    values = _allowed(row, values)
    if values.get("entities_id", row["entities_id"]) not in context.session.active:
        raise RefusedError(NO_RIGHT)
    restored = values.get("is_deleted") == 0
    if itemtype == "Ticket" and values.get("slas_id_ttr", row["slas_id_ttr"]):
        values.pop("time_to_resolve", None)  # the SLA wins
    _write(context, itemtype, row, values, given)
    if restored:
        touch(context, itemtype, row["id"])  # even if there was nothing to restore
    if values.get("date_mod") and row["date_mod"] != context.now():
        # A date_mod that is sent is not taken, and yet makes history.
        log_changes(context, itemtype, row, {"date_mod": context.now()})


def _write(context: Context, itemtype: str, row: Row, values: Values, given: Given) -> None:
    item = (itemtype, row["id"])
    answers = not given.get("_do_not_compute_takeintoaccount")
    replacing = by_actors_key(given)
    actors = asked_actors(given)
    changed = frozenset(name for name, value in values.items() if row[name] != value)
    if itemtype == "Ticket" and changed:
        ruled, more = run_rules(context, row | values, [], changed)
        values |= ruled
        actors += more
    moved = _assigned_status(row, values, actors)
    if itemtype == "Ticket" and answers and any(actor.role == ASSIGN for actor in actors):
        answer(context, row)
        row = context.database.row(itemtype, row["id"]) or row
    if given.get("solutiontypes_id") and row["status"] not in {SOLVED, CLOSED}:
        moved["status"] = SOLVED  # "Solved using type ..." (FACTS 10)
        _type_solution(context, item, given)
    done = change(context, itemtype, row, values | moved, answers=answers)
    if replacing is not None:
        done = replace_actors(context, item, actors) or done
        _unassigned(context, item)
    elif add_actors(context, item, actors):
        done = True
    if done:
        touch(context, itemtype, row["id"])


def _type_solution(context: Context, item: tuple[str, object], given: Given) -> None:
    kind = context.database.row("SolutionType", given["solutiontypes_id"])
    now, users_id = context.now(), context.session.users_id
    values: Values = {"itemtype": item[0], "items_id": int(str(item[1])), "status": 2}
    values |= {"content": f"Solved using type {kind['name'] if kind else 'N/A'}"}
    values |= {"solutiontypes_id": kind["id"] if kind else 0, "users_id": users_id}
    context.database.insert("ITILSolution", values | {"date_mod": now, "date_creation": now})


def _unassigned(context: Context, item: tuple[str, object]) -> None:
    row = context.database.row(*item)
    if row and row["status"] in {ASSIGNED, PLANNED} and not has_assignee(context.database, item):
        change(context, item[0], row, {"status": NEW})


def delete_itil(context: Context, itemtype: str, row: Row, *, purge: bool) -> None:
    """Put into the trash, or remove with all that hangs on it."""
    if not purge:
        changed: Values = {"is_deleted": 1, "date_mod": context.now()}
        context.database.update(itemtype, row["id"], changed)
        log_row(context, (itemtype, row["id"]), DELETED, itemtype_link="0")
        return
    key = foreign_key(itemtype)
    for table in (*LINKS[itemtype].values(), *_SATELLITES):
        if key in TABLES[table].columns:
            context.database.delete(table, f'"{key}" = ?', (row["id"],))
    for table in ("ITILFollowup", "ITILSolution", "Document_Item", "KnowbaseItem_Item"):
        context.database.delete(table, "itemtype = ? AND items_id = ?", (itemtype, row["id"]))
    context.database.delete(itemtype, "id = ?", (row["id"],))
