"""Lists and sub-items: ``range``, ``sort``, ``order``, ``searchText`` and their traps (FACTS 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sdtools.emulator.glpi.access import listed_total, require_list, visible_where
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row, folded
from sdtools.emulator.glpi.names import foreign_key
from sdtools.emulator.glpi.query import Parameters, flag
from sdtools.emulator.glpi.tables import TABLES, Table
from sdtools.emulator.glpi.text import decoded
from sdtools.emulator.glpi.wire import CrashError, RequestError

__all__ = ["Page", "page_of", "parent_where", "read_page"]

_MAX_INPUT_VARS = 1000  # PHP's default; GLPI announces it and does not enforce it
_CRASHING = frozenset({"RuleTicket"})  # FACTS 4: abstract types end in a PHP error


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The rows ``start`` to ``end`` of ``total``, as Content-Range says it."""

    start: int
    end: int
    total: int
    limit: int

    @property
    def status(self) -> int:
        """Give 200 for the whole set, else 206, also on the last page of several."""
        whole = self.end - self.start + 1 >= self.total
        return 200 if whole else 206

    def headers(self, itemtype: str) -> Mapping[str, str]:
        """Give the paging headers; an empty set has no Content-Range."""
        accept = {"Accept-Range": f"{itemtype} {_MAX_INPUT_VARS}"}
        if not self.total:
            return accept
        return accept | {"Content-Range": f"{self.start}-{self.end}/{self.total}"}


def asked_range(parameters: Parameters) -> tuple[int, int] | None:
    """Read ``range``; raise GLPI's 400 for anything but ``start-end``."""
    if "range" not in parameters:
        return None
    found = re.fullmatch(r"(\d+)-(\d+)", str(parameters["range"]))
    if found is None:
        raise RequestError(400, "ERROR", "range must be in format : [start-end] with integers")
    return int(found[1]), int(found[2])


def page_of(asked: tuple[int, int] | None, limit: int, total: int) -> Page:
    """Place a page in the whole; without ``range`` Content-Range is off by one (FACTS 4)."""
    start, end = asked or (0, limit)
    size = end - start + 1 if asked else limit
    if start > total:
        message = f"Provided range exceed total count of data: {total}"
        raise RequestError(400, "ERROR_RANGE_EXCEED_TOTAL", message)
    return Page(start=start, end=min(end, total - 1), total=total, limit=max(size, 0))


def _pattern(value: str) -> str:
    text = folded(decoded(value))  # GLPI decodes the needle and not the stored text (FACTS 6)
    start = "" if text.startswith("^") else "%"
    end = "" if text.endswith("$") else "%"
    return start + text.removeprefix("^").removesuffix("$") + end


def _search_text(table: Table, parameters: Parameters) -> tuple[str, list[object]]:
    asked = parameters.get("searchText")
    if not isinstance(asked, dict):
        return "1", []
    parts: list[str] = ["1"]
    values: list[object] = []
    for column, value in asked.items():
        if column not in table.columns or isinstance(value, dict):
            raise CrashError
        if str(value) in {"", "0"}:  # PHP's empty(): the filter is ignored
            continue
        if str(value).upper() == "NULL":
            parts.append(f'"{column}" IS NULL')
            continue
        parts.append(f'glpi_like(?, "{column}")')
        values.append(_pattern(str(value)))
    return " AND ".join(parts), values


def _order(table: Table, parameters: Parameters) -> str:
    order = str(parameters.get("order", "ASC")).upper()
    if order not in {"ASC", "DESC"}:
        raise RequestError(400, "ERROR", "order must be DESC or ASC")
    sort = str(parameters.get("sort", "id"))
    if sort not in table.columns:
        raise RequestError(400, "ERROR", f"sort param is not a field of {table.sql_name}")
    tie = "" if sort == "id" else f", id {order}"  # MySQL walks its index backwards
    return f'ORDER BY "{sort}" {order}{tie}'


def parent_where(itemtype: str, parent: str, row: Row) -> str:
    """Give the condition of a parent's sub-items; of types that no column joins, ALL are.

    The child points at the parent, else the parent at the child (GLPI 10.0, API::getItems).
    """
    columns, items_id = TABLES[itemtype].columns, row["id"]
    column = foreign_key(parent)
    if column in columns:
        return f'"{column}" = {items_id}'
    if "itemtype" in columns and "items_id" in columns:
        return f"itemtype = '{parent}' AND items_id = {items_id}"
    if foreign_key(itemtype) in row:
        return f"id = {int(row[foreign_key(itemtype)] or 0)}"
    if "itemtype" in row and "items_id" in row:
        return f"id = {int(row['items_id'] or 0)}" if row["itemtype"] == itemtype else "0"
    return "1"


def _limit(context: Context, parameters: Parameters) -> int:
    wanted = str(parameters.get("glpilist_limit", ""))
    if wanted.isdigit():
        context.session.list_limit = int(wanted)  # sticks to the session (FACTS 4)
    return context.session.list_limit


def read_page(
    context: Context, itemtype: str, parameters: Parameters, within: str = "1"
) -> tuple[list[Row], Page]:
    """Give one page of a list and where it lies."""
    if itemtype in _CRASHING:
        raise CrashError
    require_list(context, itemtype)
    table = TABLES[itemtype]
    asked, limit = asked_range(parameters), _limit(context, parameters)
    tail = _order(table, parameters)
    matching, values = _search_text(table, parameters)
    where = f"{within} AND {visible_where(context, itemtype)} AND {matching}"
    if "is_deleted" in table.columns:
        where += f" AND is_deleted = {int(flag(parameters, 'is_deleted'))}"
    if "is_template" in table.columns:
        where += " AND is_template = 0"
    page = page_of(asked, limit, listed_total(context, itemtype, where, values))
    tail += f" LIMIT {page.limit} OFFSET {page.start}"
    return context.database.rows(itemtype, where, values, tail), page
