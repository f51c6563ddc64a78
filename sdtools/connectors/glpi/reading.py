"""Tickets out of GLPI: plain lists, ties joined here, never ``search`` (FACTS 13: 10-45x)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain, islice

from sdtools.connectors.desk import Known
from sdtools.connectors.glpi.answers import Row, identity, integer
from sdtools.connectors.glpi.byid import row_calls
from sdtools.connectors.glpi.crew import WORKERS
from sdtools.connectors.glpi.lists import PAGE, Listing, all_rows, begun, newest, pages
from sdtools.connectors.glpi.reference import Reference
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.tickets import TicketMaker
from sdtools.connectors.glpi.ties import FEW, Ties, every_tie, ties_of
from sdtools.connectors.glpi.traces import (
    Trace,
    answer_traces,
    link_traces,
    log_traces,
    survey_traces,
)
from sdtools.connectors.glpi.window import SAME_SECOND, Window
from sdtools.connectors.glpi.zone import Zone
from sdtools.model.ticket import Ticket

__all__ = ["Look", "TicketReader", "changed_rows", "changes_of"]

_IDS = 10_000  # rows of ids only: small
_NAMED = 20_000  # tickets whose ties are held at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Some tickets as they just were, by id; ``ties`` tells by which links."""

    tickets: Mapping[str, Ticket]
    ties: Ties


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReader:
    """Reads tickets of one desk; ``reference`` is asked for only when a ticket needs it."""

    session: GlpiSession
    zone: Zone
    front: str  # the address of GLPI's own pages
    reference: Callable[[], Reference]
    account_id: str  # our own

    def all(self) -> Iterator[tuple[Ticket, ...]]:
        """Read every ticket, the trash included."""
        listing = Listing(path="Ticket", ahead=WORKERS)
        with begun(self.session, listing) as found:
            ties = every_tie(self.session)
            # The trash last: it shows what was put there while the others were read.
            for page in chain(found, pages(self.session, replace(listing, trash=True))):
                if page.rows:
                    yield self.made(page.rows, ties)

    def changed(self, window: Window, known: Known | None) -> Iterator[tuple[Ticket, ...]]:
        """Read the tickets touched in a window, the trash included, and those with other links.

        Links to problems and articles, answers about satisfaction, and an actor replaced in place
        do not touch a ticket (FACTS 10, 14): they are found by their traces. With ``known``,
        tickets of the overlap that are known as they are cost nothing more.
        """
        read: set[str] = set()
        news, told = _in_bulk(self._news(window, known)), self._told_of(window, known)
        with self._ties_beside(frozenset(told)) as ties_of_told:
            first = list(islice(news, 1))
            if first:
                self.reference()  # asked for later, it would be waited for
            traces = list(self._traces(window, known))
            ties = ties_of_told()
        for rows in chain(first, news):
            read.update(identity(row, "id") for row in rows)
            yield self.made(rows, self._with_those_of(rows, ties, told))
        traced = _traced(traces, known) - read
        if traced:
            yield tuple(self.some(sorted(traced)).values())

    def _told_of(self, window: Window, known: Known | None) -> Mapping[int, datetime]:
        """Return when tickets last changed by what the history says since the last reading.

        None when few of those that are held did, for it tells of entities, too, that we do not
        see, and workers need a reason to log in; and none when the ties take too much memory.
        """
        since = window.since - SAME_SECOND
        newest_last = reversed(window.entries or ())
        told = {entry.ticket: entry.at for entry in newest_last if entry.at >= since}
        if self.session.crew is None or known is None or not FEW < len(told) <= _NAMED:
            return {}
        enough = len(known(told)) > FEW
        return {int(ticket): at for ticket, at in told.items() if enough and ticket}

    def _ties_beside(self, tickets: frozenset[int]) -> AbstractContextManager[Callable[[], Ties]]:
        """Have workers read the ties of these tickets while something else is asked."""
        crew, read = self.session.crew, partial(ties_of, self.session, tickets)
        return nullcontext(read) if crew is None or not tickets else crew.meanwhile(read)

    def _with_those_of(self, rows: Sequence[Row], ties: Ties, told: Mapping[int, datetime]) -> Ties:
        """Add ties of rows that the history did not name, or that moved since it did."""
        updated = self.maker.updated
        moved = ((integer(row, "id"), updated(row)) for row in rows)
        lacking = [number for number, at in moved if number not in told or at > told[number]]
        return ties_of(self.session, lacking).over(ties) if lacking else ties

    def _news(self, window: Window, known: Known | None) -> Iterator[tuple[Row, ...]]:
        for trash in (False, True):
            listing = changes_of("Ticket", window.first, trash=trash)
            for listed in changed_rows(self.session, listing, window.reach, self.zone):
                yield self._unknown(listed, window, known)

    def _unknown(
        self, rows: tuple[Row, ...], window: Window, known: Known | None
    ) -> tuple[Row, ...]:
        """Leave out the rows that are known as they are, and were so before the last reading."""
        held = known([identity(row, "id") for row in rows]) if known else {}
        if not held:
            return rows
        return tuple(
            row for row in rows if not self._is_held(row, held.get(identity(row, "id")), window)
        )

    def _is_held(self, row: Row, held: Ticket | None, window: Window) -> bool:
        """Tell whether a ticket is known as it is; not of those that we wrote last ourselves.

        They are kept as they were read back, and that was not the whole of them: they are read
        again for as long as the overlap lasts. A ticket that nobody updated last still bears the
        name of the one before.
        """
        at = self.maker.updated(row)
        if held is None or at >= window.since - SAME_SECOND:
            return False
        if held.updated_by == self.account_id and at >= window.begin:
            return False
        named = held.updated_by or identity(row, "users_id_lastupdater")
        return self.maker.shows(replace(held, updated_by=named), row)

    def _traces(self, window: Window, known: Known | None) -> Iterator[Trace]:
        calls: list[Callable[[GlpiSession], Iterator[Trace]]]
        calls = [partial(answer_traces, begin=window.begin, zone=self.zone)]
        if known is not None:  # the newest rows, whatever their age: only those that are news count
            calls.append(link_traces if window.entries is None else survey_traces)
        told_since = window.since - SAME_SECOND - self.zone.doubt(window.since)
        yield from log_traces(window.entries or (), told_since)
        for traces in self.session.at_hand([partial(_listed, read=read) for read in calls]):
            yield from traces

    def some(self, tickets: Sequence[str]) -> Mapping[str, Ticket]:
        """Read these tickets afresh; one that is gone or out of sight is missing."""
        return self.look(tickets).tickets

    def look(self, tickets: Sequence[str]) -> Look:
        """Read these tickets afresh, and keep the ties that they were made of."""
        rows = list(self.rows(tickets))
        ties = ties_of(self.session, [integer(row, "id") for row in rows])
        return Look(tickets={ticket.id: ticket for ticket in self.made(rows, ties)}, ties=ties)

    def rows(self, tickets: Sequence[str]) -> Iterator[Row]:
        """Read the raw rows of these tickets."""
        for rows in self.session.together(row_calls(tickets)):
            yield from rows

    def ids(self) -> frozenset[str]:
        """Read the ids of all tickets that the account sees."""
        listing = Listing(path="Ticket", ids_only=True, size=_IDS)
        return frozenset(identity(row, "id") for row in all_rows(self.session, listing))

    def made(self, rows: Iterable[Row], ties: Ties) -> tuple[Ticket, ...]:
        """Make tickets of their rows and ties."""
        maker, reference = self.maker, self.reference()
        return tuple(maker.ticket(row, ties, reference) for row in rows)

    @property
    def maker(self) -> TicketMaker:
        """Return what makes tickets of rows."""
        return TicketMaker(zone=self.zone, front=self.front)


