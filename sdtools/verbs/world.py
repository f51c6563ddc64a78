"""From the mirror to the World: all that a decision may depend on, put together once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sdtools.config.settings import DeskSettings
from sdtools.errors import ConfigError
from sdtools.model.history import Edit
from sdtools.model.knowledge import Candidate, KnownError
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.model.world import Consequences, World
from sdtools.rules.asof import made_by_people
from sdtools.rules.book import RuleBook
from sdtools.rules.conditions import looks_at
from sdtools.store.database import Database
from sdtools.store.history import History
from sdtools.store.memory import MemoryStore
from sdtools.store.mirror import Mirror
from sdtools.verbs.pause import paused_rules
from sdtools.yamlfile import load_text

if TYPE_CHECKING:
    from sdtools.matching import Matcher

__all__ = ["build_world", "robots_of"]

_LONG_TEXTS = frozenset({"description"})  # no message template shows them


def build_world(
    settings: DeskSettings,
    database: Database,
    account_id: str,
    consequences: Consequences,
    now: datetime,
    book: RuleBook | None = None,
) -> World:
    """Read the mirror and the memory of a desk, and match its tickets to known errors.

    With a ``book``, long texts that neither its rules nor the matching look at are left out.
    """
    mirror = Mirror(database, settings.name)
    directory = mirror.directory()
    robots = robots_of(settings, account_id, directory)
    known = _known(mirror, settings)
    judged = mirror.judged(robots, _unseen(book) if book and not known else frozenset())
    memory = MemoryStore(database, settings.name).load(now)
    return World(
        desk=settings.name,
        kind=settings.kind,
        account_id=account_id,
        consequences=consequences,
        tickets=judged.tickets,
        directory=directory,
        known_errors={error.id: error for error in known},
        candidates=_Candidates(judged.tickets, known) if known else {},
        activity=judged.activity,
        memory=memory,
        edits=_made_by_people(database, settings.name, judged.tickets, robots)
        if memory.first
        else {},
        paused=paused_rules(database, now),
    )


def _unseen(book: RuleBook) -> frozenset[str]:
    return _LONG_TEXTS - looks_at(book)


def robots_of(settings: DeskSettings, account_id: str, directory: Directory) -> frozenset[str]:
    """Return the ids of our own account and of the other robots that the settings name."""
    logins = {login.casefold() for login in settings.robots}
    people = directory.people.values()
    return frozenset({account_id} | {p.id for p in people if p.login.casefold() in logins})


def _made_by_people(
    database: Database, desk: str, tickets: Sequence[Ticket], robots: frozenset[str]
) -> Mapping[tuple[str, str], Edit]:
    """Return the last edit of each field, where a person made it: what is there is theirs."""
    found = History(database, desk).edits([ticket.id for ticket in tickets])
    return made_by_people((edit for several in found.values() for edit in several), robots)


class _Candidates(Mapping[str, tuple[Candidate, ...]]):
    """What each open ticket may be a case of; worked out for those that a rule asks for."""

    def __init__(self, tickets: Sequence[Ticket], known: Sequence[KnownError]) -> None:
        self._texts = {one.id: one for one in tickets if one.is_open}
        self._known = known
        self._matcher: Matcher | None = None
        self._found: dict[str, tuple[Candidate, ...]] = {}

    def __getitem__(self, ticket: str) -> tuple[Candidate, ...]:
        found = self._found.get(ticket)
        if found is None:
            text = self._texts[ticket]
            if self._matcher is None:
                from sdtools.matching import Matcher

                self._matcher = Matcher(self._known)
            found = self._matcher.candidates(f"{text.title}\n{text.description}")
            self._found[ticket] = found
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def _known(mirror: Mirror, settings: DeskSettings) -> tuple[KnownError, ...]:
    """Return the known errors of the desk and of the file; a desk without any loads no matching."""
    found = mirror.knowledge()
    if not found and settings.known_errors.file is None:
        return ()
    from sdtools.matching import with_declared

    return with_declared(found, _declared(settings))


def _declared(settings: DeskSettings) -> tuple[KnownError, ...]:
    """Read the known errors and signatures that a file declares; ConfigError has every mistake."""
    from sdtools.matching import KnownErrorsError, known_errors_from

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
