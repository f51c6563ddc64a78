"""``sdtools apply``."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from sdtools.cli.failure import DONE, INTERRUPTED, PARTLY
from sdtools.cli.options import (
    Clock,
    as_json,
    clock_option,
    config_option,
    config_path,
    only_options,
)
from sdtools.cli.output import Bar, counting, document, note, table
from sdtools.errors import UsageError
from sdtools.plan import OutcomeState, Plan

if TYPE_CHECKING:
    from sdtools.apply.context import Applied
    from sdtools.config.settings import DeskSettings
    from sdtools.verbs.apply import Done
    from sdtools.verbs.workspace import Workspace

__all__ = [
    "asked_to_stop",
    "command",
    "confirmed",
    "desk_of",
    "print_done",
    "refuse_pretending",
    "told",
]

_SHOWN = 30  # changes of the plan when asking
_TROUBLE = ("ticket", "rule", "outcome", "detail")


@click.command("apply")
@click.argument("desk_or_file", metavar="DESK|FILE")
@click.option("--yes", is_flag=True, help="Do not ask; needed without a terminal.")
@click.option(
    "--adopt", is_flag=True, help="First pass: act on existing tickets too, limits lifted."
)
@click.option("--limit", type=click.IntRange(min=1), help="Touch up to so many tickets this once.")
@only_options
@config_option
@clock_option
@as_json
def command(
    desk_or_file: str,
    yes: bool,
    adopt: bool,
    limit: int | None,
    tickets: tuple[str, ...],
    rules: tuple[str, ...],
    config: Path | None,
    clock: Clock,
    as_json: bool,
) -> int:
    """Change a desk as its rules say, or as a saved plan says.

    Pulls, decides, guards, writes, and reads every write back. Ctrl-C finishes the tickets in
    hand and leaves the rest untouched. `sdtools undo` takes a run back.

    Example: sdtools apply glpi --yes
    """
    from sdtools.verbs.apply import ApplyOrder, apply_desk, apply_file, read_plan
    from sdtools.verbs.plan import Selection
    from sdtools.verbs.workspace import open_workspace

    gc.freeze()  # what is loaded by now stays to the end: no collection looks through it
    with open_workspace(config_path(config)) as workspace, asked_to_stop() as stop:
        known = desk_or_file in workspace.settings.desks
        saved = None if known else read_plan(Path(desk_or_file))
        settings = (
            desk_of(workspace, saved, Path(desk_or_file))
            if saved
            else workspace.settings.desk(desk_or_file)
        )
        refuse_pretending(clock, settings.url)
        with counting("tickets") as count, counting("changes") as step:
            order = ApplyOrder(
                now=clock,
                wall=clock.wall,
                confirm=lambda plan: confirmed(plan, yes, count, stop),
                stop=stop,
                pulled=count,
                progress=step,
                adopt=adopt,
                limit=limit,
                selection=Selection(tickets=tickets, rules=rules),
            )
            if saved:
                done = apply_file(workspace, settings, saved, order)
            else:
                done = apply_desk(workspace, settings, order)
    return told(done, clock, as_json, {})


def desk_of(workspace: Workspace, saved: Plan, file: Path) -> DeskSettings:
    """Return the desk of a saved plan; UsageError when the configuration has none of its name."""
    desks = workspace.settings.desks
    if saved.desk not in desks:
        known = ", ".join(desks)
        raise UsageError(f"{file} was made for desk {saved.desk!r}", f"desks here: {known}")
    return desks[saved.desk]


def refuse_pretending(clock: Clock, url: str) -> None:
    """Refuse ``--now`` where something real would be changed."""
    from sdtools.connectors.http import is_loopback

    if clock.given and not is_loopback(url):
        raise UsageError(
            "--now with apply is for embedded desks only",
            "leave --now out: a real desk lives in real time",
        )


def told(done: Done, clock: Clock, as_json: bool, more: Mapping[str, object]) -> int:
    """Print what became of the plan, in JSON with ``more``, and return the exit code."""
    if as_json and done.applied:
        trouble = [dict(zip(_TROUBLE, row, strict=True)) for row in done.trouble]
        summary = _summary(done, done.applied)
        document({**summary, "trouble": trouble, "seconds": clock.seconds, **more})
    elif as_json:
        document({"run": None, "planned": len(done.plan.changes), "applied": 0, **more})
    else:
        print_done(done)
    if done.applied is None:
        note("Nothing was changed.")
        return DONE
    if done.applied.interrupted:
        note("Stopped as asked: the tickets in hand are finished, the rest is untouched.")
        return INTERRUPTED
    return DONE if done.clean else PARTLY


def confirmed(plan: Plan, yes: bool, bar: Bar, stop: Stop) -> bool:
    """Ask, with nothing moving on the screen; from a yes on, Ctrl-C finishes what is in hand."""
    from sdtools.cli.plantext import print_plan

    bar.close()
    if plan.due and not yes:
        if not sys.stdin.isatty():
            raise UsageError("there is no terminal to ask on", "add --yes: nobody is asked then")
        with redirect_stdout(sys.stderr):  # stdout is for the result
            print_plan(replace(plan, blocked=None), _SHOWN, {})
        if plan.blocked:  # and yet here: --adopt or --limit
            note(f"over the {plan.blocked.words}: lifted this once")
        if not click.confirm(_question(plan), err=True):
            return False
    stop.armed = True
    return True


def _question(plan: Plan) -> str:
    count = len(plan.due)
    changes = "1 change" if count == 1 else f"{count} changes"
    if plan.undoes:
        return f"Take back {changes} on desk {plan.desk}?"
    return f"Apply {changes} to desk {plan.desk}?"


def _summary(done: Done, applied: Applied) -> dict[str, object]:
    return {
        "run": applied.run,
        "planned": len(done.plan.due),
        **{state.value: done.counts[state] for state in OutcomeState},
        "switched_off": [off.rule for off in done.plan.switched_off],
        "requests": applied.requests,
        "mail": {"sent": done.mail.sent, "waiting": done.mail.waiting, "why": done.mail.why},
    }


def print_done(done: Done) -> None:
    """Print what became of a plan."""
    if done.applied is None:
        return
    summary = _summary(done, done.applied)
    counted = ", ".join(
        f"{done.counts[state]} {state}" for state in OutcomeState if done.counts[state]
    )
    click.echo(
        f"run {summary['run']}: {summary['planned']} planned: {counted or 'nothing to do'}"
        f" ({summary['requests']} requests)"
    )
    if done.trouble:
        table(_TROUBLE, done.trouble)
    if done.mail.sent:
        click.echo(f"mails sent: {done.mail.sent}")
    if done.mail.waiting:
        note(f"{done.mail.waiting} mails wait: {done.mail.why}")


@contextmanager
def asked_to_stop() -> Iterator[Stop]:
    """Hear Ctrl-C and a termination as a wish to stop, while this lasts."""
    stop = Stop()
    before = {kind: signal.signal(kind, stop.hear) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


class Stop:
    """Remembers that somebody asked to stop; asked twice, or before any write, it stops at once."""

    def __init__(self) -> None:
        self.asked = False
        self.armed = False  # before the first write there is nothing to finish

    def __call__(self) -> bool:
        """Tell whether to stop."""
        return self.asked

    def hear(self, _kind: int, _frame: FrameType | None) -> None:
        """Take the signal."""
        if self.asked or not self.armed:
            raise KeyboardInterrupt
        self.asked = True
        note("Stopping after the tickets in hand (Ctrl-C again stops at once)...")
