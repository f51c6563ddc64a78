"""``sdtools plan``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtools.cli.apply import desk_of
from sdtools.cli.failure import DONE, EXIT_CHANGES, PARTLY
from sdtools.cli.options import (
    Clock,
    as_json,
    clock_option,
    config_option,
    config_path,
    only_options,
)
from sdtools.cli.output import Bar, counting, document, note
from sdtools.errors import UsageError

if TYPE_CHECKING:
    from sdtools.plan import Plan
    from sdtools.verbs.plan import Selection
    from sdtools.verbs.workspace import Workspace

__all__ = ["command"]


@click.command("plan")
@click.argument("desk", required=False, metavar="[DESK|FILE]")
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan for review and apply.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a page to review.")
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", help="Of the page.")
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
    html: Path | None,
    language: str,
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

    With the FILE of a saved plan: show that one, as it was decided then.

    Example: sdtools plan glpi --out plan.json --html plan.html
    """
    from sdtools.cli.plantext import plan_document, print_plan
    from sdtools.verbs.plan import Selection
    from sdtools.verbs.plan_page import numbers_of
    from sdtools.verbs.workspace import open_workspace

    if out and html and out.absolute() == html.absolute():
        raise UsageError(f"--out and --html both name {out}", "give each a file of its own")
    with open_workspace(config_path(config)) as workspace, counting("tickets") as count:
        selection = Selection(tickets=tickets, rules=rules)
        file = _file(workspace, desk)
        whole = None if tickets or rules else file  # a part of a file is not what the file holds
        made = (
            _saved(workspace, file, selection)
            if file
            else _new(workspace, desk, selection, clock, offline, count)
        )
        _keep(workspace, made, out, whole)
        if html:
            _write_page(workspace, made, html, language, out or whole)
        _tell_what_stops(workspace, made, clock)
        numbers = numbers_of(workspace, made)
    if as_json:
        document(plan_document(made))
    else:
        print_plan(made, most, numbers)
    if exit_code and made.changes:
        return EXIT_CHANGES
    return PARTLY if made.switched_off else DONE


def _file(workspace: Workspace, desk: str | None) -> Path | None:
    """Return the saved plan that is meant; None for a desk."""
    known = desk is None or desk in workspace.settings.desks
    return Path(desk) if desk and not known and Path(desk).is_file() else None


def _new(
    workspace: Workspace,
    desk: str | None,
    selection: Selection,
    clock: Clock,
    offline: bool,
    count: Bar,
) -> Plan:
    from sdtools.verbs.plan import plan

    settings = workspace.settings.desk(desk)
    return plan(workspace, settings, clock.first, selection, offline, count).plan


def _saved(workspace: Workspace, file: Path, selection: Selection) -> Plan:
    from sdtools.verbs.apply import read_plan
    from sdtools.verbs.plan import select
    from sdtools.verbs.workspace import load_book

    made = read_plan(file)
    settings = desk_of(workspace, made, file)
    note(f"plan {made.id} as it was decided at {made.now:%Y-%m-%d %H:%M} UTC")
    return select(workspace, settings, made, selection, load_book(settings))


def _keep(workspace: Workspace, made: Plan, out: Path | None, file: Path | None) -> None:
    """Save the plan where it is to be saved, and tell how to apply it."""
    from sdtools.verbs.guarded import apply_command
    from sdtools.verbs.plan import save_plan

    if out:
        save_plan(made, out)
        note(f"saved to {out}")
    if out or file:
        note(f"carry it out with: {apply_command(workspace, made, str(out or file))}")


def _write_page(
    workspace: Workspace, made: Plan, html: Path, language: str, saved: Path | None
) -> None:
    from sdtools.verbs.plan_page import Page, write_page

    page = Page(path=html, language=language, saved=saved)
    write_page(workspace, workspace.settings.desk(made.desk), made, page)
    note(f"the page is {html}")


def _tell_what_stops(workspace: Workspace, made: Plan, clock: Clock) -> None:
    """Say what apply would stop at before it looks at the limits."""
    from sdtools.store.memory import MemoryStore
    from sdtools.store.pauses import PauseBook

    if MemoryStore(workspace.database, made.desk).is_new():
        note(f"first pass: `sdtools baseline {made.desk}`, or apply with --adopt, limits lifted")
    found = PauseBook(workspace.database).of_desk(made.desk, clock.first)
    if found:
        note(f"{found.target} is {found.words}; until then apply changes nothing")
