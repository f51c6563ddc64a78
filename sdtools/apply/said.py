"""What was said on tickets, as far as it came from us."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sdtools.apply.marks import marks_in
from sdtools.connectors.desk import Desk

__all__ = ["marks_on"]


def marks_on(desk: Desk, tickets: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Return the marks in the comments of these tickets, by ticket; asks nothing about none."""
    ids = list(dict.fromkeys(tickets))
    said = desk.read_comments(ids) if ids else {}
    return {
        ticket: frozenset(found for comment in comments for found in marks_in(comment.text))
        for ticket, comments in said.items()
    }
