"""``sdtools demo``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import click

from sdtools.cli.failure import DONE, PARTLY
from sdtools.cli.options import Clock, MomentType, as_json
from sdtools.cli.output import document

if TYPE_CHECKING:
    from sdtools.plan import Plan
    from sdtools.verbs.apply import Done
    from sdtools.verbs.demo import DeskDemo
    from sdtools.verbs.doctor import Diagnosis

__all__ = ["command"]

_DESKS = ("glpi", "servicenow")
_SHOWN = 12  # changes of a plan
_FRIDAY, _HOUR = 4, 15


@click.command("demo")
@click.option(
    "--history", type=click.Path(path_type=Path), help="A real desk's history (docs/history.md)."
)
@click.option("--as-of", type=MomentType(), help="The moment of the history to stand at.")
@click.option(
    "--desk", type=click.Choice(_DESKS), help="Only this desk; a history goes to glpi by default."
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("demo"), help="Folder for the results."
)
@as_json
def command(
    history: Path | None, as_of: datetime | None, desk: str | None, out: Path, as_json: bool
) -> int:
    """Run the main job on embedded desks: doctor, plan, apply, plan again, mailed report.

    Example: sdtools demo --history events.csv.gz --as-of 2016-05-16T09:00:00Z --desk servicenow
    """
    from sdtools.verbs.demo import DemoOrder, demo

    if history and not as_of:
        raise click.UsageError("--history needs --as-of TIME, a moment within the history")
    clock = Clock(None)
    moment = as_of or _last_friday(clock.first)
    show = _Show(quiet=as_json)
    order = DemoOrder(
        out=out,
        now=lambda: moment,
        wall=clock.wall,
        say=show.say,
        diagnosed=show.diagnosis,
        planned=show.plan,
        applied=show.applied,
        desks=_wanted(desk, history),
        history=history,
    )
    done = demo(order)
    if as_json:
        document(_document(done, clock.seconds))
    else:
        _finish(done, moment, clock.seconds)
    return DONE if not any(each.left for each in done) else PARTLY


def _wanted(desk: str | None, history: Path | None) -> tuple[str, ...]:
    if desk:
        return (desk,)
    return _DESKS[:1] if history else _DESKS


def _last_friday(now: datetime) -> datetime:
    """Return a Friday afternoon: a week that has something to report."""
    friday = now - timedelta(days=(now.weekday() - _FRIDAY) % 7)
    moment = friday.astimezone(UTC).replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    return moment if moment <= now else moment - timedelta(days=7)


class _Show:
    """Tells how the demo goes, on stdout for people and not at all for programs."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet

    def say(self, text: str) -> None:
        click.echo(click.style(f"\n{text}", bold=True), err=self._quiet)

    def diagnosis(self, diagnosis: Diagnosis) -> None:
        from sdtools.cli.doctor import print_checks

        if not self._quiet:
            print_checks(diagnosis)

    def plan(self, plan: Plan) -> None:
        from sdtools.cli.plantext import print_plan

        if not self._quiet:
            print_plan(plan, _SHOWN, {})

    def applied(self, done: Done) -> None:
        from sdtools.cli.apply import print_done

        if not self._quiet:
            print_done(done)


def _document(done: Sequence[DeskDemo], seconds: float) -> dict[str, object]:
    desks = [
        {
            "desk": each.desk,
            "tickets": each.tickets,
            "open": each.open,
            "planned": each.planned,
            "applied": each.applied,
            "left": each.left,
            "report": each.report,
        }
        for each in done
    ]
    return {"desks": desks, "mails": sum(each.mails for each in done), "seconds": seconds}


def _finish(done: Sequence[DeskDemo], moment: datetime, seconds: float) -> None:
    click.echo()
    for each in done:
        figures = f"{each.planned} planned, {each.applied} applied, {each.left} left"
        click.echo(f"{each.desk}: {each.tickets} tickets, {each.open} open; {figures}.")
    click.echo(f"{seconds} s.")
    click.echo(click.style("\nOpen these files:", bold=True))
    for each in done:
        click.echo(f"  {each.report}  the weekly report")
        click.echo(f"  {each.folder / 'mails'}  the {each.mails} mails that were sent")
        click.echo(f"  {each.folder / 'plan.json'}  what was planned, and why")
    click.echo(f"  {done[0].folder / 'rules.yaml'}  the rules that did it")
    click.echo(click.style("Try these commands next:", bold=True))
    first, last = done[0], done[-1]
    click.echo(f"  {_sdtools(first)} runs list")
    click.echo(
        f"  {_sdtools(last)} explain {last.desk} {last.example} --now {moment:%Y-%m-%dT%H:%M:%SZ}"
    )
    click.echo(f"  {_program()} init my-desk")


def _sdtools(done: DeskDemo) -> str:
    return f"{_program()} -c {done.folder / 'sdtools.yaml'}"


def _program() -> str:
    """Name sdtools as this person can call it: by its path where it is not on theirs."""
    if which("sdtools"):
        return "sdtools"
    started = Path(sys.argv[0])
    return str(started) if started.name == "sdtools" else f"{sys.executable} -m sdtools"
