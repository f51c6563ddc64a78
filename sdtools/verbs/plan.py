"""Plan: pull, put the world together, decide; nothing is changed and nothing remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sdtools.apply.guard import guard
from sdtools.config.settings import DeskSettings
from sdtools.connectors.desk import Desk
from sdtools.errors import UsageError
from sdtools.model.world import Consequences, World
from sdtools.plan import Plan, narrow
from sdtools.rules.book import RuleBook
from sdtools.rules.decide import decide
from sdtools.rules.wording import did_you_mean
from sdtools.store.history import History
from sdtools.store.journal import Journal
from sdtools.store.mirror import Mirror
from sdtools.store.plans import plan_to_json
from sdtools.verbs.connect import connect, keep_consequences, kept_consequences
from sdtools.verbs.pull import Pulled, pull
from sdtools.verbs.workspace import Workspace, load_book
from sdtools.verbs.world import build_world

__all__ = [
    "Decided",
    "Selection",
    "decide_on",
    "plan",
    "refresh",
    "rule_limits",
    "save_plan",
    "select",
    "tickets_of",
    "zone_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which part of a plan is wanted; numbers or ids of tickets, ids of rules."""

    tickets: Sequence[str] = ()
    rules: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A plan with what it was made of."""

    plan: Plan
    book: RuleBook
    world: World
    pulled: Pulled | None


def plan(
    workspace: Workspace,
    settings: DeskSettings,
    now: datetime,
    selection: Selection,
    offline: bool,
    progress: Callable[[int], None],
) -> Decided:
    """Make the plan of a desk; offline it is made of the mirror as it is."""
    book = load_book(settings)
    if offline:
        account_id, consequences = kept_consequences(workspace.database, settings)
        return decide_on(workspace, settings, book, (account_id, consequences), now, selection)
    with connect(settings) as desk:
        pulled = refresh(workspace, settings, desk, now, False, progress)
        known = (desk.account_id, desk.consequences)
        decided = decide_on(workspace, settings, book, known, now, selection)
    return replace(decided, pulled=pulled)


def refresh(
    workspace: Workspace,
    settings: DeskSettings,
    desk: Desk,
    now: datetime,
    full: bool,
    progress: Callable[[int], None],
) -> Pulled:
    """Refresh the mirror, and what deciding offline needs to know of the desk."""
    mirror = Mirror(workspace.database, settings.name)
    history = History(workspace.database, settings.name)
    pulled = pull(desk, mirror, history, now, full, progress)
    keep_consequences(workspace.database, settings, desk, now)
    return pulled


def decide_on(
    workspace: Workspace,
    settings: DeskSettings,
    book: RuleBook,
    of_desk: tuple[str, Consequences],
    now: datetime,
    selection: Selection,
) -> Decided:
    """Decide on the mirror as it is, and say whether the guard would stop the plan."""
    world = build_world(settings, workspace.database, of_desk[0], of_desk[1], now, book)
    only = _rules_of(selection, book)
    texts = replace(workspace.templates, timezone=zone_of(settings, book))
    made = replace(decide(book, world, now, texts, only), desk_url=settings.url)
    made = narrow(made, tickets_of(workspace, settings, selection), only)
    last_good = Journal(workspace.database, settings.name).last_good()
    known = Mirror(workspace.database, settings.name).known_and_new(last_good)
    blocked = guard(made, book.limits, known.known, known.new, None, rule_limits(book))
    made = replace(made, blocked=blocked)
    return Decided(plan=made, book=book, world=world, pulled=None)


def save_plan(made: Plan, path: Path) -> None:
    """Write a plan to a file that apply can carry out."""
    try:
        path.write_text(plan_to_json(made), encoding="utf-8")
    except OSError as error:
        message = f"{path}: the plan cannot be written: {error.strerror}"
        raise UsageError(message, "name a file in a folder that is yours") from error


def rule_limits(book: RuleBook) -> dict[str, int]:
    """Return each rule's own limit of tickets."""
    return {rule.id: rule.limit for rule in book.rules if rule.limit is not None}


def select(
    workspace: Workspace, settings: DeskSettings, made: Plan, selection: Selection, book: RuleBook
) -> Plan:
    """Keep the selected part of a plan; UsageError for a rule or ticket that there is not."""
    tickets = tickets_of(workspace, settings, selection)
    return narrow(made, tickets, _rules_of(selection, book))


def _rules_of(selection: Selection, book: RuleBook) -> frozenset[str]:
    known = [rule.id for rule in book.rules]
    for rule in selection.rules:
        if rule not in known:
            hint = did_you_mean(rule, known) or f"rules: {', '.join(known)}"
            raise UsageError(f"there is no rule {rule!r}", hint)
    return frozenset(selection.rules)


def tickets_of(
    workspace: Workspace, settings: DeskSettings, selection: Selection
) -> frozenset[str]:
    """Return the ids of the selected tickets; UsageError for one that there is not."""
    mirror = Mirror(workspace.database, settings.name)
    tickets = set()
    for text in selection.tickets:
        found = mirror.find(text)
        if found is None:
            message = f"there is no ticket {text!r} on desk {settings.name}"
            raise UsageError(message, "check its number")
        tickets.add(found.id)
    return frozenset(tickets)


def zone_of(settings: DeskSettings, book: RuleBook) -> str:
    """Return the zone of the times in messages: of the rules' calendar, else of the desk."""
    calendar = book.calendars.get(book.default_calendar)
    return calendar.timezone if calendar else settings.timezone or "UTC"
