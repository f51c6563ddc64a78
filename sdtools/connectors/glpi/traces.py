"""What changes on tickets without moving their ``date_mod``: links and answers (FACTS 10, 14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from sdtools.connectors.glpi.answers import FORBIDDEN, Row, identity
from sdtools.connectors.glpi.history import LINKED, TIES, UNLINKED, Entry
from sdtools.connectors.glpi.lists import FIRST, Listing, newest, pages
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.tables import ARTICLES, PROBLEMS, SATISFACTION
from sdtools.connectors.glpi.ties import target_of
from sdtools.connectors.glpi.zone import Zone
from sdtools.errors import DeskRefusedError
from sdtools.model.ticket import Ticket

__all__ = ["Trace", "answer_traces", "link_traces", "log_traces", "survey_traces"]

# Where a ticket shows what was linked. Who watches is not kept of groups: nothing to compare.
_SHOWN_IN: dict[str, dict[int, tuple[str, ...]]] = {
    "Problem": {0: ("problems",)},
    "KnowbaseItem": {0: ("articles",)},
    "Group": {0: ("groups", "requester_groups"), 8: ("groups",), 71: ("requester_groups",)},
    "User": {
        0: ("assignees", "requesters", "observers"),
        4: ("requesters",),
        5: ("assignees",),
        66: ("observers",),
    },
}
_FIELD_OF = ((PROBLEMS, "problems"), (ARTICLES, "articles"))


class Trace(NamedTuple):
    """A hint that a ticket changed; ``fits`` tells whether a ticket shows that change already."""

    ticket: str
    fits: Callable[[Ticket], bool]


def log_traces(entries: Iterable[Entry], since: datetime) -> Iterator[Trace]:
    """Find what was linked and unlinked; ``entries`` come newest first, and the newest counts.

    Of a tie that is told in a way that no ticket can be compared with, the line itself is the
    trace, if it is of ``since`` or later: approvals, documents, what was replaced in place.
    """
    seen: set[tuple[str, str, str, int]] = set()
    for entry in entries:
        fields = _SHOWN_IN.get(entry.other, {}).get(entry.option)
        if entry.action not in (LINKED, UNLINKED) or fields is None:
            if entry.action in TIES and entry.at >= since:
                yield Trace(entry.ticket, _no_ticket)
            continue
        key = (entry.ticket, entry.other, entry.target, entry.option)
        if key not in seen:
            seen.add(key)
            yield Trace(entry.ticket, _shows(fields, entry.target, entry.action == LINKED))


def link_traces(session: GlpiSession) -> Iterator[Trace]:
    """Find the newest links to problems and articles: for accounts without a right to ``Log``."""
    for table, field in _FIELD_OF:
        listing = Listing(
            path=table.itemtype, descending=True, where=table.where, size=FIRST, first=FIRST
        )
        for row in _first_page(session, listing):
            target = identity(row, table.target)
            yield Trace(identity(row, table.ticket), _shows((field,), target, True))


def answer_traces(session: GlpiSession, begin: datetime, zone: Zone) -> Iterator[Trace]:
    """Find how satisfied people said they are at ``begin`` or later."""
    answered = Listing(
        path=SATISFACTION.itemtype, sort="date_answered", descending=True, first=FIRST
    )
    try:
        for rows in newest(session, answered, begin, lambda row: zone.utc(row.get(answered.sort))):
            yield from map(_answer, rows)
    except DeskRefusedError as error:
        if error.code != FORBIDDEN:
            raise


def survey_traces(session: GlpiSession) -> Iterator[Trace]:
    """Find what the newest surveys say: an answer that came with its survey has no time."""
    made = Listing(path=SATISFACTION.itemtype, descending=True, size=FIRST)
    yield from map(_answer, _first_page(session, made))


def _first_page(session: GlpiSession, listing: Listing) -> Sequence[Row]:
    try:
        return [row for page in islice(pages(session, listing), 1) for row in page.rows]
    except DeskRefusedError as error:
        if error.code != FORBIDDEN:
            raise
        return ()


def _answer(row: Row) -> Trace:
    said = target_of(SATISFACTION, row)
    return Trace(
        identity(row, SATISFACTION.ticket),
        lambda ticket: ticket.satisfaction == (int(said) if said else None),
    )


def _no_ticket(_: Ticket) -> bool:
    return False


def _shows(fields: tuple[str, ...], target: str, there: bool) -> Callable[[Ticket], bool]:
    return lambda ticket: any(target in getattr(ticket, name) for name in fields) is there
