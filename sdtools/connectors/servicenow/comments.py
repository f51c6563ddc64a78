"""What was said on tickets: the entries of sys_journal_field (FACTS 10.9)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sdtools.connectors.servicenow.answers import Row, is_id, moment, text
from sdtools.connectors.servicenow.fields import TABLES
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.names import Logins
from sdtools.connectors.servicenow.queries import Among, in_chunks, when
from sdtools.connectors.servicenow.reading import OVERLAP, TicketReader
from sdtools.connectors.text import html_to_plain
from sdtools.errors import DeskRefusedError
from sdtools.model.ticket import Comment

__all__ = ["JOURNAL", "PRIVATE", "PUBLIC", "CommentReader", "defused"]

PRIVATE, PUBLIC = "work_notes", "comments"
JOURNAL = "sys_journal_field"
_FIELDS = ("element_id", "element", "value", "sys_created_on", "sys_created_by")
_SPOKEN = Among(field="element", values=(PRIVATE, PUBLIC))
_ON_TICKETS = Among(field="name", values=("task", *TABLES))
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_LOOKS = 2  # at a list before it is called hidden: a ticket may be deleted while it is read
_CODE = re.compile(r"\[(/?)code\]", re.I)  # what stands between two of these is shown as HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentReader:
    """Reads comments and work notes of one desk; ``scoped`` reads its tickets, if it has a scope.

    Entries know their ticket's id and nothing else of it, so no query can apply the scope.
    """

    reader: Reader
    logins: Logins
    scoped: TicketReader | None

    def listing(self, since: datetime | None) -> Listing:
        """Return the list of all that was said, or of what was said at ``since`` or later."""
        return Listing(
            table=JOURNAL,
            fields=_FIELDS,
            where=f"sys_created_on>={when(since - OVERLAP)}" if since else "",
            by="sys_created_on" if since else "sys_id",
            among=(_SPOKEN, _ON_TICKETS),
        )

    def since(self, since: datetime | None) -> Iterator[tuple[Comment, ...]]:
        """Read everything that was said, or what was said at ``since`` or later.

        Raises DeskRefusedError when all of it is hidden.
        """
        shown = False
        for rows in self.reader.pages(self.listing(since)):
            shown = True
            if ours := self._ours(rows):
                yield self._comments(ours)
        if not shown and self.reader.counted:
            raise self._hidden()

    def some(self, tickets: Sequence[str]) -> Mapping[str, tuple[Comment, ...]]:
        """Read what was said on these tickets, oldest first.

        Raises DeskRefusedError when entries are hidden: without them nobody could tell whether
        something has been said already, and it would be said again.
        """
        found: dict[str, list[Comment]] = {ticket: [] for ticket in tickets}
        for some in in_chunks([one for one in found if is_id(one)], taken=500):
            asked = Among(field="element_id", values=tuple(some))
            listing = Listing(table=JOURNAL, fields=_FIELDS, among=(asked, _SPOKEN))
            for comment in self._comments(self._all(listing)):
                found.setdefault(comment.ticket_id, []).append(comment)
        return {
            ticket: tuple(sorted(said, key=lambda one: (one.written, one.id)))
            for ticket, said in found.items()
        }

    def _ours(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Leave out what was said on tickets that are not in the scope."""
        if self.scoped is None:
            return rows
        wanted = self.scoped.within({text(row, "element_id") for row in rows})
        return [row for row in rows if text(row, "element_id") in wanted]

    def _all(self, listing: Listing) -> Sequence[Row]:
        """Read a list of which no row may be hidden: comments may show while work notes do not."""
        for _ in range(_LOOKS):
            rows = self.reader.readable(listing)
            if rows is not None and len(rows) >= self.reader.counted:
                return rows
        raise self._hidden()

    def _hidden(self) -> DeskRefusedError:
        return DeskRefusedError(
            f"desk {self.reader.session.desk}: the account may not read what was said, or not all "
            f"of it ({JOURNAL})",
            "let its role read sys_journal_field, comments and work notes alike; without that "
            "nothing may be commented on",
        )

    def _comments(self, rows: Sequence[Row]) -> tuple[Comment, ...]:
        self.logins.learn(text(row, "sys_created_by") for row in rows)
        return tuple(
            Comment(
                id=text(row, "sys_id"),
                ticket_id=text(row, "element_id"),
                author_id=self.logins.id(text(row, "sys_created_by")),
                written=moment(row, "sys_created_on") or _LONG_AGO,
                text=_plain(text(row, "value")),
                public=text(row, "element") == PUBLIC,
            )
            for row in rows
        )


def defused(said: str) -> str:
    """Return a text in which nothing is taken for HTML: ``[code]`` would switch that on."""
    return _CODE.sub(r"(\1code)", said)


def _plain(value: str) -> str:
    """Return an entry as people read it; only what stands in ``[code]`` is HTML."""
    if not _CODE.search(value):
        return value.replace("\r\n", "\n").strip()
    return html_to_plain(_CODE.sub("", value))
