"""What ServiceNow answered: values out of rows in any of their shapes, and its refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import requests

from sdtools.connectors.jsonread import json_in
from sdtools.errors import DeskRefusedError

__all__ = [
    "FILE",
    "QUERY_REFUSED",
    "Answer",
    "ConditionDroppedError",
    "CutOffError",
    "Row",
    "duration",
    "flag",
    "is_id",
    "moment",
    "number",
    "read_answer",
    "refusal",
    "said",
    "text",
    "unreadable_field",
    "whole_rows",
]

Row = Mapping[str, object]
FILE = "application/octet-stream"  # what a download asks for

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[0-9a-f]{32}")
_DIGITS = re.compile(r"-?\d+")

_LOGIN = (
    "check the user and password (of an api_key: that it is active and allowed for the Table and "
    "Batch APIs by an access policy). If they are right, the instance may restrict basic "
    "authentication: give the account the role snc_basic_auth_api_access, or configure oauth: or "
    "api_key:; an account that must use a second factor cannot be used"
)
_RIGHTS = "give the account a role that may do this (doctor lists what is missing)"
QUERY_REFUSED = "Insufficient rights to query records"
_UNREADABLE_FIELD = "Field(s) present in the query"


class CutOffError(Exception):
    """The list broke off although its status was 200: ask for less of it at once (FACTS 3.4)."""


class ConditionDroppedError(DeskRefusedError):
    """Rows came that were not asked for: the desk dropped a condition without a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer in JSON; ``whole`` is false when its JSON does not parse."""

    status: int
    data: object
    headers: Mapping[str, str]
    whole: bool = True
    content: bytes = b""  # of a file

    @property
    def result(self) -> object:
        """Return what stands under ``result``."""
        return self.data.get("result") if isinstance(self.data, dict) else None

    @property
    def row(self) -> Row:
        """Return the one record of the answer; empty when there is none."""
        result = self.result
        return result if isinstance(result, dict) else {}


def read_answer(response: requests.Response) -> Answer:
    """Read an answer, cut off or not; a file is no JSON, whatever is in it."""
    if response.request.headers.get("Accept") == FILE and response.ok:
        return Answer(
            status=response.status_code,
            data=None,
            headers=response.headers,
            content=response.content,
        )
    try:
        data: object = json_in(response) if response.content else None
    except ValueError:
        return Answer(status=response.status_code, data=None, headers=response.headers, whole=False)
    return Answer(status=response.status_code, data=data, headers=response.headers)


def said(data: object) -> str:
    """Return ServiceNow's own words in an error: message and detail."""
    error = data.get("error") if isinstance(data, dict) else None
    if not isinstance(error, dict):
        return error if isinstance(error, str) else ""
    words = (error.get(key) for key in ("message", "detail"))
    return ": ".join(word.strip() for word in words if isinstance(word, str) and word.strip())


def refusal(desk: str, answer: Answer, what: str) -> DeskRefusedError:
    """Make the error for an answer that says no to ``what``."""
    words = said(answer.data)
    detail = f"status {answer.status}: {words}" if words else f"status {answer.status}"
    return DeskRefusedError(
        f"desk {desk}: {what} was refused ({detail})",
        _advice(answer),
        code=words.split(":")[0],
        status=answer.status,
    )


def unreadable_field(answer: Answer) -> bool:
    """Tell whether a query was refused because it names a field that may not be read."""
    return answer.status == HTTPStatus.FORBIDDEN and _UNREADABLE_FIELD in said(answer.data)


def _advice(answer: Answer) -> str:
    if unreadable_field(answer):
        return "the query (scope) names a field that the account may not read"
    if answer.status == HTTPStatus.UNAUTHORIZED:
        if answer.headers.get("X-MFA_TOKEN"):
            return "the account must use a second factor: take one that need not, or oauth:"
        return _LOGIN
    return _RIGHTS if answer.status == HTTPStatus.FORBIDDEN else ""


def whole_rows(answer: Answer) -> Sequence[Row]:
    """Return the rows of a list; raise CutOffError when it is not a whole one."""
    data = answer.data
    if not answer.whole or not isinstance(data, dict):
        raise CutOffError
    rows = data.get("result")
    if "error" in data or data.get("status") == "failure" or not isinstance(rows, list):
        raise CutOffError
    if not all(isinstance(row, dict) for row in rows):
        raise CutOffError
    return rows


def text(row: Row, key: str) -> str:
    """Return a value as text, whether it came bare or as a reference; "" for none."""
    value = row.get(key)
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, bool):
        return "true" if value else "false"  # a scripted API in front, or a fake
    if isinstance(value, int):
        return str(value)
    return value if isinstance(value, str) else ""


def number(row: Row, key: str) -> int | None:
    """Return a number; None when there is none."""
    value = text(row, key)
    return int(value) if _DIGITS.fullmatch(value) else None


def flag(row: Row, key: str) -> bool:
    """Return a boolean; false when there is none."""
    return text(row, key) in {"true", "1"}


def moment(row: Row, key: str) -> datetime | None:
    """Return a time; values are in UTC whatever the account's zone (FACTS 11)."""
    try:
        found = datetime.strptime(text(row, key), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  # UTC below
    except ValueError:
        return None
    return found.replace(tzinfo=UTC)


def duration(row: Row, key: str) -> timedelta:
    """Return a duration, which ServiceNow stores as a time after 1970 (FACTS 10.1)."""
    found = moment(row, key)
    return max(found - _EPOCH, timedelta()) if found else timedelta()


def is_id(value: str) -> bool:
    """Tell whether a text has the form of a sys_id: nothing else may get into a query or path."""
    return _ID.fullmatch(value) is not None
