"""Doctor: is the desk reachable, may we do what the rules need, and do the rules fit it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sdtools.config.settings import DeskSettings
from sdtools.connectors.desk import Check
from sdtools.errors import DeskError
from sdtools.model.people import Directory
from sdtools.rules.book import RuleBook
from sdtools.rules.lint import unknown_names
from sdtools.rules.unknowns import PROTECT, unknown_facts
from sdtools.store.memory import MemoryStore
from sdtools.store.mirror import Mirror
from sdtools.verbs.connect import connect, kept_consequences
from sdtools.verbs.workspace import Workspace, load_book
from sdtools.verbs.world import build_world

__all__ = ["Diagnosis", "diagnose"]

_NAMED = 3  # of what is most, in one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All findings about one desk."""

    desk: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Tell whether every check is good."""
        return all(check.ok for check in self.checks)


def diagnose(
    workspace: Workspace, settings: DeskSettings, now: datetime, canary: str = ""
) -> Diagnosis:
    """Look at a desk; a desk that cannot be reached is a finding too.

    What the rules meet on its tickets is told from the mirror, once there is one. ``canary`` is a
    ticket, by number or id, that may be written to: a field's own value, no other.
    """
    book = load_book(settings)
    try:
        with connect(settings) as desk:
            checks = desk.check(now)
            names = _names(settings, book, desk.directory())
            written = (desk.canary(canary),) if canary else ()
    except DeskError as error:
        failed = Check(name="reach", ok=False, found=str(error), advice=error.advice)
        return Diagnosis(desk=settings.name, checks=(failed,))
    rules = _rules(workspace, settings, book, now)
    return Diagnosis(desk=settings.name, checks=(*checks, names, *rules, *written))


def _rules(
    workspace: Workspace, settings: DeskSettings, book: RuleBook, now: datetime
) -> tuple[Check, ...]:
    """Look at what the rules meet on the tickets of the mirror; nothing before the first pull."""
    database = workspace.database
    if Mirror(database, settings.name).arithmetic() is None:
        return ()
    world = build_world(settings, database, *kept_consequences(database, settings), now, book)
    unknown = unknown_facts(book, world, now, workspace.templates)
    known = {name for rule in book.rules for name in (rule.id, rule.was)}
    left = MemoryStore(database, settings.name).left_to_desk()
    overruled = {place: count for place, count in left.items() if place[0] in known}
    return _facts(settings, unknown), _desk_rules(overruled)


def _facts(settings: DeskSettings, unknown: Mapping[tuple[str, str], int]) -> Check:
    if not unknown:
        return Check(name="facts", ok=True, found="every fact that the rules look at can be read")
    told = (f"{fact} on {_tickets(count)} ({rule})" for (rule, fact), count in _most(unknown))
    rule = next((rule for (rule, _), _ in _most(unknown) if rule != PROTECT), "")
    which = f"; which tickets: sdtools explain {settings.name} --rule {rule}" if rule else ""
    return Check(
        name="facts",
        ok=False,
        found=f"unknown where it would decide: {'; '.join(told)}",
        advice=f"let our account read it, or say in sdtools.yaml where it is kept{which}",
    )


def _desk_rules(overruled: Mapping[tuple[str, str], int]) -> Check:
    if not overruled:
        return Check(name="desk rules", ok=True, found="no rule is overruled by the desk's own")
    told = (f"{rule}: {field} on {_tickets(count)}" for (rule, field), count in _most(overruled))
    return Check(
        name="desk rules",
        ok=False,
        found=f"left to the desk, which changed it back twice: {'; '.join(told)}",
        advice="change the desk's own rule or ours: two policies for one field fight",
    )


def _most(counts: Mapping[tuple[str, str], int]) -> list[tuple[tuple[str, str], int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_NAMED]


def _tickets(count: int) -> str:
    return "1 ticket" if count == 1 else f"{count} tickets"


def _names(settings: DeskSettings, book: RuleBook, directory: Directory) -> Check:
    problems = unknown_names(book, directory)
    if not problems:
        return Check(name="names", ok=True, found="the desk knows every name of the rules")
    first = problems[0]
    return Check(
        name="names",
        ok=False,
        found=f"{len(problems)} names of the rules are not known here: {first.message}",
        advice=f"see all: sdtools rules check --desk {settings.name}; {first.hint}".rstrip("; "),
    )
