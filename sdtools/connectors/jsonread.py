"""Read what a desk says in JSON, fast; what the fast reader refuses, the usual way."""

from __future__ import annotations

import orjson
import requests

__all__ = ["json_in"]

_UTF8 = frozenset({"utf-8", "utf8"})


def json_in(response: requests.Response) -> object:
    """Return what an answer says in JSON; ValueError when it is none.

    orjson reads twice as fast. It refuses halves of surrogate pairs, NaN, other encodings and
    text that nests deep, which requests gets then; whole numbers of more than 64 bits become
    floats, and no desk counts that far.
    """
    if (response.encoding or "utf-8").lower() in _UTF8:
        try:
            return orjson.loads(response.content)
        except orjson.JSONDecodeError:
            pass
    return response.json()
