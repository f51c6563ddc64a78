"""What was said on tickets, as far as it came from us."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sdtools.apply.marks import marks_in
from sdtools.connectors.desk import Desk
from sdtools.model.ticket import Comment

__all__ = ["KnownComments", "marks_on"]

KnownComments = Callable[[str], Sequence[Comment]]
"""Gives what is held of the comments of a ticket."""


def marks_on(
    desk: Desk, tickets: Iterable[str], known: KnownComments | None = None
) -> Mapping[str, frozenset[str]]:
    """Return the marks in the comments of these tickets, by ticket; asks nothing about none.

    ``known`` gives what is held of comments: enough of a ticket that has not moved.
    """
    ids = list(dict.fromkeys(tickets))
    held = {id: known(id) for id in ids if id in desk.still} if known else {}
    asked = [id for id in ids if id not in held]
    said = {**held, **(desk.read_comments(asked) if asked else {})}
    return {
        ticket: frozenset(found for comment in comments for found in marks_in(comment.text))
        for ticket, comments in said.items()
    }
