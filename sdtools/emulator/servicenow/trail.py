"""What writing leaves behind: journal entries, and audit rows of changes and deletions."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from html import escape

from sdtools.emulator.servicenow.context import Context
from sdtools.emulator.servicenow.database import Row
from sdtools.emulator.servicenow.draft import Draft
from sdtools.emulator.servicenow.tables import TABLES

__all__ = ["new_id", "trail_deletion", "trail_write"]

_AUDITED = frozenset({"task", "cmdb_ci", "kb_knowledge"})
_Entry = tuple[str, dict[str, object]]


def new_id() -> str:
    """Give an unused sys_id."""
    return secrets.token_hex(16)


def trail_write(draft: Draft, changes: Mapping[str, str], context: Context) -> None:
    """Write the journal entries of a draft, and of an update its audit rows."""
    entries = list(_journal(draft, context))
    if draft.table.root in _AUDITED and draft.old is not None:
        entries += _audit(draft, changes, context)
    context.database.load(entries)


def _signed(context: Context) -> dict[str, object]:
    by = context.account.user_name
    return {"sys_id": new_id(), "sys_created_on": context.now(), "sys_created_by": by}


def _journal(draft: Draft, context: Context) -> Iterator[_Entry]:
    for element, text in draft.journals.items():
        entry = {"name": draft.table.name, "element_id": draft.new["sys_id"], "element": element}
        yield "sys_journal_field", {**_signed(context), **entry, "value": text}


def _audit(draft: Draft, changes: Mapping[str, str], context: Context) -> Iterator[_Entry]:
    moved = {name: (draft.before(name), value) for name, value in changes.items()}
    moved |= {name: ("", text) for name, text in draft.journals.items()}
    for name, (before, after) in moved.items():
        if not name.startswith("sys_"):
            row = _audit_row(draft.table.name, draft.new, context)
            yield "sys_audit", {**row, "fieldname": name, "oldvalue": before, "newvalue": after}


def _audit_row(table: str, row: Row, context: Context) -> dict[str, object]:
    return {
        **_signed(context),
        "tablename": table,
        "documentkey": row["sys_id"],
        "user": context.account.user_name,
        "record_checkpoint": row["sys_mod_count"],
    }


def trail_deletion(table: str, row: Row, context: Context) -> None:
    """Write what remains of a deleted record."""
    if TABLES[table].root not in _AUDITED:
        return
    deleted = {"tablename": table, "documentkey": row["sys_id"]}
    display = row.get(TABLES[table].display, "")
    payload = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in row.items())
    context.database.load(
        [
            ("sys_audit", {**_audit_row(table, row, context), "fieldname": "DELETED"}),
            (
                "sys_audit_delete",
                {**_signed(context), **deleted, "display_value": display}
                | {"payload": f"<record_update><{table}>{payload}</{table}></record_update>"},
            ),
        ]
    )
