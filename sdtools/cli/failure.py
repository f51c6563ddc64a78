"""From errors to messages and exit codes: the only place that knows them (DESIGN 6)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

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
    """Return the exit code of an error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), PARTLY)


def run(command: click.Command, arguments: Sequence[str] | None) -> int:
    """Run a command; every known error becomes one message and an exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        result = command.main(args=given, prog_name="sdtools", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        if "--json" in given:
            _show_document(error.format_message(), "see --help", error.exit_code, ())
        return error.exit_code
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        return INTERRUPTED
    except SdtoolsError as error:
        _show(error, "--json" in given)
        return exit_code(error)
    except BrokenPipeError:  # `sdtools ... | head`: nobody reads on, and that is fine
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return result if isinstance(result, int) else DONE


def _show(error: SdtoolsError, as_json: bool) -> None:
    mistakes = error.mistakes if isinstance(error, ConfigError) else ()
    if as_json:
        said = [str(mistake) for mistake in mistakes]
        _show_document(str(error), error.advice, exit_code(error), said)
    for mistake in mistakes:
        click.echo(str(mistake), err=True)
        if mistake.source.strip():
            click.echo(f"    {mistake.source.strip()}", err=True)
    click.echo(click.style(f"Error: {error}", fg="red"), err=True)
    if error.advice:
        click.echo(f"  {error.advice}", err=True)


def _show_document(message: str, advice: str, code: int, mistakes: Sequence[str]) -> None:
    """Print an error as the one document that ``--json`` promises."""
    document = {"error": message, "advice": advice, "exit": code, "mistakes": list(mistakes)}
    click.echo(json.dumps(document, ensure_ascii=False))
