"""Encoded queries: conditions put together so that each of them really counts (FACTS 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

__all__ = ["all_of", "base_fields", "in_chunks", "literal", "one_of", "when"]

_OWN_ORDER = re.compile(r"\^(?:ORDERBY|GROUPBY)\w*|\^EQ(?=\^|$)")
_FIELD = re.compile(r"\^?(?:OR)?([a-z_][a-z0-9_]*)")
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


def base_fields(scope: str) -> tuple[str, ...]:
    """Return the fields of a ticket that an encoded query tests, without their dot-walks.

    A table that lacks one drops the condition silently, and more tickets would be touched.
    """
    terms = (term for branch in scope.split(_BRANCH) for term in branch.split("^"))
    found = (_FIELD.match(term.removeprefix("OR")) for term in terms)
    return tuple(dict.fromkeys(match[1] for match in found if match))


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
