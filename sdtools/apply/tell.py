"""Messages and webhooks: at least once, under a key by which receivers can tell repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import blake2b

from sdtools.errors import SdtoolsError
from sdtools.model.effects import Notify, Webhook
from sdtools.model.grades import Grade
from sdtools.model.message import Message
from sdtools.model.people import Directory
from sdtools.plan import Change, Outcome, OutcomeState, Plan
from sdtools.rules.book import Renderer
from sdtools.rules.telling import language_of

__all__ = ["digests", "is_digest", "message", "tell"]

_DIGEST = "digest"  # the template


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
        priority=effect.priority,
    )


def is_digest(change: Change) -> bool:
    """Tell whether the notification waits for the others to the same recipient."""
    return isinstance(change.effect, Notify) and change.effect.digest


def digests(
    changes: Sequence[Change], plan: Plan, directory: Directory, texts: Renderer, now: datetime
) -> tuple[Message, ...]:
    """Gather the digest notifications of a run: one mail for each recipient, in their language."""
    gathered: dict[str, list[tuple[str, Notify]]] = {}
    for change in changes:
        if isinstance(change.effect, Notify):
            for address in change.effect.to:
                gathered.setdefault(address, []).append((change.key, change.effect))
    people = {person.email: person for person in directory.people.values() if person.email}
    made = []
    for address, parts in gathered.items():
        effects = [effect for _, effect in parts]
        subject, text = _words(effects, plan.desk, language_of(people.get(address)), texts)
        made.append(
            Message(
                key=_digest_key(address, (key for key, _ in parts)),
                to=(address,),
                subject=subject,
                text=text,
                desk=plan.desk,
                made=now,
                priority=_highest(effects),
            )
        )
    return tuple(made)


def tell(
    due: Sequence[Change], send: Callable[[str, str, str], None], may: Callable[[], bool]
) -> list[Outcome]:
    """Post the webhooks, and let the notifications pass: their mails are stored when settled.

    ``may`` is asked before each document; after a no the rest stays open, for the next run.
    """
    outcomes = []
    for change in due:
        if isinstance(change.effect, Webhook):
            if not may():
                break
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


def _words(parts: Sequence[Notify], desk: str, language: str, texts: Renderer) -> tuple[str, str]:
    """Return subject and text; a message that is alone goes as it is."""
    if len(parts) == 1:
        return parts[0].subject, parts[0].text
    messages = [{"subject": part.subject, "text": part.text} for part in parts]
    values = {"desk": desk, "messages": messages}
    subject = texts.subject(_DIGEST, values, language)
    return subject, texts.render(_DIGEST, values, language)


def _highest(parts: Sequence[Notify]) -> str:
    known = [part.priority for part in parts if part.priority]
    return max(known, key=lambda name: Grade[name], default="")
