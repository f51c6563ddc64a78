"""The field map: GLPI's numbers to our words and back, total both ways (DESIGN 1)."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.connectors.glpi.answers import Row, integer
from sdtools.model.effects import SetField
from sdtools.model.grades import Grade, Kind, Status

__all__ = [
    "CHOICES",
    "GRADES",
    "KINDS",
    "PENDING",
    "STATUSES",
    "field_input",
    "grade_of",
    "kind_of",
    "status_of",
]

PENDING = 4

# By GLPI's numbers; those that it does not know either are missing (FACTS 8).
STATUSES: Mapping[int, Status] = {
    1: Status.new,
    2: Status.assigned,
    3: Status.assigned,  # planned
    PENDING: Status.pending,
    5: Status.solved,
    6: Status.closed,
}
_GRADE = {int(grade): grade for grade in Grade}
_LESSER = {number: grade for number, grade in _GRADE.items() if grade is not Grade.major}
# By column: only priority has a 6.
GRADES: Mapping[str, Mapping[int, Grade]] = {
    "urgency": _LESSER,
    "impact": _LESSER,
    "priority": _GRADE,
}
KINDS: Mapping[int, Kind] = {1: Kind.incident, 2: Kind.request}
_KIND_NUMBER = {kind: number for number, kind in KINDS.items()}
_COLUMN = {
    "urgency": "urgency",
    "impact": "impact",
    "priority": "priority",
    "category": "itilcategories_id",
    "kind": "type",
    "location": "locations_id",
    "status": "status",
}
_STATUS_NUMBER = {Status.new: 1, Status.assigned: 2}  # what undo takes a wait or solution back to
# The words that this desk has, for each field that does not have all (Directory.choices).
CHOICES: Mapping[str, tuple[str, ...]] = {
    "urgency": tuple(grade.name for grade in Grade if grade is not Grade.major),
    "impact": tuple(grade.name for grade in Grade if grade is not Grade.major),
    "status": tuple(dict.fromkeys(status.value for status in STATUSES.values())),
}
_GRADED = frozenset({"urgency", "impact", "priority"})


def status_of(row: Row) -> Status | None:
    """Return the status; None for a number that GLPI does not know either (FACTS 8)."""
    return STATUSES.get(integer(row, "status"))


def kind_of(row: Row) -> Kind | None:
    """Return the kind; None for an unknown number."""
    return KINDS.get(integer(row, "type"))


def grade_of(row: Row, column: str) -> Grade | None:
    """Return a grade; None when the number is not one of the scale."""
    return GRADES[column].get(integer(row, column))


def field_input(change: SetField) -> tuple[str, int]:
    """Return the column and number that set a field; raise ValueError when GLPI has no such value.

    A word GLPI lacks must not reach it: it stores any number, and a text crashes it (FACTS 8, 9).
    """
    column = _COLUMN[change.field]
    if change.field in _GRADED:
        return column, _grade_number(change)
    if change.field == "kind":
        return column, _KIND_NUMBER[Kind(change.value)]
    if change.field == "status":
        return column, _status_number(change.value)
    return column, int(change.value or 0)


def _status_number(value: str) -> int:
    number = _STATUS_NUMBER.get(Status(value))
    if number is None:
        raise ValueError(f"a ticket cannot be set to {value} like this: hold or solve it")
    return number


def _grade_number(change: SetField) -> int:
    try:
        grade = Grade[change.value]
    except KeyError:
        raise ValueError(f"no grade is called {change.value!r}") from None
    if grade is Grade.major and change.field != "priority":
        raise ValueError(f"{change.field} cannot be major: only priority can")
    return int(grade)
