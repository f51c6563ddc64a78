"""What values show: choice labels, names of referenced records, local times, journals."""

from __future__ import annotations

from datetime import UTC, datetime

from sdtools.emulator.servicenow.context import Context
from sdtools.emulator.servicenow.database import Row
from sdtools.emulator.servicenow.tables import TABLES, Column

__all__ = ["Labels"]

_JOURNALS = {"work_notes": "Work notes", "comments": "Additional comments"}


class Labels:
    """The display values of one request; what was looked up once is kept."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._names: dict[tuple[str, str], str] = {}
        self._rows: dict[tuple[str, str], Row | None] = {}
        self._choices: dict[tuple[str, str], dict[str, str]] | None = None
        self._people: dict[str, str] = {}

    def record(self, table: str, sys_id: str) -> Row | None:
        """Give a referenced record, of the class it really has."""
        key = (table, sys_id)
        if key not in self._rows:
            found = self._context.database.row(table, sys_id) if sys_id else None
            own = found.get("sys_class_name", table) if found else table
            if own != table and own in TABLES:
                found = self._context.database.row(own, sys_id)
            self._rows[key] = found
        return self._rows[key]

    def name(self, table: str, sys_id: str) -> str:
        """Give what stands for a record; "" for one that is not there."""
        key = (table, sys_id)
        if key not in self._names:
            found = self.record(table, sys_id)
            column = TABLES[table].display
            self._names[key] = (found[column] if column else sys_id) if found else ""
        return self._names[key]

    def choice(self, table: str, element: str, value: str) -> str:
        """Give a choice's label; the value itself where it has none."""
        if self._choices is None:
            self._choices = {}
            for row in self._context.database.rows("sys_choice"):
                listed = self._choices.setdefault((row["name"], row["element"]), {})
                listed[row["value"]] = row["label"]
        for name in TABLES[table].lineage:
            if (name, element) in self._choices:
                return self._choices[name, element].get(value, value)
        return value

    def shown(self, table: str, column: Column, row: Row) -> str:
        """Give the display value of a column of a record."""
        value = row[column.name]
        if column.type == "journal":
            return self._journal(column.name, row["sys_id"])
        if not value:
            return ""
        if column.choice:
            return self.choice(row.get("sys_class_name") or table, column.name, value)
        if column.reference in TABLES:
            return self.name(column.reference, value)
        if column.type in {"glide_date_time", "due_date"}:
            return self._local(value)
        if column.type == "sys_class_name":
            return TABLES[value].label if value in TABLES else value
        return value

    def _local(self, value: str) -> str:
        try:
            at = datetime.fromisoformat(value).replace(tzinfo=UTC)
        except ValueError:
            return value
        return at.astimezone(self._context.account.zone).strftime("%Y-%m-%d %H:%M:%S")

    def _journal(self, element: str, sys_id: str) -> str:
        elements = tuple(_JOURNALS) if element == "comments_and_work_notes" else (element,)
        where = f"t.element_id = ? AND t.element IN ({', '.join('?' * len(elements))})"
        tail = "ORDER BY t.sys_created_on DESC, t.rowid DESC"
        rows = self._context.database.rows("sys_journal_field", where, (sys_id, *elements), tail)
        return "".join(map(self._entry, rows))

    def _entry(self, row: Row) -> str:
        at, by = self._local(row["sys_created_on"]), self._person(row["sys_created_by"])
        return f"{at} - {by} ({_JOURNALS.get(row['element'], row['element'])})\n{row['value']}\n\n"

    def _person(self, user_name: str) -> str:
        if user_name not in self._people:
            found = self._context.database.rows("sys_user", "t.user_name = ?", (user_name,))
            self._people[user_name] = found[0]["name"] if found else user_name
        return self._people[user_name]
