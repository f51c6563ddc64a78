"""The scales of a desk: grades, states and kinds, the same words for every system (DESIGN 1)."""

from __future__ import annotations

from enum import IntEnum, StrEnum

__all__ = ["OPEN", "Grade", "Kind", "Status"]


class Grade(IntEnum):
    """The scale of urgency, impact and priority; a higher grade is a more pressing one."""

    very_low = 1
    low = 2
    medium = 3
    high = 4
    very_high = 5
    major = 6


class Status(StrEnum):
    """Where a ticket stands."""

    new = "new"
    assigned = "assigned"
    pending = "pending"
    solved = "solved"
    closed = "closed"
    cancelled = "cancelled"


OPEN = frozenset({Status.new, Status.assigned, Status.pending})


class Kind(StrEnum):
    """What a ticket is (ITIL 4: incident practice, service request practice)."""

    incident = "incident"
    request = "request"
