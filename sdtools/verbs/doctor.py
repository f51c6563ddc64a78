"""Doctor: is the desk reachable, may we do what the rules need, and do the rules fit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdtools.config.settings import DeskSettings
from sdtools.connectors.desk import Check
from sdtools.errors import DeskError
from sdtools.model.people import Directory
from sdtools.rules.lint import unknown_names
from sdtools.verbs.connect import connect
from sdtools.verbs.workspace import load_book

__all__ = ["Diagnosis", "diagnose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All findings about one desk."""

    desk: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Tell whether every check is good."""
        return all(check.ok for check in self.checks)


def diagnose(settings: DeskSettings, now: datetime, canary: str = "") -> Diagnosis:
    """Look at a desk; a desk that cannot be reached is a finding too.

    ``canary`` is a ticket, by number or id, that may be written to: a field's own value, no other.
    """
    try:
        with connect(settings) as desk:
            checks = desk.check(now)
            names = _names(settings, desk.directory())
            written = (desk.canary(canary),) if canary else ()
    except DeskError as error:
        failed = Check(name="reach", ok=False, found=str(error), advice=error.advice)
        return Diagnosis(desk=settings.name, checks=(failed,))
    return Diagnosis(desk=settings.name, checks=(*checks, names, *written))


def _names(settings: DeskSettings, directory: Directory) -> Check:
    problems = unknown_names(load_book(settings), directory)
    if not problems:
        return Check(name="names", ok=True, found="the desk knows every name of the rules")
    first = problems[0]
    return Check(
        name="names",
        ok=False,
        found=f"{len(problems)} names of the rules are not known here: {first.message}",
        advice=f"see all: sdtools rules check --desk {settings.name}; {first.hint}".rstrip("; "),
    )
