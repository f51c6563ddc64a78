"""The ties of tickets that have not moved: what is held of them, as link tables would say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sdtools.connectors.glpi.tables import (
    APPROVALS,
    ARTICLES,
    ASSIGNED,
    DOCUMENTS,
    GROUPS,
    ITEMS,
    OBSERVER,
    PARENTS,
    PEOPLE,
    PROBLEMS,
    REQUESTER,
    SATISFACTION,
    WAITING,
    Table,
)
from sdtools.connectors.glpi.ties import Tie, Ties
from sdtools.model.ticket import Ticket

__all__ = ["known_ties"]


def known_ties(tickets: Iterable[Ticket]) -> Ties:
    """Return the ties that tickets were made of, without the ids of the links.

    No ticket holds which groups watch it, nor approvals that were given: those ties are missing.
    """
    found: defaultdict[str, defaultdict[int, list[Tie]]] = defaultdict(lambda: defaultdict(list))
    unknown: frozenset[str] = frozenset()
    for ticket in tickets:
        unknown |= ticket.unknown
        for table, role, target in _ends(ticket):
            found[table.itemtype][int(ticket.id)].append(Tie("", role, target))
    return Ties(by_table=found, unknown=unknown)


def _ends(ticket: Ticket) -> Iterator[tuple[Table, str, str]]:
    ends = (
        (PEOPLE, REQUESTER, ticket.requesters),
        (PEOPLE, OBSERVER, ticket.observers),
        (PEOPLE, ASSIGNED, ticket.assignees),
        (GROUPS, REQUESTER, ticket.requester_groups),
        (GROUPS, ASSIGNED, ticket.groups),
        (PROBLEMS, "", ticket.problems),
        (ARTICLES, "", ticket.articles),
        (PARENTS, "", (ticket.parent,) if ticket.parent else ()),
        (SATISFACTION, "", () if ticket.satisfaction is None else (str(ticket.satisfaction),)),
        (APPROVALS, WAITING, ticket.approvers),
        (DOCUMENTS, "", ticket.documents),
    )
    for table, role, targets in ends:
        yield from ((table, role, target) for target in targets)
    for item in ticket.items:
        kind, _, id = item.rpartition("/")
        yield ITEMS, kind, id
