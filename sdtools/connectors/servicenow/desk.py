"""A ServiceNow as a desk: what the floors above see of it."""

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
from sdtools.connectors.http import DeskHttp, May, Patience, Wait, always, sleep
from sdtools.connectors.pacing import Pacer
from sdtools.connectors.servicenow.answers import text
from sdtools.connectors.servicenow.batches import FIRST, LONGEST, MOST
from sdtools.connectors.servicenow.canary import touch
from sdtools.connectors.servicenow.checking import Existing
from sdtools.connectors.servicenow.checks import run_checks
from sdtools.connectors.servicenow.checks_access import Subject
from sdtools.connectors.servicenow.choices import Choices, read_choices
from sdtools.connectors.servicenow.comments import CommentReader
from sdtools.connectors.servicenow.consequences import ServiceNowConsequences, matrix_from
from sdtools.connectors.servicenow.directory import DirectorySource, read_directory
from sdtools.connectors.servicenow.foresight import lists_of_pull
from sdtools.connectors.servicenow.history import HistoryReader
from sdtools.connectors.servicenow.knowledge import read_knowledge
from sdtools.connectors.servicenow.linking import add_links, remove_links
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.longreads import BUSY
from sdtools.connectors.servicenow.names import Logins
from sdtools.connectors.servicenow.opening import check_credentials, instance_url, own_id
from sdtools.connectors.servicenow.options import Credentials, KnownErrorSource, Place, Vip
from sdtools.connectors.servicenow.reading import OVERLAP, TicketReader
from sdtools.connectors.servicenow.scoping import checked_scope
from sdtools.connectors.servicenow.session import READS, ServiceNowSession
from sdtools.connectors.servicenow.updating import Writer, update_tickets
from sdtools.connectors.servicenow.writing import add_comments, hold_tickets, solve_tickets
from sdtools.connectors.servicenow.zones import zone_named
from sdtools.connectors.zones import checked_zone
from sdtools.model.history import Edit
from sdtools.model.knowledge import KnownError
from sdtools.model.people import Directory
from sdtools.model.ticket import Comment, Ticket

__all__ = ["ServiceNowDesk", "servicenow_desk"]

# A full queue empties in seconds; a list that breaks off is halved; reads may repeat (FACTS 14).
# The instance gives a list up at 60 s and says so: there is time to hear it (FACTS 3.4).
_PATIENCE = Patience(read=90.0, limited=6, cut=1, busy=BUSY)
_MATRIX = Listing(table="dl_u_priority", fields=("impact", "urgency", "priority"))


