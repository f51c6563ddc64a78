"""The weekly report in the reader's words: what its templates show, in text and in HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from sdtools.reports.metrics.breakdown import Age, Row, RowKind, folded
from sdtools.reports.metrics.metric import Unit
from sdtools.reports.metrics.weekly import DEFINITIONS, Figure, Weekly
from sdtools.templating import Templates
from sdtools.templating.filters import duration_text, number_text, percent_text, signed_text

__all__ = ["Line", "Tile", "page_values", "rows_in_words", "subject_of"]

_GROUPS = 15  # lines of the table by group
_WATCHED = 20  # lines of the tables of tickets
_POINTS = 0.005  # a change that rounds to no percentage point
_MINUTE = 30  # seconds: a change that rounds to no minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One number in words; ``tone`` says whether its change is good news."""

    id: str
    title: str
    value: str
    change: str
    tone: str  # good, bad or even


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a breakdown in words."""

    name: str
    new: int
    solved: int
    backlog: int


def page_values(weekly: Weekly, templates: Templates, language: str) -> Mapping[str, object]:
    """Return what the templates ``report/weekly.*`` can use."""
    return {
        "report": weekly,
        "tiles": tuple(_tile(figure, templates, language) for figure in _shown(weekly.figures)),
        "ages": tuple((_age(age, templates, language), age.count) for age in weekly.ages),
        "tables": _tables(weekly, templates, language),
        "total": _total(weekly),
        "most": _WATCHED,
        "definitions": tuple(
            (each.title.of(language), each.definition.of(language)) for each in DEFINITIONS
        ),
        "titles": {each.id: each.title.of(language) for each in DEFINITIONS},
    }


def subject_of(weekly: Weekly, templates: Templates, language: str) -> str:
    """Return the subject line of the report's mail."""
    numbers = {name: weekly.figure(name) for name in ("new", "solved", "backlog")}
    values = {name: number_text(each.value, language) for name, each in numbers.items()}
    change = signed_text(numbers["backlog"].change, language)
    label = weekly.period.label
    return templates.say(
        "report.subject", language, desk=weekly.desk, week=label, change=change, **values
    )


def rows_in_words(
    rows: Sequence[Row], templates: Templates, language: str, none: str
) -> tuple[Line, ...]:
    """Name the lines of a breakdown; ``none`` is the key of the line without a name."""

    def name(row: Row) -> str:
        match row.kind:
            case RowKind.named:
                return row.name
            case RowKind.none:
                return templates.say(none, language)
            case RowKind.several | RowKind.others:
                return templates.say(f"row.{row.kind.value}", language)

    return tuple(
        Line(name=name(row), new=row.new, solved=row.solved, backlog=row.backlog) for row in rows
    )


def _tables(weekly: Weekly, templates: Templates, language: str) -> tuple[object, ...]:
    """Return each breakdown as (id, heading of its first column, lines)."""
    category, group = "row.no_category", "row.no_group"
    groups = folded(weekly.groups, _GROUPS)
    priorities = tuple(
        Line(
            name=templates.say(f"priority.{row.name}", language),
            new=row.new,
            solved=row.solved,
            backlog=row.backlog,
        )
        for row in weekly.priorities
    )
    return (
        ("by_priority", "column.priority", priorities),
        ("by_group", "column.group", rows_in_words(groups, templates, language, group)),
        (
            "by_category",
            "column.category",
            rows_in_words(folded(weekly.categories, _GROUPS), templates, language, category),
        ),
        ("by_path", "column.category", rows_in_words(weekly.paths, templates, language, category)),
    )


def _total(weekly: Weekly) -> Line:
    new, solved, backlog = (
        int(weekly.figure(name).value or 0) for name in ("new", "solved", "backlog")
    )
    return Line(name="", new=new, solved=solved, backlog=backlog)


def _shown(figures: Iterable[Figure]) -> Iterable[Figure]:
    """Leave out cancelled tickets where the desk has no such state, or nobody used it."""
    return (
        figure
        for figure in figures
        if figure.metric.id != "cancelled" or figure.value or figure.before
    )


def _tile(figure: Figure, templates: Templates, language: str) -> Tile:
    metric = figure.metric
    return Tile(
        id=metric.id,
        title=metric.title.of(language),
        value=_VALUES[metric.unit](figure.value, language),
        change=_change(figure, templates, language),
        tone=_tone(figure),
    )


_VALUES: Mapping[Unit, Callable[[float | None, str], str]] = {
    Unit.count: number_text,
    Unit.share: percent_text,
    Unit.seconds: duration_text,
    Unit.score: lambda value, language: number_text(value, language, 1),
}


def _change(figure: Figure, templates: Templates, language: str) -> str:
    change = figure.change
    if change is None:
        return templates.say("report.first_week", language) if figure.value is not None else ""
    match figure.metric.unit:
        case Unit.count:
            text = signed_text(change, language)
        case Unit.score:
            text = signed_text(round(change, 1), language, 1)
        case Unit.share:
            points = signed_text(round(change * 100), language)
            text = templates.say("report.points", language, change=points)
        case Unit.seconds:
            text = ("+" if change >= _MINUTE else "") + duration_text(change, language)
        case _:
            assert_never(figure.metric.unit)
    return templates.say("report.against", language, change=text)


def _tone(figure: Figure) -> str:
    change, metric = figure.change, figure.metric
    least = {Unit.share: _POINTS, Unit.seconds: _MINUTE, Unit.score: 0.05}.get(metric.unit, 0.5)
    if change is None or abs(change) < least or not metric.better:
        return "even"
    return "good" if (change > 0) == (metric.better == "more") else "bad"


def _age(age: Age, templates: Templates, language: str) -> str:
    if age.below is None:
        return templates.say("age.above", language, days=age.days)
    key = "age.between" if age.days else "age.below"
    return templates.say(key, language, days=age.days, below=age.below)
