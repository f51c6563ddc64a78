"""Deleted tickets, where the account may read sys_audit_delete (FACTS 10.7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sdtools.connectors.servicenow.answers import Row, is_id, moment, text
from sdtools.connectors.servicenow.fields import TABLES, TicketTable
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.queries import Among, in_chunks, when
from sdtools.model.grades import Grade, Status
from sdtools.model.ticket import Ticket

__all__ = ["DELETIONS", "deleted_since", "deletions"]

DELETIONS = "sys_audit_delete"
_FIELDS = ("documentkey", "tablename", "display_value", "sys_created_on")
_OURS = Among(field="tablename", values=tuple(TABLES))
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def deleted_since(reader: Reader, since: datetime) -> Iterator[tuple[Ticket, ...]]:
    """Read the tickets that were deleted at ``since`` or later; nothing when that is closed to us.

    Only their ids, numbers and kinds are told. One that shows again was brought back, and is left
    out.
    """
    rows = [
        row for row in reader.readable(deletions(since)) or () if is_id(text(row, "documentkey"))
    ]
    for table in TABLES.values():
        gone = [row for row in rows if text(row, "tablename") == table.name]
        there = _there(reader, table, [text(row, "documentkey") for row in gone])
        if found := [row for row in gone if text(row, "documentkey") not in there]:
            yield tuple(_tombstone(table, row) for row in found)


def deletions(since: datetime) -> Listing:
    """Return the list of what was deleted at ``since`` or later."""
    return Listing(
        table=DELETIONS,
        fields=_FIELDS,
        where=f"sys_created_on>={when(since)}",
        by="sys_created_on",
        among=(_OURS,),
    )


def _there(reader: Reader, table: TicketTable, ids: Sequence[str]) -> frozenset[str]:
    return frozenset(
        text(row, "sys_id")
        for some in in_chunks(ids, taken=400)
        for row in reader.rows(
            Listing(table=table.name, fields=(), among=(Among(field="sys_id", values=tuple(some)),))
        )
    )


def _tombstone(table: TicketTable, row: Row) -> Ticket:
    at = moment(row, "sys_created_on") or _LONG_AGO
    return Ticket(
        id=text(row, "documentkey"),
        number=text(row, "display_value"),
        url="",
        kind=table.kind,
        title="",
        description="",
        status=Status.closed,
        urgency=Grade.medium,
        impact=Grade.medium,
        priority=Grade.medium,
        opened=at,
        updated=at,
        deleted=True,
    )
