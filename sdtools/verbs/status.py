"""Status: does everything run by itself, and what is stale."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sdtools.config.settings import JobSettings
from sdtools.config.timing import first_due, next_due, timing_text
from sdtools.store.database import Database
from sdtools.store.jobs import JobBook, JobState
from sdtools.store.journal import Journal
from sdtools.store.memory import SETTLING
from sdtools.store.mirror import Mirror
from sdtools.store.outbox import MessageState, Outbox
from sdtools.store.pauses import Pause, PauseBook
from sdtools.store.plans import PlanShelf
from sdtools.verbs.workspace import Workspace

__all__ = ["BlockedPlan", "DeskStatus", "JobStatus", "MailStatus", "Status", "jobs_of", "status"]

_GRACE = timedelta(minutes=10)  # a long pass, a restart
_PATIENCE = 2  # due times without a good run
_MAIL_GRACE = timedelta(hours=1)  # a mail server may restart


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """One job; ``lag`` in seconds since the last good run began, None when there was none."""

    id: str
    job: str
    target: str
    timing: str
    state: Literal["never", "good", "failing", "held", "unfinished"]
    next_due: datetime
    last_start: datetime | None
    last_good: datetime | None
    lag: float | None
    failures: int  # in a row
    held: int  # ticks in a row at which another run had the desk
    last_error: str  # "" since the last good run
    last_detail: str
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedPlan:
    """A plan that the limits stopped, with no good pass since."""

    plan: str
    made: datetime
    limit: str
    wanted: int
    allowed: int
    rule: str
    words: str  # the limit, and how far over it


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskStatus:
    """One desk, whoever runs its passes."""

    desk: str
    last_pull: datetime | None
    last_pass: datetime | None  # the last good one
    blocked: BlockedPlan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStatus:
    """The outbox: what waits for its time, and what was given up."""

    waiting: int
    dead: int
    last_error: str
    overdue: int = 0  # failed already, and older than an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How everything stands; ``stale`` names in words what a person should look at."""

    now: datetime
    jobs: tuple[JobStatus, ...]
    desks: tuple[DeskStatus, ...]
    mail: MailStatus
    stale: tuple[str, ...]
    pauses: tuple[Pause, ...] = ()  # what people stopped for a while


def status(workspace: Workspace, now: datetime) -> Status:
    """Look at the jobs, the desks and the outbox; nothing is asked of a desk."""
    jobs = jobs_of(workspace, now)
    desks = tuple(_desk(workspace.database, name) for name in workspace.settings.desks)
    mail = _mail(workspace.database, now)
    stale = [f"job {job.id}: {_why_stale(job)}" for job in jobs if job.stale]
    stale += [f"desk {d.desk}: {_blocked_words(d.blocked)}" for d in desks if d.blocked]
    if mail.overdue:
        stale.append(f"mail: {mail.overdue} cannot be sent: {mail.last_error}")
    if mail.dead:
        stale.append(f"mail: {mail.dead} given up; see sdtools mail list")
    pauses = PauseBook(workspace.database).active(now)
    return Status(now=now, jobs=jobs, desks=desks, mail=mail, stale=tuple(stale), pauses=pauses)


def jobs_of(workspace: Workspace, now: datetime) -> tuple[JobStatus, ...]:
    """Return the configured jobs in the order of the file, also those that never ran."""
    known = JobBook(workspace.database).all()
    return tuple(_job(job, known.get(job.id), now) for job in workspace.settings.schedule)


def _job(job: JobSettings, state: JobState | None, now: datetime) -> JobStatus:
    if state is not None and state.timing != timing_text(job):
        state = None  # the schedule was changed and nobody has run it since
    return JobStatus(
        id=job.id,
        job=job.job,
        target=job.target,
        timing=timing_text(job),
        state=_state(state),
        next_due=state.due if state else first_due(job, now),
        last_start=state.began if state else None,
        last_good=state.good if state else None,
        lag=(now - state.good).total_seconds() if state and state.good else None,
        failures=state.failures if state else 0,
        held=state.held if state else 0,
        last_error=state.error if state else "",
        last_detail=state.detail if state else "",
        stale=state is None or _missed(job, state.good or state.since, now),
    )


def _state(
    state: JobState | None,
) -> Literal["never", "good", "failing", "held", "unfinished"]:
    if state is None or state.began is None:
        return "never"
    if state.unfinished:
        return "unfinished"
    if state.held:
        return "held"
    return "failing" if state.failures else "good"


def _missed(job: JobSettings, good: datetime, now: datetime) -> bool:
    """Tell whether two due times have passed since the last good run, and the grace."""
    due = good
    for _ in range(_PATIENCE):
        due = next_due(job, due)
    return now > due + _GRACE


def _why_stale(job: JobStatus) -> str:
    if job.last_error:
        return f"failed {job.failures} times in a row: {job.last_error}"
    if job.held:
        return "another run holds the desk"
    if job.last_start is None:
        return "nobody runs it; start `sdtools schedule run`"
    return "no good run for two intervals; is `sdtools schedule run` alive?"


def _desk(database: Database, name: str) -> DeskStatus:
    last_pass = Journal(database, name).last_good(("apply",))
    return DeskStatus(
        desk=name,
        last_pull=Mirror(database, name).cursor("tickets"),
        last_pass=last_pass,
        blocked=_blocked(database, name),
    )


def _blocked(database: Database, name: str) -> BlockedPlan | None:
    """Return the plan that was stopped last; None when a good run has come after it."""
    plan = PlanShelf(database, name).latest_blocked()
    if plan is None or plan.blocked is None:
        return None
    kinds = (*SETTLING, "undo") if plan.undoes else SETTLING
    last_good = Journal(database, name).last_good(kinds)
    if last_good and last_good >= plan.now:
        return None
    why = plan.blocked
    return BlockedPlan(
        plan=plan.id,
        made=plan.now,
        limit=why.limit,
        wanted=why.wanted,
        allowed=why.allowed,
        rule=why.rule,
        words=why.words,
    )


def _blocked_words(blocked: BlockedPlan) -> str:
    return f"plan {blocked.plan} was stopped by the {blocked.words} (rule {blocked.rule})"


def _mail(database: Database, now: datetime) -> MailStatus:
    outbox = Outbox(database)
    counts = outbox.counts()
    troubled = (*outbox.list(MessageState.dead, 1), *outbox.list(MessageState.waiting, 100))
    return MailStatus(
        waiting=counts[MessageState.waiting],
        dead=counts[MessageState.dead],
        last_error=next((queued.error for queued in troubled if queued.error), ""),
        overdue=sum(
            queued.state is MessageState.waiting
            and queued.attempts > 0
            and now - queued.message.made > _MAIL_GRACE
            for queued in troubled
        ),
    )
