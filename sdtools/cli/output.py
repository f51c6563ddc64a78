"""Output for people: tables and progress on a terminal, plain text when piped."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Bar", "counting", "document", "note", "one_line", "short", "table"]

# Control characters, and those that turn the direction of writing.
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_UNSEEN = dict.fromkeys(_CONTROLS, " ")
_UNSEEN_IN_CELLS = {place: " " for place in _CONTROLS if chr(place) != "\n"}
_LONGEST = 48  # characters of a value in a table


def document(data: object) -> None:
    """Print one JSON document on stdout."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def note(text: str) -> None:
    """Say something to the person, on stderr."""
    click.echo(text, err=True)


def short(text: str) -> str:
    """Return a text as one line that leaves room for its neighbours in a table."""
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table; piped, one line a row with two spaces between the columns."""
    if not sys.stdout.isatty():
        _plain(columns, rows, title)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=title or None, title_justify="left", header_style="bold", box=None)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(
            *(Text(cell.translate(_UNSEEN_IN_CELLS)) for cell in row)
        )  # Text: a ticket's words are not markup
    Console().print(shown)


def _plain(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    if title:
        click.echo(title)
    lines = [list(columns), *([one_line(cell) for cell in row] for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def one_line(text: str) -> str:
    """Return a text as one line of visible characters: a ticket's words move no cursor."""
    return " ".join(text.translate(_UNSEEN).split())


class Bar:
    """Progress on a terminal: drawn from the first step on, and gone while a person is asked."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown: tuple[Progress, TaskID] | None = None

    def __call__(self, done: int, total: int = 0) -> None:
        """Show how many of how many are done; without a total, just a growing number."""
        if self._shown is None and sys.stderr.isatty():
            self._shown = self._begin()
        if self._shown:
            progress, task = self._shown
            progress.update(task, completed=done, total=total or None)

    def close(self) -> None:
        """Take it off the screen; a further step shows it again."""
        if self._shown:
            self._shown[0].stop()
            self._shown = None

    def _begin(self) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        progress = Progress(*columns, console=Console(stderr=True), transient=True)
        progress.start()
        return progress, progress.add_task(self._what, total=None)


@contextmanager
def counting(what: str) -> Iterator[Bar]:
    """Show progress on a terminal while something is done, and take it away at the end."""
    bar = Bar(what)
    try:
        yield bar
    finally:
        bar.close()
