"""What people did on the tickets of a mirror, robots left out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from sdtools.model.ticket import Activity, Ticket
from sdtools.store.codec import from_micros
from sdtools.store.merge import load_ticket
from sdtools.store.schema import comments, tickets

__all__ = ["read_activity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """What one author said on one ticket: how often, and when last."""

    author: str
    count: int
    last: datetime


def read_activity(
    connection: Connection, where: ColumnElement[bool], robots: frozenset[str]
) -> Mapping[str, Activity]:
    """Return the activity on the tickets that the condition selects, by ticket id."""
    remarks = _remarks(connection, where)
    chosen = select(tickets.c.id, tickets.c.document, tickets.c.touched).where(where)
    return {
        id: _activity(load_ticket(document, 0), json.loads(touched), remarks.get(id, ()), robots)
        for id, document, touched in connection.execute(chosen)
    }


def _remarks(connection: Connection, where: ColumnElement[bool]) -> Mapping[str, Sequence[Remarks]]:
    on_it = (comments.c.desk == tickets.c.desk) & (comments.c.ticket == tickets.c.id)
    last = func.max(comments.c.written, type_=comments.c.written.type)
    grouped = (
        select(comments.c.ticket, comments.c.author, func.count(), last)
        .join(tickets, on_it)
        .where(where)
        .group_by(comments.c.ticket, comments.c.author)
    )
    found: dict[str, list[Remarks]] = {}
    for ticket, author, count, at in connection.execute(grouped):
        found.setdefault(ticket, []).append(Remarks(author=author, count=count, last=at))
    return found


def _activity(
    ticket: Ticket,
    touched: Mapping[str, int],
    remarks: Sequence[Remarks],
    robots: frozenset[str],
) -> Activity:
    people = [remark for remark in remarks if remark.author not in robots]
    touches = [from_micros(at) for person, at in touched.items() if person not in robots]
    said = [remark.last for remark in people]
    last = max(remarks, key=lambda remark: (remark.last, remark.author), default=None)
    return Activity(
        comments=sum(remark.count for remark in people),
        last_human=max([ticket.opened, *said, *touches]),
        last_comment=last.last if last else None,
        last_comment_by=_role(last.author, ticket, robots) if last else "",
    )


def _role(author: str, ticket: Ticket, robots: frozenset[str]) -> str:
    if author in robots:  # also when it is the requester: no person answered
        return "robot"
    return "requester" if author in ticket.requesters else "agent"
