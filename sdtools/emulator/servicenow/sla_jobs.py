"""The jobs that refresh running task SLAs: the nearer the breach, the more often (FACTS 10.6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from sdtools.emulator.clock import Clock
from sdtools.emulator.servicenow.context import stamp
from sdtools.emulator.servicenow.database import Row, ServiceNowDatabase
from sdtools.model.people import Calendar, OpenHours
from sdtools.worktime import AROUND_THE_CLOCK, WorkTime

__all__ = ["SlaJobs"]

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
# breach nearer than this: refreshed every ...
_CADENCE = (
    (10 * _MINUTE, _MINUTE),
    (60 * _MINUTE, 10 * _MINUTE),
    (_DAY, 60 * _MINUTE),
    (30 * _DAY, _DAY),
)
_SELDOM = 5 * _DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_PERCENT = 1000.0  # where the engine stops counting


@dataclass(slots=True, kw_only=True)
class SlaJobs:
    """The scheduled jobs of one instance; a request that finds a minute gone runs them."""

    database: ServiceNowDatabase
    clock: Clock
    _minute: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._minute = _floor(self.clock.now(), _MINUTE)

    def run(self) -> None:
        """Refresh what the jobs since the last run would have refreshed."""
        now = self.clock.now()
        minute = _floor(now, _MINUTE)
        if minute == self._minute:
            return
        self._minute = minute
        schedules: dict[str, WorkTime] = {}
        for row in self.database.rows("task_sla", "t.active = 'true' AND t.stage = 'in_progress'"):
            job = _last_job(row, now)
            if job is not None:
                self._refresh(row, job, schedules)

    def _refresh(self, row: Row, job: datetime, schedules: dict[str, WorkTime]) -> None:
        hours = schedules.get(row["schedule"])
        if hours is None:
            hours = schedules[row["schedule"]] = _schedule(self.database, row["schedule"])
        definition = self.database.row("contract_sla", row["sla"]) if row["sla"] else None
        values = _snapshot(row, job, hours, definition)
        stamps = {"sys_updated_on": stamp(job), "sys_updated_by": "system"}
        count = str(int(row["sys_mod_count"] or 0) + 1)
        self.database.update("task_sla", row["sys_id"], values | stamps | {"sys_mod_count": count})
        if values["has_breached"] == "true" and row["has_breached"] != "true":
            self.database.update("task", row["task"], {"made_sla": "false"})


def _last_job(row: Row, now: datetime) -> datetime | None:
    """Give the last job that took a row up, if the row is older than that."""
    if not (row["start_time"] and row["planned_end_time"]):
        return None
    due = _moment(row["planned_end_time"])
    counted = _moment(row["start_time"]) + _length(row["duration"]) + _length(row["pause_duration"])
    if row["has_breached"] == "true":
        period = _DAY
    elif due <= now:  # the job of the last minutes saw it breach
        period = _MINUTE
    else:
        period = next((every for near, every in _CADENCE if due - now < near), _SELDOM)
    job = _floor(now, period)
    return job if job > counted else None


def _snapshot(row: Row, job: datetime, hours: WorkTime, definition: Row | None) -> dict[str, str]:
    start, due = _moment(row["start_time"]), _moment(row["planned_end_time"])
    pause, business_pause = _length(row["pause_duration"]), _length(row["business_pause_duration"])
    elapsed = max(job - start - pause, timedelta())
    worked = max(hours.elapsed(start, job) - business_pause, timedelta())
    known = _length(definition["duration"]) if definition else timedelta()
    whole = known or hours.elapsed(start, due) - business_pause
    return {
        "duration": _span(elapsed),
        "business_duration": _span(worked),
        "time_left": _span(max(due - job, timedelta())),
        "business_time_left": _span(max(whole - worked, timedelta())),
        "percentage": _percent(elapsed, whole),
        "business_percentage": _percent(worked, whole),
        "has_breached": "true" if job >= due else row["has_breached"],
    }


def _schedule(database: ServiceNowDatabase, sys_id: str) -> WorkTime:
    """Read weekly spans in their zone, less the excluded days; around the clock if none."""
    schedule = database.row("cmn_schedule", sys_id) if sys_id else None
    if schedule is None:
        return AROUND_THE_CLOCK
    hours: list[OpenHours] = []
    closed = set()
    for span in database.rows("cmn_schedule_span", "t.schedule = ?", (sys_id,)):
        begin, end = (_compact(span[name]) for name in ("start_date_time", "end_date_time"))
        if span["type"] == "excluded":
            closed |= {begin.date() + _DAY * one for one in range((end - begin).days + 1)}
            continue
        for day in span["days_of_week"] or str(begin.isoweekday()):
            hours.append(OpenHours(weekday=int(day) - 1, begin=begin.time(), end=_end(end.time())))
    calendar = Calendar(
        id=sys_id,
        name=schedule["name"],
        timezone=schedule["time_zone"] or "UTC",
        hours=tuple(hours),
        closed=frozenset(closed),
    )
    return WorkTime(calendar) if hours else AROUND_THE_CLOCK


def _end(at: time) -> time:
    return time.max if at >= time(23, 59, 59) or at == time.min else at


def _compact(text: str) -> datetime:
    return datetime.strptime(text[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - floats with its schedule


def _floor(at: datetime, period: timedelta) -> datetime:
    return at - (at - _EPOCH) % period


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _length(text: str) -> timedelta:
    return _moment(text) - _EPOCH if text else timedelta()


def _span(length: timedelta) -> str:
    return stamp(_EPOCH + length)


def _percent(part: timedelta, whole: timedelta) -> str:
    return f"{min(100 * (part / whole), _MOST_PERCENT) if whole else 0.0:.2f}"
