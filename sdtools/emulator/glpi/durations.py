"""A ticket's clocks: due dates, waiting, time to own, to solve, to close (FACTS 10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sdtools.emulator.glpi.calendars import Hours, due_date, hours_of
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import GlpiDatabase, Row
from sdtools.emulator.glpi.tables import Value

__all__ = ["active_seconds", "due_dates", "taken_into_account", "waited"]

_AGREEMENTS = (
    ("slas_id_ttr", "time_to_resolve", "SLA"),
    ("slas_id_tto", "time_to_own", "SLA"),
    ("olas_id_ttr", "internal_time_to_resolve", "OLA"),
    ("olas_id_tto", "internal_time_to_own", "OLA"),
)
_DUE = (("time_to_resolve", "slas_id_ttr"), ("internal_time_to_resolve", "olas_id_ttr"))


def _hours(database: GlpiDatabase, slas_id: Value) -> Hours | None:
    agreement = database.row("SLA", slas_id) if slas_id else None
    return hours_of(database, agreement["calendars_id"]) if agreement else None


def active_seconds(context: Context, start: Value, end: Value, slas_id: Value) -> int:
    """Give the seconds between two stored times, open ones only if the SLA has a calendar."""
    first, last = datetime.fromisoformat(str(start)), datetime.fromisoformat(str(end))
    hours = _hours(context.database, slas_id)
    if hours is not None:
        return hours.between(first, last)
    return max(int((last - first).total_seconds()), 0)


def due_dates(context: Context, row: Row, changed: Mapping[str, Value]) -> dict[str, Value]:
    """Give what follows for a ticket (its row with the changes) from changed SLAs."""
    found: dict[str, Value] = {}
    for column, date_column, itemtype in _AGREEMENTS:
        if column not in changed:
            continue
        agreement = context.database.row(itemtype, row[column]) if row[column] else None
        if agreement is None:
            if changed[column]:
                found[column] = 0  # an unknown SLA is stored as none
            continue  # the old due date stays (FACTS 10)
        # An OLA begins when it is agreed upon, an SLA when the ticket was opened.
        begin = context.now() if itemtype == "OLA" else str(row["date"])
        if itemtype == "OLA":
            found[f"ola_{column.removeprefix('olas_id_')}_begin_date"] = begin
        opened = datetime.fromisoformat(begin)
        delay = int(row["sla_waiting_duration"] or 0) if column == "slas_id_ttr" else 0
        hours = hours_of(context.database, agreement["calendars_id"])
        found[date_column] = f"{due_date(opened, agreement, hours, delay):%Y-%m-%d %H:%M:%S}"
        if column == "slas_id_ttr":
            levels = context.database.rows("SlaLevel", "slas_id = ? AND is_active", (row[column],))
            found["slalevels_id_ttr"] = levels[0]["id"] if levels else 0
    return found


def waited(context: Context, row: Row) -> dict[str, Value]:
    """Give what leaving a waiting state adds and moves."""
    seconds = active_seconds(context, row["begin_waiting_date"], context.now(), row["slas_id_ttr"])
    found: dict[str, Value] = {
        "begin_waiting_date": None,
        "waiting_duration": int(row["waiting_duration"] or 0) + seconds,
    }
    if row["slas_id_ttr"]:
        total = int(row["sla_waiting_duration"] or 0) + seconds
        found["sla_waiting_duration"] = total
        moved = due_dates(
            context, row | {"sla_waiting_duration": total}, {"slas_id_ttr": row["slas_id_ttr"]}
        )
        found["time_to_resolve"] = moved.get("time_to_resolve", row["time_to_resolve"])
    # A due date that nothing but a client set moves on, too (GLPI 10.0, pre_updateInDB).
    for column, agreement in _DUE:
        if row.get(column) and not row.get(agreement):
            due = datetime.fromisoformat(str(row[column])) + timedelta(seconds=seconds)
            found[column] = f"{due:%Y-%m-%d %H:%M:%S}"
    return found


def taken_into_account(context: Context, row: Row) -> dict[str, Value]:
    """Give the first answer's columns; nothing if it was given, or by a requester."""
    if row["takeintoaccount_delay_stat"]:
        return {}
    requesters = context.database.count(
        "Ticket_User",
        "tickets_id = ? AND type = 1 AND users_id = ?",
        (row["id"], context.session.users_id),
    )
    if requesters or not context.session.central:
        return {}
    now = context.now()
    seconds = active_seconds(context, row["date"], now, row["slas_id_tto"])
    return {"takeintoaccountdate": now, "takeintoaccount_delay_stat": max(seconds, 1)}
