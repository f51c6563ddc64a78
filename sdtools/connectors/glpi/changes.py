"""What was touched on a GLPI: one list tells what of the others need not be asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sdtools.connectors.desk import Known
from sdtools.connectors.glpi.comments import CommentReader
from sdtools.connectors.glpi.history import HistoryReader, edits_of
from sdtools.connectors.glpi.nobody import without_claims
from sdtools.connectors.glpi.reading import TicketReader, Window, begin_of
from sdtools.connectors.glpi.watch import Watch, watch_from_now, watch_since
from sdtools.model.history import Edit
from sdtools.model.ticket import Comment, Ticket

__all__ = ["Changes"]


class Changes:
    """Reads tickets, then comments and history, of all or of what changed."""

    def __init__(self, reader: TicketReader, said: CommentReader) -> None:
        self.retold: frozenset[str] = frozenset()  # tickets of the last `tickets`
        self.watch: Watch | None = None  # since before the last `tickets`, once all were given out
        self._reader = reader
        self._said = said
        self._window: Window | None = None  # of the last `tickets`, for the history after it
        self._quiet: datetime | None = None  # since then no ticket was touched

    def tickets(self, since: datetime | None, known: Known | None) -> Iterator[tuple[Ticket, ...]]:
        """Read tickets in pages: all, or those updated at ``since`` or later (with overlap)."""
        self._window = self._quiet = self.watch = None
        reader = self._reader
        if since is None:
            watch = watch_from_now(reader.session, reader.zone)
            yield from reader.all()
            if watch is not None:  # ties were read first: what moved since then is read again
                watch.take(watch.lines(reader.session))
                yield tuple(reader.some(sorted(watch.touched)).values())
            self.watch = watch
            return
        self._window = window = reader.window(since)
        touched = False
        for page in reader.changed(window, known):
            touched = True
            yield without_claims(page, window.entries or ())
        self._quiet = None if touched else since
        self.watch = watch_since(window.entries, window.begin, reader.zone)

    def comments(self, since: datetime | None) -> Iterator[tuple[Comment, ...]]:
        """Read comments, tasks and solutions in pages, those changed at ``since`` or later.

        Each of them touches its ticket (FACTS 10): none is asked for when :meth:`tickets` has
        just found none.
        """
        if since is None:
            return self._said.all()
        quiet, self._quiet = self._quiet, None
        return iter(()) if quiet is not None and quiet <= since else self._said.changed(since)

    def history(self, since: datetime) -> Iterator[tuple[Edit, ...]]:
        """Read who changed which field; what :meth:`tickets` has just read is not read again."""
        window, self._window = self._window, None
        if window is not None and window.since <= since:
            yield edits_of(window.entries or ())
            return
        reader = self._reader
        lines = HistoryReader(session=reader.session, zone=reader.zone)
        for entries in lines.pages(begin_of(since, reader.zone)):
            yield edits_of(entries)