def _in_bulk(found: Iterable[Sequence[Row]]) -> Iterator[list[Row]]:
    """Put short pages together: the ties of many tickets cost little more than those of some."""
    bulk: list[Row] = []
    for rows in found:
        bulk += rows
        if len(bulk) >= PAGE:
            yield bulk
            bulk = []
    if bulk:
        yield bulk


def changes_of(itemtype: str, first: int, *, trash: bool = False) -> Listing:
    """Return the list that has in front what changed last."""
    return Listing(path=itemtype, sort="date_mod", descending=True, trash=trash, first=first)


def changed_rows(
    session: GlpiSession, listing: Listing, begin: datetime, zone: Zone
) -> Iterator[tuple[Row, ...]]:
    """Read the rows changed at ``begin`` or later, newest first."""
    return newest(session, listing, begin, lambda row: zone.utc(row.get("date_mod")) or begin)


def _listed(session: GlpiSession, *, read: Callable[[GlpiSession], Iterable[Trace]]) -> list[Trace]:
    return list(read(session))


def _traced(traces: Sequence[Trace], known: Known | None) -> set[str]:
    """Return the tickets that traces say have changed; of those in the trash nothing is kept."""
    if known is None:
        return {trace.ticket for trace in traces}
    held = known({trace.ticket for trace in traces})
    return {
        trace.ticket
        for trace in traces
        if (ticket := held.get(trace.ticket)) and not ticket.deleted and not trace.fits(ticket)
    }
