"""Rows of the embedded GLPI's tickets: what GLPI computes, actors, what was said, links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from sdtools.emulator.glpi.fill_history import STATUS, history_rows
from sdtools.emulator.glpi.fill_ids import Ids, Row, stored
from sdtools.emulator.world.clocks import Clocks, clocks, hours_of
from sdtools.emulator.world.model import Remark, Source, Step, Ticket, Work, World
from sdtools.model.grades import Kind, Status
from sdtools.worktime import WorkTime

__all__ = ["ticket_rows"]

_SOURCES = {  # RequestType of a fresh GLPI
    Source.self_service: 1,
    Source.mail: 2,
    Source.phone: 3,
    Source.walk_in: 4,
    Source.other: 6,
}
_TYPES = {Kind.incident: 1, Kind.request: 2}
_REQUESTER, _ASSIGNED = 1, 2
_LONGEST_NAME = 255
_DONE = 2  # state of a task
_WAITING, _ACCEPTED, _REFUSED = 2, 3, 4  # status of a solution
_ANSWER_LEFT, _ANSWER_RIGHT = 1, 4  # timeline_position: of requesters, of the desk


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One ticket, its number, its clocks and the working hours they count in."""

    number: int
    ticket: Ticket
    clocks: Clocks
    hours: WorkTime


class _Tables:
    """Rows by item type, numbered as they come."""

    def __init__(self) -> None:
        self.rows: defaultdict[str, list[dict[str, object]]] = defaultdict(list)

    def add(self, table: str, /, **values: object) -> None:
        """Add a row with the next id."""
        rows = self.rows[table]
        rows.append({"id": len(rows) + 1, **values})


def ticket_rows(world: World, ids: Ids, now: datetime) -> Iterator[Row]:
    """Yield tickets with all that hangs on them, item type by item type, and their history."""
    tables = _Tables()
    levels = {level.name: level for level in world.service_levels}
    hours = hours_of(world, now)
    for number, ticket in enumerate(world.tickets, 1):
        level = levels.get(ticket.service_level)
        work = hours[level.calendar if level else ""]
        case = _Case(number=number, ticket=ticket, clocks=clocks(ticket, level, work), hours=work)
        tables.add("Ticket", **_ticket(case, ids))
        _actors(tables, case, ids)
        _said(tables, case, ids)
        _solutions(tables, case, ids)
        _links(tables, case, ids)
    for itemtype, rows in tables.rows.items():
        yield from ((itemtype, row) for row in rows)
    yield from history_rows(world, ids)


def _ticket(case: _Case, ids: Ids) -> dict[str, object]:
    ticket = case.ticket
    return {
        "name": stored(ticket.title)[:_LONGEST_NAME],
        "content": stored(ticket.markup or ticket.description),
        "entities_id": ids.entities[ticket.entity],
        "status": STATUS[ticket.status],
        "type": _TYPES[ticket.kind],
        "urgency": int(ticket.urgency),
        "impact": int(ticket.impact),
        "priority": int(ticket.priority),
        "itilcategories_id": ids.categories[ticket.category],
        "locations_id": ids.locations[ticket.location],
        "requesttypes_id": _SOURCES[ticket.source],
        "users_id_recipient": ids.people[ticket.opened_by],
        "users_id_lastupdater": ids.people[_last_actor(ticket)],
        "actiontime": sum(_seconds(work.spent) for work in ticket.work),
        **_times(case, ids),
    }


def _times(case: _Case, ids: Ids) -> dict[str, object]:
    ticket, found = case.ticket, case.clocks
    waited = _seconds(found.waited)
    opened = ids.stamp(ticket.opened)
    tto = ids.levels[ticket.service_level]
    times = {
        "closedate": found.closed,
        "solvedate": found.solved,
        "takeintoaccountdate": found.responded,
        "time_to_own": found.respond_due,
        "time_to_resolve": found.resolve_due,
        "begin_waiting_date": found.resting_since,
    }
    return {
        "date": opened,
        "date_creation": opened,
        "date_mod": ids.stamp(ticket.updated),
        **{column: ids.stamp(at) if at else None for column, at in times.items()},
        "slas_id_tto": tto,
        "slas_id_ttr": tto + 1 if tto else 0,
        "waiting_duration": waited,
        "sla_waiting_duration": waited if tto else 0,
        "takeintoaccount_delay_stat": max(_worked(case, found.responded), 1)
        if found.responded
        else 0,
        "solve_delay_stat": max(_worked(case, found.solved) - waited, 0),
        "close_delay_stat": max(_worked(case, found.closed) - waited, 0),
    }


