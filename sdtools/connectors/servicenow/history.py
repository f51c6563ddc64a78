"""Who changed what, where the account may read sys_audit (FACTS 10.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sdtools.connectors.servicenow.answers import Row, is_id, moment, text
from sdtools.connectors.servicenow.fields import (
    INCIDENT,
    TABLES,
    category_id,
    grade_of,
    status_of,
    table_of,
)
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.names import Logins
from sdtools.connectors.servicenow.queries import Among, in_chunks, when
from sdtools.model.history import Edit

__all__ = ["AUDIT", "HistoryReader"]

AUDIT = "sys_audit"
_OURS = {
    "state": "status",
    "urgency": "urgency",
    "impact": "impact",
    "priority": "priority",
    "assignment_group": "group",
    "assigned_to": "assignee",
}
_PARTS = ("category", "subcategory")  # of one field of ours
_FIELDS = ("documentkey", "oldvalue", "newvalue", "user")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryReader:
    """Reads the changes of ticket fields that rules can write."""

    reader: Reader
    logins: Logins

    def listing(self, since: datetime) -> Listing:
        """Return the list of the changes made at ``since`` or later."""
        return Listing(
            table=AUDIT,
            fields=_FIELDS,
            where=f"sys_created_on>={when(since)}",
            by="sys_created_on",
            among=(
                Among(field="tablename", values=tuple(TABLES)),
                Among(field="fieldname", values=(*_OURS, *_PARTS)),
            ),
        )

    def since(self, since: datetime) -> Iterator[tuple[Edit, ...]]:
        """Read the changes made at ``since`` or later, oldest first, those of categories last.

        Nothing comes when the account may not read them.
        """
        parts: list[Row] = []
        for rows in self.reader.open_pages(self.listing(since)):
            self.logins.learn(text(row, "user") for row in rows)
            parts += [row for row in rows if text(row, "fieldname") in _PARTS]
            if plain := tuple(self._edit(row) for row in rows if text(row, "fieldname") in _OURS):
                yield plain
        if categories := tuple(self._categories(parts)):
            yield categories

    def _edit(self, row: Row) -> Edit:
        column = text(row, "fieldname")
        return Edit(
            id=text(row, "sys_id"),
            ticket_id=text(row, "documentkey"),
            field=_OURS[column],
            at=moment(row, "sys_created_on") or _LONG_AGO,
            author_id=self.logins.id(text(row, "user")),
            before=_word(row, column, text(row, "oldvalue")),
            after=_word(row, column, text(row, "newvalue")),
        )

    def _categories(self, rows: Sequence[Row]) -> Iterator[Edit]:
        """Put category and subcategory together, walking back from what tickets hold now."""
        by_ticket: defaultdict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_ticket[text(row, "documentkey")].append(row)
        held = self._held(sorted(filter(is_id, by_ticket)))
        for ticket, changes in by_ticket.items():
            yield from reversed(list(self._backwards(changes, held.get(ticket, {}))))

    def _backwards(self, changes: Sequence[Row], held: Row) -> Iterator[Edit]:
        parts = {name: text(held, name) for name in _PARTS}
        for first, *others in reversed(_together(changes)):
            after = category_id(*parts.values())
            parts |= {text(row, "fieldname"): text(row, "oldvalue") for row in (first, *others)}
            yield Edit(
                id=text(first, "sys_id"),
                ticket_id=text(first, "documentkey"),
                field="category",
                at=moment(first, "sys_created_on") or _LONG_AGO,
                author_id=self.logins.id(text(first, "user")),
                before=category_id(*parts.values()),
                after=after,
            )

    def _held(self, tickets: Sequence[str]) -> Mapping[str, Row]:
        found: dict[str, Row] = {}
        for some in in_chunks(tickets, taken=400):
            wanted = Among(field="sys_id", values=tuple(some))
            listing = Listing(table=INCIDENT.name, fields=_PARTS, among=(wanted,))
            found |= {text(row, "sys_id"): row for row in self.reader.rows(listing)}
        return found


def _together(changes: Sequence[Row]) -> list[list[Row]]:
    """Group what one person wrote at one moment, oldest first."""
    groups: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in changes:
        groups[text(row, "sys_created_on"), text(row, "user")].append(row)
    return [groups[key] for key in sorted(groups)]


def _word(row: Row, column: str, value: str) -> str:
    """Return a stored value in our words; one that is on no scale as it is."""
    if column == "state":
        status = status_of(table_of(text(row, "tablename")), {"state": value})
        return status.value if status else value
    if column in {"urgency", "impact", "priority"}:
        grade = grade_of({column: value}, column)
        return grade.name if grade else value
    return value
