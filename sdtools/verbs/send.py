"""Send the mail that waits in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdtools.config.settings import MailSettings
from sdtools.errors import MailError
from sdtools.reports.mail import Mailer
from sdtools.store.database import Database
from sdtools.store.outbox import MessageState, Outbox

__all__ = ["Sent", "mailer_of", "send_due"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How the outbox stands after trying."""

    sent: int
    failed: int
    waiting: int
    error: str = ""  # of the first message that failed


def send_due(database: Database, mail: MailSettings | None, now: datetime) -> Sent:
    """Try every message that is due; one that fails is tried again later."""
    outbox = Outbox(database)
    sent = 0
    errors = []
    if mail is not None:
        mailer = mailer_of(mail)
        for queued in outbox.due(now):
            try:
                mailer.send(queued.message, now)
            except MailError as error:
                outbox.failed(queued.message.key, now, str(error))
                errors.append(str(error))
            else:
                outbox.sent(queued.message.key, now)
                sent += 1
    waiting = outbox.counts().get(MessageState.waiting, 0)
    return Sent(sent=sent, failed=len(errors), waiting=waiting, error=next(iter(errors), ""))


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
