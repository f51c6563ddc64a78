"""Adding, updating and deleting tickets, problems and changes (FACTS 8, 10)."""

from __future__ import annotations

from sdtools.emulator.glpi.actors import (
    ASSIGN,
    Actor,
    add_actors,
    asked_actors,
    by_actors_key,
    replace_actors,
)
from sdtools.emulator.glpi.business_rules import run_rules
from sdtools.emulator.glpi.casting import Given, Values, cast
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.durations import due_dates, taken_into_account
from sdtools.emulator.glpi.history import DELETED, log_changes, log_created, log_row
from sdtools.emulator.glpi.itil import (
    NEW,
    PENDING,
    SOLVED,
    answer,
    assigned_status,
    change,
    is_closed,
    is_done,
    is_solved,
    priority_of,
    touch,
)
from sdtools.emulator.glpi.itil_input import graded, to_add, to_update
from sdtools.emulator.glpi.links import unassigned
from sdtools.emulator.glpi.purging import purge_row
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.wire import NO_RIGHT, RefusedError

__all__ = ["add_itil", "delete_itil", "update_itil"]

_SET_BY_GLPI = (
    "solvedate", "closedate", "date_mod", "date_creation", "users_id_lastupdater",
    "begin_waiting_date", "waiting_duration", "solve_delay_stat", "close_delay_stat",
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
    if found["entities_id"] not in context.session.active:
        raise RefusedError(NO_RIGHT)
    return found


def _dates_of_status(itemtype: str, values: Values) -> Values:
    if values["status"] == PENDING:
        return {"begin_waiting_date": values["date"]}
    if is_solved(itemtype, values["status"]):
        return {"solvedate": values["date"]}
    if is_closed(itemtype, values["status"]):
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
    given = to_add(given)
    sent = cast(itemtype, given)
    values = _defaults(context, itemtype, sent)
    if itemtype == "Ticket" and not context.session.central:
        sent.pop("priority", None)
        if not asked_actors(given):
            given = {**given, "_users_id_requester": context.session.users_id}
    values["priority"] = sent.get("priority", priority_of(values["urgency"], values["impact"]))
    actors = asked_actors(given)
    if itemtype == "Ticket":
        ruled, actors = run_rules(context, values, actors, frozenset(values))
        values |= ruled
        values |= _agreed(context, values)
    if values["status"] == NEW and any(actor.role == ASSIGN for actor in actors):
        values["status"] = assigned_status(itemtype)  # even if none of them exists (FACTS 10)
    values |= _dates_of_status(itemtype, values)
    items_id = context.database.insert(itemtype, values)
    added = add_actors(context, (itemtype, items_id), actors)
    log_created(context, itemtype, items_id)
    if itemtype == "Ticket" and any(actor.role == ASSIGN for actor in added):
        row = context.database.row("Ticket", items_id)
        context.database.update("Ticket", items_id, taken_into_account(context, row or {}))
    return items_id


def _assigned_status(itemtype: str, row: Row, values: Values, actors: list[Actor]) -> Values:
    named = any(actor.role == ASSIGN for actor in actors)
    if named and row["status"] == NEW and "status" not in values:
        return {"status": assigned_status(itemtype)}
    return {}


def update_itil(context: Context, itemtype: str, row: Row, given: Given) -> None:
    """Update a ticket, problem or change."""
    given = to_update(context, itemtype, row, given)
    values = cast(itemtype, {key: value for key, value in given.items() if key != "id"})
    if itemtype == "Ticket":
        values = graded(row, values, given)
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
    moved = _assigned_status(itemtype, row, values, actors)
    if itemtype == "Ticket" and answers and any(actor.role == ASSIGN for actor in actors):
        answer(context, row)
        row = context.database.row(itemtype, row["id"]) or row
    if given.get("solutiontypes_id") and not is_done(itemtype, row["status"]):
        moved["status"] = SOLVED  # "Solved using type ..." (FACTS 10)
        _type_solution(context, item, given)
    done = change(context, itemtype, row, values | moved, answers=answers)
    if replacing is not None:
        replaced = replace_actors(context, item, actors)
        done = replaced or done
        if replaced:
            unassigned(context, item)
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


def delete_itil(context: Context, itemtype: str, row: Row, *, purge: bool) -> None:
    """Put into the trash, or remove with all that hangs on it."""
    if not purge:
        changed: Values = {"is_deleted": 1, "date_mod": context.now()}
        context.database.update(itemtype, row["id"], changed)
        log_row(context, (itemtype, row["id"]), DELETED, itemtype_link="0")
        return
    purge_row(context.database, itemtype, row["id"])
