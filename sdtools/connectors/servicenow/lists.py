"""Whole lists of ServiceNow in keyset pages that neither miss, repeat nor trust a row's absence.

What is read in no order that matters is read in stretches of sys_ids, some at a time.

A page that is shorter than asked for is not the end: rows that we may not read are taken out of
it afterwards, while X-Total-Count counts them (FACTS 3.3). A page that broke off has the status
200 like any other, and is read again at half the size (FACTS 3.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from math import ceil

from sdtools.connectors.http import moment_of
from sdtools.connectors.line import CutAnswerError
from sdtools.connectors.servicenow.answers import (
    QUERY_REFUSED,
    ConditionDroppedError,
    CutOffError,
    Row,
    refusal,
    text,
    unreadable_field,
    whole_rows,
)
from sdtools.connectors.servicenow.lines import WORKERS
from sdtools.connectors.servicenow.listing import Listing, Page
from sdtools.connectors.servicenow.pagesize import PageSize
from sdtools.connectors.servicenow.queries import tested_fields, when
from sdtools.connectors.servicenow.session import ServiceNowSession
from sdtools.connectors.servicenow.spans import Span
from sdtools.connectors.workers import in_order
from sdtools.errors import DeskRefusedError, DeskUnreachableError

__all__ = ["Reader"]

_CLOSED = (HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
_VERSION = "sys_mod_count"
_FILLED = 0.85  # of a page: the share that a stretch should fill, as they are not quite even


class Reader:
    """Reads lists of one desk, one at a time; siblings of it can read others meanwhile.

    What they learn of the right page size is known to all, and stays for the session.
    """

    def __init__(self, session: ServiceNowSession, size: PageSize | None = None) -> None:
        self.session = session
        self.size = size or PageSize()
        self._told = ""  # the desk's own time at the last page, as it writes times
        self.counted = 0  # rows that the last list had at its start, with those that do not show
        self._following = 0  # the same, from where it was counted last

    def sibling(self) -> Reader:
        """Return a reader for another thread."""
        return Reader(self.session, self.size)

    def foresee(self, listings: Sequence[Listing]) -> None:
        """Ask in one request for the first pages of lists that are about to be read."""
        first = [one if one.by == "sys_id" else _versioned(one) for one in listings]
        rows = self.size.rows
        self.session.foresee(
            [(one.address, one.parameters(rows, 0, counted=True)) for one in first]
        )

    def pages(self, listing: Listing) -> Iterator[tuple[Row, ...]]:
        """Read a list page by page, each row once; hidden rows are passed by.

        When one hidden field in the query refuses all of it (FACTS 3.3), the error names it.
        """
        try:
            yield from self._pages(listing)
        except DeskRefusedError as error:
            if error.code == QUERY_REFUSED:
                error.advice = self._hidden_in(listing)
            raise

    def rows(self, listing: Listing) -> Iterator[Row]:
        """Read a list row by row."""
        for page in self.pages(listing):
            yield from page

    def readable(self, listing: Listing) -> list[Row] | None:
        """Read a list whole; None when the account may not read the table, or has it not.

        A table of which no row shows although there are some is closed just the same.
        """
        try:
            found = [row for page in self._pages(listing) for row in page]
        except ConditionDroppedError:
            return None
        except DeskRefusedError as error:
            if error.status in _CLOSED:
                return None
            raise
        return found if found or not self.counted else None

    def open_pages(self, listing: Listing) -> Iterator[tuple[Row, ...]]:
        """Read a list page by page, as far as it is open to the account."""
        try:
            yield from self._pages(listing)
        except ConditionDroppedError:
            return
        except DeskRefusedError as error:
            if error.status not in _CLOSED:
                raise

    def page(self, listing: Listing, limit: int, *, offset: int = 0, counted: bool = True) -> Page:
        """Read one page; raise CutOffError when it broke off, DeskRefusedError on a no."""
        parameters = listing.parameters(limit, offset, counted=counted)
        try:
            answer = self.session.ask(listing.address, parameters)
        except CutAnswerError:
            raise CutOffError from None
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(self.session.desk, answer, f"reading {listing.table}")
        rows = tuple(whole_rows(answer))
        self._check(listing, rows)
        at = moment_of(answer.headers.get("Date", ""))
        self._told = when(at) if at else ""
        total = answer.headers.get("X-Total-Count", "") if counted else ""
        return Page(
            rows=rows, total=int(total) if total.isdigit() else None, headers=answer.headers
        )

    def _check(self, listing: Listing, rows: tuple[Row, ...]) -> None:
        """Refuse rows that were not asked for."""
        for one in listing.among:
            if not all(one.holds(text(row, one.field)) for row in rows):
                raise ConditionDroppedError(
                    f"desk {self.session.desk}: {listing.table} answered rows that were not asked "
                    f"for; it drops a condition on {one.field}, and nothing is taken from it",
                    f"see that {listing.table} has the field {one.field} and that the account may "
                    "read it",
                )

    def _hidden_in(self, listing: Listing) -> str:
        hidden = [one for one in tested_fields(listing.query) if self._hides(listing, one)]
        named = ", ".join(hidden) or "a field of its query"
        return (
            f"the account may not query {listing.table} by {named}: give its role the right to "
            "read that, or leave it out of scope"
        )

    def _hides(self, listing: Listing, name: str) -> bool:
        """Find out whether a field may not stand in a query, by a query with it alone."""
        parameters = {
            "sysparm_query": f"{name}ISNOTEMPTY",
            "sysparm_fields": "sys_id",
            "sysparm_limit": "1",
        }
        return unreadable_field(self.session.get(listing.address, parameters))

    def _pages(self, listing: Listing) -> Iterator[tuple[Row, ...]]:
        self.counted = -1
        if listing.by == "sys_id":
            return self._by_key(listing, Span())
        return self._by_time(listing)

    def _by_key(self, listing: Listing, span: Span) -> Iterator[tuple[Row, ...]]:
        """Read a page, then what follows it, in parts of about a page each."""
        rest: Span | None = span
        while rest is not None:
            rows, rest = self._beginning(listing, rest)
            left = self._following - len(rows)  # who takes these may read another list meanwhile
            if rows:
                yield rows
            if rest is None:
                return
            parts = rest.parts(ceil(left / (self.size.rows * _FILLED)))
            if len(parts) > 1:
                yield from self._in_parts(listing, parts)
                return

    def _in_parts(self, listing: Listing, parts: list[Span]) -> Iterator[tuple[Row, ...]]:
        calls = [partial(self.sibling()._beginning, listing, part) for part in parts]
        for rows, rest in in_order(calls, WORKERS):
            if rows:
                yield rows
            if rest is not None:
                yield from self.sibling()._by_key(listing, rest)

    def _beginning(self, listing: Listing, span: Span) -> tuple[tuple[Row, ...], Span | None]:
        """Read the first rows of a span that show; say what is left of it, if anything is."""
        rows, left = self._step(listing.narrowed(span.condition), None)
        if left == 0:
            return rows, None
        after = self._last(listing, rows, "sys_id", span.after)
        return rows, replace(span, after=after)

    def _by_time(self, listing: Listing) -> Iterator[tuple[Row, ...]]:
        """Read in the order of time; the last second of a page is asked for again.

        When one second fills a whole page (an import), it is read to its end by sys_id. It ends
        when all has been read that was there at the beginning, and a row that came later shows:
        people may write faster than we read.
        """
        start, last, left = "", "", None
        known: frozenset[tuple[str, str]] = frozenset()
        given, there, began = 0, -1, ""
        listing = _versioned(listing)
        while True:
            rows, left = self._step(listing.narrowed(start), left)
            if there < 0:
                there, began = self.counted, self._told
            fresh = tuple(row for row in rows if _version(row) not in known)
            given += len(fresh)
            if fresh:
                yield fresh
            if left == 0:
                return
            last = self._last(listing, rows, listing.by, last)
            if given >= there and began and last > began:
                return
            same = [_version(row) for row in rows if text(row, listing.by) == last]
            if len(same) == len(rows):
                second = listing.narrowed(f"{listing.by}={last}")
                second = replace(second, fields=(listing.by, *listing.fields), by="sys_id")
                for page in self._by_key(second, Span(after=same[-1][0])):
                    given += len(page)
                    yield page
                start, left, known = f"{listing.by}>{last}", None, frozenset()
            else:
                start, known = f"{listing.by}>={last}", frozenset(same)
                left = None if left is None else left + len(same)

    def _step(self, listing: Listing, left: int | None) -> tuple[tuple[Row, ...], int | None]:
        """Read the next rows that show; say how many follow, None when that is not known.

        ``left`` is how many there are from here on, if known; 0 comes back only at the end.
        """
        offset = 0
        while True:
            page, limit = self._whole(listing, offset, counted=left is None)
            if left is None:
                left = page.total
                self._following = left or 0
                self.counted = self._following if self.counted < 0 else self.counted
            if left is None:
                return page.rows, None if page.rows else 0
            following = max(left - offset - limit, 0)
            if page.rows or not following:
                # Of a page that is not full some rows are hidden: nobody knows how many follow.
                unsure = following and len(page.rows) < limit
                return page.rows, None if unsure else following
            offset += limit  # a whole page of rows that we may not see

    def _whole(self, listing: Listing, offset: int, *, counted: bool) -> tuple[Page, int]:
        """Read a page, at half the size as often as it breaks off."""
        while True:
            limit = self.size.rows
            try:
                page = self.page(listing, limit, offset=offset, counted=counted)
            except CutOffError:
                if not self.size.broke(limit):
                    raise DeskUnreachableError(
                        f"desk {self.session.desk}: lists of {listing.table} break off in the "
                        "middle, however short",
                        "the instance's time limit for REST requests is too short, or it is "
                        "overloaded: see its system log (transaction quotas)",
                    ) from None
            else:
                self.size.whole()
                return page, limit

    def _last(self, listing: Listing, rows: tuple[Row, ...], column: str, before: str) -> str:
        """Return where a page ends; without order, or unable to see it, we would read for ever."""
        last = text(rows[-1], column)
        stands = last == before and last != text(rows[0], column)
        if not last or last < before or stands:
            table = listing.table
            raise DeskRefusedError(
                f"desk {self.session.desk}: {table} cannot be read in the order of {column}",
                f"give the account the right to read {column} of {table}",
            )
        return last


def _versioned(listing: Listing) -> Listing:
    return replace(listing, fields=(_VERSION, *listing.fields))


def _version(row: Row) -> tuple[str, str]:
    """Name a row as it is now: what changes again within its second is another one."""
    return text(row, "sys_id"), text(row, _VERSION)
