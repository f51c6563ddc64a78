"""``sdtools emulate``."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from sdtools.cli.options import Clock, as_json, clock_option
from sdtools.cli.output import document, note

if TYPE_CHECKING:
    from sdtools.emulator.costs import Costs
    from sdtools.emulator.faults import Fault
    from sdtools.emulator.hosting import Hosting

__all__ = ["command"]


class _Wanted(TypedDict):
    """The options that say how a desk is served."""

    port: int
    latency: int
    costs: bool
    faults: float
    tls: bool


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
        click.option(
            "--costs", is_flag=True, help="Take as long as measured desks do, by call and row."
        ),
        click.option(
            "--faults",
            type=click.FloatRange(0, 1),
            default=0.0,
            metavar="RATE",
            help="Let this share of the requests go wrong: 0.05 is one in twenty.",
        ),
        click.option("--tls", is_flag=True, help="Speak HTTPS, with a certificate made now."),
        click.option("--tickets", default=2000, show_default=True, help="How many tickets."),
        click.option(
            "--seed",
            default=1,
            show_default=True,
            help="Another seed, another world, other faults.",
        ),
        click.option("--port", default=0, help="Port to listen on; else a free one."),
    ):
        function = option(function)
    return function


@command.command("glpi")
@_options
def glpi(seed: int, tickets: int, clock: Clock, as_json: bool, **wanted: Unpack[_Wanted]) -> None:
    """Serve a GLPI that speaks the REST API, until Ctrl-C.

    Example: sdtools emulate glpi --port 8099
    """
    from sdtools.emulator.faults import FAULTS
    from sdtools.emulator.glpi.costs import GLPI_COSTS
    from sdtools.verbs.emulate import emulate_glpi

    how = _hosting(wanted, GLPI_COSTS, FAULTS, seed)
    with emulate_glpi(clock.first, seed, tickets, **how) as desk:
        access = {"url": desk.url, "app_token": desk.app_token, "user_token": desk.user_token}
        _serve(access, desk.ca_file, as_json)


@command.command("servicenow")
@_options
def servicenow(
    seed: int, tickets: int, clock: Clock, as_json: bool, **wanted: Unpack[_Wanted]
) -> None:
    """Serve a ServiceNow that speaks the Table API and its neighbours, until Ctrl-C.

    Example: sdtools emulate servicenow --port 8098
    """
    from sdtools.emulator.servicenow.costs import SERVICENOW_COSTS
    from sdtools.emulator.servicenow.faults import SERVICENOW_FAULTS
    from sdtools.verbs.emulate import emulate_servicenow

    how = _hosting(wanted, SERVICENOW_COSTS, SERVICENOW_FAULTS, seed)
    with emulate_servicenow(clock.first, seed, tickets, **how) as desk:
        access = {"url": desk.url, "user": desk.user, "password": desk.password}
        _serve(access, desk.ca_file, as_json)


def _hosting(wanted: _Wanted, costs: Costs, catalogue: Mapping[str, Fault], seed: int) -> Hosting:
    """Read the options as the desk takes them."""
    from sdtools.emulator.faults import FaultPlan

    rate = wanted["faults"]
    plan = FaultPlan(rate=rate, kinds=tuple(catalogue), seed=seed, catalogue=catalogue)
    return {
        "port": wanted["port"],
        "latency": wanted["latency"] / 1000,
        "faults": plan if rate else None,
        "costs": costs if wanted["costs"] else None,
        "tls": wanted["tls"],
    }


def _serve(access: Mapping[str, str], ca_file: str, as_json: bool) -> None:
    if ca_file:
        access = {**access, "ca_file": ca_file}
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
