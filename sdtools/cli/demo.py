"""``sdtools demo``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
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

_SHOWN = 12  # changes of a plan
_FRIDAY, _HOUR = 4, 15


@click.command("demo")
@click.option(
    "--history", type=click.Path(path_type=Path), help="A real desk's history (docs/history.md)."
)
@click.option("--as-of", type=MomentType(), help="The moment of the history to stand at.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("demo"), help="Folder for the results."
)
@as_json
def command(history: Path | None, as_of: datetime | None, out: Path, as_json: bool) -> int:
    """Run the main job on an embedded desk: doctor, plan, apply, plan again, mailed report.

    Example: sdtools demo --history events.csv.gz --as-of 2016-05-16T09:00:00Z
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
        history=history,
    )
    done = demo(order)
    if as_json:
        document(_document(done, clock.seconds))
    else:
        _finish(done, out, clock.seconds)
    return DONE if done.left == 0 else PARTLY


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
            print_plan(plan, _SHOWN)

    def applied(self, done: Done) -> None:
        from sdtools.cli.apply import print_done

        if not self._quiet:
            print_done(done)


def _document(done: DeskDemo, seconds: float) -> dict[str, object]:
    desk = {
        "desk": done.desk,
        "tickets": done.tickets,
        "open": done.open,
        "planned": done.planned,
        "applied": done.applied,
        "left": done.left,
        "report": done.report,
    }
    return {"desks": [desk], "mails": done.mails, "seconds": seconds}


def _finish(done: DeskDemo, out: Path, seconds: float) -> None:
    click.echo(f"\n{done.planned} planned, {done.applied} applied, {done.left} left; {seconds} s.")
    click.echo(click.style("\nOpen these files:", bold=True))
    click.echo(f"  {done.report}  the weekly report")
    click.echo(f"  {out / 'mails'}/  the {done.mails} mails that were sent")
    click.echo(f"  {out / 'rules.yaml'}  the rules that did it")
    click.echo(click.style("Try these commands next:", bold=True))
    config = f"sdtools -c {out / 'sdtools.yaml'}"
    click.echo(f"  {config} runs list")
    click.echo(f"  {config} explain {done.desk} {done.example}")
    click.echo("  sdtools init my-desk")
