"""GLPI's link tables: where each names its ticket, and what it ties to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "APPROVALS",
    "ARTICLES",
    "ASSIGNED",
    "DOCUMENTS",
    "GROUPS",
    "ITEMS",
    "OBSERVER",
    "PARENTS",
    "PEOPLE",
    "PROBLEMS",
    "REQUESTER",
    "SATISFACTION",
    "TABLES",
    "WAITING",
    "Table",
]

REQUESTER, ASSIGNED, OBSERVER = "1", "2", "3"
WAITING = "2"  # TicketValidation.status
_SON_OF = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A link table: where it names its ticket, and where the other end."""

    itemtype: str
    ticket: str
    target: str
    role: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    zero: bool = False  # 0 is a target like others, and only null is none
    sub: bool = True  # ``Ticket/1/<itemtype>`` is filtered (FACTS 5: Ticket_Ticket is not)
    unknown: tuple[str, ...] = ()  # fields of a ticket that are unknown without it


PEOPLE = Table(
    itemtype="Ticket_User",
    ticket="tickets_id",
    target="users_id",
    role="type",
    unknown=("requesters", "observers", "assignees"),
)
GROUPS = Table(
    itemtype="Group_Ticket",
    ticket="tickets_id",
    target="groups_id",
    role="type",
    unknown=("requester_groups", "groups"),
)
ITEMS = Table(
    itemtype="Item_Ticket",
    ticket="tickets_id",
    target="items_id",
    role="itemtype",
    unknown=("items",),
)
PROBLEMS = Table(
    itemtype="Problem_Ticket", ticket="tickets_id", target="problems_id", unknown=("problems",)
)
ARTICLES = Table(
    itemtype="KnowbaseItem_Item",
    ticket="items_id",
    target="knowbaseitems_id",
    where={"itemtype": "Ticket"},
    unknown=("articles",),
)
PARENTS = Table(
    itemtype="Ticket_Ticket",
    ticket="tickets_id_1",
    target="tickets_id_2",
    where={"link": str(_SON_OF)},
    sub=False,
    unknown=("parent",),
)
SATISFACTION = Table(
    itemtype="TicketSatisfaction",
    ticket="tickets_id",
    target="satisfaction",
    zero=True,
    unknown=("satisfaction",),
)
APPROVALS = Table(
    itemtype="TicketValidation",
    ticket="tickets_id",
    target="users_id_validate",
    role="status",
    unknown=("approvers",),
)
DOCUMENTS = Table(
    itemtype="Document_Item",
    ticket="items_id",
    target="documents_id",
    where={"itemtype": "Ticket"},
    unknown=("documents",),
)
TABLES = (
    PEOPLE,
    GROUPS,
    ITEMS,
    PROBLEMS,
    ARTICLES,
    PARENTS,
    SATISFACTION,
    APPROVALS,
    DOCUMENTS,
)
