"""A record on its way to the database: what it was, what was sent, what it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field

from sdtools.emulator.servicenow.database import Row
from sdtools.emulator.servicenow.tables import Table

__all__ = ["Draft"]


@dataclass(slots=True, kw_only=True)
class Draft:
    """One insert or update; business rules change ``new``."""

    table: Table
    old: Row | None  # None: an insert
    new: Row
    given: frozenset[str]  # columns that the client sent
    journals: dict[str, str] = field(default_factory=dict)  # entries to append, by column

    def changed(self, name: str) -> bool:
        """Tell whether a column gets another value than it had."""
        return name in self.new and self.new[name] != self.before(name)

    def before(self, name: str) -> str:
        """Give the value a column had; "" for a new record."""
        return self.old.get(name, "") if self.old else ""

    def enters(self, name: str, *values: str) -> bool:
        """Tell whether a column moves from elsewhere to one of these values."""
        return self.new.get(name) in values and self.before(name) not in values

    def leaves(self, name: str, *values: str) -> bool:
        """Tell whether a column moves from one of these values to another."""
        return self.before(name) in values and self.new.get(name) not in values

    def changes(self) -> dict[str, str]:
        """Give the columns that differ from the old record."""
        return {name: value for name, value in self.new.items() if self.changed(name)}
