"""The directory of a ServiceNow: people, groups, companies, places, categories and items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from sdtools.connectors.servicenow.answers import Row, flag, is_id, text
from sdtools.connectors.servicenow.calendars import read_calendars
from sdtools.connectors.servicenow.choices import Choices, read_categories
from sdtools.connectors.servicenow.fields import CHOICES, FIXED, TABLES
from sdtools.connectors.servicenow.lines import WORKERS
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.names import Logins
from sdtools.connectors.servicenow.options import Vip
from sdtools.connectors.servicenow.queries import Among, all_of, in_chunks
from sdtools.connectors.servicenow.reading import GLOBAL
from sdtools.connectors.workers import both, in_parallel
from sdtools.model.people import Calendar, Directory, Group, Item, Node, Person

__all__ = ["DirectorySource", "read_directory"]

_SEPARATOR = " > "
_WHOLE = {
    "sys_user": (
        "user_name",
        "name",
        "first_name",
        "last_name",
        "email",
        "phone",
        "mobile_phone",
        "title",
        "preferred_language",
        "vip",
        "active",
    ),
    "sys_user_grmember": ("user", "group"),
    "sys_user_group": ("name", "parent", "manager", "active"),
    "cmn_location": ("name", "parent", "full_name"),
    "core_company": ("name", "parent"),
}
_DEEPEST = 30  # steps up a tree: a record that is above itself must not hold us


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySource:
    """What the directory is read with."""

    reader: Reader
    scope: str
    vip: Vip
    timezone: str  # for schedules without one
    choices: Callable[[], Choices]
    logins: Logins

    def rows(self, listing: Listing) -> list[Row]:
        """Read a list; nothing when the account may not (doctor says so)."""
        return self.reader.sibling().readable(listing) or []


def read_directory(source: DirectorySource) -> Directory:
    """Read the directory; a table that the account may not read is empty.

    What does not rest on each other is read at the same time.
    """
    tables, (categories, calendars) = both(lambda: _tables(source), lambda: _told(source))
    groups = _groups(tables["sys_user_group"], tables["sys_user_grmember"])
    people = _people(source.vip, tables["sys_user"], groups)
    for person in people.values():
        source.logins.know(person.login, person.id)
    return Directory(
        people=people,
        groups=groups,
        categories=categories,
        locations=_tree(tables["cmn_location"]),
        entities=_companies(tables["core_company"]),
        items=_items(source, tables),
        calendars=calendars,
        choices=CHOICES,
        fixed=FIXED,
    )


def _tables(source: DirectorySource) -> Mapping[str, list[Row]]:
    """Read whole tables, and the items of open tickets under the name of the tickets' table."""
    items = all_of(source.scope, "active=true^cmdb_ciISNOTEMPTY")
    lists = [Listing(table=name, fields=fields) for name, fields in _WHOLE.items()]
    lists += [Listing(table=name, fields=("cmdb_ci",), where=items) for name in TABLES]
    source.reader.foresee(lists)
    found = in_parallel([partial(source.rows, one) for one in lists], WORKERS)
    return {one.table: rows for one, rows in zip(lists, found, strict=True)}


def _told(source: DirectorySource) -> tuple[Mapping[str, Node], Mapping[str, Calendar]]:
    reader = source.reader.sibling()
    return read_categories(reader, source.choices()), read_calendars(reader, source.timezone)


def _people(vip: Vip, rows: Iterable[Row], groups: Mapping[str, Group]) -> Mapping[str, Person]:
    members = _vip_members(vip, groups)
    return {text(row, "sys_id"): _person(row, vip, members) for row in rows}


