"""A GLPI as a desk: what the floors above see of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sdtools.connectors.desk import (
    Check,
    Desk,
    Known,
    NewComment,
    NewHold,
    NewLink,
    NewSolution,
    OldLink,
    TicketUpdate,
    Written,
)
from sdtools.connectors.glpi.address import api_url, checked_token, front_of
from sdtools.connectors.glpi.answers import identity, string
from sdtools.connectors.glpi.assigning import update_tickets
from sdtools.connectors.glpi.batches import Pacers
from sdtools.connectors.glpi.beside import Beside
from sdtools.connectors.glpi.canary import touch
from sdtools.connectors.glpi.changes import Changes
from sdtools.connectors.glpi.checks import Subject, run_checks
from sdtools.connectors.glpi.comments import CommentReader
from sdtools.connectors.glpi.consequences import GlpiConsequences, matrix_from
from sdtools.connectors.glpi.crew import WORKERS, Crew
from sdtools.connectors.glpi.directory import read_directory
from sdtools.connectors.glpi.knowledge import read_knowledge
from sdtools.connectors.glpi.looking import Looks
from sdtools.connectors.glpi.options import KnownErrorSource, Login, Vip
from sdtools.connectors.glpi.reading import TicketReader
from sdtools.connectors.glpi.reference import Reference, read_reference
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.unlinking import remove_links
from sdtools.connectors.glpi.writing import (
    add_comments,
    add_links,
    hold_tickets,
    solve_tickets,
)
from sdtools.connectors.glpi.zone import Zone, named_zone, zone_of
from sdtools.connectors.http import DeskHttp, May, Wait, always, sleep
from sdtools.connectors.zones import checked_zone
from sdtools.errors import DeskRefusedError, DeskUnreachableError
from sdtools.model.history import Edit
from sdtools.model.knowledge import KnownError
from sdtools.model.people import Directory
from sdtools.model.ticket import Comment, Ticket

__all__ = ["GlpiDesk", "glpi_desk"]


class GlpiDesk:
    """One GLPI; the session opens with the first request and closes with the ``with`` block."""

    kind = "glpi"
    at_once = 100  # two seconds of its work
    rereads_nightly = True  # links may change without moving a ticket's date_mod (FACTS 10)

    def __init__(
        self,
        http: DeskHttp,
        login: Login,
        *,
        vip: Vip | None,
        known_errors: KnownErrorSource,
        timezone: str,
        clock: Callable[[], float],
    ) -> None:
        self.name: str = http.desk
        self.url: str = login.url
        self._login = login
        lines = [http.sibling() for _ in range(WORKERS)]
        crew = Crew([GlpiSession(http.desk, login, line) for line in lines])
        self._session = GlpiSession(http.desk, login, http, crew)
        self._directory = Beside(crew, lambda by: read_directory(by, vip, self._zone))
        self._known_errors = known_errors
        self._vip = vip
        self._timezone = timezone
        self._pacers = Pacers(clock=clock)
        self._looks = Looks()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._directory.end()
        if isinstance(error, DeskUnreachableError):
            self._session.abandon()
        else:
            self._session.close()

    def __repr__(self) -> str:
        return f"<GlpiDesk {self.name}>"

    @property
    def requests(self) -> int:
        """Count the HTTP requests sent so far."""
        return self._session.requests

    @property
    def account_id(self) -> str:
        """Return the id of our own account on the desk."""
        return identity(self._session.told, "glpiID")

    @property
    def opened_at(self) -> datetime | None:
        """Return the server's time at login, if it says; in UTC."""
        return self._session.opened_at

    @cached_property
    def consequences(self) -> GlpiConsequences:
        """Return GLPI's arithmetic with the desk's own priority matrix, read once."""
        try:
            return GlpiConsequences(matrix=matrix_from(self._session.config()))
        except DeskRefusedError:
            return GlpiConsequences()  # GLPI's default matrix

    def check(self, now: datetime) -> tuple[Check, ...]:
        """Look at reach, version, account, rights, clock, time zone and page size."""
        login, session, zone = self._login, self._session, lambda: self._zone
        return run_checks(Subject(login=login, session=session, vip=self._vip, zone=zone, now=now))

    def canary(self, ticket: str) -> Check:
        """Write a ticket's own urgency back, to prove the right to write."""
        return touch(self._session, ticket)

    def foresee_directory(self) -> None:
        """Read the directory beside the tickets, should all of those be read."""
        self._directory.foresee()

    def directory(self) -> Directory:
        """Read people, groups, categories, locations, entities, items and calendars."""
        return self._directory.take(self._session)

    def knowledge(self) -> tuple[KnownError, ...]:
        """Read the known errors that the desk keeps (articles, problems)."""
        return read_knowledge(self._reader, self._known_errors, self._session.opened_at)

    def tickets(
        self, since: datetime | None, known: Known | None = None
    ) -> Iterator[tuple[Ticket, ...]]:
        """Read tickets in pages: all, or those updated at ``since`` or later (with overlap).

        Beside all of them, the directory is read when that was foreseen.
        """
        found = self._changes.tickets(since, known)
        return found if since else self._directory.these(found)

    def comments(self, since: datetime | None) -> Iterator[tuple[Comment, ...]]:
        """Read comments, tasks and solutions in pages, those changed at ``since`` or later."""
        return self._changes.comments(since)

    def history(self, since: datetime) -> Iterator[tuple[Edit, ...]]:
        """Read who changed which field; what :meth:`tickets` has just read is not read again."""
        return self._changes.history(since)

    def ticket_ids(self) -> frozenset[str]:
        """Read the ids of all tickets that the account sees, for reconciliation."""
        return self._reader.ids()

    def read(self, tickets: Sequence[str], known: Known | None = None) -> Mapping[str, Ticket]:
        """Read these tickets afresh, with actors and links; one that is gone is missing."""
        return self._looks.before(self._reader, self._changes.watch, tickets, known).tickets

    @property
    def still(self) -> frozenset[str]:
        """Return which tickets of the last :meth:`read` have not moved since they were held."""
        return self._looks.still

    @property
    def retold(self) -> frozenset[str]:
        """Return tickets of the last :meth:`tickets` whose :meth:`comments` may mislead."""
        return self._changes.retold

    def read_back(self, written: Mapping[str, Collection[str]]) -> Mapping[str, Ticket]:
        """Read what was written: a ticket's own row, and the link tables of the fields named."""
        return self._looks.after(self._reader, written).tickets

    def read_comments(self, tickets: Sequence[str]) -> Mapping[str, tuple[Comment, ...]]:
        """Read what was said on these tickets, oldest first."""
        return self._said.some(tickets)

    def update(self, updates: Sequence[TicketUpdate]) -> tuple[Written, ...]:
        """Write fields and assignments, without stopping the response clock."""
        return update_tickets(self._reader, updates, self._pacers, self._looks.decided())

    def comment(self, comments: Sequence[NewComment]) -> tuple[Written, ...]:
        """Add comments, without stopping the response clock."""
        return add_comments(self._session, comments, self._pacers)

    def link(self, links: Sequence[NewLink]) -> tuple[Written, ...]:
        """Add links to articles, problems or parent tickets."""
        return add_links(self._session, links, self._pacers)

    def unlink(self, links: Sequence[OldLink]) -> tuple[Written, ...]:
        """Take links to articles, problems or parent tickets away."""
        return remove_links(self._session, links, self._pacers)

    def hold(self, holds: Sequence[NewHold]) -> tuple[Written, ...]:
        """Set tickets to pending."""
        return hold_tickets(self._reader, holds, self._pacers)

    def solve(self, solutions: Sequence[NewSolution]) -> tuple[Written, ...]:
        """Solve tickets that are still open."""
        return solve_tickets(self._reader, solutions, self._pacers)

    @cached_property
    def _zone(self) -> Zone:
        told = self._session.told
        return zone_of(
            configured=self._timezone,
            account=string(told, "glpitimezone") or string(told, "glpi_tz"),
            told=string(told, "glpi_currenttime"),
            at=self._session.opened_at,
        )

    @cached_property
    def _reader(self) -> TicketReader:
        return TicketReader(
            session=self._session,
            zone=self._zone,
            front=front_of(self.url),
            reference=lambda: self._reference,
            account_id=self.account_id,
        )

    @cached_property
    def _said(self) -> CommentReader:
        return CommentReader(session=self._session, zone=self._zone)

    @cached_property
    def _changes(self) -> Changes:
        return Changes(self._reader, self._said)

    @cached_property
    def _reference(self) -> Reference:
        return read_reference(self._session)


