"""The machine of the scheduler tests: a desk that can go down, a mail server, one clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from glpi_rows import Row, ticket_row

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.mailsink import MailSink
from sdtools.scheduler.scheduler import End, JobRun, Order, Scheduler
from sdtools.verbs.apply import ApplyOrder, apply_desk
from sdtools.verbs.workspace import Workspace, open_workspace

START = datetime(2026, 10, 22, 6, 0, tzinfo=UTC)  # a Thursday; clocks go back on Sunday
CONFIG = """\
database: sqlite:///sdtools.db
rules: [rules.yaml]
desks:
  glpi:
    kind: glpi
    url: {url}
    app_token: env:TEST_APP_TOKEN
    user_token: env:TEST_USER_TOKEN
    timezone: Europe/Paris
  lyon:
    kind: glpi
    url: http://127.0.0.1:1/apirest.php
    app_token: env:TEST_APP_TOKEN
    user_token: env:TEST_USER_TOKEN
mail: {{host: 127.0.0.1, port: {port}, security: none, from: "desk@example.org"{quiet}}}
reports:
  weekly: {{desk: glpi, to: [manager@example.org], language: fr, timezone: Europe/Paris}}
  broken: {{desk: lyon, to: [manager@example.org]}}
schedule:
{schedule}"""

RULES = """\
version: 1
limits: {known_percent: 100, known_most: 500}
housekeeping:
  - id: nobody-looks
    when: {status: [new, assigned], idle: {gte: 1d}}
    then:
      notify: {to: team@example.org, subject: "#{{ ticket.number }} lies", text: Look, digest: true}
    repeat: {every: 1d, max: 9}
"""


@dataclass
class House:
    """The machine on which sdtools runs, its desk that can go down, and its clock."""

    folder: Path
    clock: Clock
    database: GlpiDatabase
    sink: MailSink
    desk: EmbeddedGlpi | None = None
    runs: list[JobRun] = field(default_factory=list)
    happens: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    _served: ExitStack = field(default_factory=ExitStack)

    def desk_up(self) -> None:
        """Serve the desk, always on the same port."""
        port = int(self.desk.url.split(":")[2].split("/")[0]) if self.desk else 0
        served = serve_glpi(self.database, self.clock, port=port, timezone="Europe/Paris")
        self.desk = self._served.enter_context(served)

    def desk_down(self) -> None:
        """Close the desk's port."""
        self._served.close()

    def configure(self, schedule: str, quiet: str = "") -> None:
        """Write sdtools.yaml."""
        assert self.desk is not None
        text = CONFIG.format(url=self.desk.url, port=self.sink.port, schedule=schedule, quiet=quiet)
        (self.folder / "sdtools.yaml").write_text(text, encoding="utf-8")

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """Open the working folder."""
        with open_workspace(self.folder / "sdtools.yaml") as workspace:
            yield workspace

    def adopt(self) -> None:
        """Do the first pass as a person would."""
        with self.workspace() as workspace:
            apply_desk(workspace, workspace.settings.desk("glpi"), _adopting(self.clock))

    def wait(self, seconds: float) -> None:
        """Let time pass, and what happens meanwhile."""
        self.clock.advance(timedelta(seconds=seconds))
        while self.happens and self.happens[0][0] <= self.clock.now():
            self.happens.pop(0)[1]()

    def scheduler(
        self, workspace: Workspace, tick: timedelta, stop: Callable[[], bool]
    ) -> Scheduler:
        """Return a scheduler on the clock of the house."""
        order = Order(
            now=self.clock.now,
            wall=self.clock.now,
            wait=self.wait,
            stop=stop,
            told=self.runs.append,
            tick=tick,
        )
        return Scheduler(workspace, order)

    def run_until(self, end: datetime, tick: timedelta = timedelta(minutes=10)) -> None:
        """Run the scheduler as a process of its own, and stop it at a moment."""
        with self.workspace() as workspace:
            self.scheduler(workspace, tick, lambda: self.clock.now() >= end).run()

    def counts(self, job: str) -> Counter[End]:
        """Count the runs of a job by how they ended."""
        return Counter(run.end for run in self.runs if run.job == job)

    def starts(self, job: str) -> list[str]:
        """Return when a job began, to the minute, in UTC."""
        return [f"{run.began:%a %H:%M}" for run in self.runs if run.job == job]


def _adopting(clock: Clock) -> ApplyOrder:
    return ApplyOrder(
        now=clock.now,
        wall=clock.now,
        confirm=lambda plan: True,
        stop=lambda: False,
        pulled=lambda count: None,
        progress=lambda done, total: None,
        adopt=True,
    )


def new_tickets(number: int) -> Iterator[Row]:
    """Give the rows of tickets that were opened two days before the start, and lie there."""
    for id in range(5001, 5001 + number):
        yield ticket_row(id, "2026-10-20 08:00:00")
