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
    "change",
    "priority_of",
    "touch",
]

NEW, ASSIGNED, PLANNED, PENDING, SOLVED, CLOSED = 1, 2, 3, 4, 5, 6
OPEN = frozenset({NEW, ASSIGNED, PLANNED, PENDING})
_GRADES = len(MATRIX)
_DATE_MOD = 19  # search option


def priority_of(urgency: Value, impact: Value) -> int:
    """Give the matrix' priority; outside of it, GLPI takes the mean."""
    row, column = int(urgency or 0), int(impact or 0)
    if 1 <= row <= _GRADES and 1 <= column <= _GRADES:
        return MATRIX[row - 1][column - 1]
    return round((row + column) / 2)


def _leaves_waiting(old: Value, new: Value) -> bool:
    if old == PENDING:
        return True
    if old == SOLVED:
        return new != CLOSED
    return old == CLOSED and new in OPEN


def _solved(context: Context, row: Row) -> dict[str, Value]:
    now = context.now()
    seconds = active_seconds(context, row["date"], now, row.get("slas_id_ttr"))
    delay = max(seconds - int(row["waiting_duration"] or 0), 0)
    return {"solvedate": now, "solve_delay_stat": delay}


def _closed(context: Context, row: Row) -> dict[str, Value]:
    now = context.now()
    seconds = active_seconds(context, row["date"], now, row.get("slas_id_ttr"))
    delay = max(seconds - int(row["waiting_duration"] or 0), 0)
    found: dict[str, Value] = {"closedate": now, "close_delay_stat": delay}
    if row["solvedate"] is None:
        found |= {"solvedate": now, "solve_delay_stat": delay}
    return found


def _status_follows(context: Context, old: Row, row: Row) -> dict[str, Value]:
    """Give what a changed status brings: waiting, solving, closing, reopening."""
    found: dict[str, Value] = {}
    status = row["status"]
    if old["begin_waiting_date"] and _leaves_waiting(old["status"], status):
        found |= waited(context, row | {"slas_id_ttr": row.get("slas_id_ttr", 0)})
        found = {key: value for key, value in found.items() if key in row}
    if status == SOLVED:
        found |= _solved(context, row | found)
    elif status == CLOSED:
        found |= _closed(context, row | found)
    elif old["status"] in {SOLVED, CLOSED}:
        found |= {"solvedate": None, "closedate": None}
        found |= {"solve_delay_stat": 0, "close_delay_stat": 0}
    if status in {PENDING, SOLVED}:
        found["begin_waiting_date"] = context.now()
    return found


def _follows(context: Context, itemtype: str, old: Row, changed: Values) -> Values:
    found = dict(changed)
    if "urgency" in changed or "impact" in changed:
        row = old | found
        found["priority"] = priority_of(row["urgency"], row["impact"])
    if itemtype == "Ticket":
        found |= due_dates(context, old | found, found)
    if "status" in changed:
        for given in ("solvedate", "closedate"):
            found.pop(given, None)  # now is used, whatever was sent
        found |= _status_follows(context, old, old | found)
    return found


def change(
    context: Context, itemtype: str, old: Row, wanted: Mapping[str, Value], *, answers: bool = True
) -> bool:
    """Write wanted values with all that follows; tell whether anything changed.

    ``answers`` false keeps the response clock running (``_do_not_compute_takeintoaccount``).
    """
    changed = {name: value for name, value in wanted.items() if old[name] != value}
    changed.pop("date_mod", None)
    if not changed:
        return False
    follows = _follows(context, itemtype, old, changed)
    first: Values = {}
    if itemtype == "Ticket" and answers and "status" in changed:
        first = taken_into_account(context, old)
    final = {name: value for name, value in (first | follows).items() if old[name] != value}
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
