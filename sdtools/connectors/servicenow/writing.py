"""What is said and done on tickets: comments, holds and solutions."""

from __future__ import annotations

from collections.abc import Sequence

from sdtools.connectors.desk import NewComment, NewHold, NewSolution, Written
from sdtools.connectors.pacing import there
from sdtools.connectors.servicenow.batches import Request
from sdtools.connectors.servicenow.checking import close_code, hold_reason
from sdtools.connectors.servicenow.comments import PRIVATE, PUBLIC, defused
from sdtools.connectors.servicenow.fields import INCIDENT, status_of
from sdtools.connectors.servicenow.sending import SettledError, fresh_rows, row_of, write
from sdtools.connectors.servicenow.updating import Writer, patch
from sdtools.connectors.text import why_not
from sdtools.model.grades import OPEN

__all__ = ["add_comments", "hold_tickets", "solve_tickets"]


def add_comments(writer: Writer, comments: Sequence[NewComment]) -> tuple[Written, ...]:
    """Add work notes, or comments that the caller sees."""
    writer.learn([comment.ticket for comment in comments])

    def build(comment: NewComment) -> Request:
        field = PUBLIC if comment.public else PRIVATE
        return patch(writer, comment.ticket, {field: _said(comment.text)})

    return write(writer, comments, build)


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
        return patch(writer, hold.ticket, values)

    return write(writer, holds, build)


def solve_tickets(writer: Writer, solutions: Sequence[NewSolution]) -> tuple[Written, ...]:
    """Solve incidents that are still open, with the code and notes that the desk demands."""
    rows = fresh_rows(writer, [one.ticket for one in solutions], ("state", "assigned_to"))

    def build(new: NewSolution) -> Request:
        table, row = row_of(rows, new.ticket)
        if not table.solved:
            raise ValueError(f"{table.word} cannot be solved: only people can complete it")
        status = status_of(table, row)
        if status not in OPEN:
            raise SettledError(there(f"the ticket is {status or 'odd'} already"))
        values = {
            "state": table.solved,
            "close_code": close_code(writer.choices(), new.code),
            "close_notes": _said(new.text),
        }
        return patch(writer, new.ticket, values, again=True)

    return write(writer, solutions, build)


def _said(said: str) -> str:
    reason = why_not(said)
    if reason:
        raise ValueError(reason)
    return defused(said)
