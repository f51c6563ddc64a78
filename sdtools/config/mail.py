"""The mail server of ``sdtools.yaml``: what its shape cannot say about it, and its settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sdtools.config.quiet import QuietHours, quiet_calendar
from sdtools.config.secret import Secret
from sdtools.config.settings import MailSettings
from sdtools.config.shape import AlertsShape, MailShape, QuietShape
from sdtools.errors import Mistake
from sdtools.yamlfile import Document

__all__ = ["alert_mistakes", "mail_mistakes", "mail_settings"]


def mail_mistakes(document: Document, mail: MailShape | None) -> Iterator[Mistake]:
    """Give what is wrong with quiet hours although every key has the right shape."""
    for number, quiet in enumerate(mail.quiet if mail else ()):
        path = ("mail", "quiet", number)
        try:
            quiet_calendar(quiet.hours, quiet.days, quiet.timezone)
        except ValueError as error:
            hint = 'write hours: "20:00-07:00", days: mon-fri, timezone: Europe/Paris'
            yield document.mistake((*path, "hours"), "quiet-hours", str(error), hint)
        for address in quiet.to:
            if address != "all" and "@" not in address:
                hint = 'write addresses, "@example.org" for all of a domain, or all'
                message = f"{address!r} is not an address"
                yield document.mistake((*path, "to"), "quiet-hours", message, hint)


def alert_mistakes(
    document: Document, alerts: AlertsShape | None, mail: MailShape | None
) -> Iterator[Mistake]:
    """Give what would keep alerts from reaching anybody."""
    if alerts is None:
        return
    if mail is None:
        hint = 'add mail: {host: mail.example.org, from: "desk@example.org"}'
        yield document.mistake(("alerts",), "no-mail", "alerts need a mail server", hint, key=True)
    for number, address in enumerate(alerts.to):
        if "@" not in address:
            message = f"{address!r} is not an address"
            yield document.mistake(("alerts", "to", number), "alerts", message, "write addresses")


def mail_settings(folder: Path, mail: MailShape | None) -> MailSettings | None:
    """Return the settings of the mail server, None when there is none."""
    if mail is None:
        return None
    return MailSettings(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        sender=mail.sender,
        user=mail.user,
        password=Secret(reference=mail.password, folder=folder) if mail.password else None,
        quiet=tuple(_quiet(quiet) for quiet in mail.quiet),
    )


def _quiet(quiet: QuietShape) -> QuietHours:
    return QuietHours(
        to=tuple(quiet.to),
        calendar=quiet_calendar(quiet.hours, quiet.days, quiet.timezone),
        bypass=quiet.bypass,
    )
