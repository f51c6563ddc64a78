"""The canary: a ticket's own urgency written back to it, to prove the right to write."""

from __future__ import annotations

from http import HTTPStatus

from sdtools.connectors.desk import Check
from sdtools.connectors.servicenow.answers import Row, is_id, refusal, text
from sdtools.connectors.servicenow.fields import TABLES
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.queries import all_of, literal
from sdtools.connectors.servicenow.scoping import lacking, read_scope

__all__ = ["touch"]

_FIELDS = ("number", "urgency", "sys_mod_count")


def touch(reader: Reader, ticket: str) -> Check:
    """Write a ticket's own urgency back; ``ticket`` is a sys_id or a number such as INC0010001."""
    found = _find(reader, ticket)
    if found is None:
        return Check(
            name="canary",
            ok=False,
            found=f"no ticket {ticket!r} shows in our scope",
            advice="name one that does, by its number",
        )
    table, row = found
    return _written_back(reader, table, row)


def _written_back(reader: Reader, table: str, row: Row) -> Check:
    session, sys_id, urgency = reader.session, text(row, "sys_id"), text(row, "urgency")
    answer = session.patch(table, sys_id, {"urgency": urgency})
    what = f"writing to {table} {text(row, 'number')}"
    if answer.status >= HTTPStatus.BAD_REQUEST:
        error = refusal(session.desk, answer, what)
        role = "sn_incident_write" if table == "incident" else "sn_request_write"
        advice = f"give the account a role that may write {table}: itil, or {role}"
        return Check(name="canary", ok=False, found=str(error), advice=advice)
    after = session.record(table, sys_id, ",".join(_FIELDS)) or {}
    kept = text(after, "urgency") == urgency
    return Check(
        name="canary",
        ok=kept,
        found=f"{text(row, 'number')}: its own urgency was written back"
        if kept
        else f"{text(row, 'number')}: urgency {urgency} became {text(after, 'urgency')!r}",
        advice="" if kept else "a rule of the instance changes what is written: look at it first",
    )


def _find(reader: Reader, ticket: str) -> tuple[str, Row] | None:
    """Find the ticket in our scope; what comes back must carry the name, and prove the scope."""
    scope = reader.session.place.scope
    name = ticket.strip()
    key, wanted = ("sys_id", name.lower()) if is_id(name.lower()) else ("number", name.upper())
    for table in TABLES:
        where = all_of(scope, f"{key}={literal(wanted)}")
        fields = (*_FIELDS, *read_scope(scope).fields)
        for row in reader.page(Listing(table=table, fields=fields, where=where), 1).rows:
            if text(row, key).lower() == wanted.lower() and not lacking(scope, [row]):
                return table, row
    return None
