"""From the mirror to the World: all that a decision may depend on, put together once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sdtools.config.settings import DeskSettings
from sdtools.errors import ConfigError
from sdtools.matching import KnownErrorsError, Matcher, known_errors_from, with_declared
from sdtools.model.knowledge import Candidate, KnownError
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.model.world import Consequences, World
from sdtools.store.database import Database
from sdtools.store.memory import MemoryStore
from sdtools.store.mirror import Mirror
from sdtools.yamlfile import load_text

__all__ = ["build_world", "robots_of"]


def build_world(
    settings: DeskSettings,
    database: Database,
    account_id: str,
    consequences: Consequences,
    now: datetime,
) -> World:
    """Read the mirror and the memory of a desk, and match its tickets to known errors."""
    mirror = Mirror(database, settings.name)
    tickets = mirror.tickets()
    directory = mirror.directory()
    known = with_declared(mirror.knowledge(), _declared(settings))
    return World(
        desk=settings.name,
        kind=settings.kind,
        account_id=account_id,
        consequences=consequences,
        tickets=tickets,
        directory=directory,
        known_errors={error.id: error for error in known},
        candidates=_candidates(tickets, known),
        activity=mirror.activity(robots_of(settings, account_id, directory)),
        memory=MemoryStore(database, settings.name).load(now),
    )


def robots_of(settings: DeskSettings, account_id: str, directory: Directory) -> frozenset[str]:
    """Return the ids of our own account and of the other robots that the settings name."""
    logins = {login.casefold() for login in settings.robots}
    people = directory.people.values()
    return frozenset({account_id} | {p.id for p in people if p.login.casefold() in logins})


def _candidates(
    tickets: Sequence[Ticket], known: Sequence[KnownError]
) -> Mapping[str, tuple[Candidate, ...]]:
    if not known:
        return {}
    matcher = Matcher(known)
    found = {
        ticket.id: matcher.candidates(f"{ticket.title}\n{ticket.description}")
        for ticket in tickets
        if ticket.is_open
    }
    return {ticket: candidates for ticket, candidates in found.items() if candidates}


def _declared(settings: DeskSettings) -> tuple[KnownError, ...]:
    """Read the known errors and signatures that a file declares; ConfigError has every mistake."""
    path = settings.known_errors.file
    if path is None:
        return ()
    try:
        document = load_text(path.read_bytes(), path.name)
    except OSError as error:
        message = f"{path}: the known errors cannot be read: {error.strerror}"
        raise ConfigError(message, f"see known_errors of desk {settings.name}") from error
    try:
        return known_errors_from(document.data)
    except KnownErrorsError as error:
        mistakes = tuple(
            document.mistake(problem.path, "known-error", problem.message, problem.hint)
            for problem in error.problems
        )
        raise ConfigError(f"{path.name} has mistakes", mistakes=mistakes) from error
