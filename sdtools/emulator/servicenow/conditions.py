"""Turning encoded queries into SQL: unknown fields drop out, unreadable ones are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdtools.emulator.servicenow.columns_sql import (
    display_sql,
    require_readable,
    value_sql,
    walk,
)
from sdtools.emulator.servicenow.context import Context
from sdtools.emulator.servicenow.encoded import Term, parse
from sdtools.emulator.servicenow.operators import NOTHING, OPERATORS, Piece, Side, equals
from sdtools.emulator.servicenow.scripts import UnknownScriptError
from sdtools.emulator.servicenow.tables import TABLES

__all__ = ["Condition", "encoded_condition", "plain_condition"]


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
    steps = walk(table, term.path)
    if steps is None or term.operator not in OPERATORS:
        return None
    require_readable(context.account, steps)
    try:
        return OPERATORS[term.operator](Side(steps=steps, table=table, context=context), term)
    except UnknownScriptError:
        return None


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
