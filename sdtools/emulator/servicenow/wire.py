"""What the embedded ServiceNow answers: results, and errors in ServiceNow's envelope (FACTS 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "Answer",
    "ApiError",
    "UnsureError",
    "forbidden",
    "invalid_table",
    "no_record",
    "plain",
    "query_refused",
    "said",
    "uncaught",
    "unknown_path",
    "write_refused",
]

JSON = "application/json;charset=UTF-8"


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = JSON


class ApiError(Exception):
    """The request fails with a status and the error envelope."""

    def __init__(
        self,
        status: int,
        message: str,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.detail = detail
        self.headers = headers or {}

    def answer(self) -> Answer:
        """Give the answer that says so."""
        error = {"message": self.message, "detail": self.detail}
        headers = {"WWW-Authenticate": 'Basic realm="Service-now"'} if self.status == 401 else {}  # noqa: PLR2004 - HTTP
        body = {"error": error, "status": "failure"}
        return plain(body, self.status, {**headers, **self.headers})


class UnsureError(ApiError):
    """An error whose wording no fact tells; a switch may say it otherwise."""


def said(error: ApiError, refusals: Mapping[int, str]) -> Answer:
    """Give an error's answer, in the words of the switches where ours are only a guess."""
    message = refusals.get(error.status) if isinstance(error, UnsureError) else None
    return (ApiError(error.status, message) if message else error).answer()


def plain(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Give an answer with a JSON body."""
    text = _ENCODER.encode(body)
    return Answer(status=status, content=text.encode(), headers=headers or {})


def invalid_table(name: str) -> ApiError:
    """Give the 400 for a table that no instance has."""
    return ApiError(400, f"Invalid table {name}")


def uncaught() -> ApiError:
    """Give the 500 for what an instance did not foresee; each release words it otherwise."""
    detail = (
        "Check logs for error trace or enable glide.rest.debug property to verify REST request "
        "processing"
    )
    return UnsureError(500, "Internal server error", detail)


def unknown_path() -> ApiError:
    """Give the 400 for a path that leads nowhere."""
    return ApiError(400, "Requested URI does not represent any resource")


def no_record() -> ApiError:
    """Give the 404 that hides whether a record exists."""
    return ApiError(
        404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval"
    )


def query_refused() -> ApiError:
    """Give the 403 for a query on a field that may not be read."""
    detail = "Field(s) present in the query do not have permission to be read"
    return ApiError(403, "Insufficient rights to query records", detail)


def write_refused(verb: str) -> ApiError:
    """Give the 403 of a record ACL; ``verb`` is Insert, Update or Delete."""
    detail = f"ACL Exception {verb} Failed due to security constraints"
    return ApiError(403, "Operation Failed", detail)


def forbidden() -> ApiError:
    """Give the 403 of a table that is closed as a whole."""
    return ApiError(403, "User Not Authorized", "Failed API level ACL Validation")
