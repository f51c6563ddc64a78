"""Whole lists of ServiceNow in keyset pages that neither miss, repeat nor trust a row's absence.

A page that is shorter than asked for is not the end: rows that we may not read are taken out of
it afterwards, while X-Total-Count counts them (FACTS 3.3). A page that broke off has the status
200 like any other, and is read again at half the size (FACTS 3.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

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
from sdtools.connectors.servicenow.pagesize import PageSize
from sdtools.connectors.servicenow.queries import Among, all_of, tested_fields, when
from sdtools.connectors.servicenow.session import ServiceNowSession
from sdtools.errors import DeskRefusedError, DeskUnreachableError

__all__ = ["Listing", "Page", "Reader"]

_CLOSED = (HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
_VERSION = "sys_mod_count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What to list: a table, its fields and an encoded query without an order."""

    table: str
    fields: tuple[str, ...]
    where: str = ""
    path: str = ""  # of the API that lists it; "": the Table API
    by: str = "sys_id"  # or a time, such as sys_updated_on: sys_id then orders within a second
    among: tuple[Among, ...] = ()  # further conditions that every row is checked against

    @property
    def columns(self) -> str:
        """Return all fields to ask for."""
        checked = (one.field for one in self.among)
        return ",".join(dict.fromkeys(("sys_id", self.by, *checked, *self.fields)))

    @property
    def query(self) -> str:
        """Return all conditions and the order."""
        where = all_of(self.where, *(one.condition for one in self.among))
        return "^".join(part for part in (where, self.order) if part)

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
        self.size = PageSize()
        self._told = ""  # the desk's own time at the last page, as it writes times
        self.counted = 0  # how many rows the last list had, those included that do not show

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
        parameters = {
            "sysparm_query": listing.query,
            "sysparm_fields": listing.columns,
            "sysparm_limit": str(limit),
            "sysparm_offset": str(offset),
            "sysparm_display_value": "false",
            "sysparm_exclude_reference_link": "true",
            "sysparm_suppress_pagination_header": "true",
            "sysparm_no_count": "false" if counted else "true",
        }
        try:
            answer = self.session.ask(_path(listing), parameters)
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
        return unreadable_field(self.session.get(_path(listing), parameters))

    def _pages(self, listing: Listing) -> Iterator[tuple[Row, ...]]:
        if listing.by == "sys_id":
            return self._by_key(listing, "")
        return self._by_time(listing)

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

        When one second fills a whole page (an import), it is read to its end by sys_id. It ends
        when all has been read that was there at the beginning, and a row that came later shows:
        people may write faster than we read.
        """
        start, last, left = "", "", None
        known: frozenset[tuple[str, str]] = frozenset()
        given, there, began = 0, -1, ""
        listing = replace(listing, fields=(_VERSION, *listing.fields))
        while True:
            rows, left = self._step(_narrowed(listing, start), left)
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
                second = _narrowed(listing, f"{listing.by}={last}")
                second = replace(second, fields=(listing.by, *listing.fields), by="sys_id")
                for page in self._by_key(second, same[-1][0]):
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
            # In the order of time what came since the count comes last: the next pass sees it.
            old = left is not None and listing.by == "sys_id"
            page, limit = self._whole(listing, offset, counted=left is None)
            if left is None:
                left = page.total
                self.counted = left or 0
            if left is None:
                return page.rows, None if page.rows else 0
            following = max(left - offset - limit, 0)
            if page.rows or not following:
                full = len(page.rows) >= limit
                # Some are hidden, or some came since the count and pushed others off a full page.
                unsure = not full if following else full and old
                return page.rows, None if unsure else following
            offset += limit  # a whole page of rows that we may not see

    def _whole(self, listing: Listing, offset: int, *, counted: bool) -> tuple[Page, int]:
        """Read a page, at half the size as often as it breaks off."""
        while True:
            try:
                limit = self.size.rows
                page = self.page(listing, limit, offset=offset, counted=counted)
            except CutOffError:
                if not self.size.broke():
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


def _path(listing: Listing) -> str:
    return listing.path or f"/api/now/table/{listing.table}"


def _version(row: Row) -> tuple[str, str]:
    """Name a row as it is now: what changes again within its second is another one."""
    return text(row, "sys_id"), text(row, _VERSION)


def _narrowed(listing: Listing, condition: str) -> Listing:
    return replace(listing, where=all_of(listing.where, condition)) if condition else listing
