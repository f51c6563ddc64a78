"""What was touched on a GLPI: one list tells what of the others need not be asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sdtools.connectors.desk import Known
from sdtools.connectors.glpi.comments import CommentReader
from sdtools.connectors.glpi.history import Entry, HistoryReader, comments_gone, edits_of
from sdtools.connectors.glpi.late import LATE
from sdtools.connectors.glpi.nobody import without_claims
from sdtools.connectors.glpi.reading import TicketReader
from sdtools.connectors.glpi.watch import Watch, watch_from_now
from sdtools.connectors.glpi.window import begin_of, first_page, open_window
from sdtools.model.history import Edit
from sdtools.model.ticket import Comment, Ticket

__all__ = ["Changes"]


class Changes:
    """Reads tickets, then comments and history, of all or of what changed."""

    def __init__(self, reader: TicketReader, said: CommentReader) -> None:
        self.retold: frozenset[str] = frozenset()  # what was said there is gone, as lines tell
        self.watch: Watch | None = None  # since before the last `tickets`, once all were given out
        self._reader = reader
        self._said = said
        self._known: Known | None = None
        self._whole = False  # the last `tickets` were all
        self._quiet: datetime | None = None  # since then no ticket was touched
        self._further = timedelta()  # so much before are comments and lines that came late
        self._told: tuple[datetime, Sequence[tuple[Edit, ...]]] | None = None  # history, read once

    def tickets(self, since: datetime | None, known: Known | None) -> Iterator[tuple[Ticket, ...]]:
        """Read tickets in pages: all, or those updated at ``since`` or later (with overlap)."""
        self._quiet = self.watch = self._told = None
        self._known, self.retold = known, frozenset()
        self._whole = since is None
        return self._all() if since is None else self._changed(since, known)

    def _all(self) -> Iterator[tuple[Ticket, ...]]:
        self._further = LATE
        reader = self._reader
        watch = watch_from_now(reader.session)
        yield from reader.all()
        if watch is not None:  # ties were read first: what moved since then is read again
            watch.take(watch.lines(reader.session))
            yield tuple(reader.some(sorted(watch.touched)).values())
        self.watch = watch

    def _changed(self, since: datetime, known: Known | None) -> Iterator[tuple[Ticket, ...]]:
        reader = self._reader
        window = open_window(reader.session, reader.zone, since, known)
        self._further = window.begin - window.reach
        lines = (*(window.entries or ()), *window.late)
        self._told = since, [self._edits(lines)]
        touched = False
        for page in reader.changed(window, known):
            touched = True
            yield without_claims(page, lines)
        self._quiet = None if touched else since
        self.watch = None if window.entries is None else Watch(window.newest)

    def comments(self, since: datetime | None) -> Iterator[tuple[Comment, ...]]:
        """Read comments, tasks and solutions in pages, those changed at ``since`` or later.

        Each of them touches its ticket (FACTS 10): none is asked for when :meth:`tickets` has
        just found none.
        """
        if since is None:
            return self._said.all()
        quiet, self._quiet = self._quiet, None
        if quiet is not None and quiet <= since:
            return iter(())
        if self._whole:  # nothing has told yet what is gone
            self._told = since, [*self._lines(since)]
        begin = self._begin(since)
        return self._said.changed(begin, first_page(since, begin))

    def history(self, since: datetime) -> Iterator[tuple[Edit, ...]]:
        """Read who changed which field; what has just been read is not read again."""
        told, self._told = self._told, None
        return iter(told[1]) if told and told[0] <= since else self._lines(since)

    def _lines(self, since: datetime) -> Iterator[tuple[Edit, ...]]:
        lines = HistoryReader(session=self._reader.session, zone=self._reader.zone)
        return map(self._edits, lines.pages(self._begin(since)))

    def _begin(self, since: datetime) -> datetime:
        return begin_of(since, self._reader.zone) - self._further

    def _edits(self, lines: Sequence[Entry]) -> tuple[Edit, ...]:
        gone = comments_gone(lines)
        if gone and self._known is not None:
            self.retold |= frozenset(self._known(gone))
        return edits_of(lines)
