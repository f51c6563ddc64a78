"""GLPI's own history of tickets: the list ``Log``, read from its newest row back (FACTS 5, 14)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sdtools.connectors.glpi.answers import FORBIDDEN, Row, identity, integer, string
from sdtools.connectors.glpi.fields import grade_of, kind_of, status_of
from sdtools.connectors.glpi.lists import PAGE, Listing, pages
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.text import plain
from sdtools.connectors.glpi.zone import Zone
from sdtools.errors import DeskRefusedError
from sdtools.model.history import Edit

__all__ = [
    "CHANGED",
    "CREATED",
    "LINKED",
    "PARTS",
    "TIES",
    "UNLINKED",
    "Entry",
    "HistoryReader",
    "comments_gone",
    "edits_of",
    "lines_of_tickets",
    "may_read_history",
]

CHANGED, LINKED, UNLINKED, PART_GONE, CREATED = 0, 15, 16, 19, 20  # linked_action
PARTS = frozenset({17, 18, PART_GONE})  # of a part that was added, changed, removed
TIES = PARTS | {LINKED, UNLINKED, 21}  # and of a link that was changed
_MANY = 10_000  # rows a page: small ones
_RUN = 100  # old lines in a row: a process that runs long may write some between younger ones
_COMMENTS = frozenset({"ITILFollowup", "TicketTask", "ITILSolution"})
_LAST_NUMBER = re.compile(r"\((\d+)\)\s*$")  # "Dupont Marie (7)"
_ACTOR_OPTIONS = {"Group": {8: "group"}, "User": {5: "assignee"}}
_ANY_ROLE = {"Group": "group", "User": "assignee"}


class Entry(NamedTuple):
    """One row about a ticket."""

    id: int
    ticket: str
    action: int
    option: int  # the search option of the field that changed, or of the role that somebody got
    other: str  # the item type of what was linked
    at: datetime
    author: str  # id of a user; "" for GLPI's own tasks
    old: str
    new: str

    @property
    def target(self) -> str:
        """Return the id of what was linked or unlinked; "" when the text does not tell."""
        return number_in(self.new or self.old)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryReader:
    """Reads the history of one desk's tickets."""

    session: GlpiSession
    zone: Zone

    def tail(self, since: datetime, first: int) -> tuple[Entry, ...] | None:
        """Read the newest lines, at least all of ``since`` or later; None without the right to it.

        ``first`` is the number of rows to ask for at first. The last lines are older ones.
        """
        if not may_read_history(self.session):
            return None
        try:
            return tuple(entry for page in self._pages(since, first, PAGE) for entry in page)
        except DeskRefusedError as error:
            if error.code != FORBIDDEN:
                raise
            return None

    def pages(self, since: datetime) -> Iterator[tuple[Entry, ...]]:
        """Read what happened at ``since`` or later, newest first, for long times.

        There is nothing without the right to it.
        """
        if not may_read_history(self.session):
            return
        try:
            for page in self._pages(since, _MANY, _MANY):
                yield tuple(entry for entry in page if entry.at >= since)
        except DeskRefusedError as error:
            if error.code != FORBIDDEN:
                raise

    def _pages(self, since: datetime, first: int, size: int) -> Iterator[tuple[Entry, ...]]:
        # By id, not by time: ids are unique, so pages cannot lose a row, and the newest come first.
        read = lru_cache(maxsize=_MANY)(self.zone.utc)  # many are of one second
        for page in pages(self.session, lines_of_tickets(size, first)):
            found = tuple(_entry(row, read(row.get("date_mod")) or since) for row in page.rows)
            yield found
            if all(entry.at < since for entry in found[-_RUN:]):
                return


def lines_of_tickets(size: int, first: int) -> Listing:
    """Return the list of what happened on tickets, newest first: so many rows at first, then."""
    where = {"itemtype": "Ticket"}
    return Listing(path="Log", descending=True, where=where, size=size, first=first)


def may_read_history(session: GlpiSession) -> bool:
    """Tell whether the account's profile lets it try: an idle pass must cost little."""
    profile = session.told.get("glpiactiveprofile")
    return not isinstance(profile, dict) or bool(integer(profile, "logs") or "logs" not in profile)


def _entry(row: Row, at: datetime) -> Entry:
    return Entry(
        id=integer(row, "id"),
        ticket=identity(row, "items_id"),
        action=integer(row, "linked_action"),
        option=integer(row, "id_search_option"),
        other=string(row, "itemtype_link"),
        at=at,
        author=number_in(string(row, "user_name")),
        old=string(row, "old_value"),
        new=string(row, "new_value"),
    )


def edits_of(entries: Iterable[Entry]) -> tuple[Edit, ...]:
    """Return what entries say of fields that rules can write too."""
    found = (_field_edit(entry) or _actor_edit(entry) for entry in entries if entry.ticket)
    return tuple(edit for edit in found if edit)


def comments_gone(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the tickets on which something that was said has been removed."""
    return frozenset(
        entry.ticket
        for entry in entries
        if entry.action == PART_GONE and entry.other in _COMMENTS and entry.ticket
    )


def number_in(text: str) -> str:
    """Return the id at the end of a name, as GLPI writes "name (id)"; "" for 0 or none."""
    found = _LAST_NUMBER.search(text)
    return found[1] if found and int(found[1]) else ""


def _field_edit(entry: Entry) -> Edit | None:
    if entry.action != CHANGED or entry.option not in _FIELDS:
        return None
    field, read = _FIELDS[entry.option]
    return _edit(entry, field, read(entry.old), read(entry.new))


def _actor_edit(entry: Entry) -> Edit | None:
    """Read who was assigned or taken off.

    Whoever is taken off, or replaced in place, comes without a role (option 0): that counts as
    assigned, for what people did must not be undone on a guess.
    """
    if entry.action not in (LINKED, UNLINKED) or not entry.target:
        return None
    field = _ACTOR_OPTIONS.get(entry.other, {}).get(entry.option)
    if field is None and not entry.option:
        field = _ANY_ROLE.get(entry.other)
    if field is None:
        return None
    gone = entry.action == UNLINKED
    return _edit(entry, field, entry.target if gone else "", "" if gone else entry.target)


def _edit(entry: Entry, field: str, before: str, after: str) -> Edit:
    return Edit(
        id=str(entry.id),
        ticket_id=entry.ticket,
        field=field,
        at=entry.at,
        author_id=entry.author,
        before=before,
        after=after,
    )


def _status(text: str) -> str:
    status = status_of({"status": text})
    return status.value if status else plain(text)


def _kind(text: str) -> str:
    kind = kind_of({"type": text})
    return kind.value if kind else plain(text)


def _graded(column: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        grade = grade_of({column: text}, column)
        return grade.name if grade else plain(text)

    return read


def _dropdown(text: str) -> str:
    """Read the id of "Network > VPN (2)"; a path that the column cut off keeps its words."""
    return number_in(text) or ("" if _LAST_NUMBER.search(text) else plain(text))


_FIELDS: Mapping[int, tuple[str, Callable[[str], str]]] = {
    3: ("priority", _graded("priority")),
    7: ("category", _dropdown),
    10: ("urgency", _graded("urgency")),
    11: ("impact", _graded("impact")),
    12: ("status", _status),
    14: ("kind", _kind),
    83: ("location", _dropdown),
}
