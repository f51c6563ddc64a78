"""Report: figures from the mirror and the journal, rendered to a page, a text or a mail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sdtools.config.settings import ReportSettings
from sdtools.errors import ConfigError, UsageError
from sdtools.reports.metrics.weekly import Material, Weekly, needed, weekly
from sdtools.reports.period import Period, parse_week, previous, week_of
from sdtools.reports.render import render_html, render_message, render_text, weekly_json
from sdtools.store.database import Database
from sdtools.store.journal import Journal
from sdtools.store.memory import MemoryStore
from sdtools.store.mirror import Mirror
from sdtools.store.observations import ObservationBook
from sdtools.store.outbox import Outbox
from sdtools.verbs.send import Sent, send_due
from sdtools.verbs.workspace import Workspace

__all__ = ["figures", "mail_report", "period_of", "rendered", "write_report"]

_AFTERWARDS = timedelta(days=1)  # a Monday's report still shows what that morning's pass did


def period_of(report: ReportSettings, week: str | None, now: datetime) -> Period:
    """Return the week asked for, else the last one that is over."""
    if week:
        period = parse_week(week, report.timezone)
        if period.begin > now:
            raise UsageError(f"the week {period.label} has not begun", "name one that has")
        return period
    return previous(week_of(now, report.timezone))


def figures(workspace: Workspace, report: ReportSettings, period: Period, now: datetime) -> Weekly:
    """Compute a report from what is mirrored; UsageError before the first pull."""
    settings = workspace.settings.desk(report.desk)
    mirror = Mirror(workspace.database, settings.name)
    if mirror.cursor("tickets") is None:
        raise UsageError(
            f"desk {settings.name} has never been pulled", f"run: sdtools pull {settings.name}"
        )
    until = min(now, period.end + _AFTERWARDS)
    journal = Journal(workspace.database, settings.name)
    material = Material(
        desk=settings.name,
        desk_url=settings.home,
        tickets=mirror.tickets_between(*needed(period, now)),
        directory=mirror.directory(),
        known_errors=mirror.knowledge(),
        done=journal.settled_between(period.begin, until),
        observed=ObservationBook(workspace.database, settings.name).between(
            period.begin, min(period.end, now)
        ),
        left_to_desk=_left_to_desk(workspace.database, settings.name, journal),
    )
    return weekly(material, period, now)


def _left_to_desk(database: Database, desk: str, journal: Journal) -> Mapping[tuple[str, str], int]:
    """Leave out rules that are gone: those that no late run has judged."""
    judged = {count.rule for run in journal.runs() for count in run.rules}
    found = MemoryStore(database, desk).left_to_desk()
    return {place: count for place, count in found.items() if place[0] in judged}


def rendered(workspace: Workspace, report: ReportSettings, made: Weekly, form: str) -> str:
    """Render a report as "html" (one file that needs nothing else), "text" or "json"."""
    if form == "json":
        return json.dumps(weekly_json(made), ensure_ascii=False, indent=2)
    if form == "text":
        return render_text(made, workspace.templates, report.language)
    return render_html(made, workspace.templates, report.language).page


def write_report(path: Path, content: str) -> None:
    """Write a rendered report."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        message = f"{path}: the report cannot be written: {error.strerror}"
        raise UsageError(message, "name a file in a folder that is yours") from error


def mail_report(
    workspace: Workspace, report: ReportSettings, made: Weekly, now: datetime, key: str = ""
) -> Sent:
    """Put the report into the outbox and send what is due there.

    A report with a ``key`` that was queued before is not queued again; a person who asks for it
    without one gets it a second time.
    """
    mail = workspace.settings.mail
    if mail is None:
        raise ConfigError(
            f"{workspace.settings.path}: there is no mail server",
            "add `mail: {host: ..., from: ...}`",
        )
    if not report.to:
        raise ConfigError(f"report {report.name} has no recipients", "name them in `to:`")
    key = key or f"report.{report.name}.{made.period.label}.{now:%Y%m%d%H%M}"
    message = render_message(made, workspace.templates, report.language, report.to, key)
    Outbox(workspace.database).put(None, message)
    return send_due(workspace.database, mail, now)
