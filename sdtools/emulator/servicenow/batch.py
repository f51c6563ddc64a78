"""The Batch API: several requests in one, each with its own status (FACTS 6)."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus

from sdtools.emulator.servicenow.context import Call, Context
from sdtools.emulator.servicenow.input import fields_of
from sdtools.emulator.servicenow.wire import Answer, ApiError, plain, said, uncaught

__all__ = ["answer_batch"]

_log = logging.getLogger(__name__)
_QUOTA = timedelta(seconds=30)
_MEGABYTE = 1024 * 1024
_LARGEST_OUTPUT = "x-batchrequest-max-output-size"  # a header, in bytes; may only lower the limit

Serve = Callable[[Context, Call], Answer]


def answer_batch(context: Context, call: Call, serve: Serve) -> Answer:
    """Answer one batch: its items one after the other, under the caller's login.

    What the clock leaves no time for comes back unserviced, still with a 200.
    """
    body = fields_of(call)
    wanted = body.get("rest_requests")
    began = context.clock.now()
    largest = _largest_output(context, call)
    serviced: list[dict[str, object]] = []
    unserviced: list[str] = []
    for item in wanted if isinstance(wanted, list) else []:
        if not isinstance(item, dict):
            continue
        if context.clock.now() - began >= _QUOTA:
            unserviced.append(str(item.get("id", "")))
        else:
            serviced.append(_serviced(context, item, serve, largest))
    return plain(
        {
            "batch_request_id": str(body.get("batch_request_id", "")),
            "serviced_requests": serviced,
            "unserviced_requests": unserviced,
        }
    )


def _largest_output(context: Context, call: Call) -> int:
    named = int(context.property("glide.rest.batch.max.outputSize") or 10) * _MEGABYTE
    asked = call.headers.get(_LARGEST_OUTPUT, "")
    return min(named, int(asked)) if asked.isdecimal() else named


def _serviced(
    context: Context, item: Mapping[str, object], serve: Serve, largest: int
) -> dict[str, object]:
    answer = _answer(context, item, serve)
    if answer.status == HTTPStatus.OK and len(answer.content) > largest:
        detail = f"Response of {len(answer.content)} bytes. Max allowed: {largest} bytes."
        answer = ApiError(500, "Response item is too large", detail).answer()
    quiet = str(item.get("exclude_response_headers", "")).lower() == "true"
    headers = {"Content-Type": answer.media, **answer.headers}
    listed = [{"name": name, "value": value} for name, value in headers.items()]
    return {
        "id": str(item.get("id", "")),
        "body": base64.b64encode(answer.content).decode(),
        "status_code": answer.status,
        "status_text": HTTPStatus(answer.status).phrase,
        "headers": [] if quiet else listed,
        "execution_time": 1,
    }


def _answer(context: Context, item: Mapping[str, object], serve: Serve) -> Answer:
    encoded = str(item.get("body") or "")
    largest = int(context.property("glide.rest.batch.max.inputSize") or 5) * _MEGABYTE
    if len(encoded) > largest:
        return ApiError(
            400, "Exception while reading request", "Request item is too large"
        ).answer()
    try:
        content = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        return ApiError(400, "Exception while reading request", str(error)).answer()
    sent = item.get("headers")
    headers = {
        str(header.get("name", "")).lower(): str(header.get("value", ""))
        for header in (sent if isinstance(sent, list) else [])
        if isinstance(header, dict)
    }
    target = str(item.get("url", ""))
    call = Call(
        method=str(item.get("method", "GET")).upper(), target=target, headers=headers, body=content
    )
    try:
        return serve(context, call)
    except ApiError as error:
        return said(error, context.switches.refusals)
    except Exception:  # noqa: BLE001  # an item that breaks its instance stops no other
        _log.exception("%s %s of a batch", call.method, call.target)
        return said(uncaught(), context.switches.refusals)
