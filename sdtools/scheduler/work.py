"""The work of a job: a pass, a pull or a report, done without anybody to ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sdtools.config.settings import JobSettings
from sdtools.plan import OutcomeState
from sdtools.store.pauses import PauseBook
from sdtools.verbs.apply import ApplyOrder, Done, apply_desk
from sdtools.verbs.connect import connect
from sdtools.verbs.hold import hold
from sdtools.verbs.plan import refresh
from sdtools.verbs.report import figures, mail_report, period_of
from sdtools.verbs.workspace import Workspace

__all__ = ["Work", "work_on"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a job is given: ``due`` names this run of it, ``wall`` is the machine's clock."""

    job: JobSettings
    due: datetime
    now: Callable[[], datetime]
    wall: Callable[[], datetime]
    stop: Callable[[], bool]
    wait: Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What a job did, in words; ``whole`` is False when it was asked to stop half way."""

    detail: str
    whole: bool = True


def work_on(workspace: Workspace, work: Work) -> Worked:
    """Do a job; raises SdtoolsError when it cannot be done."""
    return _WORK[work.job.job](workspace, work)


def _pass(workspace: Workspace, work: Work) -> Worked:
    pause = PauseBook(workspace.database).of_desk(work.job.target, work.now())
    if pause is not None:  # reports go on, so the mirror stays fresh
        return replace(_pull(workspace, work), detail=f"pulled only: {pause.words}")
    order = ApplyOrder(
        now=work.now,
        wall=work.wall,
        confirm=lambda _plan: True,
        stop=work.stop,
        pulled=lambda _count: None,
        progress=lambda _done, _total: None,
        wait=work.wait,
    )
    done = apply_desk(workspace, workspace.settings.desk(work.job.target), order)
    whole = done.applied is None or not done.applied.interrupted
    return Worked(detail=_told(done), whole=whole)


def _told(done: Done) -> str:
    counted = [f"{done.counts[state]} {state}" for state in OutcomeState if done.counts[state]]
    off = [f"{len(done.plan.switched_off)} rules switched off"] if done.plan.switched_off else []
    return ", ".join((*counted, *off)) or "nothing to do"


def _pull(workspace: Workspace, work: Work) -> Worked:
    settings = workspace.settings.desk(work.job.target)
    with hold(workspace.database, settings.name, work.wall), connect(settings, work.wait) as desk:
        pulled = refresh(workspace, settings, desk, work.now(), False, lambda _count: None)
    return Worked(detail=f"{pulled.fetched} fetched, {pulled.new} new, {pulled.changed} changed")


def _report(workspace: Workspace, work: Work) -> Worked:
    report, now = workspace.settings.report(work.job.target), work.now()
    period = period_of(report, None, now)
    made = figures(workspace, report, period, now)
    key = f"report.{report.name}.{period.label}.due{work.due:%Y%m%d%H%M}"
    sent = mail_report(workspace, report, made, now, key)
    waits = f"; the mail waits: {sent.why}" if sent.error or sent.quiet else ""
    return Worked(detail=f"{period.label} for {', '.join(report.to)}{waits}")


_WORK: dict[str, Callable[[Workspace, Work], Worked]] = {
    "pass": _pass,
    "pull": _pull,
    "report": _report,
}
