"""Post webhooks: an address that is a secret is read right before it is used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sdtools.config.secret import Secret, is_reference
from sdtools.connectors.webhook import post_webhook

__all__ = ["poster"]


def poster(folder: Path) -> Callable[[str, str, str], None]:
    """Return what posts a document to an address, or to the one that a reference names.

    ``folder`` is what a reference to a file is relative to. The address never reaches the plan,
    the journal or a message: only the reference does.
    """

    def post(url: str, body: str, key: str) -> None:
        address = Secret(reference=url, folder=folder).reveal() if is_reference(url) else url
        post_webhook(address, body, key)

    return post
