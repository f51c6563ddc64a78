"""Putting an embedded desk onto the network: address, TLS, and what is set at its door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TypedDict, TypeVar

from starlette.types import ASGIApp

from sdtools.emulator.costs import Costs, Till
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.front import Door
from sdtools.emulator.server import listen, serving
from sdtools.emulator.tls import identity

__all__ = ["Hosting", "hosted"]

_App = TypeVar("_App", bound=ASGIApp)


class Hosting(TypedDict, total=False):
    """How a desk is served, each with a default."""

    port: int  # 0: a free one
    latency: float  # seconds added to every request
    faults: FaultPlan | None  # which requests go wrong, and how
    costs: Costs | None  # how long requests take; None: as long as they need here
    tls: bool  # the address is https, and clients check it with the desk's ``ca_file``


@contextmanager
def hosted(how: Hosting, build: Callable[[str, Door], _App]) -> Iterator[tuple[_App, str]]:
    """Serve what ``build`` makes of its address and its door; give it, and the CA file or ""."""
    listener = listen(how.get("port", 0))
    costs = how.get("costs")
    door = Door(
        latency=how.get("latency", 0.0),
        faults=how.get("faults"),
        till=Till(costs) if costs else None,
    )
    tls = how.get("tls", False)
    address = f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    with identity() if tls else nullcontext() as shown:
        application = build(address, door)
        with serving(application, listener, shown.context if shown else None):
            yield application, shown.ca_file if shown else ""
