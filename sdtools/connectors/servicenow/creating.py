"""Creating an incident once: by ``correlation_id``, which nothing keeps unique (FACTS 13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdtools.connectors.desk import WriteState, Written
from sdtools.connectors.pacing import Pacer, done, refused, there, unknown
from sdtools.connectors.servicenow.answers import text
from sdtools.connectors.servicenow.batches import Request, send_all
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.queries import Among
from sdtools.connectors.text import why_not

__all__ = ["NewIncident", "create_incident", "find_by_correlation"]

_KEY = "correlation_id"
_LONGEST = 100  # characters that the column holds


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIncident:
    """An incident to create; ``correlation`` is what it is called elsewhere."""

    correlation: str
    values: Mapping[str, str]  # by column; references as sys_ids


def find_by_correlation(reader: Reader, correlation: str) -> tuple[str, ...]:
    """Return the sys_ids of the incidents that carry this ``correlation_id``.

    Raises ConditionDroppedError when the desk answers others: without the field in its table it
    would answer all incidents, and any of them would be taken for the one asked for.
    """
    wanted = Among(field=_KEY, values=(correlation,))
    rows = reader.rows(Listing(table="incident", fields=(), among=(wanted,)))
    return tuple(text(row, "sys_id") for row in rows if text(row, _KEY) == correlation)


def create_incident(reader: Reader, pacer: Pacer, new: NewIncident) -> Written:
    """Create an incident unless one carries its ``correlation_id``; look it up when unclear."""
    reason = why_not(new.correlation) or _too_long(new.correlation)
    if reason:
        return refused(f"{_KEY}: {reason}")
    if found := find_by_correlation(reader, new.correlation):
        return there(f"{len(found)} there already: {', '.join(found)}")
    values = {**new.values, _KEY: new.correlation}
    request = Request(method="POST", path="/table/incident", values=values, again=False)
    reply = send_all(reader.session, [request], pacer)[0]
    if reply.written.state is WriteState.unknown:
        found = find_by_correlation(reader, new.correlation)
        return done(found[0]) if found else unknown(reply.written.detail)
    if reply.written.state is WriteState.done and text(reply.row, _KEY) != new.correlation:
        return unknown(f"created as {reply.written.id}, but the desk did not keep its {_KEY}")
    return reply.written


def _too_long(correlation: str) -> str:
    return f"longer than {_LONGEST} characters" if len(correlation) > _LONGEST else ""
