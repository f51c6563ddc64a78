"""From when on a desk is read anew: with some overlap, and further where something came late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sdtools.connectors.desk import Known
from sdtools.connectors.glpi.history import Entry, HistoryReader
from sdtools.connectors.glpi.late import late_lines
from sdtools.connectors.glpi.lists import FIRST, PAGE
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.zone import Zone

__all__ = ["SAME_SECOND", "Window", "begin_of", "first_page", "open_window"]

SAME_SECOND = timedelta(seconds=2)  # a change in the second of the last reading may not show
_OVERLAP = timedelta(minutes=2)  # clocks differ, and date_mod has whole seconds
_ENTRIES = 5  # lines of history that one touched ticket brings


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is read anew: everything of ``since`` or later, with some overlap."""

    since: datetime
    begin: datetime  # the overlap included
    reach: datetime  # what came late included
    first: int  # rows to ask for at first
    entries: tuple[Entry, ...] | None  # of the history, newest first; None without the right to it
    late: tuple[Entry, ...] = ()  # older ones, of what was written after the last reading
    newest: int = 0  # line of the history


def open_window(session: GlpiSession, zone: Zone, since: datetime, known: Known | None) -> Window:
    """Open the window of a time and read its history: one request where little is new."""
    begin = begin_of(since, zone)
    first = first_page(since, begin)
    lines = HistoryReader(session=session, zone=zone).tail(begin, _ENTRIES * first)
    if lines is None:
        few = max(first, FIRST)
        return Window(since=since, begin=begin, reach=begin, first=few, entries=None)
    entries = tuple(line for line in lines if line.at >= begin)
    late = late_lines(lines, begin, known) if known else ()
    touched = len({entry.ticket for entry in entries})  # and some without history
    return Window(
        since=since,
        begin=begin,
        reach=min((line.at for line in late), default=begin),
        first=PAGE if late else max(first, min(touched + FIRST, PAGE)),
        entries=entries,
        late=late,
        newest=max((line.id for line in lines), default=0),
    )


def begin_of(since: datetime, zone: Zone) -> datetime:
    """Return from when on to read; earlier when the clocks change, for an hour may come twice."""
    return since - _OVERLAP - zone.doubt(since)


def first_page(since: datetime, begin: datetime) -> int:
    """Return how many rows to ask for at first: a long overlap holds much that is known."""
    return FIRST if since - begin <= _OVERLAP else PAGE
