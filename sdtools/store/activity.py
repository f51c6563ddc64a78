"""What people did on the tickets of a mirror, robots left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, func, select

from sdtools.model.ticket import Activity, Ticket, role_of
from sdtools.store.codec import from_micros, to_micros
from sdtools.store.merge import touched_once
from sdtools.store.schema import comments, tickets

__all__ = ["Activities", "Remarks", "read_remarks"]

_IN_HAND = 1000  # rows, asked of the driver at once


class Remarks(NamedTuple):
    """What one author said on one ticket: how often, and when last, in microseconds."""

    author: str
    times: int
    last: int


def read_remarks(
    connection: Connection, where: ColumnElement[bool]
) -> Mapping[str, Sequence[Remarks]]:
    """Return who said what on the tickets that the condition selects, by ticket id."""
    on_it = (comments.c.desk == tickets.c.desk) & (comments.c.ticket == tickets.c.id)
    last = func.max(comments.c.written, type_=BigInteger)
    grouped = (
        select(comments.c.ticket, comments.c.author, func.count(), last)
        .join(tickets, on_it)
        .where(where)
        .group_by(comments.c.ticket, comments.c.author)
    )
    found: dict[str, list[Remarks]] = {}
    for part in connection.execute(grouped).partitions(_IN_HAND):
        for ticket, author, count, at in part:
            found.setdefault(ticket, []).append(Remarks(author, count, at))
    return found


class Activities(Mapping[str, Activity]):
    """What people did by ticket id; worked out for those that somebody asks for.

    ``touched`` are the columns of that name, but for tickets that were touched once;
    ``robots`` are ids of people.
    """

    def __init__(
        self,
        found: Sequence[Ticket],
        touched: Mapping[str, str],
        remarks: Mapping[str, Sequence[Remarks]],
        robots: frozenset[str],
    ) -> None:
        self._tickets = {ticket.id: ticket for ticket in found}
        self._touched = touched
        self._remarks = remarks
        self._robots = robots
        self._known: dict[str, Activity] = {}

    def __getitem__(self, ticket: str) -> Activity:
        known = self._known.get(ticket)
        if known is None:
            found = self._tickets[ticket]
            once = touched_once(found.updated_by, to_micros(found.updated))
            touched = json.loads(self._touched.get(ticket) or once)
            said = self._remarks.get(ticket, ())
            known = _activity(found, touched, said, self._robots)
            self._known[ticket] = known
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._tickets)

    def __len__(self) -> int:
        return len(self._tickets)


def _activity(
    ticket: Ticket,
    touched: Mapping[str, int],
    remarks: Sequence[Remarks],
    robots: frozenset[str],
) -> Activity:
    people = [remark for remark in remarks if remark.author not in robots]
    touches = [at for person, at in touched.items() if person not in robots]
    said = [remark.last for remark in people]
    last = max(remarks, key=lambda remark: (remark.last, remark.author), default=None)
    return Activity(
        comments=sum(remark.times for remark in people),
        last_human=max([ticket.opened, *map(from_micros, (*said, *touches))]),
        last_comment=from_micros(last.last) if last else None,
        last_comment_by=role_of(last.author, ticket, robots) if last else "",
    )
