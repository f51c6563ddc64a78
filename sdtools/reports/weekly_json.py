"""The weekly report as JSON: every figure of it, raw, for programs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sdtools.reports.metrics.breakdown import Row
from sdtools.reports.metrics.watch import Watched
from sdtools.reports.metrics.weekly import Weekly

__all__ = ["weekly_json"]


def weekly_json(weekly: Weekly) -> dict[str, object]:
    """Return the report as JSON values: times in UTC, durations in seconds, shares from 0 to 1."""
    return {
        "report": "weekly",
        "desk": weekly.desk,
        "desk_url": weekly.desk_url,
        "week": weekly.period.label,
        "begin": _iso(weekly.period.begin),
        "end": _iso(weekly.period.end),
        "timezone": weekly.period.timezone,
        "now": _iso(weekly.made),
        "running": weekly.running,
        "figures": _figures(weekly),
        "days": [
            {"day": day.day.isoformat(), "new": day.new, "solved": day.solved}
            for day in weekly.days
        ],
        "weeks": [{"week": week.label, "backlog": week.backlog} for week in weekly.weeks],
        "by_age": [
            {"days": age.days, "below": age.below, "count": age.count} for age in weekly.ages
        ],
        "by_priority": _rows(weekly.priorities),
        "by_category": _rows(weekly.categories),
        "by_path": _rows(weekly.paths),
        "by_group": _rows(weekly.groups),
        "breached": _watched(weekly.breached),
        "at_risk": _watched(weekly.at_risk),
        "known_errors": [
            {"id": one.id, "title": one.title, "url": one.url, "tickets": one.count}
            for one in weekly.known_errors
        ],
        **_of_rules(weekly),
    }


def _figures(weekly: Weekly) -> dict[str, object]:
    return {
        each.metric.id: {
            "value": each.value,
            "before": each.before,
            "change": each.change,
            "unit": each.metric.unit.value,
        }
        for each in weekly.figures
    }


def _of_rules(weekly: Weekly) -> dict[str, object]:
    """Return what rules did, would have done, and leave to the desk's own."""
    return {
        "observed": [{"rule": rule, "tickets": count} for rule, count in weekly.observed],
        "left_to_desk": [
            {"rule": rule, "field": name, "tickets": count}
            for rule, name, count in weekly.left_to_desk
        ],
        "done": [
            {
                "rule": row.rule,
                "tickets": row.tickets,
                "applied": row.applied,
                "refused": row.refused,
                "overridden": row.overridden,
                "failed": row.failed,
            }
            for row in weekly.done
        ],
    }


def _rows(rows: Iterable[Row]) -> list[dict[str, object]]:
    return [
        {
            "name": row.name,
            "kind": row.kind.value,
            "new": row.new,
            "solved": row.solved,
            "backlog": row.backlog,
        }
        for row in rows
    ]


def _watched(tickets: Iterable[Watched]) -> list[dict[str, object]]:
    return [
        {
            "ticket": one.ticket,
            "number": one.number,
            "title": one.title,
            "url": one.url,
            "status": one.status.value,
            "priority": one.priority.name,
            "group": one.group,
            "assignee": one.assignee,
            "clock": one.which,
            "due": _iso(one.due),
            "used": one.used,
            "left": one.left.total_seconds(),
        }
        for one in tickets
    ]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
