"""Updates of tickets: fields and assignments in one PATCH each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sdtools.connectors.desk import TicketUpdate, Written
from sdtools.connectors.pacing import Pacer, done, refused
from sdtools.connectors.servicenow.answers import text
from sdtools.connectors.servicenow.batches import Reply, Request, is_write_done, send_all
from sdtools.connectors.servicenow.checking import Existing
from sdtools.connectors.servicenow.choices import Choices
from sdtools.connectors.servicenow.fields import TicketTable, field_values
from sdtools.connectors.servicenow.reading import TicketReader
from sdtools.connectors.servicenow.telling import told
from sdtools.model.effects import Assign

__all__ = ["Writer", "patch", "update_tickets"]

_GROUP, _PERSON = "assignment_group", "assigned_to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """What writes are made with."""

    tickets: TicketReader
    choices: Callable[[], Choices]  # read when a write needs them
    existing: Existing
    pacer: Pacer

    def table(self, ticket: str) -> TicketTable:
        """Return the table of a ticket; raise ValueError when there is no such ticket."""
        try:
            return self.tickets.tables[ticket]
        except KeyError:
            raise ValueError("the desk has no such ticket, or none in our scope") from None

    def learn(self, tickets: Sequence[str]) -> None:
        """Find out which tables these tickets are in, as far as that is not known."""
        new = [ticket for ticket in tickets if ticket not in self.tickets.tables]
        if new:
            for _ in self.tickets.rows(new, ("state",)):
                pass  # reading remembers the tables

    def send(self, requests: Mapping[int, Request]) -> dict[int, Reply]:
        """Send requests by their place in the answer."""
        replies = send_all(self.tickets.reader.session, list(requests.values()), self.pacer)
        return dict(zip(requests, replies, strict=True))


def update_tickets(writer: Writer, updates: Sequence[TicketUpdate]) -> tuple[Written, ...]:
    """Write fields and assignments; what the desk would swallow silently is refused before."""
    writer.learn([update.ticket for update in updates])
    _look(writer, updates)
    answers: dict[int, Written] = {}
    requests: dict[int, Request] = {}
    for place, update in enumerate(updates):
        try:
            values = _values(writer, update)
            if values:
                requests[place] = patch(writer, update.ticket, values, again=True)
            else:
                answers[place] = done()
        except ValueError as error:
            answers[place] = refused(str(error))
    replies = writer.send(requests)
    answers |= {place: told(requests[place], reply) for place, reply in replies.items()}
    again = _dropped(requests, replies)
    answers |= {place: told(again[place], reply) for place, reply in writer.send(again).items()}
    return tuple(answers[place] for place in range(len(updates)))


def _look(writer: Writer, updates: Sequence[TicketUpdate]) -> None:
    """Ask for everything that the updates refer to, a table in one go."""
    assigns = [update.assign for update in updates if update.assign]
    places = [one.value for update in updates for one in update.fields if one.field == "location"]
    writer.existing.look("sys_user_group", (g for a in assigns for g in a.groups or ()))
    writer.existing.look("sys_user", (p for a in assigns for p in a.people or ()))
    writer.existing.look("cmn_location", places)


def _values(writer: Writer, update: TicketUpdate) -> dict[str, str]:
    """Return the columns to write; raise ValueError with the reason when they cannot be."""
    table = writer.table(update.ticket)
    values: dict[str, str] = {}
    for change in update.fields:
        values |= field_values(table, change)
        if change.field == "category" and writer.choices().has_category(change.value) is False:
            raise ValueError(f"the desk has no category {change.value!r}")
        if change.field == "location" and change.value:
            _must_exist(writer.existing.why_not("cmn_location", change.value))
    return values | _assigned(writer.existing, update.assign or Assign())


def _assigned(existing: Existing, assign: Assign) -> dict[str, str]:
    values = {}
    if assign.groups is not None:
        values[_GROUP] = _only("group", assign.groups)
        if values[_GROUP]:
            _must_exist(existing.why_not("sys_user_group", values[_GROUP]))
    if assign.people is not None:
        values[_PERSON] = _only("person", assign.people)
        if values[_PERSON]:
            _must_exist(existing.why_not("sys_user", values[_PERSON]))
    return values


def _only(word: str, ids: tuple[str, ...]) -> str:
    if len(ids) > 1:
        raise ValueError(f"a ticket here has one assigned {word}, not {len(ids)}")
    return ids[0] if ids else ""


def _must_exist(reason: str) -> None:
    if reason:
        raise ValueError(reason)


def patch(
    writer: Writer, ticket: str, values: Mapping[str, str], *, again: bool = False
) -> Request:
    """Return the request that gives a ticket values; ``again``: it may be sent twice."""
    path = f"/table/{writer.table(ticket).name}/{ticket}"
    return Request(method="PATCH", path=path, values=values, again=again)


def _dropped(requests: Mapping[int, Request], replies: Mapping[int, Reply]) -> dict[int, Request]:
    """Ask once more for people whom a new group has taken off the ticket (FACTS 10.1)."""
    found = {}
    for place, reply in replies.items():
        wanted = requests[place].values.get(_PERSON, "")
        lost = _PERSON in reply.row and not text(reply.row, _PERSON)
        if is_write_done(reply) and wanted and lost:
            path = requests[place].path
            values = {_PERSON: wanted}
            found[place] = Request(method="PATCH", path=path, values=values, again=True)
    return found
