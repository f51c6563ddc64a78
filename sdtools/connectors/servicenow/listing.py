"""What to list of a ServiceNow, and a page of what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sdtools.connectors.servicenow.answers import Row
from sdtools.connectors.servicenow.queries import Among, all_of

__all__ = ["Listing", "Page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What to list: a table, its fields and an encoded query without an order."""

    table: str
    fields: tuple[str, ...]
    where: str = ""
    path: str = ""  # of the API that lists it; "": the Table API
    by: str = "sys_id"  # or a time, such as sys_updated_on: sys_id then orders within a second
    among: tuple[Among, ...] = ()  # further conditions that every row is checked against

    @property
    def address(self) -> str:
        """Return the path to ask."""
        return self.path or f"/api/now/table/{self.table}"

    @property
    def columns(self) -> str:
        """Return all fields to ask for."""
        checked = (one.field for one in self.among)
        return ",".join(dict.fromkeys(("sys_id", self.by, *checked, *self.fields)))

    @property
    def query(self) -> str:
        """Return all conditions and the order."""
        where = all_of(self.where, *(one.condition for one in self.among))
        return "^".join(part for part in (where, self.order) if part)

    @property
    def order(self) -> str:
        """Return the order of the pages."""
        return "ORDERBYsys_id" if self.by == "sys_id" else f"ORDERBY{self.by}^ORDERBYsys_id"

    def parameters(self, limit: int, offset: int, *, counted: bool) -> dict[str, str]:
        """Return the parameters that ask for a page of it."""
        return {
            "sysparm_query": self.query,
            "sysparm_fields": self.columns,
            "sysparm_limit": str(limit),
            "sysparm_offset": str(offset),
            "sysparm_display_value": "false",
            "sysparm_exclude_reference_link": "true",
            "sysparm_suppress_pagination_header": "true",
            "sysparm_no_count": "false" if counted else "true",
        }

    def narrowed(self, condition: str) -> Listing:
        """Return the part of the list for which a condition holds, too; "" is none."""
        return replace(self, where=all_of(self.where, condition)) if condition else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows, and how many there would be without a limit; None when that was not asked."""

    rows: tuple[Row, ...]
    total: int | None
    headers: Mapping[str, str]
