"""Changing tickets, problems and changes: what follows from what (FACTS 10)."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.casting import Values
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.durations import active_seconds, due_dates, taken_into_account, waited
from sdtools.emulator.glpi.fresh_settings import MATRIX
from sdtools.emulator.glpi.history import log_changes, log_row
from sdtools.emulator.glpi.tables import Value

__all__ = [
    "ASSIGNED",
    "CLOSED",
    "NEW",
    "OPEN",
    "PENDING",
    "PLANNED",
    "SOLVED",
    "answer",
    "assigned_status",
    "change",
    "is_closed",
    "is_done",
    "is_solved",
    "judge_solution",
    "priority_of",
    "touch",
]

NEW, ASSIGNED, PLANNED, PENDING, SOLVED, CLOSED = 1, 2, 3, 4, 5, 6
OPEN = frozenset({NEW, ASSIGNED, PLANNED, PENDING})
_GRADES = len(MATRIX)
_REVIEW, _REFUSED_CHANGE, _CANCELLED_CHANGE = 8, 13, 14
_DATE_MOD = 19  # search option
_REFUSED = 4  # of a solution
_MINUTE = len("2026-11-22 13:02")
_INVALID_DATES = "Invalid dates. Update cancelled."
_BY_MINUTE = ("date", "closedate", "time_to_resolve", "solvedate")


def is_solved(itemtype: str, status: Value) -> bool:
    """Tell whether a status is a solved one: problems and changes are reviewed, too."""
    return status == SOLVED or (status == _REVIEW and itemtype != "Ticket")


def is_closed(itemtype: str, status: Value) -> bool:
    """Tell whether a status is a closed one: changes are refused and cancelled, too."""
    refused = status in {_REFUSED_CHANGE, _CANCELLED_CHANGE} and itemtype == "Change"
    return status == CLOSED or refused


def is_done(itemtype: str, status: Value) -> bool:
    """Tell whether a status is a solved or a closed one."""
    return is_solved(itemtype, status) or is_closed(itemtype, status)


def assigned_status(itemtype: str) -> int:
    """Give the status of a new item that gets an assignee: changes know none of that name."""
    return NEW if itemtype == "Change" else ASSIGNED


def priority_of(urgency: Value, impact: Value) -> int:
    """Give the matrix' priority; outside of it, GLPI takes the mean."""
    row, column = int(urgency or 0), int(impact or 0)
    if 1 <= row <= _GRADES and 1 <= column <= _GRADES:
        return MATRIX[row - 1][column - 1]
    return round((row + column) / 2)


def _leaves_waiting(itemtype: str, old: Value, new: Value) -> bool:
    if old == PENDING:
        return True
    if is_solved(itemtype, old):
        return not is_closed(itemtype, new)
    return is_closed(itemtype, old) and not is_done(itemtype, new)


def _solved(context: Context, row: Row) -> dict[str, Value]:
    now = max(context.now(), str(row["date"] or ""))  # never before it was opened
    seconds = active_seconds(context, row["date"] or now, now, row.get("slas_id_ttr"))
    delay = max(seconds - int(row["waiting_duration"] or 0), 0)
    return {"solvedate": now, "solve_delay_stat": delay}


def _closed(context: Context, row: Row) -> dict[str, Value]:
    now = max(context.now(), str(row["date"] or ""))
    seconds = active_seconds(context, row["date"] or now, now, row.get("slas_id_ttr"))
    delay = max(seconds - int(row["waiting_duration"] or 0), 0)
    found: dict[str, Value] = {"closedate": now, "close_delay_stat": delay}
    if row["solvedate"] is None:
        found |= {"solvedate": now, "solve_delay_stat": delay}
    return found


def _status_follows(context: Context, itemtype: str, old: Row, row: Row) -> dict[str, Value]:
    """Give what a changed status brings: waiting, solving, closing, reopening."""
    found: dict[str, Value] = {}
    status = row["status"]
    if old["begin_waiting_date"] and _leaves_waiting(itemtype, old["status"], status):
        found |= waited(context, row | {"slas_id_ttr": row.get("slas_id_ttr", 0)})
        found = {key: value for key, value in found.items() if key in row}
    if is_solved(itemtype, status):
        found |= _solved(context, row | found)
    elif is_closed(itemtype, status):
        found |= _closed(context, row | found)
    elif is_done(itemtype, old["status"]):
        found |= {"solvedate": None, "closedate": None}
        found |= {"solve_delay_stat": 0, "close_delay_stat": 0}
    if status == PENDING or is_solved(itemtype, status):
        found["begin_waiting_date"] = context.now()
    return found


