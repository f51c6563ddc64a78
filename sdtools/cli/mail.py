"""``sdtools mail``: look into the outbox."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtools.cli.failure import DONE
from sdtools.cli.options import Clock, as_json, clock_option, config_option, config_path
from sdtools.cli.output import document, note, table
from sdtools.errors import MailError

if TYPE_CHECKING:
    from sdtools.store.outbox import Queued

__all__ = ["command"]

_UNSENT = 3
_STATES = ("dead", "waiting", "sent")


@click.group("mail")
def command() -> None:
    """Look into the outbox: mail that waits, was given up, was sent."""


@command.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only these; else what is not sent.")
@config_option
@as_json
def list_mails(state: str | None, config: Path | None, as_json: bool) -> None:
    """List the mail that waits to be sent or was given up after ten attempts.

    Example: sdtools mail list --state dead
    """
    from sdtools.store.outbox import MessageState
    from sdtools.verbs.mail import mails
    from sdtools.verbs.workspace import open_workspace

    wanted = [MessageState(name) for name in ([state] if state else _STATES[:2])]
    with open_workspace(config_path(config)) as workspace:
        found = mails(workspace, wanted)
    if as_json:
        document({"mails": [_document(queued) for queued in found]})
    elif found:
        columns = ("key", "state", "to", "subject", "attempts", "due (UTC)", "error")
        table(columns, [_row(queued) for queued in found])
    else:
        note("Nothing there.")


@command.command("retry")
@click.argument("key", required=False)
@click.option("--all", "everything", is_flag=True, help="All that wait or were given up.")
@config_option
@clock_option
@as_json
def retry(
    key: str | None, everything: bool, config: Path | None, clock: Clock, as_json: bool
) -> int:
    """Send mail now that waits or was given up; a repeat keeps its Message-ID.

    Quiet hours still hold. Example: sdtools mail retry --all
    """
    from sdtools.verbs.mail import retry_mails
    from sdtools.verbs.workspace import open_workspace

    if bool(key) == everything:
        raise click.UsageError("name one KEY of `sdtools mail list`, or --all")
    with open_workspace(config_path(config)) as workspace:
        sent = retry_mails(workspace, key, clock.first)
    if as_json:
        counts = {"sent": sent.sent, "failed": sent.failed, "waiting": sent.waiting}
        document({**counts, "quiet": sent.quiet, "error": sent.error})
    else:
        click.echo(f"{sent.sent} sent, {sent.waiting} waiting")
    if sent.error:
        if as_json:
            return _UNSENT
        raise MailError(f"not everything was sent: {sent.error}", "it waits for the next try")
    return DONE


def _document(queued: Queued) -> dict[str, object]:
    message = queued.message
    return {
        "key": message.key,
        "state": queued.state.value,
        "desk": message.desk,
        "to": message.to,
        "subject": message.subject,
        "priority": message.priority,
        "made": message.made.isoformat(),
        "due": queued.due.isoformat(),
        "attempts": queued.attempts,
        "error": queued.error,
    }


def _row(queued: Queued) -> tuple[str, ...]:
    message = queued.message
    return (
        message.key,
        queued.state.value,
        ", ".join(message.to),
        message.subject,
        str(queued.attempts),
        f"{queued.due:%Y-%m-%d %H:%M}",
        queued.error,
    )
