"""What GLPI answered: values out of raw rows, its refusals, and the results of batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import requests

from sdtools.connectors.jsonread import json_in
from sdtools.errors import DeskRefusedError, DeskUnreachableError

__all__ = [
    "FORBIDDEN",
    "SESSION_GONE",
    "Answer",
    "Row",
    "error_code",
    "identity",
    "integer",
    "is_closed",
    "is_id",
    "list_of",
    "read_answer",
    "refusal",
    "rows_in",
    "string",
]

Row = Mapping[str, object]

SESSION_GONE = "ERROR_SESSION_TOKEN_INVALID"
# No right to a list, or a GLPI that has no such list.
FORBIDDEN = "ERROR_RIGHT_MISSING"
_CLOSED = frozenset({FORBIDDEN, "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM"})

_ADVICE = {
    "ERROR_GLPI_LOGIN_USER_TOKEN": "check user_token (the account's 'Remote access keys'); the "
    "account must be active and have a profile, and login with external tokens must be allowed "
    "in Setup > General > API",
    "ERROR_WRONG_APP_TOKEN_PARAMETER": "check app_token against Setup > General > API",
    "ERROR_APP_TOKEN_PARAMETERS_MISSING": "this API client demands an app_token: configure it",
    "ERROR_NOT_ALLOWED_IP": "allow this machine's address in Setup > General > API",
    "ERROR_RIGHT_MISSING": "give the account's profile the right, in the entities it works for",
    "ERROR_LOGIN_PARAMETERS_MISSING": "configure user_token",
    "ERROR": "if the API is disabled, enable it in Setup > General > API",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer in JSON."""

    status: int
    data: object
    headers: Mapping[str, str]


def read_answer(desk: str, response: requests.Response) -> Answer:
    """Read an answer; raise DeskUnreachableError when its JSON is cut off."""
    try:
        data: object = json_in(response) if response.content else None
    except ValueError:
        raise DeskUnreachableError(
            f"desk {desk}: the answer ends in the middle",
            "look at the proxy or load balancer on the way",
        ) from None
    return Answer(status=response.status_code, data=data, headers=response.headers)


def error_code(answer: Answer) -> str:
    """Return GLPI's own error key, such as ERROR_RIGHT_MISSING; "" when it is not an error."""
    data = answer.data
    if isinstance(data, list) and data and isinstance(data[0], str) and "ERROR" in data[0]:
        return data[0]
    return ""


def refusal(desk: str, answer: Answer, what: str) -> DeskRefusedError:
    """Make the error for an answer that says no to ``what``."""
    code = error_code(answer)
    data = answer.data
    said = data[1] if isinstance(data, list) and len(data) > 1 else ""
    words = said.split(";")[0].strip() if isinstance(said, str) else ""
    detail = f"{code}: {words}" if words else code or f"status {answer.status}"
    return DeskRefusedError(
        f"desk {desk}: {what} was refused ({detail})",
        _ADVICE.get(code, ""),
        code=code,
        status=answer.status,
    )


def rows_in(data: object) -> Sequence[Row]:
    """Return the rows of a list answer; anything else in it is left out."""
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []


def list_of(desk: str, answer: Answer, what: str) -> list[Row]:
    """Return the rows of a list; raise DeskUnreachableError for anything else.

    A gateway's own JSON must not pass for a list in which nothing is.
    """
    rows = list(rows_in(answer.data))
    if not isinstance(answer.data, list) or len(rows) != len(answer.data):
        raise DeskUnreachableError(
            f"desk {desk}: what answered {what} is no list of GLPI",
            "look at the proxy or gateway on the way",
        )
    return rows


def is_closed(error: DeskRefusedError) -> bool:
    """Tell whether a list is not for us: no right to it, or no such list in this GLPI."""
    return error.code in _CLOSED


def integer(row: Row, key: str) -> int:
    """Return a number, whatever type GLPI chose for it; 0 when there is none."""
    value = row.get(key)
    if type(value) is int:  # nearly always, and millions of times
        return value
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return 0


def identity(row: Row, key: str) -> str:
    """Return a foreign key as text; "" for 0, which is GLPI's none."""
    value = row.get(key)
    number = value if type(value) is int else integer(row, key)
    return str(number) if number > 0 else ""


def is_id(text: str) -> bool:
    """Tell an id from what GLPI would answer with a list: 0, -1, abc (FACTS 3)."""
    return text.isascii() and text.isdecimal() and int(text) > 0


def string(row: Row, key: str) -> str:
    """Return a text, "" for null."""
    value = row.get(key)
    return value if isinstance(value, str) else ""
