"""``sdtools plan``."""

from __future__ import annotations

from pathlib import Path

import click

from sdtools.cli.failure import DONE, EXIT_CHANGES, PARTLY
from sdtools.cli.options import (
    Clock,
    as_json,
    clock_option,
    config_option,
    config_path,
    only_options,
)
from sdtools.cli.output import counting, document, note

__all__ = ["command"]


@click.command("plan")
@click.argument("desk", required=False)
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan for review and apply.")
@click.option("--offline", is_flag=True, help="Decide on the mirror; send nothing to the desk.")
@click.option("--exit-code", is_flag=True, help="Exit 10 when there are changes.")
@click.option("--most", default=30, show_default=True, help="Changes to print.")
@only_options
@config_option
@clock_option
@as_json
def command(
    desk: str | None,
    out: Path | None,
    offline: bool,
    exit_code: bool,
    most: int,
    tickets: tuple[str, ...],
    rules: tuple[str, ...],
    config: Path | None,
    clock: Clock,
    as_json: bool,
) -> int:
    """Show what the rules would change on a desk, and why. Nothing is changed.

    Example: sdtools plan glpi --out plan.json && sdtools apply plan.json
    """
    from sdtools.cli.plantext import plan_document, print_plan
    from sdtools.verbs.plan import Selection, plan, save_plan
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace, counting("tickets") as count:
        settings = workspace.settings.desk(desk)
        selection = Selection(tickets=tickets, rules=rules)
        made = plan(workspace, settings, clock.first, selection, offline, count).plan
    if out:
        save_plan(made, out)
        note(f"saved to {out}; carry it out with: sdtools apply {out}")
    if as_json:
        document(plan_document(made))
    else:
        print_plan(made, most)
    if exit_code and made.changes:
        return EXIT_CHANGES
    return PARTLY if made.switched_off else DONE
