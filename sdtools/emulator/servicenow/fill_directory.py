"""Rows of the embedded ServiceNow's directory: people, groups, places, items, choices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, time

from sdtools.emulator.servicenow.fill_ids import Ids, Row, slug, stamp
from sdtools.emulator.servicenow.fresh import fixed_id
from sdtools.emulator.world.model import VIP, Person, Role, World
from sdtools.model.people import Calendar

__all__ = ["category_of", "directory_rows"]

_EVERY_WEEK = {"repeat_type": "weekly", "repeat_count": 1}
_A_MONDAY = "20240101"


def directory_rows(world: World, ids: Ids, now: datetime) -> Iterator[Row]:
    """Yield everything that tickets point to, but knowledge and service levels."""
    made: dict[str, object] = {"sys_created_on": stamp(now)}
    yield from _tree("core_company", ids.companies, made)
    yield from _tree("cmn_location", ids.locations, made)
    for calendar in world.calendars:
        yield from _schedule(calendar, ids.schedules[calendar.id], made)
    for person in world.people:
        yield "sys_user", {**_person(person, ids), **made}
    yield from _roles(world, ids, made)
    yield from _groups(world, ids, made)
    yield from _items(world, ids, made)
    yield from _categories(world, made)


def category_of(path: str) -> tuple[str, str]:
    """Return the stored category and subcategory of a full path in the world's tree."""
    head, _, rest = path.partition(" > ")
    return slug(head), slug(rest)


def _tree(table: str, ids: Mapping[str, str], made: Mapping[str, object]) -> Iterator[Row]:
    for path, sys_id in ids.items():
        if path:
            parent, _, name = path.rpartition(" > ")
            row = {"sys_id": sys_id, "name": name, "parent": ids[parent], **made}
            full = path.replace(" > ", "/")
            yield table, row | ({"full_name": full} if table == "cmn_location" else {})


def _schedule(calendar: Calendar, sys_id: str, made: Mapping[str, object]) -> Iterator[Row]:
    zone = calendar.timezone
    yield "cmn_schedule", {"sys_id": sys_id, "name": calendar.name, "time_zone": zone, **made}
    days: defaultdict[tuple[time, time], str] = defaultdict(str)
    for hours in sorted(calendar.hours, key=lambda one: one.weekday):
        days[hours.begin, hours.end] += str(hours.weekday + 1)  # Monday is 1
    for (begin, end), numbers in days.items():
        row = {
            "name": f"{calendar.name} {begin:%H:%M}-{end:%H:%M}",
            "start_date_time": f"{_A_MONDAY}T{begin:%H%M%S}",
            "end_date_time": f"{_A_MONDAY}T{end:%H%M%S}",
            "days_of_week": numbers,
            **_EVERY_WEEK,
        }
        yield _span(sys_id, row, made)
    for day in sorted(calendar.closed):
        row = {
            "name": f"Closed {day}",
            "type": "excluded",
            "start_date_time": f"{day:%Y%m%d}T000000",
            "end_date_time": f"{day:%Y%m%d}T235959",
            "all_day": True,
        }
        yield _span(sys_id, row, made)


def _span(schedule: str, row: Mapping[str, object], made: Mapping[str, object]) -> Row:
    sys_id = fixed_id("cmn_schedule_span", schedule, str(row["name"]))
    return "cmn_schedule_span", {"sys_id": sys_id, "schedule": schedule, **row, **made}


def _person(person: Person, ids: Ids) -> dict[str, object]:
    return {
        "sys_id": ids.people[person.login],
        "user_name": person.login,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "name": f"{person.first_name} {person.last_name}".strip(),
        "email": person.email,
        "vip": person.category == VIP,
        "title": person.title,
        "phone": person.phone,
        "preferred_language": person.language,
        "company": ids.companies[person.entity],
        "location": ids.locations[person.location],
    }


def _roles(world: World, ids: Ids, made: Mapping[str, object]) -> Iterator[Row]:
    role = fixed_id("sys_user_role", "itil")
    for person in world.people:
        if person.role is not Role.requester:
            sys_id = fixed_id("sys_user_has_role", person.login, "itil")
            row = {"sys_id": sys_id, "user": ids.people[person.login], "role": role}
            yield "sys_user_has_role", {**row, **made}


def _groups(world: World, ids: Ids, made: Mapping[str, object]) -> Iterator[Row]:
    for group in world.groups:
        yield (
            "sys_user_group",
            {
                "sys_id": ids.groups[group.name],
                "name": group.name,
                "description": f"Tier {group.tier}" if group.tier else "",
                "manager": ids.people[next(iter(group.managers), "")],
                **made,
            },
        )
    for group in world.groups:
        for login in dict.fromkeys((*group.members, *group.managers)):
            sys_id = fixed_id("sys_user_grmember", group.name, login)
            row = {"user": ids.people[login], "group": ids.groups[group.name]}
            yield "sys_user_grmember", {"sys_id": sys_id, **row, **made}


def _items(world: World, ids: Ids, made: Mapping[str, object]) -> Iterator[Row]:
    for item in world.items:
        yield (
            "cmdb_ci_computer",
            {
                "sys_id": ids.items[item.name],
                "name": item.name,
                "serial_number": item.serial,
                "assigned_to": ids.people[item.owner],
                "location": ids.locations[item.location],
                "company": ids.companies[item.entity],
                **made,
            },
        )


def _categories(world: World, made: Mapping[str, object]) -> Iterator[Row]:
    """Yield the choices; a label that a fresh instance has too takes that choice's place."""
    taken: set[tuple[str, str]] = set()
    for place, path in enumerate(world.categories):
        head, _, rest = path.partition(" > ")
        category, subcategory = category_of(path)
        element = "subcategory" if rest else "category"
        value = subcategory or category
        depends = category if rest else ""
        again = (element, value) in taken  # the same word below another category
        taken.add((element, value))
        names = ("incident", element, value, *((depends,) if again else ()))
        label = (rest or head).replace(" > ", " / ")
        row = {"name": "incident", "element": element, "value": value, "label": label}
        more = {"dependent_value": depends, "sequence": 100 + place}
        yield "sys_choice", {"sys_id": fixed_id("sys_choice", *names), **row, **more, **made}
