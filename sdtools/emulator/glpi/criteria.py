"""Search criteria: links, groups of criteria, and criteria on other item types (FACTS 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sdtools.emulator.glpi.conditions import judge
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.query import as_list
from sdtools.emulator.glpi.search_joins import Joins
from sdtools.emulator.glpi.search_meta import meta_option
from sdtools.emulator.glpi.search_options import Option, options_of
from sdtools.emulator.glpi.search_terms import Criterion, Truth, negation
from sdtools.emulator.glpi.text import whole_number

__all__ = ["Clause", "is_meta", "matches", "read_clauses"]

Clause = tuple[str, bool, "Criterion | list[Clause]"]  # link, negated, what is asked


def is_meta(criterion: dict[str, Any]) -> bool:
    """Tell whether a criterion asks about another item type."""
    return "itemtype" in criterion and bool(criterion.get("meta"))


def _option(itemtype: str, criterion: dict[str, Any]) -> Option | None:
    number = whole_number(criterion.get("field")) or 0
    if is_meta(criterion):
        return meta_option(itemtype, str(criterion["itemtype"]), number)
    return options_of(itemtype).get(number)


def read_clauses(itemtype: str, criteria: Sequence[Any]) -> list[Clause]:
    """Give what criteria ask; those without a value, or of an unknown option, ask nothing."""
    found: list[Clause] = []
    for criterion in criteria:
        link = str(criterion.get("link", "AND"))
        way, negated = ("OR" if link.startswith("OR") else "AND"), link in {"AND NOT", "OR NOT"}
        inner = criterion.get("criteria")
        if inner:
            found.append((way, negated, read_clauses(itemtype, as_list(inner))))
            continue
        option, value = _option(itemtype, criterion), str(criterion.get("value", ""))
        if option is not None and value:
            searchtype = str(criterion.get("searchtype", ""))
            one = Criterion(option=option, searchtype=searchtype, value=value, negated=negated)
            found.append((way, False, one))
    return found


def _split(clauses: Sequence[Clause], *, having: bool) -> list[Clause]:
    """Give the clauses of SQL's WHERE, or those of its HAVING: the two are joined by AND."""
    found: list[Clause] = []
    for way, negated, asked in clauses:
        if isinstance(asked, list):
            inner = _split(asked, having=having)
            if inner:
                found.append((way, negated, inner))
        elif asked.option.having is having:
            found.append((way, negated, asked))
    return found


def _judge(joins: Joins, clauses: Sequence[Clause], row: Row) -> Truth:
    """Judge a row: AND binds tighter than OR."""
    groups: list[Truth] = []
    for way, negated, asked in clauses:
        truth = _judge(joins, asked, row) if isinstance(asked, list) else judge(asked, joins, row)
        truth = negation(truth) if negated else truth
        if not groups or way == "OR":
            groups.append(truth)
        else:
            groups[-1] = _both(groups[-1], truth)
    if any(groups) or not groups:
        return True
    return None if None in groups else False


def _both(one: Truth, two: Truth) -> Truth:
    if one is False or two is False:
        return False
    return None if one is None or two is None else True


def matches(joins: Joins, clauses: Sequence[Clause], row: Row) -> bool:
    """Tell whether a row is found: by what SQL asks before and after it groups."""
    parts = (_split(clauses, having=False), _split(clauses, having=True))
    return all(_judge(joins, part, row) is True for part in parts)
