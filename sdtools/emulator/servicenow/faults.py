"""What else can go wrong with a ServiceNow: lists cut off after a 200, refusals (FACTS 3.4, 14)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from sdtools.emulator.faults import FAULTS, Fault

__all__ = ["SERVICENOW_FAULTS"]

_TIMED_OUT = "Transaction cancelled: maximum execution time exceeded"
_DETAIL = "{} Check logs for error trace or enable glide.rest.debug property to verify REST"
_LIMITED = {
    "error": {
        "message": "Rate limit exceeded",
        "detail": "Rate limit of 100 requests per hour for Table API exceeded",
    },
    "status": "failure",
}
_LOGIN = b"<!DOCTYPE html><html><head><title>Log in | ServiceNow</title></head></html>"


def _half(content: bytes) -> list[object]:
    result = json.loads(content).get("result") if content else None
    return result[: len(result) // 2] if isinstance(result, list) else []


def _failed(result: object) -> bytes:
    error = {"detail": _DETAIL, "message": _TIMED_OUT}
    return json.dumps({"result": result, "error": error, "status": "failure"}).encode()


def _with_text(content: bytes) -> bytes:
    return json.dumps({"result": [*_half(content), _TIMED_OUT]}).encode()


def _with_stray_text(content: bytes) -> bytes:
    return _failed(_half(content)).replace(b'], "error"', b'""], "error"')


def _spoiling(damage: Callable[[bytes], bytes]) -> Fault:
    return Fault(worked=True, status=200, spoil=damage)


SERVICENOW_FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        **FAULTS,
        "list_cancelled": _spoiling(lambda content: _failed(_half(content))),
        "list_stray_text": _spoiling(_with_stray_text),
        "list_text_element": _spoiling(_with_text),
        "list_text_result": _spoiling(
            lambda _: json.dumps({"result": _TIMED_OUT}).encode(),
        ),
        "list_cut": _spoiling(lambda content: content[: len(content) // 2]),
        "login_page": Fault(status=200, content=_LOGIN),
        "rate_limited": Fault(
            status=429,
            content=json.dumps(_LIMITED).encode(),
            headers={
                "Content-Type": "application/json;charset=UTF-8",
                "Retry-After": "1",
                "X-RateLimit-Limit": "100",
            },
        ),
    }
)
