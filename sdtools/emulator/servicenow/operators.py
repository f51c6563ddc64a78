"""The operators of encoded queries, each turned into SQL with bound values (FACTS 5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from sdtools.emulator.servicenow.columns_sql import (
    Step,
    display_sql,
    require_readable,
    value_sql,
    walk,
)
from sdtools.emulator.servicenow.context import Context, stamp
from sdtools.emulator.servicenow.encoded import Term
from sdtools.emulator.servicenow.scripts import UnknownScriptError, resolved
from sdtools.emulator.servicenow.tables import DATES, TABLES, Column

__all__ = ["NOTHING", "OPERATORS", "Piece", "Side", "equals"]

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
        # A dot-walked column loses its own collation.
        walked = len(self.steps) > 1 and self.column.type in {"string", "choice"}
        return " COLLATE NOCASE" if walked else ""

    def value(self, text: str) -> object | None:
        """Give the right side as it is stored; None for what the column cannot hold."""
        text = resolved(text, self.context)
        if self.column.type == "integer":
            return int(text) if re.fullmatch(r"-?\d+", text.strip()) else None
        if self.column.type == "boolean":
            return {"1": "true", "0": "false"}.get(text, text.lower())
        if self.column.type == "glide_date":
            return text[:10]
        if self.column.type in DATES and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return f"{text} 00:00:00"
        return text


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
        return f"NOT ({sql})", values

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


def _between(side: Side, term: Term) -> Piece:
    first, _, last = term.value.partition("@")
    low, high = side.value(first), side.value(last)
    if low is None or high is None:
        return NOTHING, ()
    return f"({side.sql} <> '' AND {side.sql} BETWEEN ? AND ?)", (low, high)


def _on(side: Side, term: Term) -> Piece:
    _, _, limits = term.value.partition("@")  # the label before it only serves the screen
    return _between(side, Term(path=term.path, operator="BETWEEN", value=limits))


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


_UNITS = MappingProxyType(
    {
        "minute": timedelta(minutes=1),
        "hour": timedelta(hours=1),
        "dayofweek": timedelta(days=1),
        "day": timedelta(days=1),
        "month": timedelta(days=30),
        "quarter": timedelta(days=91),
        "year": timedelta(days=365),
    }
)


def _relative(operator: str) -> Callable[[Side, Term], Piece]:
    def compared(side: Side, term: Term) -> Piece:
        found = re.fullmatch(r"@(\w+)@(ago|ahead)@(\d+)", term.value)
        if found is None or found[1] not in _UNITS:
            raise UnknownScriptError
        span = _UNITS[found[1]] * int(found[3])
        now = side.context.clock.now()
        limit = stamp(now - span if found[2] == "ago" else now + span)
        return f"({side.sql} <> '' AND {side.sql} {operator} ?)", (limit,)

    return compared


def _empty(side: Side, _term: Term) -> Piece:
    return f"{side.sql} = ''", ()


def _instance_of(side: Side, term: Term) -> Piece:
    names = TABLES[term.value].children if term.value in TABLES else (term.value,)
    return f"{side.sql} IN ({', '.join('?' * len(names))})", names


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
        "ISNOTEMPTY": _not(_empty),
        "ANYTHING": lambda _side, _term: ("1", ()),
        "BETWEEN": _between,
        "ON": _on,
        "NOTON": _not(_on),
        "SAMEAS": _other_field("="),
        "NSAMEAS": _other_field("<>"),
        "GT_FIELD": _other_field(">"),
        "LT_FIELD": _other_field("<"),
        "GT_OR_EQUALS_FIELD": _other_field(">="),
        "LT_OR_EQUALS_FIELD": _other_field("<="),
        "RELATIVEGT": _relative(">"),
        "RELATIVEGE": _relative(">="),
        "RELATIVELT": _relative("<"),
        "RELATIVELE": _relative("<="),
        "INSTANCEOF": _instance_of,
    }
)
