"""What was said on tickets: followups, tasks and solutions, one list each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from sdtools.connectors.glpi.answers import FORBIDDEN, Row, identity, integer, string
from sdtools.connectors.glpi.crew import WORKERS
from sdtools.connectors.glpi.lists import Listing, begun
from sdtools.connectors.glpi.reading import changed_rows, changes_of
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.tables import Table
from sdtools.connectors.glpi.text import from_html
from sdtools.connectors.glpi.ties import FEW, rows_of
from sdtools.connectors.glpi.zone import Zone
from sdtools.errors import DeskRefusedError
from sdtools.model.made import maker
from sdtools.model.ticket import Comment

__all__ = ["CommentReader"]

_MANY = 5000  # rows a page: shorter than tickets, of which 5,000 take 212 ms (FACTS 13)
_MORE = 2  # pages: too many to hold those of several lists
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_comment = maker(Comment, ("id", "ticket_id", "author_id", "written", "text", "public", "form"))
_ON_TICKETS = {"itemtype": "Ticket"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    table: Table
    form: str
    written: str  # the column that says when
    needed: bool = False  # without it marks cannot be found, and comments would be doubled


_FORMS = (
    _Form(
        table=Table(itemtype="ITILFollowup", ticket="items_id", target="", where=_ON_TICKETS),
        form="comment",
        written="date",
        needed=True,
    ),
    _Form(
        table=Table(itemtype="TicketTask", ticket="tickets_id", target=""),
        form="task",
        written="date",
    ),
    _Form(
        table=Table(itemtype="ITILSolution", ticket="items_id", target="", where=_ON_TICKETS),
        form="solution",
        written="date_creation",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentReader:
    """Reads comments, tasks and solutions of one desk."""

    session: GlpiSession
    zone: Zone

    def all(self) -> Iterator[tuple[Comment, ...]]:
        """Read everything that was said."""
        with ExitStack() as lists:
            found = [lists.enter_context(begun(self.session, _whole(form))) for form in _FORMS]
            for form, read in zip(_FORMS, found, strict=True):
                yield from self._readable(form, (page.rows for page in read))

    def changed(self, begin: datetime, first: int) -> Iterator[tuple[Comment, ...]]:
        """Read what was said or changed at ``begin`` or later, so many rows at first."""
        calls = [partial(self._few_since, form=form, begin=begin, first=first) for form in _FORMS]
        for form, few in zip(_FORMS, self.session.at_hand(calls), strict=True):
            yield from self._since(self.session, form, begin, first) if few is None else few

    def some(self, tickets: Sequence[str]) -> Mapping[str, tuple[Comment, ...]]:
        """Read what was said on these tickets, oldest first."""
        wanted = frozenset(int(ticket) for ticket in tickets if ticket.isdecimal())
        found: dict[str, dict[str, Comment]] = {str(ticket): {} for ticket in tickets}
        calls = [partial(self._on, form=form, tickets=wanted) for form in _FORMS]
        few = len(wanted) <= FEW
        for comments in self.session.in_turn(calls) if few else self.session.together(calls):
            for comment in comments:
                found.setdefault(comment.ticket_id, {})[comment.id] = comment
        return {
            ticket: tuple(sorted(said.values(), key=lambda one: one.written))
            for ticket, said in found.items()
        }

    def _on(self, session: GlpiSession, *, form: _Form, tickets: frozenset[int]) -> list[Comment]:
        rows = rows_of(session, form.table, tickets)
        return [one for page in self._readable(form, _one_page(rows)) for one in page]

    def _few_since(
        self, session: GlpiSession, *, form: _Form, begin: datetime, first: int
    ) -> list[tuple[Comment, ...]] | None:
        """Read what was said or changed since; None where that is more than a page."""
        found = list(islice(self._since(session, form, begin, first), _MORE))
        return found if len(found) < _MORE else None

    def _since(
        self, session: GlpiSession, form: _Form, begin: datetime, first: int
    ) -> Iterator[tuple[Comment, ...]]:
        listing = changes_of(form.table.itemtype, first)
        return self._readable(form, changed_rows(session, listing, begin, self.zone))

    def _readable(
        self, form: _Form, found: Iterator[tuple[Row, ...]]
    ) -> Iterator[tuple[Comment, ...]]:
        """Turn rows into comments; a form that we may not read has none."""
        try:
            for rows in found:
                yield tuple(self._comment(form, row) for row in rows if _on_ticket(row))
        except DeskRefusedError as error:
            if form.needed or error.code != FORBIDDEN:
                raise

    def _comment(self, form: _Form, row: Row) -> Comment:
        utc = self.zone.utc
        return _comment(
            f"{form.table.itemtype}/{integer(row, 'id')}",
            identity(row, form.table.ticket),
            identity(row, "users_id"),
            utc(row.get(form.written)) or utc(row.get("date_mod")) or _LONG_AGO,
            from_html(row.get("content")),
            not integer(row, "is_private"),
            form.form,
        )


def _whole(form: _Form) -> Listing:
    table = form.table
    return Listing(path=table.itemtype, where=table.where, size=_MANY, ahead=WORKERS)


def _one_page(rows: Iterable[Row]) -> Iterator[tuple[Row, ...]]:
    yield tuple(rows)


def _on_ticket(row: Row) -> bool:
    return string(row, "itemtype") in ("", "Ticket")
