"""Questions asked inside a batch: those too long for a url (FACTS 4.8), and several at once."""

from __future__ import annotations

import json
import random
from base64 import b64decode
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from requests.structures import CaseInsensitiveDict

from sdtools.connectors.servicenow.answers import Answer, said, text
from sdtools.errors import DeskUnreachableError

__all__ = [
    "BUSY",
    "LONGEST",
    "batched_answer",
    "batched_answers",
    "batched_question",
    "batched_questions",
    "is_clear",
    "pause_after",
    "settled",
]

BUSY = frozenset({408, 429, 500, 502, 503, 504})  # worth asking again (FACTS 14)
_TRIES = 3
_LONGEST_PAUSE = 60.0  # seconds: a Retry-After of more is told instead of waited for
_dice = random.random  # the share of each back-off that is waited
_CLEAR = (HTTPStatus.OK, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
_READ = ("x-total-count", "retry-after")
_NO_TABLE = "Invalid table"
_TOO_LARGE = ("too large", "Max allowed")
LONGEST = 8000  # characters of path and query: some room for the method and a proxy's prefix


def batched_question(path: str, query: str) -> dict[str, object]:
    """Return the batch that asks one question."""
    return batched_questions([(path, query)])


def batched_questions(questions: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Return the batch that asks some questions: path and query of each."""
    asked = [
        {
            "id": str(number),
            "method": "GET",
            "url": f"{path}?{query}",
            "headers": [{"name": "Accept", "value": "application/json"}],
            "exclude_response_headers": False,
        }
        for number, (path, query) in enumerate(questions, 1)
    ]
    return {"batch_request_id": "1", "rest_requests": asked}


def batched_answer(outer: Answer) -> Answer:
    """Take the one answer out of its batch; one that is missing or cut off is not whole.

    A refusal of the batch itself comes back as it is.
    """
    return batched_answers(outer, 1)[0]


def batched_answers(outer: Answer, count: int) -> list[Answer]:
    """Take so many answers out of their batch, in order, each as :func:`batched_answer` says."""
    data = outer.data if isinstance(outer.data, dict) else {}
    listed = data.get("serviced_requests")
    items = {
        text(item, "id"): item
        for item in (listed if isinstance(listed, list) else ())
        if isinstance(item, dict)
    }
    missing = outer if "error" in data else _broken(outer.headers)
    names = map(str, range(1, count + 1))
    return [_inner(items[name], outer.headers) if name in items else missing for name in names]


def is_clear(answer: Answer) -> bool:
    """Tell whether a batched answer would be the same outside of its batch.

    A 400 may be about its size; only one about the table is sure to come again.
    """
    unknown = answer.status == HTTPStatus.BAD_REQUEST and _NO_TABLE in said(answer.data)
    return answer.whole and (unknown or answer.status in _CLEAR)


def pause_after(answer: Answer, tries: int) -> float | None:
    """Return how many seconds to wait before a batched question is asked again; None: do not."""
    if answer.status not in BUSY or _is_too_large(answer) or tries >= _TRIES:
        return None
    told = answer.headers.get("Retry-After", "")
    pause = float(told) if told.isdigit() else 2.0 ** (tries - 1) * _dice()
    return pause if pause <= _LONGEST_PAUSE else None


def settled(desk: str, answer: Answer) -> Answer:
    """Return the last answer to a batched question; raise DeskUnreachableError for a busy desk.

    One that is too large is not whole (FACTS 6). Its words may differ between releases, so that
    any failure that goes on is taken for one of size.
    """
    if answer.status == HTTPStatus.INTERNAL_SERVER_ERROR or _is_too_large(answer):
        return _broken(answer.headers)
    if answer.status in BUSY:
        raise DeskUnreachableError(
            f"desk {desk}: a question in a batch was answered with status {answer.status}",
            "the desk is overloaded, or limits requests: try again later",
            answer.status,
        )
    return answer


def _is_too_large(answer: Answer) -> bool:
    return any(word in said(answer.data) for word in _TOO_LARGE)


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
    return {name: found[name] for name in _READ if found.get(name)}


def _broken(headers: Mapping[str, str]) -> Answer:
    return Answer(status=200, data=None, headers=headers, whole=False)
