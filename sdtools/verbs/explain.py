"""Explain one ticket: from the mirror, with the engine of the pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdtools.config.settings import DeskSettings
from sdtools.errors import UsageError
from sdtools.model.ticket import Ticket
from sdtools.rules.explain import Explanation, explain
from sdtools.store.mirror import Mirror
from sdtools.verbs.connect import kept_consequences
from sdtools.verbs.workspace import Workspace, load_book
from sdtools.verbs.world import build_world

__all__ = ["Explained", "explain_ticket"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A ticket, what each rule makes of it, and how old the mirror is."""

    ticket: Ticket
    rules: tuple[Explanation, ...]
    pulled: datetime | None  # how fresh the mirror is


def explain_ticket(
    workspace: Workspace, settings: DeskSettings, text: str, now: datetime
) -> Explained:
    """Explain the ticket with this id or number."""
    book = load_book(settings)
    mirror = Mirror(workspace.database, settings.name)
    ticket = mirror.find(text)
    if ticket is None:
        raise UsageError(
            f"there is no ticket {text!r} in the mirror of desk {settings.name}",
            f"check its number, or refresh the mirror: sdtools pull {settings.name}",
        )
    account_id, consequences = kept_consequences(workspace.database, settings)
    world = build_world(settings, workspace.database, account_id, consequences, now)
    rules = explain(book, world, ticket, now, workspace.templates)
    return Explained(ticket=ticket, rules=rules, pulled=mirror.cursor("tickets"))
