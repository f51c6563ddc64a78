"""What GLPI's history got since tickets were read: whom it does not name has not moved."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from sdtools.connectors.glpi.answers import FORBIDDEN, Row, identity, integer
from sdtools.connectors.glpi.history import lines_of_tickets, may_read_history
from sdtools.connectors.glpi.lists import FIRST, PAGE, pages
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.errors import DeskRefusedError

__all__ = ["Watch", "watch_from_now"]


class Watch:
    """Tells which tickets the history names since a line of it."""

    def __init__(self, newest: int) -> None:
        """Begin after the line with the id ``newest``; 0 for none.

        Not at a time: clocks are set back, and a long process dates what it writes by its begin.
        """
        self.touched: set[str] = set()
        self.ended = False  # the history may no longer be read: nothing is known of what moved
        self._newest = newest

    def lines(self, session: GlpiSession) -> list[Row]:
        """Read the lines that are new; :meth:`take` learns from them."""
        listing = lines_of_tickets(PAGE, FIRST)
        found: list[Row] = []
        try:
            for page in pages(session, listing):
                new = [row for row in page.rows if integer(row, "id") > self._newest]
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


def watch_from_now(session: GlpiSession) -> Watch | None:
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
    return Watch(max((integer(row, "id") for row in rows), default=0))
