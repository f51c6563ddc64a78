"""Measure what docs/performance.md promises, each figure beside a rival's or its goal.

Usage: python -m benchmarks.bench [--only glpi|servicenow|memory|upsert] [--tickets 20000]
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from benchmarks.desks import State, glpi, servicenow, wall
from benchmarks.figures import Figure, factor, most
from benchmarks.mirror import memory, upsert
from benchmarks.worlds import CHANGES
from sdtools.emulator.glpi.costs import GLPI_COSTS
from sdtools.emulator.servicenow.costs import SERVICENOW_COSTS

_LATE = 50  # tickets that people change before the later pass
_COUNT = 20_000_000
_BETWEEN = timedelta(minutes=5)  # two passes of a schedule


def main() -> None:
    """Run the parts that are asked for and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", choices=sorted(_PARTS), action="append")
    parser.add_argument("--tickets", type=int, default=20_000)
    asked = parser.parse_args()
    began = time.perf_counter()
    print(_machine())
    figures: list[Figure] = []
    for name in asked.only or _PARTS:
        print(f"\nPython counts to {_COUNT:,} in {_pace():.2f} s.")
        for figure in _PARTS[name](asked.tickets):
            print(figure, flush=True)
            figures.append(figure)
    reached = sum(figure.reached for figure in figures if figure.goal)
    goals = sum(bool(figure.goal) for figure in figures)
    short = ", ".join(figure.short for figure in figures if figure.goal)
    seconds = time.perf_counter() - began
    print(f"bench: {reached} of {goals} goals reached in {seconds:.0f} s: {short}")


def _machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {load:.1f} at the start, {wall():%Y-%m-%d}"
    )


def _pace() -> float:
    """Return the seconds of a plain loop: machines that others share are now fast, now slow."""
    began = time.perf_counter()
    for _ in range(_COUNT):
        pass
    return time.perf_counter() - began


def _glpi(tickets: int) -> Iterator[Figure]:
    print(f"GLPI, {tickets:,} open tickets.", GLPI_COSTS.coefficients(), sep="\n")
    now = wall()
    with glpi(tickets, now, GLPI_COSTS) as desk:
        first = desk.sdtools("apply", "desk", "--yes", "--adopt")
        ours = [desk.state()]
        desk.wait(_BETWEEN)
        desk.people_change(_LATE, tickets)
        later = desk.sdtools("apply", "desk", "--yes")
        ours.append(desk.state())
        desk.wait(_BETWEEN)
        desk.sdtools("apply", "desk", "--yes")  # sees its own writes once more
        desk.wait(_BETWEEN)
        idle = desk.sdtools("apply", "desk", "--yes")
    with glpi(tickets, now, GLPI_COSTS) as desk:
        rivals = [desk.script()]
        theirs = [desk.state()]
        desk.wait(_BETWEEN)
        desk.people_change(_LATE, tickets)
        rivals.append(desk.script())
        theirs.append(desk.state())
    _compare("GLPI", ours, theirs)
    yield factor(f"GLPI, first pass with {CHANGES} changes", first, rivals[0], 10)
    yield factor(f"GLPI, a later pass with {_LATE} tickets changed", later, rivals[1], 20)
    yield most("idle pass, process start included", idle.seconds, 2.0, "s")
    yield most("idle pass, requests", idle.requests, 10, "")


def _servicenow(tickets: int) -> Iterator[Figure]:
    print(f"ServiceNow, {tickets:,} open tickets.", SERVICENOW_COSTS.coefficients(), sep="\n")
    now = wall()
    with servicenow(tickets, now, SERVICENOW_COSTS) as desk:
        first = desk.sdtools("apply", "desk", "--yes", "--adopt")
        ours = desk.state()
    with servicenow(tickets, now, SERVICENOW_COSTS) as desk:
        rival = desk.script()
        theirs = desk.state()
    _compare("ServiceNow", [ours], [theirs])
    yield factor(f"ServiceNow, first pass with {CHANGES} changes", first, rival, 4)


def _compare(name: str, ours: list[State], theirs: list[State]) -> None:
    """Say on how many tickets both left something different behind, and show the first."""
    for place, (one, other) in enumerate(zip(ours, theirs, strict=True), 1):
        differing = [ticket for ticket in one if one[ticket] != other.get(ticket)]
        many = f"{len(differing)} of {len(one):,}"
        print(f"{name}, pass {place}: end states differ on {many} tickets")
        for ticket in differing[:5]:
            print(f"  {ticket}: sdtools {one[ticket]}, script {other.get(ticket)}")


_PARTS: dict[str, Callable[[int], Iterator[Figure]]] = {
    "glpi": _glpi,
    "servicenow": _servicenow,
    "memory": memory,
    "upsert": upsert,
}

if __name__ == "__main__":
    main()
