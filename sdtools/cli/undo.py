"""``sdtools undo``."""

from __future__ import annotations

from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtools.cli.apply import asked_to_stop, confirmed, refuse_pretending, told
from sdtools.cli.options import (
    Clock,
    as_json,
    clock_option,
    config_option,
    config_path,
    only_options,
)
from sdtools.cli.output import counting, table

if TYPE_CHECKING:
    from sdtools.apply.inverse import Inverse, Kept

__all__ = ["command"]

_SHOWN = 30  # changes that stay


@click.command("undo")
@click.argument("run")
@click.option("--yes", is_flag=True, help="Do not ask; needed without a terminal.")
@click.option("--limit", type=click.IntRange(min=1), help="Touch up to so many tickets this once.")
@only_options
@config_option
@clock_option
@as_json
def command(
    run: str,
    yes: bool,
    limit: int | None,
    tickets: tuple[str, ...],
    rules: tuple[str, ...],
    config: Path | None,
    clock: Clock,
    as_json: bool,
) -> int:
    """Take back what a run did, by a plan of its own that is shown before it is carried out.

    What people changed since stays as they left it; what was said or sent cannot be taken back
    and is listed first. The rules leave these tickets alone from then on, as long as the episode
    lasts. Works on a paused desk too. `sdtools runs list` shows the runs.

    Example: sdtools undo r-20261122-073000-1a2b --rule vip-is-urgent
    """
    from sdtools.store.records import find_run
    from sdtools.verbs.apply import ApplyOrder
    from sdtools.verbs.plan import Selection
    from sdtools.verbs.undo import undo
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace, asked_to_stop() as stop:
        desk = find_run(workspace.database, run).summary.desk
        refuse_pretending(clock, workspace.settings.desk(desk).url)
        with counting("tickets") as count, counting("changes") as step:

            def tell(turned: Inverse) -> None:
                count.close()
                if not as_json:
                    _print_kept(turned.kept)

            order = ApplyOrder(
                now=clock,
                wall=clock.wall,
                confirm=lambda plan: confirmed(plan, yes, count, stop),
                stop=stop,
                pulled=count,
                progress=step,
                limit=limit,
                selection=Selection(tickets=tickets, rules=rules),
            )
            undone = undo(workspace, run, order, tell)
    more = {"undoes": run, "kept": [_document(one) for one in undone.inverse.kept]}
    return told(undone.done, clock, as_json, more)


def _print_kept(kept: tuple[Kept, ...]) -> None:
    if not kept:
        return
    changes = "1 change is" if len(kept) == 1 else f"{len(kept)} changes are"
    click.echo(f"{changes} not taken back:")
    rows = [(one.change.number, one.change.rule, one.change.field, one.why) for one in kept]
    rows.sort(key=itemgetter(3, 1))  # what people changed since is not lost among the comments
    table(("ticket", "rule", "what", "why"), rows[:_SHOWN])
    if len(rows) > _SHOWN:
        click.echo(f"... and {len(rows) - _SHOWN} more; all of them: --json")


def _document(one: Kept) -> dict[str, str]:
    change = one.change
    return {
        "ticket": change.ticket,
        "number": change.number,
        "rule": change.rule,
        "field": change.field,
        "why": one.why,
    }
