"""Names of a world as sys_ids, and ServiceNow's ways of writing grades, times and spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sdtools.emulator.servicenow.fresh import fixed_id
from sdtools.emulator.world.model import World
from sdtools.model.grades import Grade, Kind

__all__ = ["TABLE", "Ids", "Row", "ids_of", "level_of", "priority_of", "slug", "span", "stamp"]

Row = tuple[str, dict[str, object]]  # table, columns

TABLE = {Kind.incident: "incident", Kind.request: "sc_req_item"}
_PREFIX = {Kind.incident: "INC", Kind.request: "RITM"}
_FIRST_NUMBER = 10001
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """sys_ids by name; "" is "" everywhere."""

    people: Mapping[str, str]
    groups: Mapping[str, str]
    companies: Mapping[str, str]  # by the path of the entity
    locations: Mapping[str, str]
    items: Mapping[str, str]
    schedules: Mapping[str, str]
    articles: Mapping[str, str]
    problems: Mapping[str, str]
    numbers: tuple[str, ...]  # of the tickets, in the world's order
    tickets: tuple[str, ...]


def ids_of(world: World) -> Ids:
    """Return the sys_id of everything: made of its table and name alone."""
    numbers = _numbers(world)
    tables = (TABLE[ticket.kind] for ticket in world.tickets)
    return Ids(
        people=_named("sys_user", (person.login for person in world.people)),
        groups=_named("sys_user_group", (group.name for group in world.groups)),
        companies=_named("core_company", world.entities),
        locations=_named("cmn_location", world.locations),
        items=_named("cmdb_ci_computer", (item.name for item in world.items)),
        schedules=_named("cmn_schedule", (calendar.id for calendar in world.calendars)),
        articles=_named("kb_knowledge", (article.key for article in world.articles)),
        problems=_named("problem", (problem.key for problem in world.problems)),
        numbers=numbers,
        tickets=tuple(fixed_id(*names) for names in zip(tables, numbers, strict=True)),
    )


def level_of(grade: Grade) -> str:
    """Return urgency or impact on ServiceNow's scale of three."""
    return {Grade.medium: "2"}.get(grade, "1" if grade > Grade.medium else "3")


def priority_of(grade: Grade) -> str:
    """Return priority on ServiceNow's scale of five; it has nothing above critical."""
    return str(6 - min(grade, Grade.very_high))


def slug(label: str) -> str:
    """Return the stored value of a choice that people see as ``label``."""
    return re.sub(r"\W+", "_", label.lower()).strip("_")


def stamp(at: datetime | None) -> str:
    """Return a moment as it is stored: UTC, without a zone; "" for none."""
    return at.astimezone(UTC).isoformat(" ", "seconds")[:19] if at else ""


def span(duration: timedelta) -> str:
    """Return a duration as it is stored: so long after 1970 began."""
    return stamp(_EPOCH + duration)


def _named(table: str, names: Iterable[str]) -> dict[str, str]:
    return {"": ""} | {name: fixed_id(table, name) for name in names}


def _numbers(world: World) -> tuple[str, ...]:
    counted = dict.fromkeys(Kind, _FIRST_NUMBER)
    numbers: list[str] = []
    for ticket in world.tickets:
        numbers.append(ticket.number or f"{_PREFIX[ticket.kind]}{counted[ticket.kind]:07}")
        counted[ticket.kind] += 1
    return tuple(numbers)
