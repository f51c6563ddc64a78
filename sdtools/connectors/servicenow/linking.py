"""Links of tickets to articles, problems and parents: made, and taken away."""

from __future__ import annotations

from collections.abc import Sequence

from sdtools.connectors.desk import NewLink, OldLink, WriteState, Written
from sdtools.connectors.pacing import there
from sdtools.connectors.servicenow.answers import Row, text
from sdtools.connectors.servicenow.batches import Request
from sdtools.connectors.servicenow.fields import INCIDENT, TicketTable
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.queries import Among, in_chunks
from sdtools.connectors.servicenow.sending import SettledError, fresh_rows, row_of, write
from sdtools.connectors.servicenow.updating import Writer, patch

__all__ = ["add_links", "remove_links"]

_Applied = dict[tuple[str, str], tuple[str, ...]]  # by ticket and article
_FIELDS = {"problem": "problem_id", "parent": "parent_incident"}


def add_links(writer: Writer, links: Sequence[NewLink]) -> tuple[Written, ...]:
    """Add links; one that is there already is not made a second time."""
    rows = fresh_rows(writer, [one.ticket for one in links], tuple(_FIELDS.values()))
    applied = _articles(writer, links)
    _look(writer, links)

    def build(new: NewLink) -> Request:
        table, row = row_of(rows, new.ticket)
        if new.link.target == "article":
            return _article_link(writer, new, applied)
        return _reference(writer, new, table, row)

    return write(writer, links, build)


def _look(writer: Writer, links: Sequence[NewLink]) -> None:
    wanted = {
        target: [one.link.id for one in links if one.link.target == target]
        for target in ("problem", "parent", "article")
    }
    writer.existing.look("problem", wanted["problem"])
    writer.existing.look("incident", wanted["parent"])
    writer.existing.look("kb_knowledge", wanted["article"])


def _article_link(writer: Writer, new: NewLink, applied: _Applied) -> Request:
    if (new.ticket, new.link.id) in applied:
        raise SettledError(there())
    reason = writer.existing.why_not("kb_knowledge", new.link.id)
    if reason:
        raise ValueError(reason)
    applied[new.ticket, new.link.id] = ()  # the same link twice in one go
    values = {"task": new.ticket, "kb_knowledge": new.link.id}
    return Request(method="POST", path="/table/m2m_kb_task", values=values, again=False)


def _reference(writer: Writer, new: NewLink, table: TicketTable, row: Row) -> Request:
    """Fill a field that holds one link; whoever is in it already was put there by somebody."""
    column = _FIELDS[new.link.target]
    if table is not INCIDENT:
        raise ValueError(f"{table.word} cannot be linked to a {new.link.target}")
    held = text(row, column)
    if held == new.link.id:
        raise SettledError(there())
    if held:
        raise ValueError(f"it is linked to another {new.link.target} already, and can have one")
    reason = writer.existing.why_not(
        "problem" if new.link.target == "problem" else "incident", new.link.id
    )
    if reason or new.link.id == new.ticket:
        raise ValueError(reason or "a ticket cannot be its own parent")
    return patch(writer, new.ticket, {column: new.link.id}, again=True)


def remove_links(writer: Writer, links: Sequence[OldLink]) -> tuple[Written, ...]:
    """Empty the field that holds a problem or parent; delete every record that ties an article."""
    rows = fresh_rows(writer, [one.ticket for one in links], tuple(_FIELDS.values()))
    applied = _articles(writer, links)
    parts = [(old, tie) for old in links for tie in _ties(applied, old)]

    def build(part: tuple[OldLink, str]) -> Request:
        old, tie = part
        _, row = row_of(rows, old.ticket)
        if tie:
            path = f"/table/m2m_kb_task/{tie}"
            return Request(method="DELETE", path=path, values={}, again=True)
        column = _FIELDS.get(old.link.target, "")
        if not column or text(row, column) != old.link.id:
            raise SettledError(there("the link is gone already"))
        return patch(writer, old.ticket, {column: ""}, again=True)

    written = iter(write(writer, parts, build))
    return tuple(_all_of([next(written) for _ in _ties(applied, old)]) for old in links)


def _ties(applied: _Applied, old: OldLink) -> Sequence[str]:
    """Return the records to delete; one "" when there are none."""
    found = applied.get((old.ticket, old.link.id), ()) if old.link.target == "article" else ()
    return found or ("",)


def _all_of(parts: Sequence[Written]) -> Written:
    """Return what became of a link: it is gone when all that tied it is."""
    return next((one for one in parts if one.state is not WriteState.done), parts[0])


def _articles(writer: Writer, links: Sequence[NewLink | OldLink]) -> _Applied:
    """Return the records that tie each ticket and article that are linked; nothing keeps it one."""
    found: _Applied = {}
    tickets = {one.ticket for one in links if one.link.target == "article"}
    for some in in_chunks(sorted(tickets), taken=500):
        wanted = Among(field="task", values=tuple(some))
        listing = Listing(table="m2m_kb_task", fields=("kb_knowledge",), among=(wanted,))
        for row in writer.tickets.reader.rows(listing):
            place = text(row, "task"), text(row, "kb_knowledge")
            found[place] = (*found.get(place, ()), text(row, "sys_id"))
    return found
