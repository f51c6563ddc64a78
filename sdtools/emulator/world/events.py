"""Read the audit log of a real desk: one row an update, in the layout of ``docs/history.md``."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import IO, NamedTuple, cast

from sdtools.errors import ConfigError, Mistake
from sdtools.model.grades import Grade, Status

__all__ = ["GRADES", "PRIORITIES", "STATES", "Event", "read_events"]

STATES = {
    "New": Status.new,
    "Active": Status.assigned,
    "Awaiting User Info": Status.pending,
    "Awaiting Problem": Status.pending,
    "Awaiting Vendor": Status.pending,
    "Awaiting Evidence": Status.pending,
    "Resolved": Status.solved,
    "Closed": Status.closed,
}
GRADES = {"1 - High": Grade.high, "2 - Medium": Grade.medium, "3 - Low": Grade.low}
PRIORITIES = {
    "1 - Critical": Grade.very_high,
    "2 - High": Grade.high,
    "3 - Moderate": Grade.medium,
    "4 - Low": Grade.low,
    "5 - Planning": Grade.very_low,
}
_UNKNOWN = frozenset({"", "?", "-100"})  # how such files say that a value is not known
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d{2})")
_ENOUGH = 20  # mistakes after which reading on helps nobody
_GZIP = b"\x1f\x8b"


class Event(NamedTuple):
    """One update of one incident; "" is unknown."""

    number: str
    incident_state: str
    opened_at: datetime
    sys_updated_at: datetime
    resolved_at: datetime | None  # final, whatever the row's own time
    caller_id: str
    opened_by: str
    sys_updated_by: str
    contact_type: str
    location: str
    category: str
    subcategory: str
    u_symptom: str
    cmdb_ci: str
    impact: str
    urgency: str
    priority: str
    assignment_group: str
    assigned_to: str
    problem_id: str
    closed_code: str  # final, whatever the row's own time
    resolved_by: str  # final, whatever the row's own time


def read_events(path: Path) -> Iterator[Event]:
    """Yield the events of a CSV file (plain or gzip) in file order.

    Raises ConfigError with all mistakes (the first 20) and their lines.
    """
    mistakes: list[Mistake] = []
    try:
        with closing(_opened(path)) as lines:
            yield from _events(path, lines, mistakes)
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file", "give the path of a CSV file") from None
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        advice = "it should be CSV in UTF-8, plain or compressed with gzip"
        raise ConfigError(f"{path}: cannot be read ({error})", advice) from error
    if mistakes:
        raise ConfigError("\n".join(map(str, mistakes)), mistakes=tuple(mistakes))


def _opened(path: Path) -> IO[str]:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    if packed:
        return cast(IO[str], gzip.open(path, "rt", encoding="utf-8", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def _events(path: Path, lines: IO[str], mistakes: list[Mistake]) -> Iterator[Event]:
    rows = csv.reader(lines)
    header = next(rows, [])
    missing = [name for name in Event._fields if name not in header]
    if missing:
        raise ConfigError(
            f"{path}:1: no column {', '.join(missing)}", "docs/history.md lists the columns needed"
        )
    pick = itemgetter(*(header.index(name) for name in Event._fields))
    texts, dates = _Texts(), _Dates()
    for row in rows:
        try:
            yield _event(pick(row), texts, dates)
        except (IndexError, ValueError) as error:
            wrong = f"{len(row)} fields instead of {len(header)}"
            message = wrong if isinstance(error, IndexError) else str(error)
            mistakes.append(_mistake(path, rows.line_num, message))
            if len(mistakes) == _ENOUGH:
                return


def _event(row: tuple[str, ...], texts: dict[str, str], dates: dict[str, datetime]) -> Event:
    number, state, opened, updated, resolved, *others = row
    event = Event(
        texts[number],
        texts[state],
        dates[opened],
        dates[updated],
        None if resolved in _UNKNOWN else dates[resolved],
        *(texts[other] for other in others),
    )
    for value, words in (
        (event.incident_state, STATES),
        (event.impact, GRADES),
        (event.urgency, GRADES),
        (event.priority, PRIORITIES),
    ):
        if value and value not in words:
            raise ValueError(f"{value!r} is not known; write one of {', '.join(words)}, or ?")
    return event


class _Texts(dict[str, str]):
    """Texts as written to texts as meant, each cleaned once."""

    def __missing__(self, written: str) -> str:
        meant = "" if written.strip() in _UNKNOWN else " ".join(written.split())
        self[written] = meant.replace(" > ", " / ")  # which joins the parts of a path
        return self[written]


class _Dates(dict[str, datetime]):
    """Dates as written to moments, each read once."""

    def __missing__(self, written: str) -> datetime:
        match = _DATE.fullmatch(written.strip())
        try:
            day, month, year, hour, minute = map(int, match.groups() if match else ())
            self[written] = datetime(year, month, day, hour, minute, tzinfo=UTC)
        except ValueError:
            right = "write it as day/month/year hour:minute, such as 29/2/2016 01:16"
            raise ValueError(f"{written!r} is not a date; {right}") from None
        return self[written]


def _mistake(path: Path, line: int, message: str) -> Mistake:
    return Mistake(file=str(path), line=line, column=1, code="bad-row", message=message)
