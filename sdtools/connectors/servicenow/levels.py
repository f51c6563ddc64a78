"""Service levels of tickets: due dates, answers and waits out of task_sla (FACTS 10.6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sdtools.connectors.servicenow.answers import Row, duration, flag, moment, text
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.queries import Among, in_chunks
from sdtools.model.grades import Status
from sdtools.model.ticket import Ticket

__all__ = ["ALL_LEVELS", "LEVEL_FIELDS", "Levels", "all_levels", "levels_of"]

_FIELDS = (
    "task",
    "sla.name",
    "sla.target",
    "sla.type",
    "stage",
    "active",
    "start_time",
    "end_time",
    "planned_end_time",
    "pause_time",
    "pause_duration",
    "business_pause_duration",
    "schedule",
)
LEVEL_FIELDS = frozenset(
    {
        "respond_due",
        "resolve_due",
        "sla_respond",
        "sla_resolve",
        "sla_calendar",
        "responded",
        "pending_since",
        "waiting",
    }
)
# A column that is missing may not be read: then it is not known when anything is due.
_NEEDED = ("task", "sla.target", "stage", "active", "end_time", "planned_end_time")
ALL_LEVELS = Listing(table="task_sla", fields=_FIELDS)
_NOTHING: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The rows of task_sla by ticket; None when the account may not read them."""

    by_ticket: Mapping[str, Sequence[Row]] | None

    def on(self, ticket: Ticket) -> Ticket:
        """Return the ticket with what its service levels say."""
        if self.by_ticket is None:
            return replace(ticket, unknown=ticket.unknown | LEVEL_FIELDS)
        rows = self.by_ticket.get(ticket.id, _NOTHING)
        respond, resolve = _latest(rows, "response"), _latest(rows, "resolution")
        calendar = text(resolve, "schedule") or text(respond, "schedule")
        return replace(
            ticket,
            respond_due=moment(respond, "planned_end_time"),
            resolve_due=moment(resolve, "planned_end_time"),
            sla_respond=text(respond, "sla.name"),
            sla_resolve=text(resolve, "sla.name"),
            sla_calendar=calendar,
            responded=moment(respond, "end_time") if _over(respond) else None,
            pending_since=_paused(ticket, resolve),
            waiting=_waited(resolve, calendar),
            unknown=ticket.unknown | _untold(ticket, respond),
        )


def levels_of(reader: Reader, tickets: Sequence[str]) -> Levels:
    """Read the service levels of these tickets."""
    rows: list[Row] = []
    for some in in_chunks(tickets, taken=900):
        wanted = Among(field="task", values=tuple(some))
        listing = Listing(table="task_sla", fields=_FIELDS, among=(wanted,))
        found = reader.readable(listing)
        if found is None:
            return Levels(by_ticket=None)
        rows += found
    return _levels(rows)


def all_levels(reader: Reader) -> Levels:
    """Read the service levels of all tickets."""
    rows = reader.readable(ALL_LEVELS)
    return Levels(by_ticket=None) if rows is None else _levels(rows)


def _levels(rows: Sequence[Row]) -> Levels:
    """Sort rows by ticket; where definitions may not be read, nobody knows what a row promises."""
    if any(name not in row for row in rows for name in _NEEDED):
        return Levels(by_ticket=None)
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[text(row, "task")].append(row)
    return Levels(by_ticket=found)


def _latest(rows: Iterable[Row], target: str) -> Row:
    """Choose the row that counts: a running one before one that is over, an SLA before an OLA."""
    fitting = [row for row in rows if text(row, "stage") != "cancelled" and _target(row) == target]
    return max(fitting, key=_weight, default={})


def _target(row: Row) -> str:
    """Return what a service level promises; older definitions do not say: then the solution."""
    return text(row, "sla.target") or "resolution"


def _weight(row: Row) -> tuple[bool, bool, str, str]:
    is_sla = text(row, "sla.type") in ("", "SLA")
    return is_sla, flag(row, "active"), text(row, "start_time"), text(row, "sys_id")


def _over(row: Row) -> bool:
    return text(row, "stage") in {"completed", "achieved", "breached"} and not flag(row, "active")


def _paused(ticket: Ticket, row: Row) -> datetime | None:
    """Return when the current wait began; a service level that goes on while waiting has none."""
    waits = ticket.status is Status.pending and text(row, "stage") == "paused"
    return moment(row, "pause_time") if waits else None


def _waited(row: Row, calendar: str) -> timedelta:
    """Return the time spent waiting, counted in the calendar when there is one."""
    return duration(row, "business_pause_duration" if calendar else "pause_duration")


def _untold(ticket: Ticket, respond: Row) -> frozenset[str]:
    """Name what cannot be known without a service level for the answer: whether there was one."""
    answered = ticket.status is not Status.new or ticket.assignees
    return frozenset({"responded"}) if answered and not respond else frozenset()
