"""Embedded desks for the benchmarks, and the folders that sdtools and the scripts run in."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import glpi_api

from benchmarks.child import Took, script, sdtools
from benchmarks.rows import glpi_rows, servicenow_rows, stamp
from benchmarks.worlds import cases, late_calls
from sdtools.emulator.clock import Clock
from sdtools.emulator.costs import Costs
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.glpi.fresh import TECHNICIAN_TOKEN
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow, serve_servicenow
from sdtools.emulator.servicenow.fresh import fixed_id

__all__ = ["GlpiBench", "ServiceNowBench", "glpi", "servicenow", "wall"]

_GLPI = """\
database: sqlite:///sdtools.db
rules: [rules.yaml]
desks:
  desk:
    kind: glpi
    url: {url}
    app_token: env:GLPI_APP_TOKEN
    user_token: env:GLPI_USER_TOKEN
    timezone: UTC
"""
_SERVICENOW = """\
database: sqlite:///sdtools.db
rules: [rules.yaml]
desks:
  desk:
    kind: servicenow
    url: {url}
    user: env:SNOW_USER
    password: env:SNOW_PASSWORD
    timezone: UTC
"""
_RULES = Path(__file__).parent / "rules.yaml"
State = dict[str, tuple[object, ...]]  # by ticket: all that the policy may write


@dataclass(frozen=True, slots=True, kw_only=True)
class GlpiBench:
    """A GLPI full of open tickets."""

    desk: EmbeddedGlpi
    folder: Path

    def sdtools(self, *arguments: str) -> Took:
        """Run sdtools against it."""
        return sdtools(
            *arguments, folder=self.folder, more=self._access, count=lambda: self.desk.requests
        )

    def script(self) -> Took:
        """Run the rival against it."""
        return script("glpi_script.py", self.folder, self._access, lambda: self.desk.requests)

    @property
    def _access(self) -> Mapping[str, str]:
        return {
            "GLPI_URL": self.desk.url,
            "GLPI_APP_TOKEN": self.desk.app_token,
            "GLPI_USER_TOKEN": self.desk.user_token,
        }

    def people_change(self, count: int, tickets: int) -> None:
        """Let a technician write new titles on so many tickets, now."""
        desk = self.desk
        with glpi_api.connect(desk.url, desk.app_token, TECHNICIAN_TOKEN) as technician:
            titles = late_calls(count, tickets).items()
            technician.update("Ticket", *({"id": one, "name": title} for one, title in titles))

    def close_all_but(self, count: int) -> None:
        """Close the tickets with the higher numbers."""
        closed = "UPDATE glpi_tickets SET status = 6, closedate = date_mod, solvedate = date_mod"
        self.desk.database.select(f"{closed} WHERE id > ?", (count,))

    def wait(self, by: timedelta) -> None:
        """Let time pass on the desk."""
        self.desk.clock.advance(by)

    def state(self) -> State:
        """Return what the policy may write, for every ticket."""
        database = self.desk.database
        found: dict[str, list[object]] = {
            str(row[0]): list(row[1:])
            for row in database.select("SELECT id, urgency, priority, status FROM glpi_tickets")
        }
        groups = "SELECT tickets_id, groups_id FROM glpi_groups_tickets WHERE type = 2 ORDER BY 2"
        said = "SELECT items_id, content FROM glpi_itilfollowups WHERE users_id = 2 ORDER BY id"
        for ticket, group in database.select(groups):
            found[str(ticket)].append(("group", group))
        for ticket, text in database.select(said):
            found[str(ticket)].append(("said", _sentence(str(text))))
        return {ticket: tuple(row) for ticket, row in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNowBench:
    """A ServiceNow full of open incidents."""

    desk: EmbeddedServiceNow
    folder: Path

    def sdtools(self, *arguments: str) -> Took:
        """Run sdtools against it."""
        return sdtools(
            *arguments, folder=self.folder, more=self._access, count=lambda: self.desk.requests
        )

    def script(self) -> Took:
        """Run the rival against it."""
        access = self._access
        return script("servicenow_script.py", self.folder, access, lambda: self.desk.requests)

    @property
    def _access(self) -> Mapping[str, str]:
        return {
            "SNOW_URL": self.desk.url,
            "SNOW_USER": self.desk.user,
            "SNOW_PASSWORD": self.desk.password,
        }

    def people_change(self, count: int, tickets: int) -> None:
        """Let people write new titles on so many tickets, now."""
        now = stamp(self.desk.clock.now())
        for number, title in late_calls(count, tickets).items():
            row = {"short_description": title, "sys_updated_on": now}
            self.desk.database.update("incident", fixed_id("incident", str(number)), row)

    def wait(self, by: timedelta) -> None:
        """Let time pass on the desk."""
        self.desk.clock.advance(by)

    def state(self) -> State:
        """Return what the policy may write, for every ticket."""
        found: dict[str, list[object]] = {
            row["sys_id"]: [row["number"], row["urgency"], row["priority"], row["state"],
                            row["assignment_group"], row["assigned_to"]]
            for row in self.desk.database.rows("incident")
        }  # fmt: skip
        for row in self.desk.database.rows("sys_journal_field", tail="ORDER BY sys_created_on"):
            if row["element"] == "work_notes":
                found[row["element_id"]].append(("said", _sentence(row["value"])))
        return {ticket: tuple(row) for ticket, row in found.items()}


@contextmanager
def glpi(count: int, now: datetime, costs: Costs | None) -> Iterator[GlpiBench]:
    """Serve a GLPI with so many open tickets; the same ones for the same ``now``."""
    database = GlpiDatabase()
    database.load(glpi_rows(cases(count, now)))
    with (
        TemporaryDirectory() as name,
        serve_glpi(database, _running(), **_priced(costs)) as desk,
    ):
        yield GlpiBench(desk=desk, folder=_filled(Path(name), _GLPI.format(url=desk.url)))


@contextmanager
def servicenow(count: int, now: datetime, costs: Costs | None) -> Iterator[ServiceNowBench]:
    """Serve a ServiceNow with so many open incidents; the same ones for the same ``now``."""
    database = ServiceNowDatabase()
    database.load(servicenow_rows(cases(count, now)))
    with (
        TemporaryDirectory() as name,
        serve_servicenow(database, _running(), **_priced(costs)) as desk,
    ):
        folder = _filled(Path(name), _SERVICENOW.format(url=desk.url))
        yield ServiceNowBench(desk=desk, folder=folder)


def wall() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)  # noqa: TID251 - a benchmark lives in real time, as cli does


def _running() -> Clock:
    return Clock(wall(), time.monotonic)


def _priced(costs: Costs | None) -> dict[str, Costs]:
    return {} if costs is None else {"costs": costs}


def _filled(folder: Path, config: str) -> Path:
    (folder / "sdtools.yaml").write_text(config, encoding="utf-8")
    shutil.copy(_RULES, folder / "rules.yaml")
    return folder


def _sentence(text: str) -> str:
    """Return what was said without markup and without the mark that sdtools adds."""
    plain = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
    plain = plain.replace("&#039;", "'").replace("<p>", "").replace("<br />", "\n")
    return plain.split("\n")[0].split("</p>")[0].split("?")[0].strip()
