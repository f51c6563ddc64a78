"""The shapes of records: values, display values or both, links, dot-walked keys (FACTS 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from sdtools.emulator.servicenow.access import may_read_field
from sdtools.emulator.servicenow.columns_sql import Step, walk
from sdtools.emulator.servicenow.context import Account, Context, flag
from sdtools.emulator.servicenow.database import Row
from sdtools.emulator.servicenow.labels import Labels
from sdtools.emulator.servicenow.tables import Column
from sdtools.emulator.servicenow.views import fields_of_view

__all__ = ["Shaper"]

_Shape = str | dict[str, str] | None


@lru_cache(maxsize=256)
def _wanted(account: Account, table: str, text: str, view: str) -> Mapping[str, list[Step]]:
    """Give the readable paths in the order asked for; those of a view if none are named."""
    named = [part.strip() for part in text.split(",") if part.strip()]
    found = {}
    for path in dict.fromkeys(named or fields_of_view(table, view)):
        steps = walk(table, path)
        if steps and all(may_read_field(account, place, column.name) for place, column in steps):
            found[path] = steps
    return found


class Shaper:
    """How one request wants its records."""

    def __init__(self, context: Context, table: str, parameters: Mapping[str, str]) -> None:
        self._context = context
        self._table = table
        self._labels = Labels(context)
        wanted = parameters.get("sysparm_display_value", "").lower()
        self._mode = wanted if wanted in {"true", "all"} else "false"
        self._links = not flag(parameters, "sysparm_exclude_reference_link")
        self._paths = _wanted(
            context.account,
            table,
            parameters.get("sysparm_fields", ""),
            parameters.get("sysparm_view", ""),
        )

    def record(self, row: Row) -> dict[str, _Shape]:
        """Give one record as the answer holds it."""
        return {path: self._field(steps, row) for path, steps in self._paths.items()}

    def _field(self, steps: list[Step], row: Row) -> _Shape:
        if len(steps) == 1:
            return self._value(self._table, steps[0][1], row)
        found: Row | None = row
        table = self._table
        for (_, column), (following, _) in pairwise(steps):
            found = self._labels.record(following, found[column.name]) if found else None
            table = following
        column = steps[-1][1]
        return self._value(table, column, found) if found else self._nothing()

    def _nothing(self) -> _Shape:
        return {"display_value": "", "value": ""} if self._mode == "all" else ""

    def _value(self, table: str, column: Column, row: Row) -> _Shape:
        if self._mode == "false":
            return self._stored(column, row[column.name])
        shown = self._labels.shown(table, column, row)
        link = self._link(column, row[column.name])
        if self._mode == "all":
            value = "" if column.type == "journal" else row[column.name]
            return {"display_value": shown, **link, "value": value}
        if link:
            return {"display_value": shown, **link}
        if row[column.name] or not self._context.switches.empty_shows_unknown:
            return shown
        return "UNKNOWN" if column.type == "due_date" else None if column.choice else shown

    def _stored(self, column: Column, value: str) -> _Shape:
        if not (value and column.reference):
            return value
        link = self._link(column, value)
        bare = self._context.switches.bare_reference_object
        return {**link, "value": value} if link or bare else value

    def _link(self, column: Column, value: str) -> dict[str, str]:
        if not (self._links and value and column.reference):
            return {}
        return {"link": f"{self._context.base_url}/api/now/table/{column.reference}/{value}"}
