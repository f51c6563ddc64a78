"""Rows of the embedded GLPI's directory: entities, people, groups, trees, items, SLAs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from itertools import count

from sdtools.emulator.glpi.fill_ids import Ids, Row, stored
from sdtools.emulator.glpi.tables import table_name
from sdtools.emulator.world.model import Person, Role, ServiceLevel, World
from sdtools.model.people import Calendar

__all__ = ["SHARED", "directory_rows", "tree_rows"]

SHARED: Mapping[str, object] = {
    "entities_id": 0,
    "is_recursive": 1,
}  # in the root entity, visible everywhere
_PROFILES = {Role.requester: 1, Role.agent: 6, Role.manager: 7}  # Self-Service, Technician...
_LANGUAGES = {"fr": "fr_FR", "en": "en_GB"}
_FIRST_RIGHT = 7  # a fresh GLPI has six Profile_User rows
_FIRST_SEGMENT = 6  # and five segments of its Default calendar
_ROOT = "Root entity"
_TTR, _TTO = 0, 1
_HOUR = timedelta(hours=1)


def directory_rows(world: World, ids: Ids, now: datetime) -> Iterator[Row]:
    """Yield everything that tickets point to, but knowledge."""
    made: dict[str, object] = {"date_creation": ids.stamp(now), "date_mod": ids.stamp(now)}
    yield from tree_rows("Entity", ids.entities, made, _ROOT)
    yield from _calendars(world, ids, made)
    yield from _levels(world, ids, made)
    yield from tree_rows("Location", ids.locations, {**SHARED, **made})
    every_kind = dict.fromkeys(("is_incident", "is_request", "is_problem", "is_change"), 1)
    category = {**SHARED, **made, **every_kind, "is_helpdeskvisible": 1}
    yield from tree_rows("ITILCategory", ids.categories, category)
    yield from _people(world, ids, made)
    yield from _groups(world, ids, made)
    yield from _computers(world, ids, made)


def tree_rows(
    itemtype: str, numbers: Mapping[str, int], values: Mapping[str, object], root: str = ""
) -> Iterator[Row]:
    """Yield the nodes of a tree that are named by their full path."""
    parent_column = f"{table_name(itemtype).removeprefix('glpi_')}_id"
    for path, number in numbers.items():
        if not path:
            continue
        parent, _, name = path.rpartition(" > ")
        full = [part for part in (root, *map(stored, path.split(" > "))) if part]
        own = {"id": number, "name": stored(name), parent_column: numbers[parent]}
        yield itemtype, {**values, **own, "completename": " > ".join(full), "level": len(full)}


def _calendars(world: World, ids: Ids, made: Mapping[str, object]) -> Iterator[Row]:
    segments, holidays = count(_FIRST_SEGMENT), count(1)
    for calendar in world.calendars:
        number = ids.calendars[calendar.id]
        yield "Calendar", {"id": number, "name": stored(calendar.name), **SHARED, **made}
        yield from _segments(calendar, number, segments)
        for day in sorted(calendar.closed):
            holiday = next(holidays)
            dates = {"begin_date": day.isoformat(), "end_date": day.isoformat()}
            yield "Holiday", {"id": holiday, "name": f"Closed {day}", **dates, **SHARED, **made}
            yield (
                "Calendar_Holiday",
                {"id": holiday, "calendars_id": number, "holidays_id": holiday},
            )


def _segments(calendar: Calendar, number: int, segments: Iterator[int]) -> Iterator[Row]:
    for hours in calendar.hours:
        end = "24:00:00" if hours.end == time.max else hours.end.isoformat("seconds")
        yield (
            "CalendarSegment",
            {
                "id": next(segments),
                "calendars_id": number,
                **SHARED,
                "day": (hours.weekday + 1) % 7,  # Sunday is 0
                "begin": hours.begin.isoformat("seconds"),
                "end": end,
            },
        )


def _levels(world: World, ids: Ids, made: Mapping[str, object]) -> Iterator[Row]:
    names = dict.fromkeys(level.calendar for level in world.service_levels)
    managements = {name: number for number, name in enumerate(names, 1)}
    for name, number in managements.items():
        row = {"id": number, "name": f"Service levels ({name or '24x7'})", **SHARED, **made}
        yield "SLM", {**row, "calendars_id": ids.calendars[name]}
    for level in world.service_levels:
        number = ids.levels[level.name]
        shared = {**SHARED, **made, "slms_id": managements[level.calendar]}
        shared |= {"calendars_id": ids.calendars[level.calendar]}
        for offset, kind, word, span in (
            (0, _TTO, "TTO", level.respond),
            (1, _TTR, "TTR", level.resolve),
        ):
            own = {"id": number + offset, "type": kind, "name": f"{stored(level.name)} {word}"}
            yield "SLA", {**shared, **own, **_span(level, span)}


def _span(level: ServiceLevel, span: timedelta) -> dict[str, object]:
    if not level.calendar and span % timedelta(days=1) == timedelta():
        return {"number_time": span.days, "definition_time": "day"}
    if span % _HOUR == timedelta():
        return {"number_time": span // _HOUR, "definition_time": "hour"}
    return {"number_time": span // timedelta(minutes=1), "definition_time": "minute"}


def _people(world: World, ids: Ids, made: Mapping[str, object]) -> Iterator[Row]:
    titles = _dropdown(person.title for person in world.people)
    categories = _dropdown(person.category for person in world.people)
    for itemtype, numbers in (("UserTitle", titles), ("UserCategory", categories)):
        for name, number in numbers.items():
            yield itemtype, {"id": number, "name": stored(name), **made}
    for place, person in enumerate(world.people):
        number = ids.people[person.login]
        own = {
            "usertitles_id": titles.get(person.title, 0),
            "usercategories_id": categories.get(person.category, 0),
        }
        yield "User", {"id": number, **_account(person, ids), **own, **made}
        yield (
            "UserEmail",
            {"id": place + 1, "users_id": number, "email": person.email, "is_default": 1},
        )
        yield (
            "Profile_User",
            {"id": place + _FIRST_RIGHT, "users_id": number, **_right(person, ids)},
        )


def _account(person: Person, ids: Ids) -> dict[str, object]:
    return {
        "name": stored(person.login),
        "realname": stored(person.last_name),
        "firstname": stored(person.first_name),
        "phone": person.phone or None,
        "language": _LANGUAGES.get(person.language),
        "entities_id": ids.entities[person.entity],
        "locations_id": ids.locations[person.location],
        "is_active": 1,
        "authtype": 1,
    }


def _right(person: Person, ids: Ids) -> dict[str, object]:
    works = person.role is not Role.requester
    return {
        "profiles_id": _PROFILES[person.role],
        "entities_id": 0 if works else ids.entities[person.entity],
        "is_recursive": int(works or not person.entity),
    }


def _groups(world: World, ids: Ids, made: Mapping[str, object]) -> Iterator[Row]:
    flags = dict.fromkeys(
        ("is_requester", "is_watcher", "is_assign", "is_task", "is_notify", "is_usergroup"), 1
    )
    members = count(1)
    for group in world.groups:
        number, name = ids.groups[group.name], stored(group.name)
        own = {"id": number, "name": name, "completename": name, "level": 1}
        about = {"comment": f"Tier {group.tier}" if group.tier else None}
        place = {"entities_id": ids.entities[group.entity], "is_recursive": 1}
        yield "Group", {**own, **about, **place, **flags, **made}
        for login in group.members:
            row = {"id": next(members), "users_id": ids.people[login], "groups_id": number}
            yield "Group_User", {**row, "is_manager": int(login in group.managers)}


def _computers(world: World, ids: Ids, made: Mapping[str, object]) -> Iterator[Row]:
    for item in world.items:
        yield (
            "Computer",
            {
                "id": ids.items[item.name],
                "name": stored(item.name),
                "serial": item.serial or None,
                "users_id": ids.people[item.owner],
                "locations_id": ids.locations[item.location],
                "entities_id": ids.entities[item.entity],
                **made,
            },
        )


def _dropdown(names: Iterable[str]) -> dict[str, int]:
    known = dict.fromkeys(filter(None, names))
    return {name: number for number, name in enumerate(known, 1)}
