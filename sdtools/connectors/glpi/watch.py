"""What GLPI's history got since tickets were read: whom it does not name has not moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from sdtools.connectors.glpi.answers import FORBIDDEN, Row, identity, integer
from sdtools.connectors.glpi.history import Entry, lines_of_tickets, may_read_history
from sdtools.connectors.glpi.lists import FIRST, PAGE, pages
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.zone import Zone
from sdtools.errors import DeskRefusedError

__all__ = ["Watch", "watch_from_now", "watch_since"]


class Watch:
    """Tells which tickets the history names since a line of it, or since a time."""

    def __init__(self, *, zone: Zone, newest: int, begin: datetime | None) -> None:
        """Begin after the line with the id ``newest``, or with 0 for none at ``begin``."""
        self.touched: set[str] = set()
        self.ended = False  # the history may no longer be read: nothing is known of what moved
        self._zone = zone
        self._newest = newest
        self._begin = begin

    def lines(self, session: GlpiSession) -> list[Row]:
        """Read the lines that are new; :meth:`take` learns from them."""
        listing = lines_of_tickets(PAGE, FIRST)
        found: list[Row] = []
        try:
            for page in pages(session, listing):
                new = [row for row in page.rows if self._is_new(row)]
                found += new
                if len(new) < len(page.rows):
                    break
        except DeskRefusedError as error:
            if error.code != FORBIDDEN:
                raise
            self.ended = True
        return found

    def take(self, lines: Iterable[Row]) -> None:
        """Note whom these lines name, and read no further back than to them from now on."""
        for line in lines:
            self.touched.add(identity(line, "items_id"))
            self._newest = max(self._newest, integer(line, "id"))

    def _is_new(self, row: Row) -> bool:
        if self._newest:  # a clock may be set back, and a long request is told by its begin
            return integer(row, "id") > self._newest
        at = self._zone.utc(row.get("date_mod"))
        return self._begin is None or at is None or at >= self._begin


def watch_since(entries: Sequence[Entry] | None, begin: datetime, zone: Zone) -> Watch | None:
    """Go on from ``entries``, all that there were of ``begin`` or later; None for none to read."""
    if entries is None:
        return None
    return Watch(zone=zone, newest=max((entry.id for entry in entries), default=0), begin=begin)


def watch_from_now(session: GlpiSession, zone: Zone) -> Watch | None:
    """Begin a watch after the newest line that there is; None without the right to read them."""
    if not may_read_history(session):
        return None
    listing = lines_of_tickets(1, 1)
    try:
        rows = [row for page in islice(pages(session, listing), 1) for row in page.rows]
    except DeskRefusedError as error:
        if error.code != FORBIDDEN:
            raise
        return None
    newest = max((integer(row, "id") for row in rows), default=0)
    return Watch(zone=zone, newest=newest, begin=None)
