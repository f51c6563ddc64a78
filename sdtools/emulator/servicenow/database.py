"""The embedded ServiceNow's SQLite database: rows in, rows out, nothing of its behaviour."""

# ruff: noqa: S608 - names come from the tables module, conditions from this package; values are bound

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import cache
from itertools import groupby
from typing import TypeVar, cast

from sdtools.emulator.servicenow.fresh import ACCOUNTS, fresh_rows
from sdtools.emulator.servicenow.tables import TABLES, Column, Table

__all__ = ["Cell", "Row", "ServiceNowDatabase"]

Cell = int | str
_T = TypeVar("_T")
Row = dict[str, str]  # as the API says it: every scalar is a string, empty is ""

_INDEXES = (
    ("task", "number"), ("task", "sys_updated_on"), ("task", "sys_class_name"),
    ("task", "correlation_id"), ("task", "parent"), ("task", "parent_incident"),
    ("task", "problem_id"), ("sys_user", "user_name"),
    ("sys_user_grmember", "user"), ("sys_user_has_role", "user"),
    ("sys_journal_field", "element_id"), ("sys_journal_field", "sys_created_on"),
    ("sys_audit", "documentkey"), ("task_sla", "task"), ("task_sla", "sys_updated_on"),
    ("m2m_kb_task", "task"), ("sys_attachment", "table_sys_id"), ("sys_choice", "name"),
)  # fmt: skip


# A fresh instance is made once a process and copied from then on.
_FRESH: list[bytes] = []
_FRESH_LOCK = threading.Lock()


def _cell(value: object, column: Column) -> Cell:
    if value is None:
        return column.default
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, int) else str(value)


def _storage() -> dict[str, dict[str, Column]]:
    """Give the columns of each root table: its own and those of all that extends it."""
    found: dict[str, dict[str, Column]] = {}
    for table in TABLES.values():
        found.setdefault(table.root, {}).update(table.columns)
    return found


STORAGE = _storage()


def _classes(name: str) -> str:
    table = TABLES[name]
    if table.name == table.root:
        return "1"
    return f"t.sys_class_name IN ({', '.join(map(repr, table.children))})"


@cache
def _selected(name: str) -> tuple[tuple[str, ...], str]:
    """Give a table's columns, and the statement that selects them as far as its conditions."""
    table = TABLES[name]
    columns = ", ".join(f't."{column}"' for column in table.columns)
    return tuple(table.columns), f'SELECT {columns} FROM "{table.root}" t WHERE {_classes(name)}'