def _follows(context: Context, itemtype: str, old: Row, changed: Values) -> Values:
    found = dict(changed)
    if itemtype == "Ticket":
        found |= due_dates(context, old | found, found)
    if "status" in changed:
        for given in ("solvedate", "closedate"):
            found.pop(given, None)  # now is used, whatever was sent
        found |= _status_follows(context, itemtype, old, old | found)
    return _consistent(context, itemtype, old, found)


def _consistent(context: Context, itemtype: str, old: Row, found: Values) -> Values:
    """Give changes without dates before the opening (GLPI 10.0, pre_updateInDB)."""
    row = old | found
    due = ["time_to_resolve", "internal_time_to_resolve"]
    for column in [*due, *(["solvedate"] if is_solved(itemtype, row["status"]) else [])]:
        pair = {"date", column}
        early = row.get(column) and row["date"] and str(row[column]) < str(row["date"])
        if early and pair & found.keys():
            context.told.append(_INVALID_DATES)
            found = {name: value for name, value in found.items() if name not in pair}
    return found


def _moved(old: Row, wanted: Mapping[str, Value]) -> Values:
    """Give what differs: dates within the same minute do not (the web pages show no seconds)."""
    return {
        name: value
        for name, value in wanted.items()
        if old[name] != value and name != "date_mod"
        and not (name in _BY_MINUTE and value and str(old[name])[:_MINUTE] == str(value)[:_MINUTE])
    }  # fmt: skip


def judge_solution(context: Context, item: tuple[str, object], status: int) -> None:
    """Accept or refuse the last solution, if there is one."""
    where, tail = "itemtype = ? AND items_id = ?", "ORDER BY date_creation DESC, id DESC LIMIT 1"
    judged: Values = {"status": status, "users_id_approval": context.session.users_id}
    judged["date_approval"] = context.now()
    for solution in context.database.rows("ITILSolution", where, item, tail):
        context.database.update("ITILSolution", solution["id"], judged)


def _reopened(context: Context, item: tuple[str, object]) -> None:
    """Refuse the last solution of what is open again, and drop its survey."""
    judge_solution(context, item, _REFUSED)
    if item[0] == "Ticket":
        context.database.delete("TicketSatisfaction", "tickets_id = ?", (item[1],))


def change(
    context: Context, itemtype: str, old: Row, wanted: Mapping[str, Value], *, answers: bool = True
) -> bool:
    """Write wanted values with all that follows; tell whether anything changed.

    ``answers`` false keeps the response clock running (``_do_not_compute_takeintoaccount``).
    """
    changed, item = _moved(old, wanted), (itemtype, old["id"])
    if wanted.get("status", PENDING) != PENDING:
        context.database.delete("PendingReason_Item", "itemtype = ? AND items_id = ?", item)
    if not changed:
        return False
    if is_done(itemtype, old["status"]) and not is_done(itemtype, changed.get("status", CLOSED)):
        _reopened(context, item)
    follows = _follows(context, itemtype, old, changed)
    first: Values = {}
    if itemtype == "Ticket" and answers and "status" in changed:
        first = taken_into_account(context, old)
    final = {name: value for name, value in (first | follows).items() if old[name] != value}
    if not final:
        return False
    final["date_mod"] = context.now()
    if old["users_id_lastupdater"] != context.session.users_id:
        final["users_id_lastupdater"] = context.session.users_id
    context.database.update(itemtype, old["id"], final)
    told = {name: value for name, value in final.items() if name != "date_mod"}
    log_changes(context, itemtype, old, told)
    return True


def answer(context: Context, row: Row) -> None:
    """Count a sign of life on a ticket as the first answer, if it is one."""
    found = taken_into_account(context, row)
    if found:
        context.database.update("Ticket", row["id"], found)
        log_changes(context, "Ticket", row, found)


def touch(context: Context, itemtype: str, items_id: object, *, logged: bool = False) -> None:
    """Move date_mod to now; some of GLPI's paths leave a row of history for it."""
    row = context.database.row(itemtype, items_id)
    if row is None:
        return
    now = context.now()
    context.database.update(
        itemtype, items_id, {"date_mod": now, "users_id_lastupdater": context.session.users_id}
    )
    if logged and row["date_mod"] != now:
        log_row(
            context,
            (itemtype, items_id),
            0,
            id_search_option=_DATE_MOD,
            old_value=row["date_mod"],
            new_value=now,
        )
