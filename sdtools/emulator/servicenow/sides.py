"""The left side of a term: a column, dot-walked or not, and what it can be compared with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdtools.emulator.servicenow.columns_sql import Step, display_sql, value_sql
from sdtools.emulator.servicenow.context import Context
from sdtools.emulator.servicenow.scripts import resolved
from sdtools.emulator.servicenow.tables import DATES, Column

__all__ = ["NOTHING", "Piece", "Side"]

NOTHING = "0"
Piece = tuple[str, tuple[object, ...]]  # SQL and its values


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The left side of a term."""

    steps: list[Step]
    table: str
    context: Context

    @property
    def column(self) -> Column:
        """Give the column at the end of the walk."""
        return self.steps[-1][1]

    @property
    def sql(self) -> str:
        """Give the SQL of the stored value."""
        return f"{value_sql(self.steps)}{self._folding}"

    @property
    def shown(self) -> str:
        """Give the SQL of what is displayed: text operators work on that (FACTS 5)."""
        return f"{display_sql(self.steps)} COLLATE NOCASE"

    @property
    def _folding(self) -> str:
        if self.column.type not in {"string", "choice"}:
            return ""
        if self.context.switches.text_case_matters:
            return " COLLATE BINARY"
        # A dot-walked column loses its own collation.
        return " COLLATE NOCASE" if len(self.steps) > 1 else ""

    def value(self, text: str) -> object | None:
        """Give the right side as it is stored; None for what the column cannot hold."""
        text = resolved(text, self.context)
        if self.column.type == "integer":
            return int(text) if re.fullmatch(r"-?\d{1,18}", text.strip()) else None
        if self.column.type == "boolean":
            return {"1": "true", "0": "false"}.get(text, text.lower())
        if self.column.type == "glide_date":
            return text[:10]
        if self.column.type in DATES and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return f"{text} 00:00:00"
        return text
