"""Write a plan as a page to review, with what the mirror and the rules say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sdtools.config.settings import DeskSettings
from sdtools.errors import UsageError
from sdtools.model.ticket import Ticket
from sdtools.plan import Plan
from sdtools.reports.planpage import AboutRule, AboutTicket, render_plan
from sdtools.store.mirror import Mirror
from sdtools.verbs.guarded import apply_command
from sdtools.verbs.plan import zone_of
from sdtools.verbs.workspace import Workspace, load_book

__all__ = ["Page", "numbers_of", "write_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Where the page goes, its language, and where the plan itself is saved."""

    path: Path
    language: str
    saved: Path | None


def write_page(workspace: Workspace, settings: DeskSettings, made: Plan, page: Page) -> None:
    """Write the page of a plan; UsageError when the file cannot be written."""
    book = load_book(settings)
    how = apply_command(workspace, made, page.saved.name) if page.saved and made.changes else ""
    text = render_plan(
        made,
        {
            id: AboutTicket(number=ticket.number, title=ticket.title, url=ticket.url)
            for id, ticket in _held(workspace, made).items()
        },
        {
            rule.id: AboutRule(section=rule.section, why=rule.why, observe=rule.observe)
            for rule in book.rules
        },
        replace(workspace.templates, timezone=zone_of(settings, book)),
        page.language,
        how,
    )
    path = page.path
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{path}: the page cannot be written: {error.strerror}"
        raise UsageError(message, "name a file in a folder that is yours") from error


def numbers_of(workspace: Workspace, made: Plan) -> Mapping[str, str]:
    """Return the numbers, as people know them, of the tickets that a plan tells of, by id."""
    return {id: ticket.number for id, ticket in _held(workspace, made).items()}


def _held(workspace: Workspace, made: Plan) -> Mapping[str, Ticket]:
    told = {change.ticket for change in made.changes}
    told |= {conflict.ticket for conflict in made.conflicts}
    told |= {yielded.ticket for yielded in made.yields}
    return Mirror(workspace.database, made.desk).held(told)
