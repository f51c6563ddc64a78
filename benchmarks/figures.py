"""One measured figure, its rival's or its goal, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.child import Took

__all__ = ["Figure", "factor", "least", "most"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A row of the table of docs/performance.md."""

    name: str
    value: str
    rival: str
    goal: str  # "" for a figure that is printed beside another
    reached: bool
    short: str  # for the last line

    def __str__(self) -> str:
        """Return the row."""
        mark = "" if not self.goal else (" reached" if self.reached else " MISSED")
        return f"| {self.name} | {self.value} | {self.rival} | {self.goal}{mark} |"


def factor(name: str, ours: Took, rival: Took, wanted: float) -> Figure:
    """Compare with a rival by the seconds of the whole process."""
    times = rival.seconds / ours.seconds
    return Figure(
        name=name,
        value=f"{ours.seconds:.1f} s, {ours.requests} requests, {ours.memory} MiB",
        rival=f"{rival.seconds:.1f} s, {rival.requests} requests: {times:.1f} times",
        goal=f"{wanted:g} times",
        reached=times >= wanted,
        short=f"{name.partition(' with')[0]} {times:.1f}x ({wanted:g}x)",
    )


def most(name: str, value: float, bound: float, unit: str) -> Figure:
    """Judge a figure that must not exceed a bound."""
    return _bounded(name, value, f"at most {bound:g} {unit}".strip(), unit, value <= bound)


def least(name: str, value: float, bound: float, unit: str) -> Figure:
    """Judge a figure that must reach a bound."""
    return _bounded(name, value, f"at least {bound:,.0f} {unit}".strip(), unit, value >= bound)


def _bounded(name: str, value: float, goal: str, unit: str, reached: bool) -> Figure:
    shown = f"{value:,.0f}" if isinstance(value, int) or value >= 100 else f"{value:.2f}"  # noqa: PLR2004
    said = f"{shown} {unit}".strip()
    return Figure(
        name=name, value=said, rival="", goal=goal, reached=reached, short=f"{name} {said}"
    )
