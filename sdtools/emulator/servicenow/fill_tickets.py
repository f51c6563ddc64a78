"""Rows of the embedded ServiceNow's tickets: incidents, requested items, journals, links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from sdtools.emulator.servicenow.fill_directory import category_of
from sdtools.emulator.servicenow.fill_ids import (
    TABLE,
    Ids,
    Row,
    level_of,
    priority_of,
    stamp,
)
from sdtools.emulator.servicenow.fill_slas import Case, sla_rows, used
from sdtools.emulator.servicenow.fresh import fixed_id
from sdtools.emulator.world.clocks import clocks, hours_of
from sdtools.emulator.world.model import Remark, Source, Step, Ticket, Work, World
from sdtools.model.grades import Kind, Status
from sdtools.worktime import AROUND_THE_CLOCK

__all__ = ["ticket_rows"]

_STATES: Mapping[Kind, Mapping[Status, str]] = {
    Kind.incident: {
        Status.new: "1",
        Status.assigned: "2",
        Status.pending: "3",
        Status.solved: "6",
        Status.closed: "7",
        Status.cancelled: "8",
    },
    Kind.request: {  # a requested item is closed as soon as it is fulfilled
        Status.new: "1",
        Status.assigned: "2",
        Status.pending: "-5",
        Status.solved: "3",
        Status.closed: "3",
        Status.cancelled: "7",
    },
}
_CHANNELS = {
    Source.phone: "phone",
    Source.mail: "email",
    Source.self_service: "self-service",
    Source.walk_in: "walk-in",
    Source.other: "",
}
_DONE = frozenset({Status.solved, Status.closed, Status.cancelled})
_LONGEST_TITLE = 160
_AWAITING_CALLER = "1"
_CLOSE_CODE = "Solution provided"
_SOON, _VERY_SOON, _LATE = 50, 75, 100  # percent of the promise: escalation 1, 2, 3


def ticket_rows(world: World, ids: Ids, now: datetime) -> Iterator[Row]:
    """Yield tickets and what hangs on them, table by table."""
    cases = _cases(world, ids, now)
    yield from _catalogue(world)
    for case in cases:
        if case.ticket.kind is Kind.request:
            yield "sc_request", _order(case, ids)
    for kind in TABLE:
        yield from ((TABLE[kind], _ticket(one, ids)) for one in cases if one.ticket.kind is kind)
    for case in cases:
        yield from sla_rows(case, ids)
    for case in cases:
        yield from _journal(case)
    for case in cases:
        yield from _applied(case, ids)


def _cases(world: World, ids: Ids, now: datetime) -> list[Case]:
    levels = {level.name: level for level in world.service_levels}
    hours = hours_of(world, now)
    cases: list[Case] = []
    for number, sys_id, ticket in zip(ids.numbers, ids.tickets, world.tickets, strict=True):
        level = levels.get(ticket.service_level)
        work = hours[level.calendar if level else ""]
        found = clocks(ticket, level, work)
        paused = clocks(ticket, None, AROUND_THE_CLOCK).waited if found.waited else found.waited
        cases.append(
            Case(
                number=number,
                sys_id=sys_id,
                ticket=ticket,
                level=level,
                clocks=found,
                hours=work,
                paused=paused,
                now=now,
            )
        )
    return cases


def _catalogue(world: World) -> Iterator[Row]:
    names = (_wish(ticket) for ticket in world.tickets if ticket.kind is Kind.request)
    for name in dict.fromkeys(names):
        yield "sc_cat_item", {"sys_id": fixed_id("sc_cat_item", name), "name": name}


def _wish(ticket: Ticket) -> str:
    return ticket.category.rpartition(" > ")[2] or "Something else"


def _order(case: Case, ids: Ids) -> dict[str, object]:
    """Return the order that a requested item is an item of."""
    ticket = case.ticket
    done = ticket.status in _DONE
    return {
        "sys_id": fixed_id("sc_request", case.number),
        "number": case.number.replace("RITM", "REQ"),
        "short_description": ticket.title[:_LONGEST_TITLE],
        "requested_for": ids.people[ticket.requester],
        "request_state": "closed_complete" if done else "in_process",
        "stage": "closed_complete" if done else "requested",
        "state": "3" if done else "1",
        "active": not done,
        "approval": "approved",
        **_opened(case, ids),
        **_stamps(case),
    }


def _ticket(case: Case, ids: Ids) -> dict[str, object]:
    ticket, last = case.ticket, case.ticket.steps[-1]
    own = _incident if ticket.kind is Kind.incident else _requested
    return {
        "sys_id": case.sys_id,
        "number": case.number,
        "short_description": ticket.title[:_LONGEST_TITLE],
        "description": ticket.description,
        "state": _STATES[ticket.kind][ticket.status],
        "impact": level_of(ticket.impact),
        "urgency": level_of(ticket.urgency),
        "priority": priority_of(ticket.priority),
        "assignment_group": ids.groups[last.group],
        "assigned_to": ids.people[last.assignee],
        "location": ids.locations[ticket.location],
        "company": ids.companies[ticket.entity],
        "cmdb_ci": ids.items[ticket.item],
        "contact_type": _CHANNELS[ticket.source],
        "reassignment_count": _moves(ticket),
        "escalation": _escalation(case),
        "made_sla": case.clocks.resolve_due is None
        or (case.clocks.solved or case.now) <= case.clocks.resolve_due,
        "close_notes": ticket.solution,
        **_opened(case, ids),
        **_stamps(case),
        **own(case, ids),
    }


def _incident(case: Case, ids: Ids) -> dict[str, object]:
    ticket, found = case.ticket, case.clocks
    state = _STATES[Kind.incident][ticket.status]
    category, subcategory = category_of(ticket.category)
    pending = ticket.status is Status.pending
    return {
        "incident_state": state,
        "active": ticket.status not in {Status.closed, Status.cancelled},
        "caller_id": ids.people[ticket.requester],
        "category": category,
        "subcategory": subcategory,
        "hold_reason": _AWAITING_CALLER if pending else "",
        "close_code": _CLOSE_CODE if found.solved else "",
        "resolved_at": stamp(found.solved),
        "resolved_by": ids.people[_by(ticket, Status.solved)] if found.solved else "",
        "closed_at": stamp(found.closed),
        "closed_by": ids.people[_by(ticket, Status.closed)] if found.closed else "",
        "problem_id": ids.problems[next(iter(ticket.problems), "")],
        "reopen_count": _reopens(ticket),
    }


def _requested(case: Case, ids: Ids) -> dict[str, object]:
    ticket, done = case.ticket, case.ticket.status in _DONE
    return {
        "active": not done,
        "request": fixed_id("sc_request", case.number),
        "parent": fixed_id("sc_request", case.number),
        "cat_item": fixed_id("sc_cat_item", _wish(ticket)),
        "requested_for": ids.people[ticket.requester],
        "configuration_item": ids.items[ticket.item],
        "stage": "complete" if done else "fulfillment",
        "approval": "approved",
        "closed_at": stamp(case.clocks.solved),
        "closed_by": ids.people[_by(ticket, Status.solved)] if done else "",
    }


def _opened(case: Case, ids: Ids) -> dict[str, object]:
    return {
        "opened_at": stamp(case.ticket.opened),
        "opened_by": ids.people[case.ticket.opened_by],
    }


def _stamps(case: Case) -> dict[str, object]:
    ticket = case.ticket
    return {
        "sys_created_on": stamp(ticket.opened),
        "sys_created_by": ticket.opened_by or "system",
        "sys_updated_on": stamp(ticket.updated),
        "sys_updated_by": _last_actor(ticket) or "system",
        "sys_mod_count": len(ticket.steps) + len(ticket.remarks) + len(ticket.work) - 1,
    }


def _journal(case: Case) -> Iterator[Row]:
    ticket = case.ticket
    entries: tuple[Remark | Work, ...] = (*ticket.remarks, *ticket.work)
    for place, one in enumerate(entries):
        public = isinstance(one, Remark) and one.public
        yield (
            "sys_journal_field",
            {
                "sys_id": fixed_id("sys_journal_field", case.sys_id, str(place)),
                "name": TABLE[ticket.kind],
                "element": "comments" if public else "work_notes",
                "element_id": case.sys_id,
                "value": one.text,
                "sys_created_on": stamp(one.at),
                "sys_created_by": one.by or "system",
            },
        )


def _applied(case: Case, ids: Ids) -> Iterator[Row]:
    for key in case.ticket.articles:
        row = {"task": case.sys_id, "kb_knowledge": ids.articles[key]}
        sys_id = fixed_id("m2m_kb_task", case.sys_id, key)
        yield "m2m_kb_task", {"sys_id": sys_id, **row, "sys_created_on": stamp(case.ticket.updated)}


def _moves(ticket: Ticket) -> int:
    groups = [step.group for step in ticket.steps if step.group]
    return sum(before != after for before, after in pairwise(groups))


def _reopens(ticket: Ticket) -> int:
    done = [step.status in _DONE for step in ticket.steps]
    return sum(before and not after for before, after in pairwise(done))


def _escalation(case: Case) -> int:
    if case.ticket.status in _DONE:
        return 0
    percent = used(case)
    return sum(percent >= bound for bound in (_SOON, _VERY_SOON, _LATE))


def _by(ticket: Ticket, status: Status) -> str:
    """Return who set this status last; for a solution the one who closed it will do."""
    doers = [step.by for step in ticket.steps if step.status is status]
    return doers[-1] if doers else ticket.steps[-1].by


def _last_actor(ticket: Ticket) -> str:
    doers: tuple[Step | Remark | Work, ...] = (*ticket.steps, *ticket.remarks, *ticket.work)
    people = [(one.at, place, one.by) for place, one in enumerate(doers) if one.by]
    return max(people)[2] if people else ""
