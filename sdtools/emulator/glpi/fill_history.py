"""Rows of the embedded GLPI's history of tickets: created, status, groups and technicians."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sdtools.emulator.glpi.fill_ids import Ids, Row, stored
from sdtools.emulator.glpi.itil import ASSIGNED, CLOSED, NEW, PENDING, SOLVED
from sdtools.emulator.world.model import Step, Ticket, World
from sdtools.model.grades import Status

__all__ = ["STATUS", "history_rows"]

STATUS = {
    Status.new: NEW,
    Status.assigned: ASSIGNED,
    Status.pending: PENDING,
    Status.solved: SOLVED,
    Status.closed: CLOSED,
}
_CHANGED, _LINKED, _UNLINKED, _CREATED = 0, 15, 16, 20  # linked_action (GLPI FACTS 5)
_STATUS, _GROUP, _TECHNICIAN = 12, 8, 5  # search options
_CRON = "cron_closeticket"  # who closes what nobody closed

_Event = tuple[datetime, int, str, dict[str, object]]  # when, ticket, by whom, what


def history_rows(world: World, ids: Ids) -> Iterator[Row]:
    """Yield the history of all tickets, oldest first."""
    events: list[_Event] = []
    for number, ticket in enumerate(world.tickets, 1):
        events.extend(_events(ticket, number, ids))
    events.sort(key=lambda event: event[0])
    for place, (at, number, by, what) in enumerate(events, 1):
        yield (
            "Log",
            {
                "id": place,
                "itemtype": "Ticket",
                "items_id": number,
                "itemtype_link": "",
                "user_name": ids.names.get(by, _CRON),
                "date_mod": ids.stamp(at),
                "old_value": "",
                "new_value": "",
                **what,
            },
        )


def _events(ticket: Ticket, number: int, ids: Ids) -> Iterator[_Event]:
    was = ticket.steps[0]
    yield was.at, number, was.by, {"itemtype_link": "0", "linked_action": _CREATED}
    nobody = Step(at=was.at, by=was.by, status=was.status)
    for before, step in zip((nobody, *ticket.steps), ticket.steps, strict=False):
        for what in _changes(before, step, ids):
            yield step.at, number, step.by, what


def _changes(before: Step, step: Step, ids: Ids) -> Iterator[dict[str, object]]:
    if step.status is not before.status:
        old, new = STATUS[before.status], STATUS[step.status]
        values = {"old_value": str(old), "new_value": str(new)}
        yield {"linked_action": _CHANGED, "id_search_option": _STATUS, **values}
    if step.group != before.group:
        old_group, new_group = _group(before.group, ids), _group(step.group, ids)
        yield from _relinked("Group", _GROUP, old_group, new_group)
    if step.assignee != before.assignee:
        old_person, new_person = (ids.names.get(one.assignee, "") for one in (before, step))
        yield from _relinked("User", _TECHNICIAN, old_person, new_person)


def _relinked(itemtype: str, option: int, old: str, new: str) -> Iterator[dict[str, object]]:
    about: dict[str, object] = {"itemtype_link": itemtype, "id_search_option": option}
    if new:
        yield {**about, "linked_action": _LINKED, "new_value": stored(new)}
    if old:
        yield {**about, "linked_action": _UNLINKED, "old_value": stored(old)}


def _group(name: str, ids: Ids) -> str:
    return f"{name} ({ids.groups[name]})" if name else ""
