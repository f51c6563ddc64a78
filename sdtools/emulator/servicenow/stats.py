"""The Aggregate API: counts, averages, least and greatest, sums, by group (FACTS 8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from sdtools.emulator.servicenow.access import may_read_row
from sdtools.emulator.servicenow.columns_sql import require_readable, value_sql, walk
from sdtools.emulator.servicenow.conditions import Condition
from sdtools.emulator.servicenow.context import Call, Context, flag
from sdtools.emulator.servicenow.labels import Labels
from sdtools.emulator.servicenow.reading import condition_of
from sdtools.emulator.servicenow.tables import TABLES
from sdtools.emulator.servicenow.wire import Answer, plain

__all__ = ["answer_stats"]

_FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {"avg": "avg", "min": "min", "max": "max", "sum": "sum"}
)
_OPERATORS = frozenset({"=", "!=", ">", ">=", "<", "<="})
_Measure = tuple[str, str, str]  # what, field, SQL


def answer_stats(context: Context, table: str, call: Call) -> Answer:
    """Answer one aggregate; record ACLs count only if the switch says so."""
    measures = _measures(context, table, call)
    groups = _paths(table, call.parameters.get("sysparm_group_by", ""))
    if not (measures or groups):
        return plain({"result": {"stats": {}}})
    found = condition_of(context, table, call)
    for path in groups:
        require_readable(context.account, walk(table, path) or [])
    keys = [value_sql(walk(table, path) or []) for path in groups]
    columns = ", ".join([*keys, *(sql for _, _, sql in measures)])
    seen = _seen(context, table, found)
    place = f'FROM "{TABLES[table].root}" t WHERE {context.database.classes(table)} AND {seen}'
    tail = f"GROUP BY {', '.join(keys)} {_having(table, call)} {_order(table, call, keys)}"
    sql = f"SELECT {columns} {place} AND ({found.where}) {tail if keys else ''}"
    rows = context.database.select(sql, found.values)
    results = [
        {"stats": _stats(measures, row[len(keys) :]), "groupby_fields": groupby}
        for row in rows
        for groupby in [
            _groups(context, table, call, dict(zip(groups, map(str, row), strict=False)))
        ]
    ]
    if not keys:
        return plain({"result": {"stats": results[0]["stats"]}})
    return plain({"result": results})


def _seen(context: Context, table: str, found: Condition) -> str:
    """Give the condition that leaves what the account may read, if the switch asks for it."""
    if not context.switches.stats_obey_acls:
        return "1"
    rows = context.database.rows(table, found.where, found.values)
    keys = [row["sys_id"] for row in rows if may_read_row(context.account, table, row)]
    return f"t.sys_id IN ({', '.join(map(repr, keys))})"


def _paths(table: str, text: str) -> list[str]:
    return [path for path in text.split(",") if path and walk(table, path)]


def _measures(context: Context, table: str, call: Call) -> list[_Measure]:
    found: list[_Measure] = []
    if flag(call.parameters, "sysparm_count"):
        found.append(("count", "", "count(*)"))
    for word, function in _FUNCTIONS.items():
        for path in _paths(table, call.parameters.get(f"sysparm_{word}_fields", "")):
            steps = walk(table, path) or []
            require_readable(context.account, steps)
            found.append((word, path, f"{function}(nullif({value_sql(steps)}, ''))"))
    return found


def _stats(measures: list[_Measure], values: tuple[object, ...]) -> dict[str, object]:
    stats: dict[str, object] = {}
    for (word, path, _), value in zip(measures, values, strict=True):
        text = "" if value is None else f"{value:.4f}" if word == "avg" else str(value)
        if word == "count":
            stats[word] = text
        else:
            of_fields = stats.setdefault(word, {})
            if isinstance(of_fields, dict):
                of_fields[path] = text
    return stats


def _groups(
    context: Context, table: str, call: Call, values: Mapping[str, str]
) -> list[dict[str, str]]:
    mode = call.parameters.get("sysparm_display_value", "false").lower()
    found = []
    for path, value in values.items():
        steps = walk(table, path) or []
        own, column = steps[-1]
        row = {column.name: value, "sys_class_name": table if len(steps) == 1 else own}
        shown = Labels(context).shown(own, column, row) if mode != "false" else value
        entry = {"field": path, "value": shown if mode == "true" else value}
        found.append({**entry, "display_value": shown} if mode == "all" else entry)
    return found


def _aggregate(table: str, word: str, path: str) -> str | None:
    if word == "count":
        return "count(*)"
    steps = walk(table, path)
    return f"{word}(nullif({value_sql(steps)}, ''))" if word in _FUNCTIONS and steps else None


def _having(table: str, call: Call) -> str:
    terms = []
    for part in filter(None, call.parameters.get("sysparm_having", "").split(",")):
        found = re.fullmatch(r"(\w+)\^([\w.]*)\^([<>=!]+)\^(-?\d+(?:\.\d+)?)", part)
        if found and found[3] in _OPERATORS:
            sql = _aggregate(table, found[1].lower(), found[2])
            terms += [f"{sql} {found[3]} {found[4]}"] if sql else []
    return f"HAVING {' AND '.join(terms)}" if terms else ""


def _order(table: str, call: Call, keys: list[str]) -> str:
    terms = []
    for part in filter(None, call.parameters.get("sysparm_order_by", "").split(",")):
        first, *rest = part.split("^")
        descends = " DESC" if rest and rest[-1].upper() == "DESC" else ""
        steps = walk(table, first)
        sql = value_sql(steps) if steps else _aggregate(table, first.lower(), *rest[:1] or [""])
        if sql and (not steps or sql in keys):
            terms.append(f"{sql}{descends}")
    return f"ORDER BY {', '.join(terms)}" if terms else ""
