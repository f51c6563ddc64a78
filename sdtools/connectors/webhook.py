"""Webhooks: a JSON document posted to an address, with a key by which repeats can be told."""

from __future__ import annotations

import requests

from sdtools.connectors.http import is_loopback
from sdtools.connectors.line import broken_line, place
from sdtools.errors import ConfigError, DeskRefusedError, DeskUnreachableError

__all__ = ["post_webhook"]

_TIMEOUT = (5.0, 10.0)  # seconds to connect, and to answer


def post_webhook(url: str, body: str, key: str) -> None:
    """Post the JSON text ``body``; ``key`` goes along as Idempotency-Key.

    Sent at least once: after an unclear failure the caller posts again with the same key. Raises
    ConfigError unless the address is https or on this machine, DeskUnreachableError when nobody
    answered or the receiver failed, DeskRefusedError when it said no.
    """
    if not url.startswith("https://") and not (url.startswith("http://") and is_loopback(url)):
        raise ConfigError(
            f"the webhook {place(url)} is not private", "use an https:// address for it"
        )
    headers = {"Content-Type": "application/json", "Idempotency-Key": key, "User-Agent": "sdtools"}
    try:
        answer = requests.post(
            url, data=body.encode(), headers=headers, timeout=_TIMEOUT, allow_redirects=False
        )
    except requests.RequestException as error:
        raise broken_line("webhook", url, error).error(written=False) from None
    _judge(url, answer.status_code)


def _judge(url: str, status: int) -> None:
    if requests.codes.ok <= status < requests.codes.multiple_choices:
        return
    message = f"the webhook {place(url)} answered {status}"
    if status >= requests.codes.server_error or status == requests.codes.too_many_requests:
        raise DeskUnreachableError(message, "the receiver is down or overloaded: try again later")
    raise DeskRefusedError(message, "check the address and what it expects", status=status)
