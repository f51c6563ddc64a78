"""The Desk protocol: what every kind of desk can do, and all that the floors above know of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from sdtools.model.effects import Assign, Link, SetField, Unlink
from sdtools.model.history import Edit
from sdtools.model.knowledge import KnownError
from sdtools.model.people import Directory
from sdtools.model.ticket import Comment, Ticket
from sdtools.model.world import Consequences

__all__ = [
    "Check",
    "Desk",
    "Known",
    "NewComment",
    "NewHold",
    "NewLink",
    "NewSolution",
    "OldLink",
    "TicketUpdate",
    "WriteState",
    "Written",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding of doctor, and what to do about it when it is not good."""

    name: str
    ok: bool
    found: str
    advice: str = ""


class WriteState(StrEnum):
    """What the desk said to one write."""

    done = "done"
    there = "there"  # it was there already (a link that exists)
    refused = "refused"
    unknown = "unknown"  # sent, no clear answer: read back before sending again


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The desk's answer to one write; ``detail`` is its own message, in its own language."""

    state: WriteState
    detail: str = ""
    id: str = ""  # of what was created


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUpdate:
    """All fields and assignments to write to one ticket in one go."""

    ticket: str
    fields: tuple[SetField, ...] = ()
    assign: Assign | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComment:
    """A comment to add; ``text`` is plain text and carries its mark."""

    ticket: str
    text: str
    public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link to add."""

    ticket: str
    link: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class OldLink:
    """A link to take away; one that is not there (any more) is no error."""

    ticket: str
    link: Unlink


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHold:
    """A ticket to set to pending; ``text`` is the reason and carries its mark."""

    ticket: str
    text: str
    said: bool = False  # the reason is on the ticket already: only the status is to be set


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSolution:
    """A ticket to solve; ``text`` is the solution and carries its mark."""

    ticket: str
    text: str
    code: str = ""


Known = Callable[[Collection[str]], Mapping[str, Ticket]]
"""Gives what is held of tickets, by id; one that is not held is missing."""


class Desk(Protocol):
    """One configured desk over the wire; a context manager that holds the session.

    Every method may raise DeskError and counts its requests in ``requests``. Methods that write
    answer one Written for each input, in order, and raise only when nothing was sent.
    """

    name: str
    kind: str
    url: str
    at_once: int  # tickets that are looked at, written and read back together: some seconds' work
    rereads_nightly: bool  # some changes leave no trace: all tickets are read once a night

    @property
    def still(self) -> frozenset[str]:
        """Return which tickets of the last :meth:`read` have not moved since they were held.

        Nothing was said on them either.
        """
        ...

    @property
    def retold(self) -> frozenset[str]:
        """Return tickets of the last :meth:`tickets` whose :meth:`comments` may mislead.

        Some that were said long ago show only now, or are gone.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    @property
    def requests(self) -> int:
        """Count the HTTP requests sent so far."""
        ...

    @property
    def account_id(self) -> str:
        """Return the id of our own account on the desk."""
        ...

    @property
    def opened_at(self) -> datetime | None:
        """Return the desk's own time when the session began, in UTC; None when it does not say."""
        ...

    @property
    def consequences(self) -> Consequences:
        """Return the desk's own arithmetic (a matrix read from it where it has one)."""
        ...

    def check(self, now: datetime) -> tuple[Check, ...]:
        """Look at reach, version, account, rights, clock, time zone and page size."""
        ...

    def canary(self, ticket: str) -> Check:
        """Write a ticket's own urgency back to it, to prove the right to write.

        ``ticket`` is an id or what people call it.
        """
        ...

    def foresee_directory(self) -> None:
        """Tell that the directory will be asked for once tickets were read.

        A desk may read it before them, or meanwhile.
        """
        ...

    def directory(self) -> Directory:
        """Read people, groups, categories, locations, entities, items and calendars."""
        ...

    def knowledge(self) -> tuple[KnownError, ...]:
        """Read the known errors that the desk keeps (articles, problems)."""
        ...

    def tickets(
        self, since: datetime | None, known: Known | None = None
    ) -> Iterator[tuple[Ticket, ...]]:
        """Read tickets in pages: all, or those updated at ``since`` or later (with overlap).

        Deleted ones (in the trash) come with ``deleted=True`` when they show in the window. With
        ``known``, those of the overlap that are held as they are may be left out.
        """
        ...

    def history(self, since: datetime) -> Iterator[tuple[Edit, ...]]:
        """Read who changed which field at ``since`` or later, in pages, with overlap.

        Nothing where the account may not see it.
        """
        ...

    def comments(self, since: datetime | None) -> Iterator[tuple[Comment, ...]]:
        """Read comments, tasks and solutions in pages, those changed at ``since`` or later."""
        ...

    def ticket_ids(self) -> frozenset[str]:
        """Read the ids of all tickets that the account sees, for reconciliation."""
        ...

    def read(self, tickets: Sequence[str], known: Known | None = None) -> Mapping[str, Ticket]:
        """Read these tickets afresh, with actors and links; one that is gone is missing.

        ``known`` gives tickets as they are held since this session read them by :meth:`tickets`.
        What the desk itself shows not to have moved since then may be taken from there.
        """
        ...

    def read_back(self, written: Mapping[str, Collection[str]]) -> Mapping[str, Ticket]:
        """Read tickets after a write; one that is gone is missing.

        ``written`` names by ticket the fields of Ticket that were written. A ticket's own values
        and these fields are read afresh; the rest may be as the last :meth:`read` saw it.
        """
        ...

    def read_comments(self, tickets: Sequence[str]) -> Mapping[str, tuple[Comment, ...]]:
        """Read what was said on these tickets, to find marks."""
        ...

    def update(self, updates: Sequence[TicketUpdate]) -> tuple[Written, ...]:
        """Write fields and assignments, without stopping the response clock."""
        ...

    def comment(self, comments: Sequence[NewComment]) -> tuple[Written, ...]:
        """Add comments, without stopping the response clock."""
        ...

    def link(self, links: Sequence[NewLink]) -> tuple[Written, ...]:
        """Add links to articles, problems or parent tickets."""
        ...

    def unlink(self, links: Sequence[OldLink]) -> tuple[Written, ...]:
        """Take links to articles, problems or parent tickets away."""
        ...

    def hold(self, holds: Sequence[NewHold]) -> tuple[Written, ...]:
        """Set tickets to pending; none is, before its reason is there."""
        ...

    def solve(self, solutions: Sequence[NewSolution]) -> tuple[Written, ...]:
        """Solve tickets."""
        ...
