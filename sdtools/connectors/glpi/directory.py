"""The directory of a GLPI: people, groups, trees and the items that tickets are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sdtools.connectors.glpi.answers import Row, identity, integer, string
from sdtools.connectors.glpi.calendars import read_calendars
from sdtools.connectors.glpi.fields import CHOICES
from sdtools.connectors.glpi.lists import Listing, readable_rows
from sdtools.connectors.glpi.options import Vip
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.text import plain
from sdtools.connectors.glpi.zone import Zone
from sdtools.model.people import Directory, Group, Item, Node, Person

__all__ = ["LISTS", "read_directory"]

# Read for the directory; doctor tells which of them the account may not read.
LISTS = ("User", "UserEmail", "Group", "Group_User", "ITILCategory", "Location", "Entity")

_ITEM_TYPES = (
    "Computer",
    "Monitor",
    "NetworkEquipment",
    "Peripheral",
    "Phone",
    "Printer",
    "Software",
)


def read_directory(session: GlpiSession, vip: Vip | None, zone: Zone) -> Directory:
    """Read the directory; a list that the account may not read is empty (doctor says so)."""
    groups = _groups(session)
    return Directory(
        people=_people(session, vip, groups),
        groups=groups,
        categories=_nodes(session, "ITILCategory"),
        locations=_nodes(session, "Location"),
        entities=_entities(session),
        items=_items(session),
        calendars=read_calendars(session, zone.name),
        choices=CHOICES,
    )


def _rows(session: GlpiSession, itemtype: str) -> list[Row]:
    return readable_rows(session, Listing(path=itemtype)) or []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What the numbers of a user row stand for, and who is a VIP."""

    emails: Mapping[str, str]
    titles: Mapping[str, str]
    categories: Mapping[str, str]
    vip: Vip | None
    vip_members: frozenset[str]

    def is_vip(self, user: str, *, category: str, title: str) -> bool | None:
        """Tell whether a person is a VIP; None when nothing in the configuration tells."""
        if self.vip is None or not (self.vip.category or self.vip.group or self.vip.title):
            return None
        return (
            _same(self.vip.category, category)
            or _same(self.vip.title, title)
            or user in self.vip_members
        )


def _people(
    session: GlpiSession, vip: Vip | None, groups: Mapping[str, Group]
) -> Mapping[str, Person]:
    words = _Words(
        emails=_emails(_rows(session, "UserEmail")),
        titles=_names(_rows(session, "UserTitle")),
        categories=_names(_rows(session, "UserCategory")),
        vip=vip,
        vip_members=_members(vip, groups),
    )
    return {identity(row, "id"): _person(row, words) for row in _rows(session, "User")}


def _person(row: Row, words: _Words) -> Person:
    number = identity(row, "id")
    login = plain(row.get("name"))
    name = f"{plain(row.get('firstname'))} {plain(row.get('realname'))}".strip()
    category = words.categories.get(identity(row, "usercategories_id"), "")
    title = words.titles.get(identity(row, "usertitles_id"), "")
    return Person(
        id=number,
        login=login,
        name=name or login,
        email=words.emails.get(number, ""),
        phone=string(row, "phone") or string(row, "mobile"),
        title=title,
        category=category,
        language=string(row, "language")[:2],
        vip=words.is_vip(number, category=category, title=title),
        active=bool(integer(row, "is_active")) and not integer(row, "is_deleted"),
    )


def _emails(rows: Iterable[Row]) -> dict[str, str]:
    """Choose one address for each person: the default one, else the first."""
    found: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: (not integer(row, "is_default"), integer(row, "id"))):
        found.setdefault(identity(row, "users_id"), string(row, "email"))
    return found


def _names(rows: Iterable[Row]) -> dict[str, str]:
    return {identity(row, "id"): plain(row.get("name")) for row in rows}


def _members(vip: Vip | None, groups: Mapping[str, Group]) -> frozenset[str]:
    if vip is None or not vip.group:
        return frozenset()
    named = (
        one for one in groups.values() if _same(vip.group, one.path) or _same(vip.group, one.name)
    )
    return frozenset(member for one in named for member in one.members)


def _groups(session: GlpiSession) -> Mapping[str, Group]:
    members: defaultdict[str, set[str]] = defaultdict(set)
    managers: defaultdict[str, set[str]] = defaultdict(set)
    for row in _rows(session, "Group_User"):
        group, person = identity(row, "groups_id"), identity(row, "users_id")
        members[group].add(person)
        if integer(row, "is_manager"):
            managers[group].add(person)
    found = {}
    for row in _rows(session, "Group"):
        number = identity(row, "id")
        found[number] = Group(
            id=number,
            name=plain(row.get("name")),
            path=plain(row.get("completename")) or plain(row.get("name")),
            entity_id=str(integer(row, "entities_id")),
            recursive=bool(integer(row, "is_recursive")),
            assignable=bool(integer(row, "is_assign")),
            members=tuple(sorted(members[number])),
            managers=tuple(sorted(managers[number])),
        )
    return found


def _nodes(session: GlpiSession, itemtype: str) -> Mapping[str, Node]:
    found = {}
    for row in _rows(session, itemtype):
        number = identity(row, "id")
        found[number] = Node(
            id=number,
            name=plain(row.get("name")),
            path=plain(row.get("completename")) or plain(row.get("name")),
            entity_id=str(integer(row, "entities_id")),
            recursive=bool(integer(row, "is_recursive")),
        )
    return found


def _entities(session: GlpiSession) -> Mapping[str, Node]:
    """Read the entities; the root has the id 0 and no parent."""
    found = {}
    for row in _rows(session, "Entity"):
        number, parent = str(integer(row, "id")), row.get("entities_id")
        found[number] = Node(
            id=number,
            name=plain(row.get("name")),
            path=plain(row.get("completename")) or plain(row.get("name")),
            entity_id="" if parent is None or number == "0" else str(parent),
        )
    return found


def _items(session: GlpiSession) -> Mapping[str, Item]:
    """Name the items that tickets are about; only types that occur are read."""
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for row in _rows(session, "Item_Ticket"):
        seen[string(row, "itemtype")].add(identity(row, "items_id"))
    found = {}
    for itemtype in _ITEM_TYPES:
        if itemtype not in seen:
            continue
        for number, name in _names(_rows(session, itemtype)).items():
            if number in seen[itemtype]:
                key = f"{itemtype}/{number}"
                found[key] = Item(id=key, type=itemtype, name=name)
    return found


def _same(wanted: str, found: str) -> bool:
    return bool(wanted) and wanted.casefold() == found.casefold()
