"""Breakdowns: new, solved and backlog by priority, category and group; backlog by age."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sdtools.model.grades import Grade
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.reports.metrics.metric import Scope, Table, Words

__all__ = [
    "BREAKDOWNS",
    "Age",
    "Row",
    "RowKind",
    "by_age",
    "by_category",
    "by_group",
    "by_path",
    "by_priority",
    "folded",
]

_PATHS = 10
_SEPARATOR = " > "


class RowKind(StrEnum):
    """What a row stands for: one name, or what has none."""

    named = "named"
    none = "none"  # no category, no group
    several = "several"  # several groups at once
    others = "others"  # all that did not make it into a list of the biggest


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a breakdown; the lines add up to the total."""

    name: str  # "" unless the kind is named
    new: int
    solved: int
    backlog: int
    kind: RowKind = RowKind.named


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """How many tickets of the backlog are at least ``days`` old, and younger than the next."""

    days: int
    below: int | None  # None: no upper bound
    count: int


_Key = tuple[RowKind, str]
_KeyOf = Callable[[Ticket], _Key]
_NONE: _Key = (RowKind.none, "")
_SEVERAL: _Key = (RowKind.several, "")
_AGES = (0, 1, 3, 7, 30, 90)


def by_priority(scope: Scope) -> tuple[Row, ...]:
    """Break down by priority, the most pressing first; grades without a ticket are left out."""
    rows = {row.name: row for row in _rows(scope, lambda one: (RowKind.named, one.priority.name))}
    return tuple(rows[grade.name] for grade in reversed(Grade) if grade.name in rows)


def by_category(scope: Scope, directory: Directory) -> tuple[Row, ...]:
    """Break down by the first part of the category's path, the most new tickets first."""

    def top(ticket: Ticket) -> _Key:
        kind, path = _category(ticket, directory)
        return kind, path.split(_SEPARATOR)[0]

    return _by_size(_rows(scope, top), lambda row: row.new)


def by_path(scope: Scope, directory: Directory) -> tuple[Row, ...]:
    """Break down by the full path of the category: the ten with the most new tickets."""
    rows = _rows(scope, lambda ticket: _category(ticket, directory))
    return folded(_by_size(rows, lambda row: row.new), _PATHS)


def by_group(scope: Scope, directory: Directory) -> tuple[Row, ...]:
    """Break down by assigned group, the biggest backlog first."""

    def group(ticket: Ticket) -> _Key:
        if len(ticket.groups) > 1:
            return _SEVERAL
        for key in ticket.groups:
            known = directory.groups.get(key)
            return RowKind.named, known.path if known else f"#{key}"
        return _NONE

    return _by_size(_rows(scope, group), lambda row: row.backlog)


def by_age(scope: Scope) -> tuple[Age, ...]:
    """Count the backlog by its age at the end of the week."""
    ages = [scope.cut - ticket.opened for ticket in scope.backlog]
    bounds = zip(_AGES, (*_AGES[1:], None), strict=True)
    return tuple(Age(days=low, below=high, count=_between(ages, low, high)) for low, high in bounds)


def folded(rows: Sequence[Row], most: int) -> tuple[Row, ...]:
    """Keep the first rows and add the rest up in one, so that the sum stays right."""
    if len(rows) <= most + 1:
        return tuple(rows)
    rest = rows[most:]
    others = Row(
        name="",
        new=sum(row.new for row in rest),
        solved=sum(row.solved for row in rest),
        backlog=sum(row.backlog for row in rest),
        kind=RowKind.others,
    )
    return (*rows[:most], others)


def _between(ages: Iterable[timedelta], low: int, high: int | None) -> int:
    floor, ceiling = timedelta(days=low), None if high is None else timedelta(days=high)
    return sum(floor <= age and (ceiling is None or age < ceiling) for age in ages)


def _category(ticket: Ticket, directory: Directory) -> _Key:
    if not ticket.category_id:
        return _NONE
    known = directory.categories.get(ticket.category_id)
    return RowKind.named, known.path if known else f"#{ticket.category_id}"


def _rows(scope: Scope, key: _KeyOf) -> list[Row]:
    new, solved, backlog = (
        Counter(map(key, tickets)) for tickets in (scope.new, scope.solved, scope.backlog)
    )
    return [
        Row(name=each[1], kind=each[0], new=new[each], solved=solved[each], backlog=backlog[each])
        for each in new | solved | backlog
    ]


def _by_size(rows: Iterable[Row], size: Callable[[Row], int]) -> tuple[Row, ...]:
    def order(row: Row) -> tuple[int, int, bool, str, str]:
        unnamed = row.kind is not RowKind.named
        return -size(row), -(row.new + row.backlog), unnamed, row.kind.value, row.name

    return tuple(sorted(rows, key=order))


BREAKDOWNS = (
    Table(
        id="by_age",
        title=Words(fr="En cours par ancienneté", en="Backlog by age"),
        definition=Words(
            fr="Tickets en cours à la fin de la semaine, selon le temps écoulé depuis leur "
            "ouverture.",
            en="Tickets in the backlog at the end of the week, by the time since they were opened.",
        ),
    ),
    Table(
        id="by_priority",
        title=Words(fr="Par priorité", en="By priority"),
        definition=Words(
            fr="Priorité actuelle du ticket. Les lignes s'additionnent au total.",
            en="The ticket's priority now. The lines add up to the total.",
        ),
    ),
    Table(
        id="by_category",
        title=Words(fr="Par catégorie", en="By category"),
        definition=Words(
            fr="Premier niveau de la catégorie actuelle. Les lignes s'additionnent au total.",
            en="First level of the category now. The lines add up to the total.",
        ),
    ),
    Table(
        id="by_path",
        title=Words(fr="Les dix catégories les plus sollicitées", en="The ten busiest categories"),
        definition=Words(
            fr="Chemin complet de la catégorie ; les dix qui ont le plus de nouveaux tickets, les "
            "autres additionnées.",
            en="Full path of the category; the ten with the most new tickets, the others added up.",
        ),
    ),
    Table(
        id="by_group",
        title=Words(fr="Par groupe", en="By group"),
        definition=Words(
            fr="Groupe chargé du ticket actuellement ; un ticket confié à plusieurs groupes "
            "compte une fois, sur une ligne à part. Les lignes s'additionnent au total.",
            en="The group assigned now; a ticket with several groups counts once, in a line of "
            "its own. The lines add up to the total.",
        ),
    ),
)
