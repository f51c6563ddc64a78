"""What the embedded GLPI answers: bodies, GLPI's error arrays, and PHP's silent crashes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

__all__ = [
    "BAD_GATEWAY",
    "NO_RIGHT",
    "Answer",
    "CrashError",
    "RefusedError",
    "RequestError",
    "no_right",
    "not_found",
    "plain",
]

BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)
NO_RIGHT = "You don't have permission to perform this action."


_PLAINLY = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class RequestError(Exception):
    """The whole request fails: ``["ERROR_KEY", message]`` with a 4xx status (FACTS 2)."""

    def __init__(self, status: int, key: str, message: object, *, documented: bool = True) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.message = message
        self.documented = documented  # carries "; view documentation in your browser at ..."


class RefusedError(Exception):
    """One item of a write is refused; ``message`` is what GLPI says, often nothing."""

    def __init__(self, message: str | None = "") -> None:
        super().__init__(message)
        self.message = message


class CrashError(Exception):
    """An uncaught PHP error: HTTP 200, text/html, empty body (FACTS 9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer."""

    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = "application/json; charset=UTF-8"


def plain(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Give an answer with a JSON body."""
    return Answer(status=status, content=_encoded(body), headers=headers or {})


def _encoded(body: object) -> bytes:
    try:  # ten times as fast, so that no answer takes longer than a real one
        return orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:  # a number of more than 64 bits
        return _PLAINLY.encode(body).encode()


def not_found() -> RequestError:
    """Give GLPI's 404."""
    return RequestError(404, "ERROR_ITEM_NOT_FOUND", "Item not found", documented=False)


def no_right() -> RequestError:
    """Give GLPI's 403."""
    return RequestError(403, "ERROR_RIGHT_MISSING", NO_RIGHT, documented=False)
