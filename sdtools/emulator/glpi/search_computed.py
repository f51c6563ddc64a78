"""Search columns that GLPI computes: lateness, the next due date, costs."""

from __future__ import annotations

from datetime import datetime

from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.search_options import Option
from sdtools.emulator.glpi.tables import Value

__all__ = ["computed"]

_WAITING = 4
_HOUR = 3600  # seconds
_NEVER = "99999999"


def _seconds(start: Value, end: Value) -> float:
    apart = datetime.fromisoformat(str(end)) - datetime.fromisoformat(str(start))
    return apart.total_seconds()


def _late(row: Row, due: Value, column: str, now: str) -> bool:
    if due is None or row["status"] == _WAITING:
        return False
    if column.endswith("to_resolve"):
        return str(row["solvedate"] or now) > str(due)
    delay = int(row["takeintoaccount_delay_stat"] or 0)
    if row["takeintoaccountdate"] is not None and str(row["takeintoaccountdate"]) > str(due):
        return True
    taken_late = row["takeintoaccountdate"] is None and delay > _seconds(row["date"], due)
    return taken_late or (delay == 0 and str(due) < now)


def _next_level(row: Row) -> str:
    dates = []
    for column in ("time_to_own", "internal_time_to_own"):
        dates.append(row[column] if not row["takeintoaccount_delay_stat"] else None)
    for column in ("time_to_resolve", "internal_time_to_resolve"):
        dates.append(row[column] if row["solvedate"] is None else None)
    return min(str(one or _NEVER) for one in dates).replace(_NEVER, "")


def _cost(row: Row, field: str) -> float:
    time = int(row["actiontime"] or 0) * float(str(row["cost_time"])) / _HOUR
    if field == "cost_time":
        return time
    if field == "totalcost":
        return time + float(str(row["cost_fixed"])) + float(str(row["cost_material"]))
    return float(str(row[field]))


def computed(option: Option, rows: list[Row], now: str) -> Value:
    """Give a computed option's value from the rows at the end of its path."""
    if option.field == "is_late":
        column = option.computed or ""
        return int(_late(rows[0], rows[0].get(column), column, now))
    if option.field == "next_escalation_level":
        return _next_level(rows[0])
    if not rows:
        return None
    return f"{sum(_cost(row, option.field) for row in rows):.8f}"
