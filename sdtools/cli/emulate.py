"""``sdtools emulate``."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping

import click

from sdtools.cli.options import Clock, as_json, clock_option
from sdtools.cli.output import document, note

__all__ = ["command"]


@click.group("emulate")
def command() -> None:
    """Serve an embedded desk on loopback, to try things on."""


def _options(function: Callable[..., None]) -> Callable[..., None]:
    """Add what every embedded desk is started with."""
    for option in (  # the last one comes first in the help
        as_json,
        clock_option,
        click.option(
            "--latency", default=0, metavar="MS", help="Milliseconds to wait before each answer."
        ),
        click.option("--tickets", default=2000, show_default=True, help="How many tickets."),
        click.option("--seed", default=1, show_default=True, help="Another seed, another world."),
        click.option("--port", default=0, help="Port to listen on; else a free one."),
    ):
        function = option(function)
    return function


@command.command("glpi")
@_options
def glpi(port: int, seed: int, tickets: int, latency: int, clock: Clock, as_json: bool) -> None:
    """Serve a GLPI that speaks the REST API, until Ctrl-C.

    Example: sdtools emulate glpi --port 8099
    """
    from sdtools.verbs.emulate import emulate_glpi

    with emulate_glpi(clock.first, seed, tickets, port, latency / 1000) as desk:
        access = {"url": desk.url, "app_token": desk.app_token, "user_token": desk.user_token}
        _serve(access, as_json)


@command.command("servicenow")
@_options
def servicenow(
    port: int, seed: int, tickets: int, latency: int, clock: Clock, as_json: bool
) -> None:
    """Serve a ServiceNow that speaks the Table API and its neighbours, until Ctrl-C.

    Example: sdtools emulate servicenow --port 8098
    """
    from sdtools.verbs.emulate import emulate_servicenow

    with emulate_servicenow(clock.first, seed, tickets, port, latency / 1000) as desk:
        access = {"url": desk.url, "user": desk.user, "password": desk.password}
        _serve(access, as_json)


def _serve(access: Mapping[str, str], as_json: bool) -> None:
    ended = threading.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda _kind, _frame: ended.set())
    if as_json:
        document(access)
    else:
        for name, value in access.items():
            click.echo(f"{name}: {value}")
    note("Serving until Ctrl-C.")
    ended.wait()
