"""What is added to tickets: comments, links, holds and solutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sdtools.connectors.desk import NewComment, NewHold, NewLink, NewSolution, Written
from sdtools.connectors.pacing import refused, there
from sdtools.connectors.servicenow.answers import Row, text
from sdtools.connectors.servicenow.batches import Request
from sdtools.connectors.servicenow.checking import close_code, hold_reason
from sdtools.connectors.servicenow.comments import PRIVATE, PUBLIC, defused
from sdtools.connectors.servicenow.fields import INCIDENT, TicketTable, status_of
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.queries import Among, in_chunks
from sdtools.connectors.servicenow.telling import told
from sdtools.connectors.servicenow.updating import Writer
from sdtools.connectors.text import why_not
from sdtools.model.grades import OPEN

__all__ = ["add_comments", "add_links", "hold_tickets", "solve_tickets"]

T = TypeVar("T")

_LINK_FIELDS = {"problem": "problem_id", "parent": "parent_incident"}


class _SettledError(Exception):
    """Nothing needs to be sent: the answer is known."""

    def __init__(self, written: Written) -> None:
        super().__init__(written.detail)
        self.written = written


def add_comments(writer: Writer, comments: Sequence[NewComment]) -> tuple[Written, ...]:
    """Add work notes, or comments that the caller sees."""
    writer.learn([comment.ticket for comment in comments])

    def build(comment: NewComment) -> Request:
        field = PUBLIC if comment.public else PRIVATE
        return _patch(writer, comment.ticket, {field: _said(comment.text)})

    return _write(writer, comments, build)


def hold_tickets(writer: Writer, holds: Sequence[NewHold]) -> tuple[Written, ...]:
    """Set tickets to pending; status and reason go in one request."""
    writer.learn([hold.ticket for hold in holds])

    def build(hold: NewHold) -> Request:
        table = writer.table(hold.ticket)
        values = {"state": table.pending}
        if not hold.said:
            values[PRIVATE] = _said(hold.text)
        if table is INCIDENT:
            values["hold_reason"] = hold_reason(writer.choices())
        return _patch(writer, hold.ticket, values)

    return _write(writer, holds, build)


def solve_tickets(writer: Writer, solutions: Sequence[NewSolution]) -> tuple[Written, ...]:
    """Solve incidents that are still open, with the code and notes that the desk demands."""
    rows = _fresh(writer, [one.ticket for one in solutions], ("state", "assigned_to"))

    def build(new: NewSolution) -> Request:
        table, row = _row(rows, new.ticket)
        if not table.solved:
            raise ValueError(f"{table.word} cannot be solved: only people can complete it")
        status = status_of(table, row)
        if status not in OPEN:
            raise _SettledError(there(f"the ticket is {status or 'odd'} already"))
        values = {
            "state": table.solved,
            "close_code": close_code(writer.choices(), new.code),
            "close_notes": _said(new.text),
        }
        return _patch(writer, new.ticket, values, again=True)

    return _write(writer, solutions, build)


def add_links(writer: Writer, links: Sequence[NewLink]) -> tuple[Written, ...]:
    """Add links; one that is there already is not made a second time."""
    rows = _fresh(writer, [one.ticket for one in links], tuple(_LINK_FIELDS.values()))
    applied = _applied(writer, [one for one in links if one.link.target == "article"])
    _look(writer, links)

    def build(new: NewLink) -> Request:
        table, row = _row(rows, new.ticket)
        if new.link.target == "article":
            return _article_link(writer, new, applied)
        return _reference(writer, new, table, row)

    return _write(writer, links, build)


def _look(writer: Writer, links: Sequence[NewLink]) -> None:
    wanted = {
        target: [one.link.id for one in links if one.link.target == target]
        for target in ("problem", "parent", "article")
    }
    writer.existing.look("problem", wanted["problem"])
    writer.existing.look("incident", wanted["parent"])
    writer.existing.look("kb_knowledge", wanted["article"])


def _article_link(writer: Writer, new: NewLink, applied: set[tuple[str, str]]) -> Request:
    if (new.ticket, new.link.id) in applied:
        raise _SettledError(there())
    reason = writer.existing.why_not("kb_knowledge", new.link.id)
    if reason:
        raise ValueError(reason)
    applied.add((new.ticket, new.link.id))
    values = {"task": new.ticket, "kb_knowledge": new.link.id}
    return Request(method="POST", path="/table/m2m_kb_task", values=values, again=False)


def _reference(writer: Writer, new: NewLink, table: TicketTable, row: Row) -> Request:
    """Fill a field that holds one link; whoever is in it already was put there by somebody."""
    column = _LINK_FIELDS[new.link.target]
    if table is not INCIDENT:
        raise ValueError(f"{table.word} cannot be linked to a {new.link.target}")
    held = text(row, column)
    if held == new.link.id:
        raise _SettledError(there())
    if held:
        raise ValueError(f"it is linked to another {new.link.target} already, and can have one")
    reason = writer.existing.why_not(
        "problem" if new.link.target == "problem" else "incident", new.link.id
    )
    if reason or new.link.id == new.ticket:
        raise ValueError(reason or "a ticket cannot be its own parent")
    return _patch(writer, new.ticket, {column: new.link.id}, again=True)


def _applied(writer: Writer, links: Sequence[NewLink]) -> set[tuple[str, str]]:
    """Return the pairs of ticket and article that are linked: nothing keeps them unique."""
    found: set[tuple[str, str]] = set()
    for some in in_chunks(sorted({one.ticket for one in links}), taken=500):
        wanted = Among(field="task", values=tuple(some))
        listing = Listing(table="m2m_kb_task", fields=("kb_knowledge",), among=(wanted,))
        for row in writer.tickets.reader.rows(listing):
            found.add((text(row, "task"), text(row, "kb_knowledge")))
    return found


def _fresh(
    writer: Writer, tickets: Sequence[str], fields: tuple[str, ...]
) -> Mapping[str, tuple[TicketTable, Row]]:
    return {
        text(row, "sys_id"): (table, row)
        for table, rows in writer.tickets.rows(tickets, fields)
        for row in rows
    }


def _row(rows: Mapping[str, tuple[TicketTable, Row]], ticket: str) -> tuple[TicketTable, Row]:
    try:
        return rows[ticket]
    except KeyError:
        raise ValueError("the desk has no such ticket, or none in our scope") from None


def _said(said: str) -> str:
    reason = why_not(said)
    if reason:
        raise ValueError(reason)
    return defused(said)


def _patch(
    writer: Writer, ticket: str, values: Mapping[str, str], *, again: bool = False
) -> Request:
    path = f"/table/{writer.table(ticket).name}/{ticket}"
    return Request(method="PATCH", path=path, values=values, again=again)


def _write(
    writer: Writer, items: Sequence[T], build: Callable[[T], Request]
) -> tuple[Written, ...]:
    """Send what can be sent, and put every answer back in its place."""
    answers: dict[int, Written] = {}
    requests: dict[int, Request] = {}
    for place, item in enumerate(items):
        try:
            requests[place] = build(item)
        except _SettledError as known:
            answers[place] = known.written
        except ValueError as error:
            answers[place] = refused(str(error))
    replies = writer.send(requests)
    answers |= {place: told(requests[place], reply) for place, reply in replies.items()}
    return tuple(answers[place] for place in range(len(items)))
