"""What is taken away from tickets: links that undo removes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sdtools.connectors.desk import OldLink, Written
from sdtools.connectors.pacing import refused, there
from sdtools.connectors.servicenow.answers import Row, text
from sdtools.connectors.servicenow.batches import Request
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.queries import Among, in_chunks
from sdtools.connectors.servicenow.updating import Writer

__all__ = ["remove_links"]

_FIELDS = {"problem": "problem_id", "parent": "parent_incident"}


def remove_links(writer: Writer, links: Sequence[OldLink]) -> tuple[Written, ...]:
    """Empty the field that holds a problem or parent, or delete the record that ties an article."""
    writer.learn([one.ticket for one in links])
    rows = {
        text(row, "sys_id"): row
        for _, found in writer.tickets.rows([one.ticket for one in links], tuple(_FIELDS.values()))
        for row in found
    }
    articles = _articles(writer, [one for one in links if one.link.target == "article"])
    answers: dict[int, Written] = {}
    requests: dict[int, Request] = {}
    for place, one in enumerate(links):
        if one.ticket not in rows:
            answers[place] = refused("the desk has no such ticket, or none in our scope")
            continue
        request = _request(writer, one, rows[one.ticket], articles)
        if request is None:
            answers[place] = there("the link is gone already")
        else:
            requests[place] = request
    answers |= {place: reply.written for place, reply in writer.send(requests).items()}
    return tuple(answers[place] for place in range(len(links)))


def _request(
    writer: Writer, one: OldLink, row: Row, articles: Mapping[tuple[str, str], str]
) -> Request | None:
    """Return what takes a link away; None where there is nothing to take."""
    if one.link.target == "article":
        tie = articles.get((one.ticket, one.link.id))
        path = f"/table/m2m_kb_task/{tie}"
        return Request(method="DELETE", path=path, values={}, again=True) if tie else None
    column = _FIELDS[one.link.target]
    if text(row, column) != one.link.id:
        return None
    path = f"/table/{writer.table(one.ticket).name}/{one.ticket}"
    return Request(method="PATCH", path=path, values={column: ""}, again=True)


def _articles(writer: Writer, links: Sequence[OldLink]) -> dict[tuple[str, str], str]:
    """Return the record that ties each ticket and article."""
    found: dict[tuple[str, str], str] = {}
    for some in in_chunks(sorted({one.ticket for one in links}), taken=500):
        wanted = Among(field="task", values=tuple(some))
        listing = Listing(table="m2m_kb_task", fields=("kb_knowledge",), among=(wanted,))
        for row in writer.tickets.reader.rows(listing):
            found[text(row, "task"), text(row, "kb_knowledge")] = text(row, "sys_id")
    return found
