"""The embedded GLPI's SQLite database: rows in, rows out, nothing of GLPI's behaviour."""

# ruff: noqa: S608 - names come from the tables module, conditions from this package; values are bound

from __future__ import annotations

import sqlite3
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import cast

from sdtools.emulator.glpi.fresh import FRESH, SECRETS
from sdtools.emulator.glpi.tables import TABLES, Column, Table, Value

__all__ = ["GlpiDatabase", "Row", "collated", "folded"]

Row = dict[str, Value]

_INDEXES = (
    ("Ticket_User", "tickets_id"), ("Group_Ticket", "tickets_id"),
    ("Supplier_Ticket", "tickets_id"), ("Item_Ticket", "tickets_id"),
    ("TicketTask", "tickets_id"), ("Problem_Ticket", "tickets_id"),
    ("Change_Ticket", "tickets_id"), ("TicketSatisfaction", "tickets_id"),
    ("TicketValidation", "tickets_id"), ("TicketCost", "tickets_id"),
    ("ITILFollowup", "items_id"), ("ITILSolution", "items_id"), ("Log", "items_id"),
    ("KnowbaseItem_Item", "items_id"), ("Document_Item", "items_id"),
    ("PendingReason_Item", "items_id"), ("Ticket", "date_mod"), ("Group_User", "users_id"),
    ("Profile_User", "users_id"), ("UserEmail", "users_id"),
)  # fmt: skip


