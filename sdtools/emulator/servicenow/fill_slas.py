"""Rows of the embedded ServiceNow's service levels: definitions, and the clocks of each ticket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sdtools.emulator.servicenow.fill_ids import TABLE, Ids, Row, priority_of, span, stamp
from sdtools.emulator.servicenow.fresh import fixed_id
from sdtools.emulator.world.clocks import Clocks
from sdtools.emulator.world.model import ServiceLevel, Ticket, World
from sdtools.model.grades import Kind, Status
from sdtools.worktime import WorkTime

__all__ = ["Case", "definition_rows", "sla_rows", "used"]

RESPONSE, RESOLUTION = "response", "resolution"
_STOP = {
    (Kind.incident, RESPONSE): "state!=1",
    (Kind.incident, RESOLUTION): "stateIN6,7,8",
    (Kind.request, RESPONSE): "state!=1^ORassigned_toISNOTEMPTY",
    (Kind.request, RESOLUTION): "stateIN3,4,7",
}
_PAUSE = {Kind.incident: "state=3", Kind.request: "state=-5"}
_MOST_PERCENT = 1000.0  # where the engine stops counting


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One ticket with its promise, its clocks and the working hours they count in."""

    number: str
    sys_id: str
    ticket: Ticket
    level: ServiceLevel | None
    clocks: Clocks
    hours: WorkTime
    paused: timedelta  # time spent in finished waits, around the clock
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One clock of a case."""

    target: str
    promised: timedelta
    due: datetime
    ended: datetime | None
    paused_at: datetime | None
    waited: timedelta  # in working hours
    paused: timedelta


def definition_rows(world: World, ids: Ids, now: datetime) -> Iterator[Row]:
    """Yield a definition for each promise and each kind of ticket."""
    zones = {calendar.id: calendar.timezone for calendar in world.calendars}
    for level in world.service_levels:
        for kind, table in TABLE.items():
            for target, promised in ((RESPONSE, level.respond), (RESOLUTION, level.resolve)):
                grades = ",".join(map(priority_of, level.priorities))
                yield (
                    "contract_sla",
                    {
                        "sys_id": fixed_id("contract_sla", level.name, table, target),
                        "name": f"{level.name} {target}",
                        "target": target,
                        "collection": table,
                        "duration": span(promised),
                        "schedule": ids.schedules[level.calendar],
                        "schedule_source": "sla_definition" if level.calendar else "no_schedule",
                        "timezone_source": "sla.timezone",
                        "timezone": zones.get(level.calendar, ""),
                        "start_condition": f"active=true^priorityIN{grades}",
                        "stop_condition": _STOP[kind, target],
                        "pause_condition": _PAUSE[kind] if target == RESOLUTION else "",
                        "sys_created_on": stamp(now),
                    },
                )


def sla_rows(case: Case, ids: Ids) -> Iterator[Row]:
    """Yield the clocks of a case; none without a promise."""
    level = case.level
    if level is None:
        return
    for run in _runs(case, level):
        sys_id = fixed_id("task_sla", case.sys_id, run.target)
        definition = fixed_id("contract_sla", level.name, TABLE[case.ticket.kind], run.target)
        yield (
            "task_sla",
            {
                "sys_id": sys_id,
                "task": case.sys_id,
                "sla": definition,
                "schedule": ids.schedules[level.calendar],
                "start_time": stamp(case.ticket.opened),
                "sys_created_on": stamp(case.ticket.opened),
                "sys_updated_on": stamp(case.ticket.updated),
                **_state(case, run),
                **_counted(case, run),
            },
        )


def used(case: Case) -> float:
    """Return the percentage of the resolution's time that is gone; 0 without a promise."""
    if case.level is None:
        return 0.0
    *_, resolution = _runs(case, case.level)
    return _percent(_worked(case, resolution), resolution.promised)


def _runs(case: Case, level: ServiceLevel) -> tuple[_Run, _Run]:
    found = case.clocks
    pending = case.ticket.status is Status.pending
    return (
        _Run(
            target=RESPONSE,
            promised=level.respond,
            due=found.respond_due or case.now,
            ended=found.responded,
            paused_at=None,
            waited=timedelta(),
            paused=timedelta(),
        ),
        _Run(
            target=RESOLUTION,
            promised=level.resolve,
            due=found.resolve_due or case.now,
            ended=found.solved,
            paused_at=found.resting_since if pending else None,
            waited=found.waited,
            paused=case.paused,
        ),
    )


def _state(case: Case, run: _Run) -> Mapping[str, object]:
    stage = "completed" if run.ended else "paused" if run.paused_at else "in_progress"
    until = run.ended or run.paused_at or case.now
    return {
        "stage": stage,
        "active": run.ended is None,
        "has_breached": until > run.due,
        "end_time": stamp(run.ended),
        "planned_end_time": stamp(run.due),
        "original_breach_time": stamp(case.hours.due(case.ticket.opened, run.promised))
        if run.waited
        else stamp(run.due),
        "pause_time": stamp(run.paused_at),
        "pause_duration": span(run.paused) if run.paused else "",
        "business_pause_duration": span(run.waited) if run.waited else "",
    }


def _counted(case: Case, run: _Run) -> Mapping[str, object]:
    """Give what the engine's jobs refresh: true at ``now``, stale afterwards (FACTS 10.6)."""
    until = run.ended or run.paused_at or case.now
    worked = _worked(case, run)
    elapsed = max(until - case.ticket.opened - run.paused, timedelta())
    left = max(run.promised - worked, timedelta())
    return {
        "duration": span(elapsed),
        "business_duration": span(worked),
        "time_left": span(max(run.due - until, timedelta())),
        "business_time_left": span(left),
        "percentage": f"{_percent(elapsed, run.promised):.2f}",
        "business_percentage": f"{_percent(worked, run.promised):.2f}",
    }


def _worked(case: Case, run: _Run) -> timedelta:
    until = run.ended or run.paused_at or case.now
    return max(case.hours.elapsed(case.ticket.opened, until) - run.waited, timedelta())


def _percent(part: timedelta, whole: timedelta) -> float:
    return min(100 * (part / whole), _MOST_PERCENT) if whole else 0.0