def _person(row: Row, vip: Vip, members: frozenset[str] | None) -> Person:
    sys_id, login, title = text(row, "sys_id"), text(row, "user_name"), text(row, "title")
    full = f"{text(row, 'first_name')} {text(row, 'last_name')}".strip()
    also = sys_id in (members or ()) or _same(vip.title, title)
    # A field that is hidden is not there; what else would make a VIP may be hidden, too.
    hidden = (vip.group and members is None) or (vip.title and "title" not in row)
    told = flag(row, "vip") if "vip" in row else None
    return Person(
        id=sys_id,
        login=login,
        name=text(row, "name") or full or login,
        email=text(row, "email"),
        phone=text(row, "phone") or text(row, "mobile_phone"),
        title=title,
        language=text(row, "preferred_language")[:2],
        vip=True if also or told else None if hidden else told,
        active=flag(row, "active") if "active" in row else True,
    )


def _vip_members(vip: Vip, groups: Mapping[str, Group]) -> frozenset[str] | None:
    """Return the members of the VIP group; None where that, or any membership, does not show."""
    named = [
        one for one in groups.values() if _same(vip.group, one.path) or _same(vip.group, one.name)
    ]
    if not named or not any(one.members for one in groups.values()):
        return None
    return frozenset(member for one in named for member in one.members)


def _groups(groups: Iterable[Row], memberships: Iterable[Row]) -> Mapping[str, Group]:
    members: defaultdict[str, set[str]] = defaultdict(set)
    for row in memberships:
        if text(row, "user"):
            members[text(row, "group")].add(text(row, "user"))
    rows = {text(row, "sys_id"): row for row in groups}
    found = {}
    for sys_id, row in rows.items():
        manager = text(row, "manager")
        found[sys_id] = Group(
            id=sys_id,
            name=text(row, "name"),
            path=_path(sys_id, rows),
            entity_id=GLOBAL,
            assignable=flag(row, "active") if "active" in row else True,
            members=tuple(sorted(members[sys_id])),
            managers=(manager,) if manager else (),
        )
    return found


def _companies(companies: Iterable[Row]) -> Mapping[str, Node]:
    """Take the companies as entities, below one that stands for all; none if none shows.

    Groups, categories and places belong to that one: companies do not divide them.
    """
    rows = {text(row, "sys_id"): row for row in companies}
    if not rows:
        return {}
    found = {GLOBAL: Node(id=GLOBAL, name="Global", path="Global")}
    for sys_id, row in rows.items():
        parent = text(row, "parent")
        found[sys_id] = Node(
            id=sys_id,
            name=text(row, "name"),
            path=_path(sys_id, rows),
            entity_id=parent if parent in rows else GLOBAL,
        )
    return found


def _tree(rows: Iterable[Row]) -> Mapping[str, Node]:
    by_id = {text(row, "sys_id"): row for row in rows}
    return {
        sys_id: Node(id=sys_id, name=text(row, "name"), path=_path(sys_id, by_id), entity_id=GLOBAL)
        for sys_id, row in by_id.items()
    }


def _path(sys_id: str, rows: Mapping[str, Row]) -> str:
    """Return the full path by way of the parents; where one is hidden, the desk's own full name."""
    names: list[str] = []
    at = sys_id
    while at in rows and len(names) < _DEEPEST:
        names.append(text(rows[at], "name"))
        at = text(rows[at], "parent")
    own = text(rows[sys_id], "full_name")
    if at and own and at not in rows:
        return own.replace("/", _SEPARATOR)
    return _SEPARATOR.join(reversed(names))


def _items(source: DirectorySource, tables: Mapping[str, list[Row]]) -> Mapping[str, Item]:
    """Name the items that open tickets are about: a whole CMDB would be far too much."""
    seen = {text(row, "cmdb_ci") for name in TABLES for row in tables[name]}
    lists = [
        Listing(
            table="cmdb_ci",
            fields=("name", "sys_class_name"),
            among=(Among(field="sys_id", values=tuple(some)),),
        )
        for some in in_chunks(sorted(filter(is_id, seen)), taken=500)
    ]
    calls = [partial(source.rows, one) for one in lists]
    return {
        text(row, "sys_id"): Item(
            id=text(row, "sys_id"), type=text(row, "sys_class_name"), name=text(row, "name")
        )
        for rows in in_parallel(calls, WORKERS)
        for row in rows
    }


def _same(wanted: str, found: str) -> bool:
    return bool(wanted) and wanted.casefold() == found.casefold()
