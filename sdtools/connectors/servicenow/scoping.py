"""What a scope tests, and whether it counts: a term that the desk cannot read is dropped (FACTS 5).

It says nothing then, and the tickets of everybody come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from sdtools.connectors.servicenow.answers import Row
from sdtools.errors import ConfigError, DeskRefusedError

__all__ = ["Scope", "checked_scope", "lacking", "must_count", "read_scope"]

_CARET = "\0"  # a doubled ^ while terms are parted: it belongs to a value
_ORDER = ("ORDERBY", "GROUPBY")  # which is not ours to keep
# Those of FACTS 5 that mean anything over REST.
_OPERATORS = (
    "=", "!=", "<", "<=", ">", ">=", "IN", "NOT IN", "LIKE", "*", "NOT LIKE", "!*", "CONTAINS",
    "DOES NOT CONTAIN", "STARTSWITH", "ENDSWITH", "%", "ISEMPTY", "ISNOTEMPTY", "EMPTYSTRING",
    "ANYTHING", "BETWEEN", "SAMEAS", "NSAMEAS", "GT_FIELD", "LT_FIELD", "GT_OR_EQUALS_FIELD",
    "LT_OR_EQUALS_FIELD", "MORETHAN", "LESSTHAN", "ON", "NOTON", "DATEPART", "RELATIVEGT",
    "RELATIVELT", "RELATIVEGE", "RELATIVELE", "RELATIVEEE", "DYNAMIC", "IN_HIERARCHY",
    "INSTANCEOF", "DOESNOTHAVE", "EXCLUDING",
)  # fmt: skip
_PATH = r"[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*"
_TERM = re.compile(rf"({_PATH})(?:{'|'.join(map(re.escape, _OPERATORS))})")
_NAME = re.compile(r"[a-z0-9_.]+")
# Text searches, conditions on related lists, tags and variables: no column of a row shows them.
_UNSEEN = re.compile(
    r"123TEXT(?:QUERY|INDEXGROUP)321=|RLQUERY\w+\.\w+,|(?:sys_tags|variables|variable_pool)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an encoded query on tickets tests."""

    fields: tuple[str, ...]  # with their dot-walks: what a row must show if the condition counts
    unseen: tuple[str, ...]  # terms that no row can prove
    odd: tuple[str, ...]  # terms that a desk cannot read; "" for a branch without any


def _terms(query: str) -> Iterator[str]:
    left = iter(query.replace("^^", _CARET).split("^"))
    for term in left:
        if term.removeprefix("OR").startswith("RLQUERY"):  # its own conditions follow it
            yield "^".join((term, *takewhile(lambda one: one != "ENDRLQUERY", left)))
        else:
            yield term


@lru_cache(maxsize=8)  # asked for every page
def read_scope(query: str) -> Scope:
    """Read what an encoded query tests; a branch without a condition would be the whole desk."""
    fields: dict[str, None] = {}
    unseen, odd, branch = [], [], 0
    for term in (*_terms(query), "NQ"):
        if term.startswith("NQ"):
            odd += [] if branch else [""]
            branch = 0
        if term in {"", "EQ", "NQ"} or term.startswith(_ORDER):
            continue
        branch += 1
        bare = re.sub(r"^(?:NQ|OR)", "", term)
        if _UNSEEN.match(bare):
            unseen.append(bare)
        elif found := _TERM.match(bare):
            fields[found[1]] = None
        else:
            odd.append(bare)
    return Scope(fields=tuple(fields), unseen=tuple(unseen), odd=tuple(odd))


def checked_scope(desk: str, query: str) -> str:
    """Return a scope as it is sent; raise ConfigError when the desk would drop a part of it."""
    query = query.strip()
    odd = read_scope(query).odd if query else ()
    if not odd:
        return query
    shown = odd[0].replace(_CARET, "^^") or query
    found = _NAME.match(shown)
    after = f" after {found[0]!r}" if found else ""
    raise ConfigError(
        f"desk {desk}: scope cannot be read at {shown!r}: the desk would drop that condition "
        "without a word, and more tickets than meant would be touched",
        f"write an operator that ServiceNow knows{after}, without blanks around it, as in "
        "assignment_group.nameSTARTSWITHIT: = != < > IN LIKE STARTSWITH ISEMPTY and so on",
    )


def must_count(desk: str, query: str, word: str, rows: Sequence[Row]) -> None:
    """Raise DeskRefusedError when rows lack a field that the scope tests."""
    missing = lacking(query, rows)
    if missing:
        raise DeskRefusedError(
            f"desk {desk}: scope tests {missing[0]!r}, which {word} does not have (or the account "
            "may not read it): the desk drops such a condition, and more tickets than meant would "
            "be touched",
            "use fields of both tables, spelt as the desk spells them, or add "
            "sys_class_name=incident^ before it",
        )


def lacking(query: str, rows: Sequence[Row]) -> tuple[str, ...]:
    """Name the fields of a scope that none of these rows shows; the desk leaves them out so.

    Where the reference of a dot-walk is empty, it shows "" (FACTS 1).
    """
    wanted = read_scope(query).fields if rows else ()
    return tuple(name for name in wanted if not any(name in row for row in rows))
