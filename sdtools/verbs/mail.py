"""Mail: look into the outbox, and try again what waits or was given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sdtools.errors import ConfigError
from sdtools.store.outbox import MessageState, Outbox, Queued
from sdtools.verbs.send import Sent, send_due
from sdtools.verbs.workspace import Workspace

__all__ = ["mails", "retry_mails"]

_OPEN = (MessageState.dead, MessageState.waiting)


def mails(workspace: Workspace, states: Sequence[MessageState] = _OPEN) -> tuple[Queued, ...]:
    """Return the messages in these states: those given up first, else newest first."""
    outbox = Outbox(workspace.database)
    return tuple(queued for state in states for queued in outbox.list(state))


def retry_mails(workspace: Workspace, key: str | None, now: datetime) -> Sent:
    """Make a message due, or without a key all that wait or are dead, and send what is due."""
    settings = workspace.settings
    if settings.mail is None:
        message = f"{settings.path}: there is no mail server"
        raise ConfigError(message, "add `mail: {host: ..., from: ...}`")
    keys = [key] if key else [queued.message.key for queued in mails(workspace)]
    outbox = Outbox(workspace.database)
    for one in keys:
        outbox.retry(one, now)
    return send_due(workspace.database, settings.mail, now)
