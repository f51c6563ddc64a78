"""The command ``sdtools``: its commands are loaded when they run, so that --help is quick."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from pathlib import Path

import click

from sdtools.cli.heap import tune

__all__ = ["cli", "main"]

# name: (module, what it does); a command is the function `command` of its module
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Run the main job on an embedded desk, from pull to mailed report."),
    "init": ("init", "Write a starter configuration, rules and templates."),
    "doctor": ("doctor", "Check reach, rights, clock and paging of a desk."),
    "pull": ("pull", "Refresh the local mirror of a desk."),
    "plan": ("plan", "Show what the rules would change, and why."),
    "apply": ("apply", "Change the desk as the rules or a saved plan say."),
    "baseline": ("baseline", "Take a desk as it is: rules act on what happens from now on."),
    "undo": ("undo", "Take back what a run did."),
    "pause": ("pause", "Stop a desk or a rule for a while."),
    "resume": ("resume", "End a pause before its time."),
    "explain": ("explain", "Tell for one ticket or one rule what fires, and why not."),
    "runs": ("runs", "Look into the journal: what each run did, and how two differ."),
    "rules": ("rules", "Check rule files; list rules with what became of them."),
    "report": ("report", "Render a report, and mail it."),
    "schedule": ("schedule", "Run passes, pulls and reports by themselves."),
    "status": ("status", "Tell whether everything runs by itself, and what is stale."),
    "mail": ("mail", "Look into the outbox, and send again."),
    "emulate": ("emulate", "Serve an embedded desk on loopback."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which people meet them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"sdtools.cli.{COMMANDS[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and say which one was meant when there is none."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    help="Configuration file; else SDTOOLS_CONFIG, else ./sdtools.yaml.",
)
@click.option("-v", "--verbose", is_flag=True, help="Log requests and decisions to stderr.")
@click.version_option(package_name="sdtools")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, verbose: bool) -> None:
    """Policy as code for a service desk: rules and reports for GLPI and ServiceNow.

    First steps: `sdtools demo`, then `sdtools init` and `sdtools doctor`.
    """
    ctx.obj = {"config": config}
    if verbose:
        import logging

        logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
        logging.getLogger("sdtools").setLevel(logging.DEBUG)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    tune()
    from sdtools.cli.failure import run

    code = run(cli, arguments)
    gc.freeze()  # what is left ends with the process: no need to look through it once more
    sys.exit(code)
