"""Whole lists of ServiceNow in keyset pages that neither miss, repeat nor trust a row's absence.

A page that is shorter than asked for is not the end: rows that we may not read are taken out of
it afterwards, while X-Total-Count counts them (FACTS 3.3). A page that broke off has the status
200 like any other, and is read again at half the size (FACTS 3.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from sdtools.connectors.servicenow.answers import CutOffError, Row, refusal, text, whole_rows
from sdtools.connectors.servicenow.queries import all_of
from sdtools.connectors.servicenow.session import ServiceNowSession
from sdtools.errors import DeskRefusedError, DeskUnreachableError

__all__ = ["PAGE", "Listing", "Page", "Reader"]

PAGE = 1000  # rows of named fields: 0.7 s on a real instance
_CLOSED = (HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST)
_SMALLEST = 8  # rows: a page of these that still breaks off is no matter of size


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What to list: a table, its fields and an encoded query without an order."""

    table: str
    fields: tuple[str, ...]
    where: str = ""
    by: str = "sys_id"  # or a time, such as sys_updated_on: sys_id then orders within a second

    @property
    def columns(self) -> str:
        """Return all fields to ask for."""
        return ",".join(dict.fromkeys(("sys_id", self.by, *self.fields)))

    @property
    def order(self) -> str:
        """Return the order of the pages."""
        return "ORDERBYsys_id" if self.by == "sys_id" else f"ORDERBY{self.by}^ORDERBYsys_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows, and how many there would be without a limit; None when that was not asked."""

    rows: tuple[Row, ...]
    total: int | None
    headers: Mapping[str, str]


class Reader:
    """Reads lists of one desk; what it learns of the right page size stays for the session."""

    def __init__(self, session: ServiceNowSession) -> None:
        self.session = session
        self.size = PAGE
        self.counted = 0  # how many rows the last list had, those included that do not show

    def pages(self, listing: Listing) -> Iterator[tuple[Row, ...]]:
        """Read a list page by page, each row once; hidden rows are passed by."""
        if listing.by == "sys_id":
            return self._by_key(listing, "")
        return self._by_time(listing)

    def rows(self, listing: Listing) -> Iterator[Row]:
        """Read a list row by row."""
        for page in self.pages(listing):
            yield from page

    def readable(self, listing: Listing) -> list[Row] | None:
        """Read a list whole; None when the account may not read the table, or has it not.

        A table of which no row shows although there are some is closed just the same.
        """
        try:
            found = list(self.rows(listing))
        except DeskRefusedError as error:
            if error.status in _CLOSED:
                return None
            raise
        return found if found or not self.counted else None

    def page(self, listing: Listing, limit: int, *, offset: int = 0, counted: bool = True) -> Page:
        """Read one page; raise CutOffError when it broke off, DeskRefusedError on a no."""
        query = "^".join(part for part in (listing.where, listing.order) if part)
        parameters = {
            "sysparm_query": query,
            "sysparm_fields": listing.columns,
            "sysparm_limit": str(limit),
            "sysparm_offset": str(offset),
            "sysparm_display_value": "false",
            "sysparm_exclude_reference_link": "true",
            "sysparm_suppress_pagination_header": "true",
            "sysparm_no_count": "false" if counted else "true",
        }
        answer = self.session.get(f"/api/now/table/{listing.table}", parameters)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(self.session.desk, answer, f"reading {listing.table}")
        rows = tuple(whole_rows(answer))
        total = answer.headers.get("X-Total-Count", "") if counted else ""
        return Page(
            rows=rows, total=int(total) if total.isdigit() else None, headers=answer.headers
        )

    def _by_key(self, listing: Listing, after: str) -> Iterator[tuple[Row, ...]]:
        left: int | None = None
        while True:
            start = f"sys_id>{after}" if after else ""
            rows, left = self._step(_narrowed(listing, start), left)
            if rows:
                yield rows
            if left == 0:
                return
            after = self._last(listing, rows, "sys_id", after)

    def _by_time(self, listing: Listing) -> Iterator[tuple[Row, ...]]:
        """Read in the order of time; the last second of a page is asked for again.

        When one second fills a whole page (an import), it is read to its end by sys_id.
        """
        start, last, left = "", "", None
        known: frozenset[str] = frozenset()
        while True:
            rows, left = self._step(_narrowed(listing, start), left)
            fresh = tuple(row for row in rows if text(row, "sys_id") not in known)
            if fresh:
                yield fresh
            if left == 0:
                return
            last = self._last(listing, rows, listing.by, last)
            same = [text(row, "sys_id") for row in rows if text(row, listing.by) == last]
            if len(same) == len(rows):
                second = _narrowed(listing, f"{listing.by}={last}")
                second = replace(second, fields=(listing.by, *listing.fields), by="sys_id")
                yield from self._by_key(second, same[-1])
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
                self.counted = left or 0
            if left is None:
                return page.rows, None if page.rows else 0
            following = max(left - offset - limit, 0)
            if page.rows or not following:
                hidden = len(page.rows) < limit
                return page.rows, None if hidden and following else following
            offset += limit  # a whole page of rows that we may not see

    def _whole(self, listing: Listing, offset: int, *, counted: bool) -> tuple[Page, int]:
        """Read a page, at half the size as often as it breaks off."""
        while True:
            try:
                return self.page(listing, self.size, offset=offset, counted=counted), self.size
            except CutOffError:
                if self.size <= _SMALLEST:
                    raise DeskUnreachableError(
                        f"desk {self.session.desk}: lists of {listing.table} break off in the "
                        "middle, however short",
                        "the instance's time limit for REST requests is too short, or it is "
                        "overloaded: see its system log (transaction quotas)",
                    ) from None
                self.size //= 2

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


def _narrowed(listing: Listing, condition: str) -> Listing:
    return replace(listing, where=all_of(listing.where, condition)) if condition else listing
