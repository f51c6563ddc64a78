"""The weekly report's figures: one frozen value, computed from tickets by pure functions."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sdtools.model.knowledge import KnownError
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.reports.metrics.breakdown import (
    BREAKDOWNS,
    Age,
    Row,
    by_age,
    by_category,
    by_group,
    by_path,
    by_priority,
)
from sdtools.reports.metrics.clocks import desk_clocks
from sdtools.reports.metrics.deeds import (
    DEEDS,
    ChangeRecordLike,
    Deeds,
    Linked,
    deeds,
    most_linked,
)
from sdtools.reports.metrics.flow import EVENTS, FLOW
from sdtools.reports.metrics.life import life_of
from sdtools.reports.metrics.metric import Clocks, Metric, Scope, Table, scope_of
from sdtools.reports.metrics.service import SERVICE
from sdtools.reports.metrics.watch import WATCH, Watched, watched
from sdtools.reports.period import Period, previous, weeks_before

__all__ = [
    "DEFINITIONS",
    "METRICS",
    "Day",
    "Figure",
    "Material",
    "Week",
    "Weekly",
    "needed",
    "weekly",
]

METRICS: tuple[Metric, ...] = (*FLOW, *SERVICE, *EVENTS)
DEFINITIONS: tuple[Metric | Table, ...] = (*METRICS, *BREAKDOWNS, *WATCH, *DEEDS)
_WEEKS = 10  # shown in the backlog's history


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a report is made of; ``tickets`` are those of the time that ``needed`` names."""

    desk: str
    desk_url: str
    tickets: Sequence[Ticket]
    directory: Directory
    known_errors: Sequence[KnownError] = ()
    done: Sequence[ChangeRecordLike] = ()  # of the week
    observed: Mapping[str, int] = field(default_factory=dict)  # by rule, tickets of the week
    left_to_desk: Mapping[tuple[str, str], int] = field(default_factory=dict)
    # by rule and field, open tickets on which the rule yielded to the desk
    clocks: Clocks | None = None  # None: the desk's own due dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number, and the same number of the week before."""

    metric: Metric
    value: float | None
    before: float | None

    @property
    def change(self) -> float | None:
        """Return the change against the week before."""
        if self.value is None or self.before is None:
            return None
        return self.value - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the week."""

    day: date
    new: int
    solved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The backlog at the end of one week."""

    label: str
    monday: date
    backlog: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """Everything that the weekly report says."""

    desk: str
    desk_url: str
    period: Period
    made: datetime
    figures: tuple[Figure, ...]
    days: tuple[Day, ...]
    weeks: tuple[Week, ...]
    ages: tuple[Age, ...]
    priorities: tuple[Row, ...]
    categories: tuple[Row, ...]
    paths: tuple[Row, ...]
    groups: tuple[Row, ...]
    breached: tuple[Watched, ...]
    at_risk: tuple[Watched, ...]
    known_errors: tuple[Linked, ...]
    done: tuple[Deeds, ...]
    observed: tuple[tuple[str, int], ...] = ()  # rule, tickets that it would have changed
    left_to_desk: tuple[tuple[str, str, int], ...] = ()  # rule, field, tickets

    @property
    def running(self) -> bool:
        """Tell whether the week was not over when the report was made."""
        return self.made < self.period.end

    def figure(self, metric: str) -> Figure:
        """Return one number by its id; raises KeyError for an unknown one."""
        for each in self.figures:
            if each.metric.id == metric:
                return each
        raise KeyError(metric)


def needed(period: Period, now: datetime) -> tuple[datetime, datetime]:
    """Return from when to when the report must know every ticket that lived in between."""
    return weeks_before(period, _WEEKS)[0].begin, max(period.end, now)


def weekly(material: Material, period: Period, now: datetime) -> Weekly:
    """Compute the weekly report of a desk; a week that still runs is counted up to now."""
    clocks = material.clocks or desk_clocks(material.directory)
    cut = max(period.begin, min(period.end, now))
    before = previous(period)
    scope = scope_of(material.tickets, period.begin, cut, clocks)
    earlier = scope_of(material.tickets, before.begin, before.end, clocks)
    # What happened in a week that still runs is compared with as much of the one before.
    as_far = earlier
    if cut < period.end:
        then = min(before.begin + (cut - period.begin), before.end)
        as_far = scope_of(material.tickets, before.begin, then, clocks)
    watch = watched(material.tickets, material.directory, clocks, now)
    return Weekly(
        desk=material.desk,
        desk_url=material.desk_url,
        period=period,
        made=now,
        figures=tuple(
            _figure(metric, scope, earlier if metric.stock else as_far) for metric in METRICS
        ),
        days=_days(scope, period),
        weeks=_weeks(scope, period),
        ages=by_age(scope),
        priorities=by_priority(scope),
        categories=by_category(scope, material.directory),
        paths=by_path(scope, material.directory),
        groups=by_group(scope, material.directory),
        breached=tuple(each for each in watch if each.breached),
        at_risk=tuple(each for each in watch if not each.breached),
        known_errors=most_linked(scope.new, material.known_errors),
        done=deeds(material.done),
        observed=tuple(sorted(material.observed.items(), key=lambda one: (-one[1], one[0]))),
        left_to_desk=tuple(
            (rule, name, count) for (rule, name), count in sorted(material.left_to_desk.items())
        ),
    )


def _figure(metric: Metric, scope: Scope, earlier: Scope) -> Figure:
    return Figure(metric=metric, value=metric.compute(scope), before=metric.compute(earlier))


def _days(scope: Scope, period: Period) -> tuple[Day, ...]:
    zone = ZoneInfo(period.timezone)
    new = Counter(ticket.opened.astimezone(zone).date() for ticket in scope.new)
    ends = (life_of(ticket).ended for ticket in scope.solved)
    solved = Counter(end.astimezone(zone).date() for end in ends if end is not None)
    return tuple(Day(day=day, new=new[day], solved=solved[day]) for day in period.days)


def _weeks(scope: Scope, period: Period) -> tuple[Week, ...]:
    """Count the backlog at the end of each week: what came by then, minus what left by then."""
    opened = sorted(life.opened for life in scope.lives)
    ended = sorted(life.ended for life in scope.lives if life.ended is not None)
    return tuple(
        Week(
            label=week.label,
            monday=week.monday,
            backlog=bisect_left(opened, cut) - bisect_left(ended, cut),
        )
        for week in weeks_before(period, _WEEKS)
        for cut in [min(week.end, scope.cut)]
    )