class ServiceNowDesk:
    """One ServiceNow; the first request asks who we are."""

    kind = "servicenow"
    still = frozenset[str]()  # nothing is taken for granted
    retold = frozenset[str]()  # entries of a journal neither go nor come late
    at_once = 50
    rereads_nightly = True  # a link to an article, and a service level, do not touch their ticket

    def __init__(
        self,
        session: ServiceNowSession,
        *,
        vip: Vip,
        known_errors: KnownErrorSource,
        timezone: str,
        clock: Callable[[], float],
    ) -> None:
        self.name: str = session.desk
        self.url: str = session.place.url
        self._session = session
        self._reader = Reader(session)
        self._foreseen: Directory | None = None
        self._vip = vip
        self._known_errors = known_errors
        self._timezone = timezone
        self._pacer = Pacer(clock=clock, most=MOST, size=FIRST, longest=LONGEST)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def __repr__(self) -> str:
        return f"<ServiceNowDesk {self.name}>"

    @property
    def requests(self) -> int:
        """Count the HTTP requests sent so far."""
        return self._session.requests

    @property
    def account_id(self) -> str:
        """Return the id of our own account; raise DeskRefusedError when it does not show."""
        return own_id(self.name, self._session.me)

    @property
    def opened_at(self) -> datetime | None:
        """Return the server's time at the first answer, if it says; in UTC."""
        return self._session.opened_at

    @cached_property
    def consequences(self) -> ServiceNowConsequences:
        """Return ServiceNow's arithmetic with the desk's own priority lookup, read once."""
        rows = self._reader.readable(_MATRIX) or ()
        return ServiceNowConsequences(matrix=matrix_from(rows))

    def check(self, now: datetime) -> tuple[Check, ...]:
        """Look at reach, account, rights, hidden rows, clock, time zone, page size and quotas."""
        return run_checks(
            Subject(reader=self._reader, choices=lambda: self._choices, vip=self._vip, now=now)
        )

    def canary(self, ticket: str) -> Check:
        """Write a ticket's own urgency back, to prove the right to write."""
        return touch(self._reader, ticket)

    def foresee_directory(self) -> None:
        """Read it at once: whom tickets name by their logins is known then."""
        self._foreseen = None
        self._foreseen = self.directory()

    def directory(self) -> Directory:
        """Read people, groups, categories, locations, companies, items and calendars."""
        foreseen, self._foreseen = self._foreseen, None
        return foreseen or read_directory(
            DirectorySource(
                reader=self._reader,
                scope=self._session.place.scope,
                vip=self._vip,
                timezone=self._timezone or text(self._session.me, "time_zone"),
                choices=lambda: self._choices,
                logins=self._logins,
            )
        )

    def knowledge(self) -> tuple[KnownError, ...]:
        """Read the known errors that the desk keeps (articles, problems)."""
        return read_knowledge(self._reader, self._known_errors, self._session.opened_at)

    def tickets(
        self, since: datetime | None, known: Known | None = None
    ) -> Iterator[tuple[Ticket, ...]]:
        """Read tickets in pages: all, or those updated at ``since`` or later (with overlap).

        Deleted ones come too where the account may read sys_audit_delete.
        """
        if since is None:
            return self._tickets.all()
        lists = lists_of_pull(self._tickets, self._said, self._history, since)
        self._reader.foresee([*lists, *(() if "consequences" in vars(self) else (_MATRIX,))])
        return self._tickets.changed(since, known)

    def history(self, since: datetime) -> Iterator[tuple[Edit, ...]]:
        """Read who changed which field at ``since`` or later, where sys_audit may be read."""
        return self._history.since(since - OVERLAP)

    def comments(self, since: datetime | None) -> Iterator[tuple[Comment, ...]]:
        """Read comments and work notes in pages, those written at ``since`` or later."""
        return self._said.since(since)

    def ticket_ids(self) -> frozenset[str]:
        """Read the ids of all tickets that the account sees, for reconciliation."""
        return self._tickets.ids()

    def read(
        self,
        tickets: Sequence[str],
        known: Known | None = None,  # noqa: ARG002  # a look takes few requests as it is
    ) -> Mapping[str, Ticket]:
        """Read these tickets afresh, with links; one that is gone is missing."""
        return self._tickets.some(tickets)

    def read_back(self, written: Mapping[str, Collection[str]]) -> Mapping[str, Ticket]:
        """Read tickets after a write, whole."""
        return self._tickets.some(list(written))

    def read_comments(self, tickets: Sequence[str]) -> Mapping[str, tuple[Comment, ...]]:
        """Read what was said on these tickets, oldest first."""
        return self._said.some(tickets)

    def update(self, updates: Sequence[TicketUpdate]) -> tuple[Written, ...]:
        """Write fields and assignments."""
        return update_tickets(self._writer, updates)

    def comment(self, comments: Sequence[NewComment]) -> tuple[Written, ...]:
        """Add work notes, and comments that the caller sees."""
        return add_comments(self._writer, comments)

    def link(self, links: Sequence[NewLink]) -> tuple[Written, ...]:
        """Add links to articles, problems or parent incidents."""
        return add_links(self._writer, links)

    def unlink(self, links: Sequence[OldLink]) -> tuple[Written, ...]:
        """Take links to articles, problems or parent tickets away."""
        return remove_links(self._writer, links)

    def hold(self, holds: Sequence[NewHold]) -> tuple[Written, ...]:
        """Set tickets to pending."""
        return hold_tickets(self._writer, holds)

    def solve(self, solutions: Sequence[NewSolution]) -> tuple[Written, ...]:
        """Solve incidents that are still open."""
        return solve_tickets(self._writer, solutions)

    @cached_property
    def _logins(self) -> Logins:
        logins = Logins(self._reader)
        logins.know(text(self._session.me, "user_name"), text(self._session.me, "sys_id"))
        return logins

    @cached_property
    def _tickets(self) -> TicketReader:
        return TicketReader(
            reader=self._reader, scope=self._session.place.scope, logins=self._logins
        )

    @cached_property
    def _said(self) -> CommentReader:
        return CommentReader(
            reader=self._reader,
            logins=self._logins,
            scoped=self._tickets if self._session.place.scope else None,
        )

    @cached_property
    def _choices(self) -> Choices:
        language = text(self._session.me, "preferred_language")
        return read_choices(self._reader.sibling(), language or "en")

    @cached_property
    def _writer(self) -> Writer:
        return Writer(
            tickets=self._tickets,
            choices=lambda: self._choices,
            existing=Existing(self._reader),
            pacer=self._pacer,
        )

    @property
    def _history(self) -> HistoryReader:
        return HistoryReader(reader=self._reader, logins=self._logins)


def servicenow_desk(  # noqa: PLR0913  # one keyword for each line of the configuration
    name: str,
    *,
    url: str,
    credentials: Credentials,
    scope: str = "",
    vip: Vip | None = None,
    known_errors: KnownErrorSource | None = None,
    timezone: str = "",
    wait: Wait = sleep,
    clock: Callable[[], float] = time.monotonic,
    may: May = always,
) -> ServiceNowDesk:
    """Make a desk of a ServiceNow; nothing is sent yet.

    ``scope`` is an encoded query that limits the tickets. ``timezone`` is for schedules that have
    none. Raises ConfigError for what cannot work.
    """
    place = Place(url=instance_url(name, url), scope=checked_scope(name, scope))
    check_credentials(name, credentials)
    http = DeskHttp(name, wait=wait, clock=clock, patience=_PATIENCE, reads=READS, may=may)
    return ServiceNowDesk(
        ServiceNowSession(http, place, credentials, clock, wait=wait),
        vip=vip or Vip(),
        known_errors=known_errors or KnownErrorSource(),
        timezone=checked_zone(name, timezone, zone_named),
        clock=clock,
    )


if TYPE_CHECKING:

    def _fits(desk: ServiceNowDesk) -> Desk:
        return desk
