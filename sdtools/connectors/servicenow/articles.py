"""Knowledge articles applied to tickets (m2m_kb_task)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sdtools.connectors.servicenow.answers import Row, text
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.queries import Among, in_chunks

__all__ = ["ALL_LINKS", "all_articles", "articles_of"]


def articles_of(reader: Reader, tickets: Sequence[str]) -> Mapping[str, Sequence[str]] | None:
    """Return the articles of these tickets; None when the account may not read the links."""
    rows: list[Row] = []
    for some in in_chunks(tickets, taken=500):
        found = reader.readable(_links(Among(field="task", values=tuple(some))))
        if found is None:
            return None
        rows += found
    return _by_task(rows)


def all_articles(reader: Reader) -> Mapping[str, Sequence[str]] | None:
    """Return the articles of all tickets; None when the account may not read the links."""
    rows = reader.readable(ALL_LINKS)
    return None if rows is None else _by_task(rows)


def _links(*among: Among) -> Listing:
    return Listing(table="m2m_kb_task", fields=("task", "kb_knowledge"), among=among)


def _by_task(rows: Iterable[Row]) -> Mapping[str, Sequence[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[text(row, "task")].add(text(row, "kb_knowledge"))
    return {task: tuple(articles) for task, articles in found.items()}


ALL_LINKS = _links()
