"""``sdtools explain``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtools.cli.options import (
    Clock,
    MomentType,
    as_json,
    clock_option,
    config_option,
    config_path,
)
from sdtools.cli.output import document, note
from sdtools.errors import UsageError

if TYPE_CHECKING:
    from sdtools.config.settings import DeskSettings
    from sdtools.verbs.workspace import Workspace

__all__ = ["command"]


@click.command("explain")
@click.argument("desk")
@click.argument("ticket", required=False)
@click.option("--rule", metavar="ID", help="One rule: its tickets, and what stops it on others.")
@click.option("--at", "at", type=MomentType(), help="As of this time, before or to come.")
@config_option
@clock_option
@as_json
def command(
    desk: str,
    ticket: str | None,
    rule: str | None,
    at: datetime | None,
    config: Path | None,
    clock: Clock,
    as_json: bool,
) -> None:
    """Tell for one ticket what each rule does, and which condition stops the others.

    With --rule instead of a ticket: which tickets a rule is about, and for those one condition
    away which condition stops most. Reads the mirror: `sdtools pull DESK` refreshes it.

    Example: sdtools explain glpi 1042 --at 2026-11-20T14:00+01:00
    """
    from sdtools.verbs.workspace import open_workspace

    if (ticket is None) == (rule is None):
        raise UsageError("say what to explain", "sdtools explain DESK TICKET, or DESK --rule ID")
    if rule is not None and at is not None:
        raise UsageError("--at is about one ticket", "leave it out, or name a ticket")
    with open_workspace(config_path(config)) as workspace:
        settings = workspace.settings.desk(desk)
        if ticket is not None:
            _ticket(workspace, settings, ticket, (clock.first, at), as_json)
        else:
            _rule(workspace, settings, rule or "", clock.first, as_json)


def _ticket(
    workspace: Workspace,
    settings: DeskSettings,
    ticket: str,
    when: tuple[datetime, datetime | None],
    as_json: bool,
) -> None:
    from sdtools.cli.explaintext import print_ticket, ticket_document
    from sdtools.verbs.explain import explain_ticket

    told = explain_ticket(workspace, settings, ticket, *when)
    _fresh(told.pulled)
    if told.past:
        note("as it was then, as far as the desk's history tells; title and texts are those of now")
    if as_json:
        document(ticket_document(told))
    else:
        print_ticket(told)


def _rule(
    workspace: Workspace, settings: DeskSettings, rule: str, now: datetime, as_json: bool
) -> None:
    from sdtools.cli.explaintext import print_rule, rule_document
    from sdtools.verbs.explain import explain_rule

    told = explain_rule(workspace, settings, rule, now)
    _fresh(told.pulled)
    if as_json:
        document(rule_document(told))
    else:
        print_rule(told)


def _fresh(pulled: datetime | None) -> None:
    if pulled:
        note(f"as of the last pull, {pulled:%Y-%m-%d %H:%M} UTC")
