"""The canary: a ticket's own urgency written back to it, to prove the right to write."""

from __future__ import annotations

from sdtools.connectors.desk import Check, WriteState
from sdtools.connectors.glpi.answers import integer, is_id
from sdtools.connectors.glpi.assigning import HONEST_CLOCK
from sdtools.connectors.glpi.results import updated
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.errors import DeskRefusedError

__all__ = ["touch"]

_RIGHT = "in the account's profile, tick 'Update' for tickets, in the ticket's entity"


def touch(session: GlpiSession, ticket: str) -> Check:
    """Write a ticket's own urgency back; ``ticket`` is its number."""
    name = ticket.strip().removeprefix("#")
    before = _urgency(session, name)
    if before is None:
        return _finding(f"no ticket {ticket!r} shows to this account", "name one that does")
    row = {"id": int(name), "urgency": before, HONEST_CLOCK: True}
    written = updated([row], session.update("Ticket", [row]))[0]
    if written.state is not WriteState.done:
        return _finding(f"writing to {name} was refused: {written.detail}", _RIGHT)
    after = _urgency(session, name)
    if after != before:
        rule = "a business rule of the desk changes what is written: look at it first"
        return _finding(f"{name}: urgency {before} became {after}", rule)
    return Check(name="canary", ok=True, found=f"{name}: its own urgency was written back")


def _finding(found: str, advice: str) -> Check:
    return Check(name="canary", ok=False, found=found, advice=advice)


def _urgency(session: GlpiSession, name: str) -> int | None:
    """Read a ticket's urgency; None for what is no id, is gone or is hidden."""
    if not is_id(name):
        return None
    try:
        answer = session.get(f"Ticket/{int(name)}", {"get_hateoas": "false"})
    except DeskRefusedError:
        return None
    return integer(answer.data, "urgency") if isinstance(answer.data, dict) else None
