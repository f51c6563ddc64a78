"""Naming a column, dot-walked or not, and what it displays, in SQL."""

# ruff: noqa: S608 - names come from the tables module

from __future__ import annotations

from functools import lru_cache

from sdtools.emulator.servicenow.access import may_read_field
from sdtools.emulator.servicenow.context import Account
from sdtools.emulator.servicenow.tables import TABLES, Column
from sdtools.emulator.servicenow.wire import query_refused

__all__ = ["Step", "display_sql", "require_readable", "value_sql", "walk"]

Step = tuple[str, Column]  # the table that has the column, and the column


@lru_cache(maxsize=4096)
def walk(table: str, path: str) -> list[Step] | None:
    """Give the columns along a dot-walk; None where one does not exist."""
    steps: list[Step] = []
    for name in path.split("."):
        if name.startswith("ref_") and name[4:] in TABLES:
            table = name[4:]  # narrows a reference to task to one that extends it
            continue
        column = TABLES[table].columns.get(name) if table in TABLES else None
        if column is None:
            return None
        steps.append((table, column))
        table = column.reference
    return steps or None


def require_readable(account: Account, steps: list[Step]) -> None:
    """Raise the 403 for a field that the account may not read."""
    for table, column in steps:
        if not may_read_field(account, table, column.name):
            raise query_refused()


def value_sql(steps: list[Step], alias: str = "t") -> str:
    """Give the SQL of a stored value; "" where the walk breaks off."""
    (_, column), *rest = steps
    if not rest:
        return f'{alias}."{column.name}"'
    inner = f"{alias}r"
    root = TABLES[rest[0][0]].root
    found = value_sql(rest, inner)
    return (
        f'coalesce((SELECT {found} FROM "{root}" {inner} '
        f"WHERE {inner}.sys_id = {alias}.\"{column.name}\"), '')"
    )


def display_sql(steps: list[Step], alias: str = "t") -> str:
    """Give the SQL of what a column shows: of a reference the name of its record."""
    _, column = steps[-1]
    if column.reference not in TABLES:
        return value_sql(steps, alias)
    display = TABLES[column.reference].display
    if not display:
        return value_sql(steps, alias)
    return value_sql([*steps, (column.reference, TABLES[column.reference].columns[display])], alias)
