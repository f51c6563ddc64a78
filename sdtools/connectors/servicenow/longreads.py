"""Questions too long for a url, asked inside a batch: a url may have 8192 bytes (FACTS 4.8)."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping

from requests.structures import CaseInsensitiveDict

from sdtools.connectors.servicenow.answers import Answer, text

__all__ = ["LONGEST", "batched_answer", "batched_question"]

LONGEST = 8000  # characters of path and query: some room for the method and a proxy's prefix
_NAME = "1"


def batched_question(path: str, query: str) -> dict[str, object]:
    """Return the batch that asks one question."""
    question = {
        "id": _NAME,
        "method": "GET",
        "url": f"{path}?{query}",
        "headers": [{"name": "Accept", "value": "application/json"}],
        "exclude_response_headers": False,
    }
    return {"batch_request_id": _NAME, "rest_requests": [question]}


def batched_answer(outer: Answer) -> Answer:
    """Take the answer out of its batch; one that is missing or cut off is not whole.

    A refusal of the batch itself comes back as it is.
    """
    data = outer.data if isinstance(outer.data, dict) else {}
    items = data.get("serviced_requests")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and text(item, "id") == _NAME:
            return _inner(item, outer.headers)
    return outer if "error" in data else _broken(outer.headers)


def _inner(item: Mapping[str, object], outer: Mapping[str, str]) -> Answer:
    body = item.get("body")
    try:
        status = int(str(item.get("status_code")))
        data: object = json.loads(b64decode(body)) if isinstance(body, str) and body else None
    except ValueError:
        return _broken(outer)
    headers = CaseInsensitiveDict({**outer, **_headers(item.get("headers"))})
    return Answer(status=status, data=data, headers=headers)


def _headers(listed: object) -> dict[str, str]:
    """Return the headers that are read of a list, whatever their case."""
    found = {
        text(one, "name").lower(): text(one, "value")
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
    }
    total = found.get("x-total-count", "")
    return {"X-Total-Count": total} if total else {}


def _broken(headers: Mapping[str, str]) -> Answer:
    return Answer(status=200, data=None, headers=headers, whole=False)
