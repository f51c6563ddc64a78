"""A GLPI as a desk: what the floors above see of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from sdtools.connectors.desk import (
    Check,
    Desk,
    NewComment,
    NewHold,
    NewLink,
    NewSolution,
    TicketUpdate,
    Written,
)
from sdtools.connectors.glpi.answers import identity, string
from sdtools.connectors.glpi.assigning import update_tickets
from sdtools.connectors.glpi.batches import Pacer
from sdtools.connectors.glpi.canary import touch
from sdtools.connectors.glpi.checks import Subject, run_checks
from sdtools.connectors.glpi.comments import CommentReader
from sdtools.connectors.glpi.consequences import GlpiConsequences, matrix_from
from sdtools.connectors.glpi.directory import read_directory
from sdtools.connectors.glpi.knowledge import read_knowledge
from sdtools.connectors.glpi.options import KnownErrorSource, Login, Vip
from sdtools.connectors.glpi.reading import TicketReader
from sdtools.connectors.glpi.reference import Reference, read_reference
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.writing import (
    MOST_ADDED,
    add_comments,
    add_links,
    hold_tickets,
    solve_tickets,
)
from sdtools.connectors.glpi.zone import Zone, named_zone, zone_of
from sdtools.connectors.http import DeskHttp, Wait, sleep
from sdtools.errors import ConfigError, DeskRefusedError, DeskUnreachableError
from sdtools.model.knowledge import KnownError
from sdtools.model.people import Directory
from sdtools.model.ticket import Comment, Ticket

__all__ = ["GlpiDesk", "glpi_desk"]

_API = "/apirest.php"
_MOST_UPDATED = 100  # items: far below the server's limits, whatever the clock says


class GlpiDesk:
    """One GLPI; the session opens with the first request and closes with the ``with`` block."""

    kind = "glpi"

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
        self._http = http
        self._login = login
        self._session = GlpiSession(http.desk, login, http)
        self._vip = vip
        self._known_errors = known_errors
        self._timezone = timezone
        self._updating = Pacer(clock=clock, most=_MOST_UPDATED)
        self._adding = Pacer(clock=clock, most=MOST_ADDED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, DeskUnreachableError):
            self._session.abandon()
        else:
            self._session.close()

    def __repr__(self) -> str:
        return f"<GlpiDesk {self.name}>"

    @property
    def requests(self) -> int:
        """Count the HTTP requests sent so far."""
        return self._http.count

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
        return run_checks(
            Subject(
                login=self._login,
                session=self._session,
                vip=self._vip,
                zone=lambda: self._zone,
                now=now,
            )
        )

    def canary(self, ticket: str) -> Check:
        """Write a ticket's own urgency back, to prove the right to write."""
        return touch(self._session, ticket)

    def directory(self) -> Directory:
        """Read people, groups, categories, locations, entities, items and calendars."""
        return read_directory(self._session, self._vip, self._zone)

    def knowledge(self) -> tuple[KnownError, ...]:
        """Read the known errors that the desk keeps (articles, problems)."""
        return read_knowledge(self._reader, self._known_errors, self._session.opened_at)

    def tickets(self, since: datetime | None) -> Iterator[tuple[Ticket, ...]]:
        """Read tickets in pages: all, or those updated at ``since`` or later (with overlap)."""
        return self._reader.all() if since is None else self._reader.changed(since)

    def comments(self, since: datetime | None) -> Iterator[tuple[Comment, ...]]:
        """Read comments, tasks and solutions in pages, those changed at ``since`` or later."""
        return self._said.all() if since is None else self._said.changed(since)

    def ticket_ids(self) -> frozenset[str]:
        """Read the ids of all tickets that the account sees, for reconciliation."""
        return self._reader.ids()

    def read(self, tickets: Sequence[str]) -> Mapping[str, Ticket]:
        """Read these tickets afresh, with actors and links; one that is gone is missing."""
        return self._reader.some(tickets)

    def read_comments(self, tickets: Sequence[str]) -> Mapping[str, tuple[Comment, ...]]:
        """Read what was said on these tickets, oldest first."""
        return self._said.some(tickets)

    def update(self, updates: Sequence[TicketUpdate]) -> tuple[Written, ...]:
        """Write fields and assignments, without stopping the response clock."""
        return update_tickets(self._session, updates, self._updating)

    def comment(self, comments: Sequence[NewComment]) -> tuple[Written, ...]:
        """Add comments, without stopping the response clock."""
        return add_comments(self._session, comments, self._adding)

    def link(self, links: Sequence[NewLink]) -> tuple[Written, ...]:
        """Add links to articles, problems or parent tickets."""
        return add_links(self._session, links, self._adding)

    def hold(self, holds: Sequence[NewHold]) -> tuple[Written, ...]:
        """Set tickets to pending."""
        return hold_tickets(self._session, holds, self._updating)

    def solve(self, solutions: Sequence[NewSolution]) -> tuple[Written, ...]:
        """Solve tickets that are still open."""
        return solve_tickets(self._reader, solutions, self._adding)

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
            front=self.url.removesuffix(_API),
            reference=lambda: self._reference,
        )

    @cached_property
    def _said(self) -> CommentReader:
        return CommentReader(session=self._session, zone=self._zone)

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
) -> GlpiDesk:
    """Make a desk of a GLPI; nothing is sent yet.

    ``url`` is that of the API (``.../apirest.php``). ``timezone`` is the account's time zone, for
    a desk where it cannot be read. Raises ConfigError for a url, token or zone that cannot work.
    """
    login = Login(
        url=_api_url(name, url),
        app_token=_token(name, "app_token", app_token),
        user_token=_token(name, "user_token", user_token),
        entity=entity,
    )
    if timezone and named_zone(timezone) is None:
        raise ConfigError(
            f"desk {name}: there is no time zone {timezone!r}", "write it as in Europe/Paris"
        )
    http = DeskHttp(name, wait=wait, clock=clock, reads=("/changeActiveEntities",))
    return GlpiDesk(
        http,
        login,
        vip=vip,
        known_errors=known_errors or KnownErrorSource(),
        timezone=timezone,
        clock=clock,
    )


def _api_url(name: str, url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ConfigError(
            f"desk {name}: the url is not one of a web server",
            "write it as in https://glpi.example.org/apirest.php, without a user name",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _token(name: str, what: str, token: str) -> str:
    """Refuse a token that no header can carry; the token itself is not shown."""
    if token.strip() != token or not token.isascii() or not token.isprintable():
        raise ConfigError(
            f"desk {name}: {what} holds blanks, line ends or foreign characters",
            "copy it again; a file must not end with an empty line",
        )
    return token


if TYPE_CHECKING:

    def _fits(desk: GlpiDesk) -> Desk:
        return desk
