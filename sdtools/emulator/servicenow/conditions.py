"""Turning encoded queries into SQL: unknown fields drop out, unreadable ones are refused."""

# ruff: noqa: S608 - names come from the tables module, values are bound

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from types import MappingProxyType

from sdtools.emulator.servicenow.columns_sql import (
    display_sql,
    require_readable,
    value_sql,
    walk,
)
from sdtools.emulator.servicenow.context import Context
from sdtools.emulator.servicenow.database import Row
from sdtools.emulator.servicenow.encoded import Term, parse
from sdtools.emulator.servicenow.operators import OPERATORS, equals
from sdtools.emulator.servicenow.scripts import BadValueError, UnknownScriptError
from sdtools.emulator.servicenow.sides import NOTHING, Piece, Side
from sdtools.emulator.servicenow.tables import TABLES, Column

__all__ = ["Condition", "encoded_condition", "holds", "plain_condition"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """An SQL condition on ``t`` with its values, and the ORDER BY that goes with it."""

    where: str
    values: tuple[object, ...] = ()
    order: str = ""


def encoded_condition(text: str, table: str, context: Context) -> Condition:
    """Read an encoded query on a table; raise the 403 for fields that may not be read."""
    query = parse(text)
    broken = context.property("glide.invalid_query.returns_no_rows") == "true"
    branches = []
    for branch in query.branches:
        clusters = [_cluster(terms, table, context, broken=broken) for terms in branch]
        branches.append(_joined(" AND ", [piece for piece in clusters if piece]))
    # A branch of which nothing is left takes every row, as a widened query does (FACTS 5).
    where, values = _joined(" OR ", [piece or ("1", ()) for piece in branches]) or ("1", ())
    return Condition(where=where, values=values, order=_order(query.order, table, context))


def holds(text: str, table: str, row: Row, context: Context) -> bool:
    """Tell whether a record that need not be stored meets an encoded query."""
    found = encoded_condition(text, table, context)
    columns = TABLES[table].columns
    named = ", ".join(
        f'? COLLATE NOCASE AS "{name}"' if "NOCASE" in columns[name].sql_type else f'? AS "{name}"'
        for name in columns
    )
    values = tuple(_cell(columns[name], row.get(name, "")) for name in columns)
    sql = f"SELECT 1 FROM (SELECT {named}) t WHERE {found.where}"
    return bool(context.database.select(sql, (*values, *found.values)))


def _cell(column: Column, text: str) -> int | str:
    return int(text) if column.type == "integer" and text else text


def _cluster(
    terms: tuple[Term, ...], table: str, context: Context, *, broken: bool
) -> Piece | None:
    pieces = []
    for term in terms:
        piece = _term(term, table, context)
        if piece is not None:
            pieces.append(piece)
        elif broken:
            pieces.append((NOTHING, ()))
    return _joined(" OR ", pieces)


def _joined(word: str, pieces: list[Piece | None] | list[Piece]) -> Piece | None:
    kept = [piece for piece in pieces if piece]
    if not kept:
        return None
    return (
        f"({word.join(sql for sql, _ in kept)})",
        tuple(value for _, values in kept for value in values),
    )


def _order(order: tuple[tuple[str, bool], ...], table: str, context: Context) -> str:
    terms = []
    for path, descends in order:
        steps = walk(table, path)
        if steps is not None:
            require_readable(context.account, steps)
            terms.append(f"{display_sql(steps)}{' DESC' if descends else ''}")
    return f"ORDER BY {', '.join(terms)}" if terms else ""


def _term(term: Term, table: str, context: Context) -> Piece | None:
    if term.operator in _WHOLE:
        return _WHOLE[term.operator](term.value, table, context)
    steps = walk(table, term.path)
    if steps is None or term.operator not in OPERATORS:
        return None
    require_readable(context.account, steps)
    try:
        return OPERATORS[term.operator](Side(steps=steps, table=table, context=context), term)
    except UnknownScriptError:
        return None
    except BadValueError:
        return NOTHING, ()


def _joined_table(text: str, table: str, context: Context) -> Piece | None:
    """Take the rows that another table points at: ``a.x=b.y!query`` (FACTS 5)."""
    found = re.fullmatch(r"(\w+)\.(\w+)=(\w+)\.(\w+)!(.*)", text, re.DOTALL)
    if found is None or found[2] not in TABLES[table].columns or not walk(found[3], found[4]):
        return None
    inner = _inner(found[3], found[4], found[5], context)
    return f't."{found[2]}" IN ({inner.where})', inner.values


def _related_list(text: str, _table: str, context: Context) -> Piece | None:
    """Take the rows by how many of another table point at them: ``b.y,>=1[,m2m][^query]``."""
    found = re.fullmatch(r"(\w+)\.(\w+),([<>=!]+)(\d+)(?:,m2m)?(?:\^(.*))?", text, re.DOTALL)
    if found is None or found[3] not in _COUNTS or not walk(found[1], found[2]):
        return None
    wanted = f"count(*) {found[3]} {int(found[4])}"
    none_will_do = _COUNTS[found[3]](0, int(found[4]))
    inner = _inner(found[1], found[2], found[5] or "", context)
    having = f"NOT ({wanted})" if none_will_do else wanted
    word = "NOT IN" if none_will_do else "IN"
    return f't.sys_id {word} ({inner.where} GROUP BY t."{found[2]}" HAVING {having})', inner.values


def _inner(table: str, column: str, query: str, context: Context) -> Condition:
    """Give the SELECT of a column of the rows that a query finds in another table."""
    found = encoded_condition(query, table, context)
    place = f'"{TABLES[table].root}" t WHERE {context.database.classes(table)}'
    return Condition(
        where=f'SELECT t."{column}" FROM {place} AND {found.where}', values=found.values
    )


def _text_search(text: str, table: str, _context: Context) -> Piece | None:
    """Take the rows that have every word somewhere in what is indexed."""
    columns = [name for name in _INDEXED if name in TABLES[table].columns]
    words = text.replace("^^", "^").split()
    if not columns or not words:
        return None
    anywhere = " || ' ' || ".join(f't."{name}"' for name in columns)
    sql = " AND ".join([f"instr(lower({anywhere}), ?) > 0"] * len(words))
    return f"({sql})", tuple(word.lower() for word in words)


_INDEXED = ("number", "name", "short_description", "description", "text", "meta")
_COUNTS: Mapping[str, Callable[[int, int], bool]] = MappingProxyType(
    {"=": eq, "!=": ne, ">": gt, ">=": ge, "<": lt, "<=": le}
)
_WHOLE: Mapping[str, Callable[[str, str, Context], Piece | None]] = MappingProxyType(
    {"JOIN": _joined_table, "RLQUERY": _related_list, "123TEXTQUERY321=": _text_search}
)


def plain_condition(filters: Mapping[str, str], table: str, context: Context) -> Condition:
    """Read ``field=value`` filters, values or what is displayed (FACTS 4.1)."""
    pieces = []
    for path, text in filters.items():
        steps = walk(table, path)
        if path.startswith("sysparm_") or steps is None:
            continue
        require_readable(context.account, steps)
        side = Side(steps=steps, table=table, context=context)
        pieces.append(_joined(" OR ", _readings(side, path, text)))
    where, values = _joined(" AND ", pieces) or ("1", ())
    return Condition(where=where, values=values)


def _readings(side: Side, path: str, text: str) -> list[Piece]:
    pieces = [equals(side, Term(path=path, operator="=", value=text))]
    if side.column.reference in TABLES:
        pieces.append((f"{side.shown} = ?", (text,)))
        if side.column.reference == "sys_user":
            login = TABLES["sys_user"].columns["user_name"]
            pieces.append((f"{value_sql([*side.steps, ('sys_user', login)])} = ?", (text,)))
    if side.column.choice:
        listed = "SELECT value FROM sys_choice WHERE element = ? AND label = ?"
        pieces.append((f"CAST({side.sql} AS TEXT) IN ({listed})", (side.column.name, text)))
    return pieces