def folded(text: object) -> str:
    """Give text as MySQL's utf8mb4_unicode_ci compares it: without case and accents."""
    plain = unicodedata.normalize("NFKD", str(text).casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


# MySQL's unicode collation orders signs before digits, and those as here; ASCII does otherwise.
_SIGNS = "\t\n\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
_WORD = 40  # letters at most
_SIGN_ORDER = {ord(sign): place + 1 for place, sign in enumerate(_SIGNS)}


def collated(text: object) -> str:
    """Give text by which MySQL's utf8mb4_unicode_ci orders it."""
    return folded(text).translate(_SIGN_ORDER)


@lru_cache(maxsize=4096)
def _folded_word(text: object) -> str:
    """Fold what comes again and again: names of types, states, numbers."""
    return folded(text)


def _like(pattern: str, value: object) -> bool:
    """Tell whether a value matches a folded LIKE pattern in which only ``%`` is special."""
    if value is None:
        return False
    text = _folded_word(value) if len(str(value)) < _WORD else folded(value)
    first, *rest = pattern.split("%")
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    position = len(first)
    for part in rest[:-1]:
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return text.endswith(rest[-1]) and len(text) - len(rest[-1]) >= position


def _collate(left: str, right: str) -> int:
    one, two = collated(left), collated(right)
    return (one > two) - (one < two)


def _declared(column: Column) -> str:
    if column.name == "id":
        return '"id" INTEGER PRIMARY KEY AUTOINCREMENT'  # MySQL never hands out an id again either
    kind = {"int": "INTEGER", "text": "TEXT COLLATE glpi"}.get(column.kind, "TEXT")
    return f'"{column.name}" {kind}'


class GlpiDatabase:
    """Tables of :mod:`tables`, filled with what a fresh GLPI holds."""

    def __init__(self, path: str = ":memory:") -> None:
        self.writes: Counter[str] = Counter()  # by item type; who keeps what he read asks here
        self.lock = threading.RLock()  # the server's thread and the test's share the connection
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.create_function("glpi_like", 2, _like, deterministic=True)
        self._connection.create_collation("glpi", _collate)
        self._connection.execute("PRAGMA synchronous=OFF")
        with self.lock:
            self._create()

    def _create(self) -> None:
        found = self._connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        if found:
            return
        for table in TABLES.values():
            columns = ", ".join(map(_declared, table.columns.values()))
            self._connection.execute(f'CREATE TABLE "{table.sql_name}" ({columns})')
        for itemtype, column in _INDEXES:
            name = TABLES[itemtype].sql_name
            self._connection.execute(f'CREATE INDEX "{name}_{column}" ON "{name}" ("{column}")')
        self._connection.execute("CREATE TABLE secrets (users_id INTEGER, kind TEXT, secret TEXT)")
        self._connection.execute("CREATE TABLE files (sha1sum TEXT PRIMARY KEY, content BLOB)")
        self.load(FRESH)
        self._connection.executemany("INSERT INTO secrets VALUES (?, ?, ?)", SECRETS)

    def load(self, rows: Iterable[tuple[str, Mapping[str, object]]]) -> int:
        """Write raw rows (item type, columns with id): no behaviour; replaces rows of that id."""
        count = 0
        with self.lock:
            self._connection.execute("BEGIN")
            for itemtype, batch in groupby(rows, key=lambda entry: entry[0]):
                table = TABLES[itemtype]
                marks = ", ".join("?" * len(table.columns))
                sql = f'INSERT OR REPLACE INTO "{table.sql_name}" VALUES ({marks})'
                values = [table.row(row) for _, row in batch]
                self._connection.executemany(sql, values)
                self.writes[itemtype] += 1
                count += len(values)
            self._connection.execute("COMMIT")
        return count

    def rows(
        self, itemtype: str, where: str = "1", values: Sequence[object] = (), tail: str = ""
    ) -> list[Row]:
        """Give whole rows of an item type, in the order of ``tail`` (else of the id)."""
        table = TABLES[itemtype]
        sql = f'SELECT * FROM "{table.sql_name}" WHERE {where} {tail or "ORDER BY id"}'
        with self.lock:
            found = self._connection.execute(sql, values).fetchall()
        names = tuple(table.columns)
        return [dict(zip(names, row, strict=True)) for row in found]

    def row(self, itemtype: str, items_id: object) -> Row | None:
        """Give one row by its id."""
        found = self.rows(itemtype, "id = ?", (items_id,))
        return found[0] if found else None

    def count(self, itemtype: str, where: str = "1", values: Sequence[object] = ()) -> int:
        """Count rows of an item type."""
        sql = f'SELECT count(*) FROM "{TABLES[itemtype].sql_name}" WHERE {where}'
        with self.lock:
            return cast(int, self._connection.execute(sql, values).fetchone()[0])

    def select(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Value, ...]]:
        """Run any reading statement."""
        with self.lock:
            return self._connection.execute(sql, values).fetchall()

    def insert(self, itemtype: str, values: Mapping[str, object]) -> int:
        """Write one row with defaults for what is absent; give its id."""
        table: Table = TABLES[itemtype]
        names = [name for name in table.columns if name != "id" or values.get("id") is not None]
        row = [values.get(name, table.columns[name].default) for name in names]
        columns = ", ".join(f'"{name}"' for name in names)
        sql = f'INSERT INTO "{table.sql_name}" ({columns}) VALUES ({", ".join("?" * len(names))})'
        with self.lock:
            self.writes[itemtype] += 1
            return cast(int, self._connection.execute(sql, row).lastrowid)

    def update(self, itemtype: str, items_id: object, values: Mapping[str, object]) -> None:
        """Write some columns of one row."""
        if not values:
            return
        changes = ", ".join(f'"{name}" = ?' for name in values)
        sql = f'UPDATE "{TABLES[itemtype].sql_name}" SET {changes} WHERE id = ?'
        with self.lock:
            self.writes[itemtype] += 1
            self._connection.execute(sql, (*values.values(), items_id))

    def delete(self, itemtype: str, where: str, values: Sequence[object]) -> None:
        """Delete rows of an item type."""
        with self.lock:
            self.writes[itemtype] += 1
            self._connection.execute(
                f'DELETE FROM "{TABLES[itemtype].sql_name}" WHERE {where}', values
            )

    def user_of(self, kind: str, secret: str) -> int | None:
        """Give the user whose ``user_token`` or ``password`` ("login:password") this is."""
        sql = "SELECT users_id FROM secrets WHERE kind = ? AND secret = ?"
        found = self.select(sql, (kind, secret))
        return cast(int, found[0][0]) if found else None

    def add_secret(self, users_id: int, kind: str, secret: str) -> None:
        """Let a user log in with a ``user_token``, or a ``password`` ("login:password")."""
        with self.lock:
            self._connection.execute(
                "INSERT INTO secrets VALUES (?, ?, ?)", (users_id, kind, secret)
            )

    def keep_file(self, sha1sum: str, content: bytes) -> None:
        """Keep the bytes of a document."""
        with self.lock:
            self._connection.execute(
                "INSERT OR REPLACE INTO files VALUES (?, ?)", (sha1sum, content)
            )

    def file(self, sha1sum: str) -> bytes | None:
        """Give the bytes of a document."""
        found = self.select("SELECT content FROM files WHERE sha1sum = ?", (sha1sum,))
        return cast(bytes, found[0][0]) if found else None

    def close(self) -> None:
        """Close the connection."""
        with self.lock:
            self._connection.close()
