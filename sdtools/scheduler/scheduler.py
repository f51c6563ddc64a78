"""The scheduler: tries what is due, notes how it went, and sends the mail that waits."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sdtools.config.settings import JobSettings
from sdtools.config.timing import first_due, next_due, timing_text
from sdtools.errors import ConfigError, LeaseError, SdtoolsError
from sdtools.scheduler.ticker import Ticker
from sdtools.scheduler.work import Work, work_on
from sdtools.store.jobs import JobBook, JobState
from sdtools.verbs.send import send_due
from sdtools.verbs.workspace import Workspace

__all__ = ["TICK", "End", "JobRun", "Order", "Scheduler"]

TICK = timedelta(seconds=10)
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 360))
# after the first failure in a row, the second...: sooner than a weekly job's next time
_SHOWN = 3  # mistakes in one message
_log = logging.getLogger(__name__)


class End(StrEnum):
    """How a run of a job ended."""

    good = "good"
    failed = "failed"
    held = "held"  # another run has the desk
    interrupted = "interrupted"  # asked to stop half way


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """One run of a job; ``error`` is set when it failed or was held."""

    job: str
    end: End
    began: datetime
    ended: datetime
    detail: str
    error: SdtoolsError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The clocks, and the ways to be told and to be stopped.

    ``now`` is the time of the jobs and ``wall`` that of leases between processes; ``wait`` takes
    seconds and may end sooner; ``told`` hears of every run, and of a desk that is held once.
    """

    now: Callable[[], datetime]
    wall: Callable[[], datetime]
    wait: Callable[[float], None]
    stop: Callable[[], bool]
    told: Callable[[JobRun], None]
    tick: timedelta = TICK


class Scheduler:
    """The jobs of one configuration."""

    def __init__(self, workspace: Workspace, order: Order) -> None:
        """Take the schedule as configured; what was remembered of other jobs is forgotten."""
        self._workspace = workspace
        self._order = order
        self._book = JobBook(workspace.database)
        self._jobs = {job.id: job for job in workspace.settings.schedule}
        now = order.now()
        self._book.keep_only(self._jobs)
        for job in self._jobs.values():
            self._book.expect(job.id, timing_text(job), first_due(job, now), now)

    def run(self) -> None:
        """Run jobs and send mail until asked to stop; a job in hand ends its change first."""
        ticker = Ticker(self._order.now)
        for call in (self.run_due, self.send_mail):
            ticker.every(self._order.tick, self._safe(call))
        while not self._order.stop():
            ticker.beat()
            if not self._order.stop():
                self._order.wait(ticker.pause())

    def run_due(self) -> None:
        """Run every job that is due once, the longest due first."""
        for state in self._book.all().values():
            if self._order.stop():
                return
            if state.id in self._jobs and state.due <= self._order.now():
                self._run(self._jobs[state.id], state)

    def run_once(self, id: str) -> JobRun:
        """Run a job now, whether it is due or not."""
        return self._run(self._workspace.settings.job(id), self._book.all()[id])

    def send_mail(self) -> None:
        """Send the mail that is due, also what other commands left behind."""
        send_due(self._workspace.database, self._workspace.settings.mail, self._order.now())

    def _run(self, job: JobSettings, state: JobState) -> JobRun:
        began = self._order.now()
        self._book.begin(job.id, began)
        run = self._tried(job, state.due, began)
        self._note(job, state, run)
        if run.end is not End.held or not state.held:
            self._order.told(run)
        return run

    def _tried(self, job: JobSettings, due: datetime, began: datetime) -> JobRun:
        """Do the work; whatever goes wrong there stays there."""
        order = self._order
        work = Work(
            job=job, due=due, now=order.now, wall=order.wall, stop=order.stop, wait=order.wait
        )
        error: SdtoolsError | None = None
        try:
            worked = work_on(self._workspace, work)
        except LeaseError as caught:
            end, detail, error = End.held, str(caught), caught
        except SdtoolsError as caught:
            end, detail, error = End.failed, _in_words(caught), caught
        except Exception as caught:  # noqa: BLE001  # a bug in one job must not stop the others
            detail = f"a bug in sdtools: {type(caught).__name__}"
            end, error = End.failed, SdtoolsError(detail, "please report it, with the log")
            _log.error("job %s: %s", job.id, _trace(caught))
        else:
            end, detail = (End.good if worked.whole else End.interrupted), worked.detail
        return JobRun(
            job=job.id, end=end, began=began, ended=order.now(), detail=detail, error=error
        )

    def _note(self, job: JobSettings, state: JobState, run: JobRun) -> None:
        due = next_due(job, run.ended)
        match run.end:
            case End.good:
                self._book.good(job.id, run.ended, due, run.detail)
            case End.failed:
                pause = _PAUSES[min(state.failures, len(_PAUSES) - 1)]
                self._book.failed(job.id, run.ended, min(due, run.ended + pause), run.detail)
            case End.held:
                self._book.held(job.id, run.ended)
            case End.interrupted:
                self._book.interrupted(job.id, run.ended)

    def _safe(self, call: Callable[[], None]) -> Callable[[], None]:
        """Wrap a call so that its trouble (a full disk, a bug) is told once and ends nothing."""
        said = ""

        def called() -> None:
            nonlocal said
            before, said = said, ""
            try:
                call()
            except SdtoolsError as error:
                said = _in_words(error)
            except Exception as error:  # noqa: BLE001  # what is due next must not wait for ever
                said = f"a bug: {_trace(error)}"
            if said not in {"", before}:
                _log.error("%s; trying again every %s", said, self._order.tick)

        return called


def _in_words(error: SdtoolsError) -> str:
    mistakes = error.mistakes if isinstance(error, ConfigError) else ()
    parts = (str(error), *(str(mistake) for mistake in mistakes[:_SHOWN]), error.advice)
    return "; ".join(part for part in parts if part)


def _trace(error: Exception) -> str:
    """Return where a bug is, without its text: that may hold people's words."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"
