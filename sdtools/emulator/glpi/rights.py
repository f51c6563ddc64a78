"""Which rights let a session see or add items of a type at all (GLPI 10.0, canView, canCreate)."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.context import Session
from sdtools.emulator.glpi.profiles import (
    ADD_ALL,
    CREATE,
    OWN,
    PURGE,
    READ,
    READ_ALL,
    SEE_PRIVATE,
    UPDATE,
    right_of,
)

__all__ = ["may_add_some", "may_change_tickets", "may_view_some"]

Rights = tuple[tuple[str, int], ...]  # any bit of any of them will do

_READS = READ | READ_ALL
_READ_GROUP, _READ_ASSIGNED = 2048, 4096  # of tickets
_ASSIGN, _STEAL, _CHANGE_PRIORITY = 8192, 16384, 65536  # of tickets
_READ_FAQ, _PUBLISH_FAQ = 2048, 4096  # of articles
_ADD_MINE, _ADD_MY_GROUPS = 4, 2048  # followups
_ASK = 1024 | 2048  # for approvals of requests and incidents
_APPROVE = 4096 | 8192
_ALTER = UPDATE | _ASSIGN | _STEAL | OWN | _CHANGE_PRIORITY

_TICKETS: Rights = (
    ("ticket", _READS | UPDATE | _READ_GROUP | _READ_ASSIGNED | OWN),
    ("ticketvalidation", _APPROVE),
)
_PROBLEMS: Rights = (("problem", _READS),)
_CHANGES: Rights = (("change", _READS),)
_ARTICLES: Rights = (("knowbase", READ | _READ_FAQ),)
_OF_TICKETS = (
    "Ticket", "Ticket_User", "Group_Ticket", "Supplier_Ticket", "Item_Ticket", "Ticket_Ticket",
)  # fmt: skip
_OF_PROBLEMS = (
    "Problem", "Problem_User", "Group_Problem", "Problem_Supplier", "Problem_Ticket",
    "ProblemTask",
)  # fmt: skip
_OF_CHANGES = (
    "Change", "Change_User", "Change_Group", "Change_Supplier", "Change_Ticket", "ChangeTask",
)  # fmt: skip
# Of other item types the right to read it is asked.
_VIEW: Mapping[str, Rights] = {
    **dict.fromkeys(_OF_TICKETS, _TICKETS),
    **dict.fromkeys(_OF_PROBLEMS, _PROBLEMS),
    **dict.fromkeys(_OF_CHANGES, _CHANGES),
    "ITILFollowup": (
        ("followup", READ | SEE_PRIVATE), ("ticket", OWN | READ), ("change", READ),
        ("problem", READ),
    ),
    "ITILSolution": (("ticket", READ), ("change", READ), ("problem", READ)),
    "TicketTask": (("task", READ | SEE_PRIVATE), ("ticket", OWN)),
    "TicketValidation": (("ticketvalidation", PURGE | _ASK | _APPROVE),),
    "ChangeValidation": (("changevalidation", PURGE | CREATE | READ_ALL),),
    "KnowbaseItem": _ARTICLES,
    "KnowbaseItem_Item": _ARTICLES,
}  # fmt: skip
_LINKS = frozenset(_OF_TICKETS[1:])
# Of other item types the right to create it is asked.
_ADD: Mapping[str, Rights] = {
    "ITILFollowup": (
        ("change", UPDATE), ("problem", UPDATE), ("ticket", OWN),
        ("followup", ADD_ALL | _ADD_MINE | _ADD_MY_GROUPS),
    ),
    "TicketTask": (("task", ADD_ALL), ("ticket", OWN)),
    "ProblemTask": (("problem", UPDATE), ("task", ADD_ALL)),
    "ChangeTask": (("change", UPDATE), ("task", ADD_ALL)),
    "TicketValidation": (("ticketvalidation", _ASK),),
    "KnowbaseItem": (("knowbase", CREATE | _PUBLISH_FAQ),),
    "Document": (("document", CREATE), ("followup", _ADD_MINE)),
    **dict.fromkeys(_OF_PROBLEMS[1:-2], (("problem", UPDATE),)),
    **dict.fromkeys(_OF_CHANGES[1:-2], (("change", UPDATE),)),
}  # fmt: skip
# A solution asks its item only; a link between two asks both ends.
_ANYBODY = frozenset({"ITILSolution", "Problem_Ticket", "Change_Ticket"})


def _any(session: Session, rights: Rights) -> bool:
    return any(session.may(right, bits) for right, bits in rights)


def may_view_some(session: Session, itemtype: str) -> bool:
    """Tell whether a session may see items of a type, if they are its own."""
    return _any(session, _VIEW.get(itemtype, ((right_of(itemtype), READ),)))


def may_change_tickets(session: Session) -> bool:
    """Tell whether a session may change tickets, if they let it."""
    return session.may("ticket", _ALTER if session.central else CREATE)


def may_add_some(session: Session, itemtype: str) -> bool:
    """Tell whether a session may add items of a type, if their parents let it."""
    if itemtype in _ANYBODY:
        return True
    if itemtype in _LINKS:
        return may_change_tickets(session)
    return _any(session, _ADD.get(itemtype, ((right_of(itemtype), CREATE),)))