def _actors(tables: _Tables, case: _Case, ids: Ids) -> None:
    ticket, last = case.ticket, case.ticket.steps[-1]
    for login, role in ((ticket.requester, _REQUESTER), (last.assignee, _ASSIGNED)):
        if login:
            person = {"users_id": ids.people[login], "type": role}
            tables.add("Ticket_User", tickets_id=case.number, use_notification=1, **person)
    if last.group:
        group = {"groups_id": ids.groups[last.group], "type": _ASSIGNED}
        tables.add("Group_Ticket", tickets_id=case.number, **group)


def _said(tables: _Tables, case: _Case, ids: Ids) -> None:
    ticket = case.ticket
    for remark in ticket.remarks:
        tables.add(
            "ITILFollowup",
            itemtype="Ticket",
            items_id=case.number,
            content=_rich(remark.text),
            is_private=int(not remark.public),
            timeline_position=_ANSWER_LEFT if remark.by == ticket.requester else _ANSWER_RIGHT,
            **_signed(remark.by, remark.at, ids),
        )
    for work in ticket.work:
        tables.add(
            "TicketTask",
            tickets_id=case.number,
            content=_rich(work.text),
            actiontime=_seconds(work.spent),
            state=_DONE,
            users_id_tech=ids.people[work.by],
            timeline_position=_ANSWER_RIGHT,
            **_signed(work.by, work.at, ids),
        )


def _solutions(tables: _Tables, case: _Case, ids: Ids) -> None:
    for step, after in _solved(case.ticket):
        judged: dict[str, object] = {"status": _WAITING}
        if after:
            judged["status"] = _ACCEPTED if after.status is Status.closed else _REFUSED
            judged["users_id_approval"] = ids.people[after.by]
            judged["date_approval"] = ids.stamp(after.at)
        signed = _signed(step.by, step.at, ids)
        del signed["date"]  # solutions have none
        tables.add(
            "ITILSolution",
            itemtype="Ticket",
            items_id=case.number,
            content=_rich(case.ticket.solution),
            **signed,
            **judged,
        )


def _solved(ticket: Ticket) -> Iterator[tuple[Step, Step | None]]:
    """Yield each step that solved the ticket, and the one that closed or reopened it."""
    solved: Step | None = None
    for step in ticket.steps:
        if step.status is Status.solved:
            solved = solved or step
        elif solved:
            yield solved, step
            solved = None
    if solved:
        yield solved, None


def _links(tables: _Tables, case: _Case, ids: Ids) -> None:
    ticket, number = case.ticket, case.number
    about = {"itemtype": "Ticket", "items_id": number}
    updated = ids.stamp(ticket.updated)
    if ticket.item:
        item = ids.items[ticket.item]
        tables.add("Item_Ticket", tickets_id=number, itemtype="Computer", items_id=item)
    for key in ticket.articles:
        made = {"date_creation": updated, "date_mod": updated}
        tables.add("KnowbaseItem_Item", knowbaseitems_id=ids.articles[key], **about, **made)
    for key in ticket.problems:
        tables.add("Problem_Ticket", problems_id=ids.problems[key], tickets_id=number)
    survey = ticket.satisfaction
    if survey:
        tables.add(
            "TicketSatisfaction",
            tickets_id=number,
            type=1,
            date_begin=ids.stamp(survey.asked),
            date_answered=ids.stamp(survey.answered) if survey.answered else None,
            satisfaction=survey.score,
            comment=stored(survey.comment) or None,
        )


def _last_actor(ticket: Ticket) -> str:
    doers: tuple[Step | Remark | Work, ...] = (*ticket.steps, *ticket.remarks, *ticket.work)
    people = [(one.at, place, one.by) for place, one in enumerate(doers) if one.by]
    return max(people)[2] if people else ""


def _signed(by: str, at: datetime, ids: Ids) -> dict[str, object]:
    when = ids.stamp(at)
    return {"users_id": ids.people[by], "date": when, "date_creation": when, "date_mod": when}


def _rich(text: str) -> str:
    return stored(f"<p>{escape(text, quote=False)}</p>".replace("\n", "<br />"))


def _worked(case: _Case, until: datetime | None) -> int:
    return _seconds(case.hours.elapsed(case.ticket.opened, until)) if until else 0


def _seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)
