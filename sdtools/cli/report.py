"""``sdtools report``."""

from __future__ import annotations

from pathlib import Path

import click

from sdtools.cli.failure import DONE
from sdtools.cli.options import Clock, as_json, clock_option, config_option, config_path
from sdtools.cli.output import document, note
from sdtools.errors import MailError

__all__ = ["command"]


@click.command("report")
@click.argument("name")
@click.option("--week", help="ISO week such as 2026-W46; else the last one that is over.")
@click.option(
    "--format", "form", type=click.Choice(("html", "text", "json")), help="What to render."
)
@click.option("--out", type=click.Path(path_type=Path), help="File to write; else stdout.")
@click.option("--send", is_flag=True, help="Mail it to the report's recipients.")
@config_option
@clock_option
@as_json
def command(
    name: str,
    week: str | None,
    form: str | None,
    out: Path | None,
    send: bool,
    config: Path | None,
    clock: Clock,
    as_json: bool,
) -> int:
    """Render a report of sdtools.yaml from the mirror, and mail it with --send.

    Example: sdtools report weekly --week 2026-W46 --out weekly.html --send
    """
    from sdtools.reports.render import weekly_json
    from sdtools.verbs.report import figures, mail_report, period_of, rendered, write_report
    from sdtools.verbs.workspace import open_workspace

    with open_workspace(config_path(config)) as workspace:
        report = workspace.settings.report(name)
        made = figures(workspace, report, period_of(report, week, clock.first), clock.first)
        if out:
            chosen = form or {".txt": "text", ".json": "json"}.get(out.suffix, "html")
            write_report(out, rendered(workspace, report, made, chosen))
            note(f"written to {out}")
        elif not as_json and (form or not send):
            click.echo(rendered(workspace, report, made, form or "text"))
        if send:
            sent = mail_report(workspace, report, made, clock.first)
            if sent.error:
                raise MailError(
                    f"the report was not mailed: {sent.error}", "it waits for the next try"
                )
            waits = "waits, " + sent.why if sent.quiet else "mailed"
            note(f"{waits}: {', '.join(report.to)}")
        if as_json:
            document(weekly_json(made))
    return DONE
