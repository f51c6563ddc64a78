"""Encoded queries: conditions put together so that each of them really counts (FACTS 5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

__all__ = [
    "Among",
    "all_of",
    "in_chunks",
    "literal",
    "one_of",
    "tested_fields",
    "when",
]

_OWN_ORDER = re.compile(r"\^(?:ORDERBY|GROUPBY)[\w.]*|\^EQ(?=\^|$)")
_PATH = re.compile(r"(?:ORDERBYDESC|ORDERBY|OR)?([a-z_][a-z0-9_.]*)")
_BRANCH = "^NQ"
_LONGEST = 7600  # characters of a url: 8192 is too much, and there is more in it than the query
_ROOM = 33  # characters of a sys_id with its comma


def all_of(scope: str, *conditions: str) -> str:
    """Add conditions to an encoded query, in each of its branches: ``^NQ`` begins a new one.

    The query's own order is dropped: it would break that of the pages.
    """
    added = [condition for condition in conditions if condition]
    branches = _OWN_ORDER.sub("", f"^{scope}").removeprefix("^").split(_BRANCH)
    return _BRANCH.join("^".join(part for part in (branch, *added) if part) for branch in branches)


def tested_fields(query: str) -> tuple[str, ...]:
    """Return every field that a query names, in conditions and order, with dot-walks."""
    terms = (term for branch in query.split(_BRANCH) for term in branch.split("^"))
    found = (_PATH.match(term) for term in terms)
    return tuple(dict.fromkeys(match[1] for match in found if match))


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """A field and the values that it must have in every row that comes back.

    A condition on a field that the table lacks is dropped, and everything comes (FACTS 5, 10.1):
    no row may be taken for what was asked for without a look.
    """

    field: str
    values: tuple[str, ...]

    @property
    def condition(self) -> str:
        """Return the condition for a query."""
        if len(self.values) == 1:  # which may hold a comma
            return f"{self.field}={literal(self.values[0])}"
        return one_of(self.field, self.values)

    def holds(self, found: str) -> bool:
        """Tell whether a value is one of those asked for; the desk sees no case and no accents."""
        known = _all_folded(self.values)
        return found in known or _folded(found) in known


@lru_cache(maxsize=16)  # asked for every row of every page
def _all_folded(values: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_folded, values))


def _folded(value: str) -> str:
    parts = unicodedata.normalize("NFKD", value)
    return "".join(one for one in parts if not unicodedata.combining(one)).casefold().strip()


def literal(value: str) -> str:
    """Return a value for a query: ``^`` ends a condition unless doubled."""
    return value.replace("^", "^^")


def one_of(field: str, values: Iterable[str]) -> str:
    """Ask for any of some values; a comma cannot be escaped, so such values are left out."""
    listed = (literal(value) for value in values if value and "," not in value)
    return f"{field}IN{','.join(listed)}"


def when(moment: datetime) -> str:
    """Write a time as queries take it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def in_chunks(ids: Sequence[str], taken: int = 0) -> Iterator[Sequence[str]]:
    """Part ids so that each part fits into a url of which ``taken`` characters are in use."""
    size = max(1, min(200, (_LONGEST - taken) // _ROOM))
    for first in range(0, len(ids), size):
        yield ids[first : first + size]
