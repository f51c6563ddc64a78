"""The operators of encoded queries, each turned into SQL with bound values (FACTS 5)."""

# ruff: noqa: S608 - names come from the tables module, values are bound

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from sdtools.emulator.servicenow.columns_sql import require_readable, value_sql, walk
from sdtools.emulator.servicenow.encoded import Term
from sdtools.emulator.servicenow.operators_dates import DATE_OPERATORS, between
from sdtools.emulator.servicenow.scripts import UnknownScriptError, resolved
from sdtools.emulator.servicenow.sides import NOTHING, Piece, Side
from sdtools.emulator.servicenow.tables import TABLES

__all__ = ["OPERATORS", "equals"]

_ME = "90d1921e5f510100a9ad2572f2b477fe"
_MY_GROUPS = "d6435e965f510100a9ad2572f2b47744"


def equals(side: Side, term: Term) -> Piece:
    """Compare stored values; nothing on the right asks for empty."""
    if not term.value:
        return f"{side.sql} = ''", ()
    value = side.value(term.value)
    if value is None:
        return NOTHING, ()
    if value == "false" and side.column.type == "boolean":
        return f"{side.sql} IN ('false', '')", ()
    return f"{side.sql} = ?", (value,)


def _not(other: Callable[[Side, Term], Piece]) -> Callable[[Side, Term], Piece]:
    def negated(side: Side, term: Term) -> Piece:
        sql, values = other(side, term)
        whole = f"NOT ({sql})"
        takes_empty = side.context.switches.unequal_takes_empty or not term.value
        return (whole if takes_empty else f"({side.sql} <> '' AND {whole})"), values

    return negated


def _compare(operator: str) -> Callable[[Side, Term], Piece]:
    def compared(side: Side, term: Term) -> Piece:
        value = side.value(term.value)
        if value is None:
            return NOTHING, ()
        return f"({side.sql} <> '' AND {side.sql} {operator} ?)", (value,)

    return compared


def _in(side: Side, term: Term) -> Piece:
    found = [side.value(part) if part else "" for part in term.value.split(",")]
    values = tuple(value for value in found if value is not None)
    return (f"{side.sql} IN ({', '.join('?' * len(values))})", values) if values else (NOTHING, ())


def _like(begin: str, end: str) -> Callable[[Side, Term], Piece]:
    def alike(side: Side, term: Term) -> Piece:
        text = re.sub(r"([\\%_])", r"\\\1", resolved(term.value, side.context))
        return f"{side.shown} LIKE ? ESCAPE '\\'", (f"{begin}{text}{end}",)

    return alike


def _other_field(operator: str) -> Callable[[Side, Term], Piece]:
    def compared(side: Side, term: Term) -> Piece:
        name, _, unit = term.value.partition("@")
        steps = walk(side.table, name)
        if steps is None:
            raise UnknownScriptError
        require_readable(side.context.account, steps)
        cut = {"": 0, "year": 4, "month": 7, "day": 10, "hour": 13, "minute": 16}.get(unit, 0)
        pair = [side.sql, value_sql(steps)]
        left, right = [f"substr({sql}, 1, {cut})" if cut else sql for sql in pair]
        return f"{left} {operator} {right}", ()

    return compared


def _empty(side: Side, _term: Term) -> Piece:
    return f"{side.sql} = ''", ()


def _anything(_side: Side, _term: Term) -> Piece:
    return "1", ()


def _instance_of(side: Side, term: Term) -> Piece:
    names = TABLES[term.value].children if term.value in TABLES else (term.value,)
    return f"{side.sql} IN ({', '.join('?' * len(names))})", names


def _dynamic(side: Side, term: Term) -> Piece:
    """Compare with what a dynamic filter stands for; one that is not known is invalid."""
    me = side.context.account.sys_id
    if term.value == _ME:
        return f"{side.sql} = ?", (me,)
    if term.value == _MY_GROUPS:
        return f'{side.sql} IN (SELECT "group" FROM sys_user_grmember WHERE user = ?)', (me,)
    raise UnknownScriptError


def _in_hierarchy(side: Side, term: Term) -> Piece:
    """Take a record of a tree and everything below it."""
    table = TABLES.get(side.column.reference)
    if table is None or "parent" not in table.columns:
        raise UnknownScriptError
    below = (
        f'WITH RECURSIVE below(id) AS (SELECT ? UNION SELECT sys_id FROM "{table.root}" '
        f'JOIN below ON "{table.root}".parent = below.id) SELECT id FROM below'
    )
    return f"{side.sql} IN ({below})", (term.value,)


OPERATORS: Mapping[str, Callable[[Side, Term], Piece]] = MappingProxyType(
    {
        "=": equals,
        "!=": _not(equals),
        "<": _compare("<"),
        "<=": _compare("<="),
        ">": _compare(">"),
        ">=": _compare(">="),
        "IN": _in,
        "NOT IN": _not(_in),
        "LIKE": _like("%", "%"),
        "NOT LIKE": _not(_like("%", "%")),
        "STARTSWITH": _like("", "%"),
        "ENDSWITH": _like("%", ""),
        "ISEMPTY": _empty,
        "EMPTYSTRING": _empty,
        "ISNOTEMPTY": lambda side, _term: (f"{side.sql} <> ''", ()),
        "ANYTHING": _anything,
        "BETWEEN": between,
        "SAMEAS": _other_field("="),
        "NSAMEAS": _other_field("<>"),
        "GT_FIELD": _other_field(">"),
        "LT_FIELD": _other_field("<"),
        "GT_OR_EQUALS_FIELD": _other_field(">="),
        "LT_OR_EQUALS_FIELD": _other_field("<="),
        "INSTANCEOF": _instance_of,
        "DYNAMIC": _dynamic,
        "IN_HIERARCHY": _in_hierarchy,
        # Only notifications know what a value was before: here they do not narrow anything.
        "VALCHANGES": _anything,
        "CHANGESFROM": _anything,
        "CHANGESTO": _anything,
        **DATE_OPERATORS,
    }
)
