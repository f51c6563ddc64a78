"""Rows of an embedded GLPI that several rooms of tests begin with."""

from __future__ import annotations

__all__ = ["Row", "ticket_row"]

Row = tuple[str, dict[str, object]]


def ticket_row(number: int, then: str = "2026-11-10 08:00:00", **columns: object) -> Row:
    """Return the row of a new incident of that time, its content escaped as GLPI stores it."""
    plain: dict[str, object] = {
        "id": number,
        "name": f"Ticket {number}",
        "content": "&#60;p&#62;It is broken&#60;/p&#62;",
        "date": then,
        "date_mod": then,
        "date_creation": then,
        "status": 1,
        "type": 1,
        "urgency": 3,
        "impact": 3,
        "priority": 3,
        "entities_id": 0,
    }
    return "Ticket", plain | columns
