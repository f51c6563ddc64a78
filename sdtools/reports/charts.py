"""Charts as PNG pictures: matplotlib's Figure on the Agg canvas, loaded when one is drawn."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from sdtools.reports.metrics.breakdown import folded
from sdtools.reports.metrics.weekly import Weekly
from sdtools.reports.view import Line, rows_in_words
from sdtools.templating import Templates, one_line
from sdtools.templating.filters import day_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import Locator

__all__ = ["Chart", "charts"]

# Two colours of the Okabe-Ito palette: told apart with every kind of colour blindness, and in
# grey by their lightness.
_BLUE, _ORANGE = "#0072B2", "#E69F00"
_INK, _GRID = "#1F2933", "#D5DAE0"
_WIDTH, _DPI = 6.4, 200  # 1280 pixels, shown at 640
_GROUPS = 8
_NAME = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One picture; ``alt`` says what it shows."""

    name: str
    title: str
    alt: str
    draw: Callable[[], Figure]

    @property
    def cid(self) -> str:
        """Return its content id in a mail."""
        return f"{self.name}@sdtools.invalid"

    @property
    def data(self) -> bytes:
        """Return it as a PNG; drawn now: a report in plain text needs none."""
        return _png(self.draw())


def charts(weekly: Weekly, templates: Templates, language: str) -> tuple[Chart, ...]:
    """Return the pictures of the weekly report."""
    return (
        _days(weekly, templates, language),
        _weeks(weekly, templates, language),
        _groups(weekly, templates, language),
    )


def _days(weekly: Weekly, templates: Templates, language: str) -> Chart:
    names = [day_text(day.day, language) for day in weekly.days]
    new = [day.new for day in weekly.days]
    solved = [day.solved for day in weekly.days]

    def draw() -> Figure:
        figure, axes = _canvas(2.5)
        places = range(len(names))
        for values, shift, colour, key in (
            (new, -0.2, _BLUE, "column.new"),
            (solved, 0.2, _ORANGE, "column.solved"),
        ):
            left = [place + shift for place in places]
            label = templates.say(key, language)
            bars = axes.bar(left, values, width=0.36, color=colour, label=label)
            axes.bar_label(bars, fontsize=9, color=_INK, padding=1)
        axes.set_xticks(list(places), names)
        _plain(axes, "y", max(*new, *solved))
        axes.legend(
            loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=2, frameon=False, fontsize=10
        )
        return figure

    told = (f"{name} {day.new}/{day.solved}" for name, day in zip(names, weekly.days, strict=True))
    return _chart("days", ", ".join(told), draw, templates, language)


def _weeks(weekly: Weekly, templates: Templates, language: str) -> Chart:
    names = [
        templates.say("chart.week", language, week=week.monday.isocalendar().week)
        for week in weekly.weeks
    ]
    values = [week.backlog for week in weekly.weeks]

    def draw() -> Figure:
        figure, axes = _canvas(2.2)
        axes.plot(names, values, color=_BLUE, marker="o", markersize=4, linewidth=1.8)
        axes.fill_between(names, values, color=_BLUE, alpha=0.12)
        for place, value in enumerate(values):
            axes.annotate(
                str(value),
                (place, value),
                xytext=(0, 5),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                color=_INK,
            )
        _plain(axes, "y", max(values))
        return figure

    told = (f"{name} {value}" for name, value in zip(names, values, strict=True))
    return _chart("weeks", ", ".join(told), draw, templates, language)


def _groups(weekly: Weekly, templates: Templates, language: str) -> Chart:
    rows = [row for row in folded(weekly.groups, _GROUPS) if row.backlog]
    lines = rows_in_words(rows, templates, language, "row.no_group")
    names = [_short(line) for line in lines]

    def draw() -> Figure:
        figure, axes = _canvas(0.3 + 0.3 * max(len(lines), 1))
        places = list(range(len(lines)))
        bars = axes.barh(places, [line.backlog for line in lines], color=_BLUE, height=0.62)
        axes.bar_label(bars, fontsize=9.5, color=_INK, padding=3)
        # A name between dollar signs is no formula.
        axes.set_yticks(places, names, parse_math=False)
        axes.invert_yaxis()
        _plain(axes, "x", max((line.backlog for line in lines), default=0))
        axes.xaxis.set_visible(False)  # every bar carries its number
        return figure

    told = (f"{name} {line.backlog}" for name, line in zip(names, lines, strict=True))
    return _chart("groups", ", ".join(told), draw, templates, language)


def _short(line: Line) -> str:
    name = one_line(line.name).rpartition(" > ")[2]
    return name if len(name) <= _NAME else name[: _NAME - 1] + "…"


def _chart(
    name: Literal["days", "weeks", "groups"],
    figures: str,
    draw: Callable[[], Figure],
    templates: Templates,
    language: str,
) -> Chart:
    return Chart(
        name=name,
        title=templates.say(f"chart.{name}", language),
        alt=templates.say(f"chart.{name}.alt", language, figures=figures),
        draw=draw,
    )


def _canvas(height: float) -> tuple[Figure, Axes]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure, figure.subplots()


def _plain(axes: Axes, measure: Literal["x", "y"], most: float) -> None:
    """Leave only what carries meaning: a faint grid in the direction that is measured."""
    axes.set_axisbelow(True)
    axes.grid(visible=True, axis=measure, color=_GRID, linewidth=0.6)
    axes.tick_params(length=0, labelsize=10, colors=_INK)
    for side in axes.spines.values():
        side.set_visible(False)
    limit = (0, max(most, 1) * 1.15)  # room for the number above the highest bar
    if measure == "y":
        axes.set_ylim(limit)
        axes.yaxis.set_major_locator(_whole_numbers())
    else:
        axes.set_xlim(limit)
        axes.xaxis.set_major_locator(_whole_numbers())


def _whole_numbers() -> Locator:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=4, integer=True)


def _png(figure: Figure) -> bytes:
    buffer = BytesIO()
    with warnings.catch_warnings():
        # A sign that the font lacks (an emoji in a group's name) is drawn as a box: good enough.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
