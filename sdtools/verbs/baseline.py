"""Baseline: take a desk as it is, so that the first apply does not rework old tickets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sdtools.config.settings import DeskSettings
from sdtools.rules.baseline import baseline
from sdtools.store.journal import Journal
from sdtools.verbs.connect import connect
from sdtools.verbs.hold import hold
from sdtools.verbs.plan import refresh
from sdtools.verbs.workspace import Workspace, load_book
from sdtools.verbs.world import build_world

__all__ = ["Baseline", "baseline_desk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What a baseline settled."""

    run: str
    tickets: int
    episodes: int
    requests: int


def baseline_desk(
    workspace: Workspace,
    settings: DeskSettings,
    now: datetime,
    wall: Callable[[], datetime],
    progress: Callable[[int], None],
) -> Baseline:
    """Pull, open all episodes silently, and remember; the desk itself is not touched."""
    book = load_book(settings)
    database = workspace.database
    with hold(database, settings.name, wall), connect(settings) as desk:
        refresh(workspace, settings, desk, now, False, progress)
        world = build_world(settings, database, desk.account_id, desk.consequences, now)
        memories = baseline(book, world, now, workspace.templates)
        journal = Journal(database, settings.name)
        run = journal.begin("baseline", None, now)
        journal.end(run, now, desk.requests, memory=memories)
    return Baseline(
        run=run, tickets=len(world.tickets), episodes=len(memories), requests=desk.requests
    )
