"""The field map: ServiceNow's values to our words and back, total both ways (DESIGN 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdtools.connectors.servicenow.answers import Row, text
from sdtools.model.effects import SetField
from sdtools.model.grades import Grade, Kind, Status

__all__ = [
    "CHOICES",
    "FIXED",
    "INCIDENT",
    "REQUEST",
    "TABLES",
    "TicketTable",
    "category_id",
    "field_values",
    "grade_of",
    "status_of",
    "table_of",
]

_THREE = {"1": Grade.high, "2": Grade.medium, "3": Grade.low}
_FIVE = {
    "1": Grade.very_high,
    "2": Grade.high,
    "3": Grade.medium,
    "4": Grade.low,
    "5": Grade.very_low,
}
_SCALES: Mapping[str, Mapping[str, Grade]] = {
    "urgency": _THREE,
    "impact": _THREE,
    "priority": _FIVE,
}

# The words that this desk has, for each field that does not have all (Directory.choices).
CHOICES: Mapping[str, tuple[str, ...]] = {
    name: tuple(grade.name for grade in sorted(scale.values())) for name, scale in _SCALES.items()
}
# What nobody can set: the table is the kind, and a lookup computes the priority (FACTS 10.1).
FIXED = frozenset({"kind", "priority"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTable:
    """One of the tables that hold tickets."""

    name: str
    word: str  # for messages
    kind: Kind
    states: Mapping[str, Status]
    pending: str
    solved: str = ""  # "": it has no such state
    has_category: bool = False
    own: tuple[str, ...] = ()  # fields beyond those of every task


INCIDENT = TicketTable(
    name="incident",
    word="an incident",
    kind=Kind.incident,
    states={
        "1": Status.new,
        "2": Status.assigned,
        "3": Status.pending,
        "6": Status.solved,
        "7": Status.closed,
        "8": Status.cancelled,
    },
    pending="3",
    solved="6",
    has_category=True,
    own=(
        "caller_id",
        "category",
        "subcategory",
        "problem_id",
        "parent_incident",
        "resolved_at",
        "reopen_count",
    ),
)
REQUEST = TicketTable(
    name="sc_req_item",
    word="a requested item",
    kind=Kind.request,
    states={
        "1": Status.new,  # without an assignee, see status_of
        "2": Status.assigned,
        "-5": Status.pending,
        "3": Status.closed,
        "4": Status.closed,
        "7": Status.cancelled,
    },
    pending="-5",
    own=("requested_for", "request.requested_for"),
)
TABLES = {table.name: table for table in (INCIDENT, REQUEST)}


def table_of(name: str) -> TicketTable:
    """Return a ticket table by its name; a class below one of them counts as an incident."""
    return TABLES.get(name, INCIDENT)


def status_of(table: TicketTable, row: Row) -> Status | None:
    """Return the status; None for a state that the table does not have."""
    status = table.states.get(text(row, "state"))
    if table is REQUEST and status is Status.new and text(row, "assigned_to"):
        return Status.assigned
    return status


def grade_of(row: Row, field: str) -> Grade | None:
    """Return a grade; None when the value is not one of the scale."""
    return _SCALES[field].get(text(row, field))


def category_id(category: str, subcategory: str = "") -> str:
    """Name a category or subcategory, which are values and no records: ``network/vpn``."""
    if not category:
        return ""
    return "/".join(_bare(part) for part in (category, subcategory) if part)


def field_values(table: TicketTable, change: SetField) -> dict[str, str]:
    """Return the columns that set a field; raise ValueError when the table has no such value.

    A value that it lacks must not reach the desk: it is dropped, or stored empty, with status 200.
    """
    match change.field:
        case "urgency" | "impact":
            return {change.field: _graded(change)}
        case "location":
            return {"location": change.value}
        case "category":
            if not table.has_category:
                raise ValueError(f"{table.word} has no category")
            category, _, subcategory = change.value.partition("/")
            return {"category": _written(category), "subcategory": _written(subcategory)}
        case "priority":
            raise ValueError("the desk computes priority from urgency and impact: set these")
        case "status":
            return _worked_on(table, change.value)
        case "kind":
            raise ValueError(f"{table.word} cannot become anything else")


def _worked_on(table: TicketTable, value: str) -> dict[str, str]:
    """Return the columns that take a wait or a solution back."""
    if value not in {Status.new, Status.assigned}:
        raise ValueError(f"{table.word} cannot be set to {value} like this: hold or solve it")
    state = next(state for state, status in table.states.items() if status == value)
    return {"state": state, "hold_reason": ""} if table is INCIDENT else {"state": state}


def _graded(change: SetField) -> str:
    for value, grade in _SCALES[change.field].items():
        if grade.name == change.value:
            return value
    words = ", ".join(CHOICES[change.field])
    raise ValueError(f"{change.field} cannot be {change.value!r} here: it is one of {words}")


def _bare(value: str) -> str:
    return value.replace("%", "%25").replace("/", "%2F")


def _written(part: str) -> str:
    return part.replace("%2F", "/").replace("%25", "%")
