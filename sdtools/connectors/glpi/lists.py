"""Whole lists of GLPI in pages that neither miss nor repeat a row (FACTS 4, 13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sdtools.connectors.glpi.answers import Row, integer, is_closed
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.slices import PAGE, Listing, Slices
from sdtools.errors import DeskRefusedError, DeskUnreachableError

__all__ = [
    "FIRST",
    "PAGE",
    "Listing",
    "Page",
    "all_rows",
    "begun",
    "newest",
    "pages",
    "readable_rows",
    "total_of",
]

FIRST = 100  # rows of the first page, where most often nothing or little is new
_MOST = 32_000  # rows at a time, where many are of one second


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The rows of a page that no page before held, and how many rows the whole list has."""

    rows: tuple[Row, ...]
    total: int
    last: bool


def pages(session: GlpiSession, listing: Listing) -> Iterator[Page]:
    """Read a list page by page; DeskUnreachableError for rows that are there and do not come.

    Pages overlap a little: when rows vanish while we read, the rest moves up, and the overlap no
    longer shows a row that is known; then the page before is read again. When in the end fewer
    rows were seen than there are, some have changed places, and the list is read once more.

    There may be fewer rows than GLPI says: it lists each once, and counts it for every profile or
    actor that makes it visible. A page behind all others that brings nothing new is the last, and
    so is an empty one after one that was not full.
    """
    with Slices(session, listing) as slices:
        yield from _pages(session.desk, slices, listing)


@contextmanager
def begun(session: GlpiSession, listing: Listing) -> Iterator[Iterator[Page]]:
    """Have a worker ask for the first page now, and give what reads as :func:`pages` does."""
    with Slices(session, listing) as slices:
        slices.begin(0, listing.opening)
        yield _pages(session.desk, slices, listing)


def _pages(desk: str, slices: Slices, listing: Listing) -> Iterator[Page]:
    """End whatever is answered: a page behind all others that brings no new row is the last."""
    seen: set[int] = set()
    held: list[Row] = []  # rows after a gap: given out once the gap is filled
    start, size, back, again = 0, listing.opening, listing.size, True
    # Where the furthest page ended; rows seen when we last met an empty page; the page before.
    reach, ebb, full = 0, -1, True
    while True:
        rows, total = slices.at(start, size)
        onward = back == listing.size  # behind the page before
        over = not rows and onward and not full
        connected = not start or over or _overlaps(listing, rows, seen)
        new = _new(rows, seen)
        held += new
        if not connected:
            if not rows and onward and ebb == len(seen):
                raise _no_rows(desk, listing, total)
            ebb = len(seen) if not rows and onward else ebb
            reach = max(reach, start + (len(rows) or size) + 1)  # there we come again
            start, size, back = max(0, start - back), listing.size, back * 2
            continue
        place = start + len(rows)
        last = over or place >= total or (not new and place >= reach)
        reach, full = max(reach, place), len(rows) == size
        if last and again and len(seen) < (min(total, place) or total):
            start, size, back, again = 0, listing.size, listing.size, False
            continue
        if not place and total:
            raise _no_rows(desk, listing, total)
        yield Page(rows=tuple(held), total=total, last=last)
        if last:
            return
        (start, size), back, held = _after(listing, start, size, rows), listing.size, []


def _overlaps(listing: Listing, rows: Sequence[Row], seen: set[int]) -> bool:
    return any(integer(row, "id") in seen for row in rows[: listing.overlap])


def _new(rows: Sequence[Row], seen: set[int]) -> list[Row]:
    """Return the rows not seen so far, and note them as seen."""
    found = {id: row for row in rows if (id := integer(row, "id")) not in seen}
    seen.update(found)
    return [*found.values()]


def _after(listing: Listing, start: int, size: int, rows: Sequence[Row]) -> tuple[int, int]:
    """Return where the page after these rows begins, and how long it is.

    Rows of equal rank that two pages share may come in another order in each: such rows are read
    again from the first of them on, and where they fill a page, in a longer one.
    """
    again = listing.overlap
    if listing.sort != "id" and len(rows) == size < _MOST:
        alike = _alike(rows, listing.sort)
        if alike > again:
            again += alike
        if again >= size:
            return start, listing.size if size < listing.size else size * 2
    return start + max(1, len(rows) - again), listing.size


def _alike(rows: Sequence[Row], column: str) -> int:
    """Count the rows at the end that are of one rank."""
    rank = rows[-1].get(column)
    return next(
        (place for place, row in enumerate(reversed(rows)) if row.get(column) != rank), len(rows)
    )


def _no_rows(desk: str, listing: Listing, total: int) -> DeskUnreachableError:
    return DeskUnreachableError(
        f"desk {desk}: the list {listing.path} comes without rows; GLPI says that it has {total}",
        "look at files/_log/sql-errors.log of GLPI: its database may have failed to answer",
    )


def newest(
    session: GlpiSession,
    listing: Listing,
    since: datetime,
    stamp: Callable[[Row], datetime | None],
) -> Iterator[tuple[Row, ...]]:
    """Read the rows of ``since`` or later from a list that has its newest rows in front.

    The first page with an older row, or with one that has no time, is the last.
    """
    for page in pages(session, listing):
        rows = tuple(row for row in page.rows if (at := stamp(row)) is not None and at >= since)
        if rows:
            yield rows
        if len(rows) < len(page.rows):
            return


def all_rows(session: GlpiSession, listing: Listing) -> Iterator[Row]:
    """Read a list row by row."""
    for page in pages(session, listing):
        yield from page.rows


def readable_rows(session: GlpiSession, listing: Listing) -> list[Row] | None:
    """Read a list whole; None when the account has no right to it, or the desk has it not."""
    try:
        return list(all_rows(session, listing))
    except DeskRefusedError as error:
        if is_closed(error):
            return None
        raise


def total_of(session: GlpiSession, listing: Listing) -> int:
    """Return how many rows a list has."""
    return next(pages(session, listing)).total
