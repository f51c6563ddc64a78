"""``sdtools emulate``."""

from __future__ import annotations

import signal
import threading

import click

from sdtools.cli.options import Clock, as_json, clock_option
from sdtools.cli.output import document, note

__all__ = ["command"]


@click.group("emulate")
def command() -> None:
    """Serve an embedded desk on loopback, to try things on."""


@command.command("glpi")
@click.option("--port", default=0, help="Port to listen on; else a free one.")
@click.option("--seed", default=1, show_default=True, help="Another seed, another world.")
@click.option("--tickets", default=2000, show_default=True, help="How many tickets.")
@click.option("--latency", default=0, metavar="MS", help="Milliseconds to wait before each answer.")
@clock_option
@as_json
def glpi(port: int, seed: int, tickets: int, latency: int, clock: Clock, as_json: bool) -> None:
    """Serve a GLPI that speaks the REST API, until Ctrl-C.

    Example: sdtools emulate glpi --port 8099
    """
    from sdtools.verbs.emulate import emulate_glpi

    ended = threading.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda _kind, _frame: ended.set())
    with emulate_glpi(clock.first, seed, tickets, port, latency / 1000) as desk:
        access = {"url": desk.url, "app_token": desk.app_token, "user_token": desk.user_token}
        if as_json:
            document(access)
        else:
            for name, value in access.items():
                click.echo(f"{name}: {value}")
        note("Serving until Ctrl-C.")
        ended.wait()
