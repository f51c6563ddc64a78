"""What the journal keeps of a change: no secret, and no more of people's data than it needs."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from sdtools.model.effects import Comment, Effect, Hold, Notify, Solve, Webhook
from sdtools.plan import Change

__all__ = ["at_rest", "in_flight"]


def in_flight(change: Change) -> Change:
    """Return the change as it is kept until its outcome is known: all but a webhook's address.

    The path and query of such an address are often its password.
    """
    if not isinstance(change.effect, Webhook):
        return change
    url = urlsplit(change.effect.url)
    if not url.hostname:  # a reference: env:NAME
        return change
    return replace(change, effect=replace(change.effect, url=f"{url.scheme}://{url.hostname}"))


def at_rest(change: Change) -> Change:
    """Return what is kept for good: enough to show and to undo it, without texts and title."""
    return replace(change, title="", basis={}, effect=_without_text(change.effect))


def _without_text(effect: Effect) -> Effect:
    match effect:
        case Comment():
            return replace(effect, text="")
        case Solve():
            return replace(effect, text="")
        case Hold():
            return replace(effect, reason="")
        case Notify():
            return replace(effect, subject="", text="")
        case Webhook():
            return replace(effect, url="", body="")
        case _:
            return effect
