"""What a pull of changes is going to ask, known before: in most of them nothing has changed."""

from __future__ import annotations

from datetime import datetime

from sdtools.connectors.servicenow.comments import CommentReader
from sdtools.connectors.servicenow.deletions import deletions
from sdtools.connectors.servicenow.history import HistoryReader
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.reading import OVERLAP, TicketReader

__all__ = ["lists_of_pull"]


def lists_of_pull(
    tickets: TicketReader, said: CommentReader, history: HistoryReader, since: datetime
) -> list[Listing]:
    """Return the lists of all that changed at ``since`` or later, as they will be read."""
    return [
        *tickets.listings(since),
        deletions(since - OVERLAP),
        said.listing(since),
        history.listing(since - OVERLAP),
    ]
