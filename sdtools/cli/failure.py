"""From errors to messages and exit codes: the only place that knows them (DESIGN 6)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from errno import ENOSPC

import click

from sdtools.errors import (
    ConfigError,
    DeskError,
    GuardError,
    LeaseError,
    MailError,
    SdtoolsError,
    StoreError,
    UsageError,
)

__all__ = ["DONE", "EXIT_CHANGES", "INTERRUPTED", "PARTLY", "exit_code", "run"]

DONE = 0
PARTLY = 1
EXIT_CHANGES = 10
INTERRUPTED = 130
_CODES: tuple[tuple[type[SdtoolsError], int], ...] = (
    (UsageError, 2),
    (ConfigError, 2),
    (StoreError, 2),
    (DeskError, 3),
    (MailError, 3),
    (GuardError, 4),
    (LeaseError, 5),
)


def exit_code(error: SdtoolsError) -> int:
    """Return the exit code of an error; 2 promises that nothing was done."""
    if error.run and isinstance(error, StoreError):
        return PARTLY
    return next((code for kind, code in _CODES if isinstance(error, kind)), PARTLY)


def run(command: click.Command, arguments: Sequence[str] | None) -> int:
    """Run a command; every known error becomes one message and an exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        result = command.main(args=given, prog_name="sdtools", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        return _stopped("--json" in given)
    except click.ClickException as error:
        error.show()
        if "--json" in given:
            _show_document(error.format_message(), "see --help", error.exit_code, ())
        return error.exit_code
    except KeyboardInterrupt:
        return _stopped("--json" in given)
    except SdtoolsError as error:
        _show(error, "--json" in given)
        return exit_code(error)
    except BrokenPipeError:  # `sdtools ... | head`: nobody reads on, and that is fine
        _let_stdout_go()
        return DONE
    except OSError as error:
        if error.errno != ENOSPC:
            raise
        _let_stdout_go()
        click.echo("Error: what was printed could not be written: the disk is full", err=True)
        return PARTLY
    return result if isinstance(result, int) else DONE


def _let_stdout_go() -> None:
    """Send what is still to be printed nowhere, so that leaving does not fail on it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _stopped(as_json: bool) -> int:
    click.echo("Stopped.", err=True)
    if as_json:
        _show_document("stopped", "", INTERRUPTED, ())
    return INTERRUPTED


def _show(error: SdtoolsError, as_json: bool) -> None:
    mistakes = error.mistakes if isinstance(error, ConfigError) else ()
    if as_json:
        said = [str(mistake) for mistake in mistakes]
        _show_document(str(error), error.advice, exit_code(error), said, error.run)
    for mistake in mistakes:
        click.echo(str(mistake), err=True)
        if mistake.source.strip():
            click.echo(f"    {mistake.source.strip()}", err=True)
    click.echo(click.style(f"Error: {error}", fg="red"), err=True)
    if error.advice:
        click.echo(f"  {error.advice}", err=True)
    if error.run:
        click.echo(f"  until then: {', '.join(f'{k} {v}' for k, v in error.run.items())}", err=True)


def _show_document(
    message: str,
    advice: str,
    code: int,
    mistakes: Sequence[str],
    run: Mapping[str, object] | None = None,
) -> None:
    """Print an error as the one document that ``--json`` promises."""
    document = {"error": message, "advice": advice, "exit": code, "mistakes": list(mistakes)}
    click.echo(json.dumps({**document, **(run or {})}, ensure_ascii=False))
