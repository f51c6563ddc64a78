"""Send the mail that waits in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sdtools.config.quiet import quiet_until
from sdtools.config.settings import MailSettings
from sdtools.errors import MailError, MailUnreachableError
from sdtools.reports.mail import Mailer
from sdtools.store.database import Database
from sdtools.store.outbox import MessageState, Outbox, Queued

__all__ = ["Sent", "mailer_of", "send_due"]

_IN_HAND = timedelta(minutes=10)  # longer than the slowest conversation with a mail server


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How the outbox stands after trying."""

    sent: int
    failed: int
    waiting: int
    error: str = ""  # of the first message that failed
    quiet: int = 0  # put off until the quiet hours of a recipient end
    why: str = ""  # some wait


def send_due(database: Database, mail: MailSettings | None, now: datetime) -> Sent:
    """Try every message that is due; one that fails is tried again later.

    After a mail server that does not answer the others are left for the next time. A message
    in the quiet hours of one of its recipients waits for their end.
    """
    outbox = Outbox(database)
    tried = _send(outbox, mail, now) if mail else _Round()
    waiting = outbox.counts().get(MessageState.waiting, 0)
    return Sent(
        sent=tried.sent,
        failed=len(tried.errors),
        waiting=waiting,
        error=next(iter(tried.errors), ""),
        quiet=tried.quiet,
        why=_why(tried) if mail else "no mail server is configured",
    )


@dataclass(slots=True)
class _Round:
    """What became of the messages that were due."""

    sent: int = 0
    quiet: int = 0
    errors: tuple[str, ...] = ()


def _why(tried: _Round) -> str:
    if tried.errors:
        return tried.errors[0]
    return "quiet hours of a recipient" if tried.quiet else "they are due later"


def _send(outbox: Outbox, mail: MailSettings, now: datetime) -> _Round:
    tried = _Round()
    due = outbox.due(now)
    mailer = mailer_of(mail) if due else None
    for queued in due:
        until = quiet_until(mail.quiet, queued.message, now)
        if until is not None:
            outbox.postpone(queued.message.key, until)
            tried.quiet += 1
        elif mailer is not None and not _sent(outbox, mailer, queued, now, tried):
            break
    return tried


def _sent(outbox: Outbox, mailer: Mailer, queued: Queued, now: datetime, tried: _Round) -> bool:
    """Send one message; False when no server answers, so that the others need not be tried."""
    key = queued.message.key
    if not outbox.claim(queued, now + _IN_HAND):
        return True
    try:
        mailer.send(queued.message, now)
    except MailError as error:
        outbox.failed(key, now, str(error))
        tried.errors = (*tried.errors, str(error))
        return not isinstance(error, MailUnreachableError)
    outbox.sent(key, now)
    tried.sent += 1
    return True


def mailer_of(mail: MailSettings) -> Mailer:
    """Return the mailer that the settings describe."""
    return Mailer(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        user=mail.user,
        password=mail.password.reveal() if mail.password else "",
        sender=mail.sender,
    )
