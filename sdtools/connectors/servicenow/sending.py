"""From what is wanted of tickets to requests: built, settled already, or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sdtools.connectors.desk import Written
from sdtools.connectors.pacing import refused
from sdtools.connectors.servicenow.answers import Row, text
from sdtools.connectors.servicenow.batches import Request
from sdtools.connectors.servicenow.fields import TicketTable
from sdtools.connectors.servicenow.telling import told
from sdtools.connectors.servicenow.updating import Writer

__all__ = ["SettledError", "fresh_rows", "row_of", "write"]

T = TypeVar("T")


class SettledError(Exception):
    """Nothing needs to be sent: the answer is known."""

    def __init__(self, written: Written) -> None:
        super().__init__(written.detail)
        self.written = written


def fresh_rows(
    writer: Writer, tickets: Sequence[str], fields: tuple[str, ...]
) -> Mapping[str, tuple[TicketTable, Row]]:
    """Return what these tickets hold now in some fields, each with its table."""
    return {
        text(row, "sys_id"): (table, row)
        for table, rows in writer.tickets.rows(tickets, fields)
        for row in rows
    }


def row_of(rows: Mapping[str, tuple[TicketTable, Row]], ticket: str) -> tuple[TicketTable, Row]:
    """Return the row of a ticket; raise ValueError when there is none."""
    try:
        return rows[ticket]
    except KeyError:
        raise ValueError("the desk has no such ticket, or none in our scope") from None


def write(writer: Writer, items: Sequence[T], build: Callable[[T], Request]) -> tuple[Written, ...]:
    """Send what can be sent, and put every answer back in its place."""
    answers: dict[int, Written] = {}
    requests: dict[int, Request] = {}
    for place, item in enumerate(items):
        try:
            requests[place] = build(item)
        except SettledError as known:
            answers[place] = known.written
        except ValueError as error:
            answers[place] = refused(str(error))
    replies = writer.send(requests)
    answers |= {place: told(requests[place], reply) for place, reply in replies.items()}
    return tuple(answers[place] for place in range(len(items)))
