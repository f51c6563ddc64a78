"""Reading encoded queries: branches of clusters of terms, and the order (FACTS 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

__all__ = ["Query", "Term", "parse"]

# Longest first where one begins another: NOT IN before IN, INSTANCEOF before IN.
_OPERATORS = (
    "DOES NOT CONTAIN", "GT_OR_EQUALS_FIELD", "LT_OR_EQUALS_FIELD", "EMPTYSTRING", "ISNOTEMPTY",
    "IN_HIERARCHY", "CHANGESFROM", "VALCHANGES", "CHANGESTO", "DATEPART", "MORETHAN", "LESSTHAN",
    "DYNAMIC",
    "INSTANCEOF", "STARTSWITH", "RELATIVEGT", "RELATIVELT", "RELATIVEGE", "RELATIVELE",
    "RELATIVEEE", "GT_FIELD", "LT_FIELD", "ENDSWITH", "NOT LIKE", "CONTAINS", "ANYTHING",
    "BETWEEN", "NSAMEAS", "ISEMPTY", "NOT IN", "SAMEAS", "NOTON", "LIKE", "IN", "ON", "!=", ">=",
    "<=", "!*", "=", ">", "<", "*", "%",
)  # fmt: skip
_ALIASES = {"*": "LIKE", "!*": "NOT LIKE", "CONTAINS": "LIKE", "DOES NOT CONTAIN": "NOT LIKE",
            "%": "ENDSWITH"}  # fmt: skip
_TERM = re.compile(rf"([a-z0-9_.]+)({'|'.join(map(re.escape, _OPERATORS))})(.*)", re.DOTALL)
_CARET = "\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One condition; ``operator`` is "" if it could not be read."""

    path: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Branches are alternatives; all clusters of a branch hold; a term of a cluster is enough."""

    branches: tuple[tuple[tuple[Term, ...], ...], ...]
    order: tuple[tuple[str, bool], ...]  # path, and whether it descends


def parse(text: str) -> Query:
    """Read an encoded query; what cannot be read becomes a term without an operator."""
    branches: list[list[list[Term]]] = [[]]
    order: list[tuple[str, bool]] = []
    for part in _gathered(text.replace("^^", _CARET).split("^")):
        if part.startswith("ORDERBY"):
            descends = part.startswith("ORDERBYDESC")
            order.append((part.removeprefix("ORDERBYDESC" if descends else "ORDERBY"), descends))
        elif part in {"", "EQ"}:
            continue
        elif part.startswith("NQ"):
            branches.append([[_term(part[2:])]])
        elif part.startswith("OR") and branches[-1]:
            branches[-1][-1].append(_term(part[2:]))
        else:
            branches[-1].append([_term(part)])
    return Query(
        branches=tuple(tuple(map(tuple, branch)) for branch in branches), order=tuple(order)
    )


def _gathered(parts: list[str]) -> Iterator[str]:
    """Keep a related-list condition and a join in one piece, with the conditions inside."""
    left = iter(parts)
    for part in left:
        if part.startswith("RLQUERY"):
            yield "^".join([part, *takewhile(lambda one: one != "ENDRLQUERY", left)])
        elif part.startswith("JOIN"):  # what follows belongs to the joined table
            rest = list(left)
            yield "^".join([part, *(one for one in rest if not one.startswith("ORDERBY"))])
            yield from (one for one in rest if one.startswith("ORDERBY"))
        else:
            yield part


def _term(text: str) -> Term:
    for word in ("RLQUERY", "JOIN", "123TEXTQUERY321="):
        if text.startswith(word):
            value = text.removeprefix(word).replace(_CARET, "^^")
            return Term(path="", operator=word, value=value)
    found = _TERM.fullmatch(text)
    if found is None:
        return Term(path=text, operator="", value="")
    path, operator, value = found.groups()
    return Term(
        path=path,
        operator=_ALIASES.get(operator, operator),
        value=value.replace(_CARET, "^"),
    )
