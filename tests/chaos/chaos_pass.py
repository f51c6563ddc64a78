"""A pass in a process of its own, which can be killed or stopped at any of its boundaries."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from chaos_desk import Address
from chaos_world import START, rules_for
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from sdtools.config.load import load_settings
from sdtools.errors import LeaseError, SdtoolsError
from sdtools.plan import OutcomeState
from sdtools.store.database import open_database
from sdtools.store.journal import Journal
from sdtools.templating import Templates
from sdtools.verbs.apply import ApplyOrder, apply_desk
from sdtools.verbs.workspace import Workspace

__all__ = [
    "CLEAN",
    "CRASHED",
    "HELD",
    "KILLED",
    "WORKED",
    "Folder",
    "boundaries_of",
    "kill_at",
    "stop_at",
]

# How a pass ended.
CLEAN, WORKED, BROKE, HELD, CRASHED, KILLED = 0, 1, 3, 5, 70, -signal.SIGKILL
_CONFIG = """\
database: sqlite:///sdtools.db
rules: [rules.yaml]
desks:
  desk:
    kind: {kind}
    url: {url}
{lines}mail: {{host: 127.0.0.1, port: {mail}, security: none, from: "desk@example.org"}}
"""
_FORK = get_context("fork")
_TEMPLATES = Templates.load()  # once for all passes: they are forked from here
_WRITES = ("INSERT", "UPDATE", "DELETE")

Blade = Callable[[str], None]  # is told the name of each boundary when the pass gets there


@dataclass(slots=True)
class Folder:
    """A working folder of one desk; passes over it run one after the other, at ``now``."""

    path: Path
    now: datetime = START

    def furnish(self, address: Address, database: Path, climb: str = "next_tier") -> None:
        """Write configuration and rules; ``database`` is an empty one to start from."""
        text = _CONFIG.format(
            kind=address.kind, url=address.url, lines=address.lines, mail=address.mail
        )
        (self.path / "sdtools.yaml").write_text(text, encoding="utf-8")
        (self.path / "rules.yaml").write_text(
            rules_for(address.names, address.hook, climb), encoding="utf-8"
        )
        os.environ.update(address.secrets)
        shutil.copyfile(database, self.path / "sdtools.db")

    def lose_journal(self) -> None:
        """Delete the database: mirror, journal, memory and outbox."""
        for file in self.path.glob("sdtools.db*"):
            file.unlink()

    def is_locked(self) -> bool:
        """Tell whether somebody is writing to the database, so that nobody else can."""
        with closing(sqlite3.connect(self.path / "sdtools.db", timeout=0)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            database.rollback()
        return False

    def overridden(self) -> frozenset[tuple[str, str]]:
        """Return ticket and field of what the journal says the desk made something else of."""
        with open_database(f"sqlite:///{self.path / 'sdtools.db'}") as database:
            journal = Journal(database, "desk")
            settled = journal.settled_between(START, self.now)
        found = [one for one in settled if one.state is OutcomeState.overridden]
        fields = {(one.ticket, one.field) for one in found}
        return frozenset({*fields, *((ticket, "priority") for ticket, _ in fields)})

    def start(self, blade: Blade | None = None, ahead: timedelta = timedelta()) -> BaseProcess:
        """Start a pass; ``ahead`` is how far its clock for leases goes wrong."""
        process = _FORK.Process(target=self._child, args=(blade, ahead))
        process.start()
        return process

    def run(self, blade: Blade | None = None) -> int:
        """Run a pass to its end and say how it ended."""
        process = self.start(blade)
        process.join()
        assert process.exitcode is not None
        return process.exitcode

    def run_here(self) -> int:
        """Run a pass in this process: what it learns once, those forked from here know."""
        return self._pass(timedelta())

    def _child(self, blade: Blade | None, ahead: timedelta) -> None:
        if blade:
            _sharpen(blade)
        try:
            code = self._pass(ahead)
        except LeaseError:
            code = HELD
        except SdtoolsError as error:
            _note(self.path, f"{type(error).__name__}: {error}")
            code = BROKE
        except BaseException:  # noqa: BLE001  # whatever it is, the storm has to show it
            traceback.print_exc()
            code = CRASHED
        os._exit(code)

    def _pass(self, ahead: timedelta) -> int:
        ticks = count()
        order = ApplyOrder(
            now=lambda: self.now + timedelta(milliseconds=next(ticks)),
            wall=lambda: START + timedelta(seconds=time.monotonic()) + ahead,
            confirm=lambda plan: True,
            stop=lambda: False,
            pulled=lambda count: None,
            progress=lambda done, total: None,
            adopt=True,
            wait=lambda seconds: None,
        )
        settings = load_settings(self.path / "sdtools.yaml")
        with open_database(settings.database_url()) as database:
            workspace = Workspace(settings=settings, database=database, templates=_TEMPLATES)
            done = apply_desk(workspace, settings.desk("desk"), order)
        for line in done.trouble:
            _note(self.path, " | ".join(line))
        return CLEAN if done.clean and not done.plan.changes and not done.mail.waiting else WORKED


def _note(folder: Path, line: str) -> None:
    """Keep what went wrong, for whoever looks into a failing seed."""
    with (folder / "notes.txt").open("a", encoding="utf-8") as notes:
        notes.write(f"{line}\n")


def _sharpen(blade: Blade) -> None:
    """Tell the blade of every boundary: around each commit of a write, and around each request."""
    dirty = False

    def look(_: object, __: object, statement: str, *rest: object) -> None:
        nonlocal dirty
        dirty = dirty or statement.lstrip().upper().startswith(_WRITES)

    def commit(dialect: DefaultDialect, connection: object) -> None:
        nonlocal dirty
        if dirty:
            blade("before commit")
        plain_commit(dialect, connection)  # type: ignore[no-untyped-call]  # as SQLAlchemy has it
        if dirty:
            dirty = False
            blade("after commit")

    def send(adapter: HTTPAdapter, request: PreparedRequest, **settings: object) -> Response:
        blade(f"before {request.method}")
        response = plain_send(adapter, request, **settings)  # type: ignore[arg-type]  # passed on
        blade(f"after {request.method}")
        return response

    plain_commit, plain_send = DefaultDialect.do_commit, HTTPAdapter.send
    event.listen(Engine, "before_cursor_execute", look)
    DefaultDialect.do_commit = commit  # type: ignore[method-assign]  # in a child that dies soon
    HTTPAdapter.send = send  # type: ignore[method-assign,assignment]  # likewise


def kill_at(number: int) -> Blade:
    """Return a blade that kills at the boundary of this number, from 1."""
    numbers = count(1)

    def blade(_: str) -> None:
        if next(numbers) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return blade


def stop_at(number: int) -> Blade:
    """Return a blade that stops the process at the boundary of this number, until it is woken."""
    numbers = count(1)

    def blade(_: str) -> None:
        if next(numbers) == number:
            os.kill(os.getpid(), signal.SIGSTOP)

    return blade


def boundaries_of(folder: Folder) -> list[str]:
    """Run a pass to its end and return the names of its boundaries, in order."""
    path = folder.path / "boundaries.txt"

    def blade(name: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")

    code = folder.run(blade)
    assert code == WORKED, code
    return path.read_text(encoding="utf-8").splitlines()