def glpi_desk(  # noqa: PLR0913  # one keyword for each line of the configuration
    name: str,
    *,
    url: str,
    app_token: str,
    user_token: str,
    entity: str = "all",
    vip: Vip | None = None,
    known_errors: KnownErrorSource | None = None,
    timezone: str = "",
    wait: Wait = sleep,
    clock: Callable[[], float] = time.monotonic,
    may: May = always,
) -> GlpiDesk:
    """Make a desk of a GLPI; nothing is sent yet.

    ``url`` is that of the API (``.../apirest.php``) or of GLPI itself. ``timezone`` is the
    account's time zone, for a desk where it cannot be read. Raises ConfigError for a url, token
    or zone that cannot work.
    """
    login = Login(
        url=api_url(name, url),
        app_token=checked_token(name, "app_token", app_token),
        user_token=checked_token(name, "user_token", user_token),
        entity=entity,
    )
    http = DeskHttp(name, wait=wait, clock=clock, reads=("/changeActiveEntities",), may=may)
    return GlpiDesk(
        http,
        login,
        vip=vip,
        known_errors=known_errors or KnownErrorSource(),
        timezone=checked_zone(name, timezone, named_zone),
        clock=clock,
    )


if TYPE_CHECKING:

    def _fits(desk: GlpiDesk) -> Desk:
        return desk