class ServiceNowDatabase:
    """Tables of :mod:`tables`, filled with what a fresh instance holds."""

    def __init__(self, path: str = ":memory:") -> None:
        self.lock = threading.RLock()  # the server's thread and the test's share the connection
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._remembered: dict[Hashable, object] = {}
        self._remembered_at = 0  # what the connection's count of changes was
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute("PRAGMA case_sensitive_like=OFF")
        with self.lock:
            self._create()

    def _create(self) -> None:
        if self._connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            return
        with _FRESH_LOCK, closing(sqlite3.connect(":memory:")) as fresh:
            if not _FRESH:
                self._make()
                _FRESH.append(self._connection.serialize())
                return
            fresh.deserialize(_FRESH[0])
            fresh.backup(self._connection)

    def _make(self) -> None:
        for root, columns in STORAGE.items():
            declared = (f'"{one.name}" {one.sql_type} NOT NULL' for one in columns.values())
            self._connection.execute(
                f'CREATE TABLE "{root}" ({", ".join(declared)}, UNIQUE ("sys_id"))'
            )
        for root, column in _INDEXES:
            self._connection.execute(f'CREATE INDEX "{root}_{column}" ON "{root}" ("{column}")')
        self._connection.execute("CREATE TABLE accounts (user_name TEXT, secret TEXT)")
        self._connection.execute("CREATE TABLE files (sys_id TEXT PRIMARY KEY, content BLOB)")
        self.load(fresh_rows())
        self._connection.executemany("INSERT INTO accounts VALUES (?, ?)", ACCOUNTS)

    def load(self, rows: Iterable[tuple[str, Mapping[str, object]]]) -> int:
        """Write raw rows (table, columns with sys_id): no behaviour; replaces rows of that id."""
        count = 0
        with self.lock:
            self._connection.execute("BEGIN")
            for name, batch in groupby(rows, key=lambda entry: entry[0]):
                table = TABLES[name]
                values = [self._values(table, row) for _, row in batch]
                marks = ", ".join("?" * len(STORAGE[table.root]))
                sql = f'INSERT OR REPLACE INTO "{table.root}" VALUES ({marks})'
                self._connection.executemany(sql, values)
                count += len(values)
            self._connection.execute("COMMIT")
        return count

    def _values(self, table: Table, row: Mapping[str, object]) -> tuple[Cell, ...]:
        given = dict(row)
        given.setdefault("sys_class_name", table.name)
        given.setdefault("sys_created_by", "system")
        given.setdefault("sys_updated_on", given.get("sys_created_on"))
        given.setdefault("sys_created_on", given.get("sys_updated_on"))
        given.setdefault("sys_updated_by", given["sys_created_by"])
        own = table.columns
        return tuple(
            _cell(given.get(name), own[name]) if name in own else "" for name in STORAGE[table.root]
        )

    def rows(
        self, name: str, where: str = "1", values: Sequence[object] = (), tail: str = ""
    ) -> list[Row]:
        """Give whole rows of a table and of what extends it; ``where`` may say ``t.column``."""
        names, selected = _selected(name)
        sql = f"{selected} AND ({where}) {tail}"
        with self.lock:
            found = self._connection.execute(sql, values).fetchall()
        return [dict(zip(names, map(str, row), strict=True)) for row in found]

    def unchanged(self, key: Hashable, read: Callable[[], _T]) -> _T:
        """Give what ``read`` gave for a key, as long as nothing was written since."""
        with self.lock:
            if self._remembered_at != self._connection.total_changes:
                self._remembered_at = self._connection.total_changes
                self._remembered.clear()
            if key not in self._remembered:
                self._remembered[key] = read()
            return cast(_T, self._remembered[key])

    def classes(self, name: str) -> str:
        """Give the condition on ``t`` that leaves the rows of a table and of what extends it."""
        return _classes(name)

    def row(self, name: str, sys_id: str) -> Row | None:
        """Give one row by its sys_id."""
        found = self.rows(name, "t.sys_id = ?", (sys_id,))
        return found[0] if found else None

    def property(self, name: str) -> str:
        """Give the value of a system property; "" if there is none."""

        def read() -> str:
            found = self.rows("sys_properties", "t.name = ?", (name,))
            return found[0]["value"] if found else ""

        return self.unchanged(("property", name), read)

    def count(self, name: str, where: str = "1", values: Sequence[object] = ()) -> int:
        """Count rows of a table and of what extends it."""
        sql = (
            f'SELECT count(*) FROM "{TABLES[name].root}" t WHERE {self.classes(name)} AND ({where})'
        )
        with self.lock:
            return cast(int, self._connection.execute(sql, values).fetchone()[0])

    def select(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Cell, ...]]:
        """Run any reading statement."""
        with self.lock:
            return self._connection.execute(sql, values).fetchall()

    def update(self, name: str, sys_id: str, values: Mapping[str, object]) -> None:
        """Write some columns of one row."""
        if not values:
            return
        changes = ", ".join(f'"{column}" = ?' for column in values)
        sql = f'UPDATE "{TABLES[name].root}" SET {changes} WHERE sys_id = ?'
        with self.lock:
            self._connection.execute(sql, (*values.values(), sys_id))

    def delete(self, name: str, sys_id: str) -> None:
        """Delete one row."""
        with self.lock:
            self._connection.execute(
                f'DELETE FROM "{TABLES[name].root}" WHERE sys_id = ?', (sys_id,)
            )

    def knows(self, user_name: str, password: str) -> bool:
        """Tell whether this is a user's password."""
        sql = "SELECT 1 FROM accounts WHERE user_name = ? AND secret = ?"
        return bool(self.select(sql, (user_name, password)))

    def add_account(self, user_name: str, password: str) -> None:
        """Let a user of sys_user log in."""
        with self.lock:
            self._connection.execute("INSERT INTO accounts VALUES (?, ?)", (user_name, password))

    def keep_file(self, sys_id: str, content: bytes) -> None:
        """Keep the bytes of an attachment."""
        with self.lock:
            self._connection.execute(
                "INSERT OR REPLACE INTO files VALUES (?, ?)", (sys_id, content)
            )

    def file(self, sys_id: str) -> bytes | None:
        """Give the bytes of an attachment."""
        sql = "SELECT content FROM files WHERE sys_id = ?"
        with self.lock:
            found = self._connection.execute(sql, (sys_id,)).fetchone()
        return cast(bytes, found[0]) if found else None

    def close(self) -> None:
        """Close the connection."""
        with self.lock:
            self._connection.close()
