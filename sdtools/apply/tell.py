"""Messages and webhooks: at least once, under a key by which receivers can tell repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import blake2b

from sdtools.errors import SdtoolsError
from sdtools.model.effects import Notify, Webhook
from sdtools.model.message import Message
from sdtools.plan import Change, Outcome, OutcomeState

__all__ = ["digests", "is_digest", "message", "tell"]

RULER = "-" * 64  # between the messages of a digest


def message(change: Change, desk: str, now: datetime) -> Message | None:
    """Return the mail of a notification; None for what sends none, or sends it in a digest."""
    effect = change.effect
    if not isinstance(effect, Notify) or effect.digest:
        return None
    return Message(
        key=change.key,
        to=effect.to,
        subject=effect.subject,
        text=effect.text,
        desk=desk,
        made=now,
    )


def is_digest(change: Change) -> bool:
    """Tell whether the notification waits for the others to the same recipient."""
    return isinstance(change.effect, Notify) and change.effect.digest


def digests(changes: Sequence[Change], desk: str, now: datetime) -> tuple[Message, ...]:
    """Gather the digest notifications of a run: one mail for each recipient."""
    gathered: dict[str, list[tuple[str, Notify]]] = {}
    for change in changes:
        if isinstance(change.effect, Notify):
            for address in change.effect.to:
                gathered.setdefault(address, []).append((change.key, change.effect))
    return tuple(
        Message(
            key=_digest_key(address, (key for key, _ in parts)),
            to=(address,),
            subject=_subject([effect for _, effect in parts]),
            text=_text([effect for _, effect in parts]),
            desk=desk,
            made=now,
        )
        for address, parts in gathered.items()
    )


def tell(due: Sequence[Change], send: Callable[[str, str, str], None]) -> list[Outcome]:
    """Post the webhooks, and let the notifications pass: their mails are stored when settled."""
    outcomes = []
    for change in due:
        if isinstance(change.effect, Webhook):
            outcomes.append(_post(change, change.effect, send))
        elif isinstance(change.effect, Notify):
            outcomes.append(Outcome(change=change, state=OutcomeState.applied))
    return outcomes


def _post(change: Change, effect: Webhook, send: Callable[[str, str, str], None]) -> Outcome:
    """Post one document; a receiver that failed gets it again at the next pass."""
    try:
        send(effect.url, effect.body, change.key)
    except SdtoolsError as error:
        return Outcome(change=change, state=OutcomeState.failed, detail=str(error))
    except OSError as error:  # its text may hold the whole address, and with it a token
        detail = f"the receiver did not take it ({type(error).__name__})"
        return Outcome(change=change, state=OutcomeState.failed, detail=detail)
    return Outcome(change=change, state=OutcomeState.applied)


def _digest_key(address: str, keys: Iterable[str]) -> str:
    parts = "\x1f".join((address, *sorted(keys)))
    return blake2b(parts.encode(), digest_size=10).hexdigest()


def _subject(parts: Sequence[Notify]) -> str:
    first = parts[0].subject
    return first if len(parts) == 1 else f"{first} (+{len(parts) - 1})"


def _text(parts: Sequence[Notify]) -> str:
    if len(parts) == 1:
        return parts[0].text
    return f"\n\n{RULER}\n\n".join(f"{part.subject}\n\n{part.text.strip()}" for part in parts)
