"""The mirror: the local copy of a desk's tickets, comments, directory and known errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from math import inf
from operator import attrgetter

from sqlalchemy import BigInteger, ColumnElement, and_, func, or_, select, type_coerce

from sdtools.model.grades import OPEN, Status
from sdtools.model.knowledge import KnownError
from sdtools.model.people import Directory
from sdtools.model.ticket import Activity, Comment, Ticket
from sdtools.store.activity import Activities, read_remarks
from sdtools.store.codec import Codec
from sdtools.store.commentcode import decode_comment
from sdtools.store.database import Database
from sdtools.store.intake import (
    drop_comments,
    drop_comments_of,
    take_comments,
    take_tickets,
)
from sdtools.store.merge import GONE, What, touched_once
from sdtools.store.reconcile import Reconciled, reconcile
from sdtools.store.schema import comments as said
from sdtools.store.schema import cursors, references
from sdtools.store.schema import tickets as rows
from sdtools.store.ticketcode import TicketDecoder
from sdtools.store.upsert import chunks, upsert

__all__ = ["Counted", "Judged", "KnownAndNew", "Mirror", "MirrorCounts", "Reconciled"]

_OPEN = sorted(OPEN)
_JUDGED = [*_OPEN, Status.solved]  # what rules see (DESIGN 4)
_AT_ONCE = 5000  # tickets: a transaction waits for the disk as long as a thousand of them take
_IN_HAND = 200  # rows: what a processor holds close by while tickets are made of them
_DIRECTORY = Codec(Directory)
_KNOWLEDGE: Codec[tuple[KnownError, ...]] = Codec(tuple[KnownError, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What an upsert brought."""

    new: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorCounts:
    """How many tickets the mirror holds, gone and deleted ones left out."""

    tickets: int
    open: int
    solved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAndNew:
    """Open and solved tickets: how many an earlier pass knew, and which it did not."""

    known: int
    new: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What rules are judged on."""

    tickets: tuple[Ticket, ...]
    activity: Mapping[str, Activity]  # by ticket id


class Mirror:
    """What is known of one desk; any method may raise StoreError."""

    def __init__(self, database: Database, desk: str) -> None:
        self._database = database
        self._desk = desk
        self._there = and_(rows.c.desk == desk, ~rows.c.deleted, rows.c.missing < GONE)
        self._judged = and_(self._there, rows.c.status.in_(_JUDGED))

    def upsert_tickets(self, tickets: Iterable[Ticket], now: datetime) -> Counted:
        """Take tickets as the desk shows them, in transactions of five thousand.

        Of a ticket shown twice the later one counts. ``now`` becomes the time at which a new
        ticket was first seen.
        """
        counts: Counter[What] = Counter()
        for chunk in chunks(tickets, _AT_ONCE):
            with self._database.begin() as connection:
                counts.update(take_tickets(connection, self._desk, chunk, now))
        return Counted(
            new=counts[What.new], changed=counts[What.changed], removed=counts[What.removed]
        )

    def upsert_comments(self, comments: Iterable[Comment]) -> int:
        """Take comments as the desk shows them; returns how many are new or changed."""
        count = 0
        for chunk in chunks(comments, _AT_ONCE):
            with self._database.begin() as connection:
                count += take_comments(connection, self._desk, chunk)
        return count

    def replace_comments(self, said: Mapping[str, Iterable[Comment]]) -> None:
        """Keep of these tickets only what was said on them as given."""
        with self._database.begin() as connection:
            drop_comments_of(connection, self._desk, said)
            take_comments(connection, self._desk, [*chain.from_iterable(said.values())])

    def forget_comments(self, seen: Collection[tuple[str, str]]) -> None:
        """Forget the comments that the desk no longer shows; ``seen``: form and id of the rest."""
        with self._database.begin() as connection:
            drop_comments(connection, self._desk, seen)

    def tickets(self) -> tuple[Ticket, ...]:
        """Return open and solved tickets, sorted by id: numbers by value, before other ids."""
        return self._select(self._judged)

    def tickets_between(self, begin: datetime, end: datetime) -> tuple[Ticket, ...]:
        """Return tickets opened before ``end`` that were not done before ``begin``.

        A ticket that is done and has neither a time of solving nor of closing (a cancelled one)
        counts as done when it was last updated.
        """
        done = func.coalesce(rows.c.closed, rows.c.solved, rows.c.updated)
        unfinished = or_(rows.c.status.in_(_OPEN), done >= begin)
        return self._select(and_(self._there, rows.c.opened < end, unfinished))

    def ticket(self, id: str) -> Ticket | None:
        """Return a ticket in whatever state, None when it is not there (any more)."""
        found = self._select(and_(self._there, rows.c.id == id))
        return found[0] if found else None

    def find(self, text: str) -> Ticket | None:
        """Return the ticket that people call so: by id, else by number in upper or lower case."""
        name = text.strip().removeprefix("#")
        names = rows.c.number.in_({name, name.upper(), name.lower()})
        by_number = and_(self._there, rows.c.number != rows.c.id, names)
        return self.ticket(name) or next(iter(self._select(by_number)), None)

    def held(self, ids: Iterable[str]) -> Mapping[str, Ticket]:
        """Return these tickets as they are kept, deleted ones too; one that was missed is not."""
        kept = and_(rows.c.desk == self._desk, rows.c.missing == 0)
        found: dict[str, Ticket] = {}
        for chunk in chunks(ids):
            chosen = self._select(and_(kept, rows.c.id.in_(chunk)))
            found.update((ticket.id, ticket) for ticket in chosen)
        return found

    def _select(self, where: ColumnElement[bool]) -> tuple[Ticket, ...]:
        with self._database.reading() as connection:
            found = connection.execute(select(rows.c.document, rows.c.reopens).where(where))
            load = TicketDecoder().load
            parts = (load(*zip(*part, strict=True)) for part in found.partitions(_IN_HAND))
            tickets = [*chain.from_iterable(parts)]
        _sort(tickets)
        return tuple(tickets)

    def judged(self, robots: frozenset[str], without: frozenset[str] = frozenset()) -> Judged:
        """Return :meth:`tickets` and what people did on them, both of the same moment.

        ``robots`` are ids of people: what they said and did counts for nothing but
        ``last_comment`` and its author. The texts of a ticket named in ``without`` stay empty.
        """
        updated = type_coerce(rows.c.updated, BigInteger)
        wanted = select(rows.c.document, rows.c.reopens, rows.c.touched, updated)
        load = TicketDecoder(without).load
        touched: dict[str, str] = {}
        tickets: list[Ticket] = []
        with self._database.reading() as connection:
            remarks = read_remarks(connection, self._judged)
            found = connection.execute(wanted.where(self._judged))
            for part in found.partitions(_IN_HAND):
                documents, reopens, all_touched, times = zip(*part, strict=True)
                loaded = load(documents, reopens)
                tickets += loaded
                for ticket, last, at in zip(loaded, all_touched, times, strict=True):
                    if last != touched_once(ticket.updated_by, at):  # most are, of many
                        touched[ticket.id] = last
        _sort(tickets)
        return Judged(
            tickets=tuple(tickets), activity=Activities(tickets, touched, remarks, robots)
        )

    def activity(self, robots: frozenset[str]) -> Mapping[str, Activity]:
        """Return what people did on each of :meth:`tickets`, as :meth:`judged` says."""
        return self.judged(robots).activity

    def comments_of(self, ticket: str) -> tuple[Comment, ...]:
        """Return what was said on a ticket, oldest first."""
        on_it = and_(said.c.desk == self._desk, said.c.ticket == ticket)
        oldest_first = (said.c.written, said.c.form, said.c.id)
        with self._database.reading() as connection:
            found = connection.execute(select(said.c.document).where(on_it).order_by(*oldest_first))
            return tuple(decode_comment(document) for document in found.scalars())

    def replace_directory(self, directory: Directory, now: datetime) -> None:
        """Keep this directory instead of the one before."""
        self._replace("directory", _DIRECTORY.dump(directory), now)

    def directory(self) -> Directory:
        """Return the directory; an empty one before the first pull."""
        document = self._reference("directory")
        return _DIRECTORY.load(document) if document else Directory()

    def replace_knowledge(self, known: Iterable[KnownError], now: datetime) -> None:
        """Keep these known errors instead of those before."""
        self._replace("knowledge", _KNOWLEDGE.dump(tuple(known)), now)

    def knowledge(self) -> tuple[KnownError, ...]:
        """Return the known errors, in the order in which they were given."""
        document = self._reference("knowledge")
        return _KNOWLEDGE.load(document) if document else ()

    def replace_arithmetic(self, document: str, now: datetime) -> None:
        """Keep what the desk says of itself, so that rules can be judged without asking it."""
        self._replace("arithmetic", document, now)

    def arithmetic(self) -> str | None:
        """Return what the desk said of itself; None before the first pull."""
        return self._reference("arithmetic")

    def _replace(self, part: str, document: str, now: datetime) -> None:
        row = {"desk": self._desk, "part": part, "taken": now, "document": document}
        with self._database.begin() as connection:
            upsert(connection, references, [row])

    def _reference(self, part: str) -> str | None:
        wanted = and_(references.c.desk == self._desk, references.c.part == part)
        with self._database.reading() as connection:
            return connection.execute(select(references.c.document).where(wanted)).scalar()

    def cursor(self, tier: str) -> datetime | None:
        """Return how far a read tier got: tickets, comments, directory, knowledge or ids."""
        wanted = and_(cursors.c.desk == self._desk, cursors.c.tier == tier)
        with self._database.reading() as connection:
            return connection.execute(select(cursors.c.at).where(wanted)).scalar()

    def set_cursor(self, tier: str, at: datetime) -> None:
        """Remember how far a read tier got."""
        with self._database.begin() as connection:
            upsert(connection, cursors, [{"desk": self._desk, "tier": tier, "at": at}])

    def counts(self) -> MirrorCounts:
        """Count the tickets."""
        with self._database.reading() as connection:
            by_status = select(rows.c.status, func.count()).where(self._there)
            found = connection.execute(by_status.group_by(rows.c.status))
            by: dict[str, int] = dict(found.all())
        return MirrorCounts(
            tickets=sum(by.values()),
            open=sum(by.get(status, 0) for status in _OPEN),
            solved=by.get(Status.solved, 0),
        )

    def missing(self, seen: frozenset[str]) -> int:
        """Count the tickets that the desk showed until now and that are not among ``seen``."""
        shown = and_(self._there, rows.c.missing == 0)
        with self._database.reading() as connection:
            ids = connection.execute(select(rows.c.id).where(shown)).scalars()
            return sum(id not in seen for id in ids)

    def reconcile(self, seen: frozenset[str], now: datetime) -> Reconciled:
        """Compare with all ids that the desk shows, and set the cursor of tier ``ids``.

        A ticket is gone when two reconciliations in a row missed it, and is back when a later one
        or an upsert shows it. Tickets that the desk itself calls deleted play no part.
        """
        with self._database.begin() as connection:
            upsert(connection, cursors, [{"desk": self._desk, "tier": "ids", "at": now}])
            return reconcile(connection, self._desk, seen)

    def known_and_new(self, since: datetime | None) -> KnownAndNew:
        """Part open and solved tickets by whether they were seen at ``since`` or before.

        None as ``since`` (no good pass yet) makes all of them known.
        """
        count = select(func.count()).select_from(rows).where(self._judged)
        with self._database.reading() as connection:
            seen = connection.execute(count).scalar_one()
            if since is None:
                return KnownAndNew(known=seen, new=frozenset())
            newer = select(rows.c.id).where(self._judged, rows.c.first_seen > since)
            fresh = frozenset(connection.execute(newer).scalars())
        return KnownAndNew(known=seen - len(fresh), new=fresh)


def _sort(tickets: list[Ticket]) -> None:
    """Sort by id: numbers by value, before other ids. Twice, for a key of both takes memory."""
    tickets.sort(key=attrgetter("id"))
    tickets.sort(key=lambda ticket: int(ticket.id) if ticket.id.isdecimal() else inf)
