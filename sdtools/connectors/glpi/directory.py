"""The directory of a GLPI: people, groups, trees and the items that tickets are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sdtools.connectors.glpi.answers import Row, identity, integer, string
from sdtools.connectors.glpi.calendars import CALENDAR_LISTS, calendars_of
from sdtools.connectors.glpi.fields import CHOICES
from sdtools.connectors.glpi.lists import Listing, readable_rows
from sdtools.connectors.glpi.options import Vip
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.text import plain
from sdtools.connectors.glpi.zone import Zone
from sdtools.model.people import Agreement, Directory, Group, Item, Node, Person

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

_ALL = (*LISTS, *CALENDAR_LISTS, "UserTitle", "UserCategory", "Item_Ticket", "SLA")
_MANY = 5000  # rows a page: of tickets, which are longer, so many take 212 ms (FACTS 13)
_GONE = Listing(path="User", trash=True, size=_MANY)  # old tickets show their names


def read_directory(session: GlpiSession, vip: Vip | None, zone: Zone) -> Directory:
    """Read the directory; a list that the account may not read is empty (doctor says so)."""
    lists = _read(session, [Listing(path=name, size=_MANY) for name in _ALL] + [_GONE])
    rows = lists.rows
    groups = _groups(rows("Group"), rows("Group_User"))
    return Directory(
        people=_people(lists, vip, groups),
        groups=groups,
        categories=_nodes(rows("ITILCategory")),
        locations=_nodes(rows("Location")),
        entities=_entities(rows("Entity")),
        items=_items(session, rows("Item_Ticket")),
        calendars=calendars_of(rows, zone.name),
        choices=CHOICES,
        agreements=_agreements(rows("SLA")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lists:
    """The lists that were read, by item type; None for those that the account may not read."""

    by_type: Mapping[str, list[Row] | None]
    gone: Sequence[Row]  # people in the trash

    def rows(self, itemtype: str) -> list[Row]:
        """Return the rows of a list; none when it may not be read."""
        return self.by_type[itemtype] or []


def _read(session: GlpiSession, listings: Sequence[Listing]) -> _Lists:
    found = session.together([partial(readable_rows, listing=one) for one in listings])
    by_type = {one.path: rows for one, rows in zip(listings, found, strict=True) if not one.trash}
    gone = [rows for one, rows in zip(listings, found, strict=True) if one.trash]
    return _Lists(by_type=by_type, gone=[row for rows in gone for row in rows or ()])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What the numbers of a user row stand for, and who is a VIP."""

    emails: Mapping[str, str]
    titles: Mapping[str, str] | None  # None: not readable
    categories: Mapping[str, str] | None
    vip: Vip
    vip_members: frozenset[str] | None

    def is_vip(self, user: str, *, category: str, title: str) -> bool | None:
        """Tell whether a person is a VIP; None when nothing that we may read tells."""
        signs = (
            (self.vip.category, self.categories, _same(self.vip.category, category)),
            (self.vip.title, self.titles, _same(self.vip.title, title)),
            (self.vip.group, self.vip_members, user in (self.vip_members or ())),
        )
        told = [None if known is None else found for wanted, known, found in signs if wanted]
        if True in told:
            return True
        return None if None in told or not told else False


def _people(lists: _Lists, vip: Vip | None, groups: Mapping[str, Group]) -> Mapping[str, Person]:
    words = _Words(
        emails=_emails(lists.rows("UserEmail")),
        titles=_readable_names(lists.by_type["UserTitle"]),
        categories=_readable_names(lists.by_type["UserCategory"]),
        vip=vip or Vip(),
        vip_members=_members(vip, groups),
    )
    return {identity(row, "id"): _person(row, words) for row in (*lists.rows("User"), *lists.gone)}


def _person(row: Row, words: _Words) -> Person:
    number = identity(row, "id")
    login = plain(row.get("name"))
    name = f"{plain(row.get('firstname'))} {plain(row.get('realname'))}".strip()
    category = (words.categories or {}).get(identity(row, "usercategories_id"), "")
    title = (words.titles or {}).get(identity(row, "usertitles_id"), "")
    return Person(
        id=number,
        login=login,
        name=name or login,
        email=words.emails.get(number, ""),
        phone=string(row, "phone") or string(row, "phone2") or string(row, "mobile"),
        mobile=string(row, "mobile"),
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


def _readable_names(rows: Iterable[Row] | None) -> dict[str, str] | None:
    return None if rows is None else _names(rows)


def _members(vip: Vip | None, groups: Mapping[str, Group]) -> frozenset[str] | None:
    """Return the members of the VIP group; None where that, or any membership, does not show."""
    wanted = vip.group if vip else ""
    named = [one for one in groups.values() if _same(wanted, one.path) or _same(wanted, one.name)]
    if not named or not any(one.members for one in groups.values()):
        return None
    return frozenset(member for one in named for member in one.members)


def _groups(rows: Iterable[Row], memberships: Iterable[Row]) -> Mapping[str, Group]:
    members: defaultdict[str, set[str]] = defaultdict(set)
    managers: defaultdict[str, set[str]] = defaultdict(set)
    for row in memberships:
        group, person = identity(row, "groups_id"), identity(row, "users_id")
        members[group].add(person)
        if integer(row, "is_manager"):
            managers[group].add(person)
    found = {}
    for row in rows:
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


def _nodes(rows: Iterable[Row]) -> Mapping[str, Node]:
    found = {}
    for row in rows:
        number = identity(row, "id")
        found[number] = Node(
            id=number,
            name=plain(row.get("name")),
            path=plain(row.get("completename")) or plain(row.get("name")),
            entity_id=str(integer(row, "entities_id")),
            recursive=bool(integer(row, "is_recursive")),
        )
    return found


def _entities(rows: Iterable[Row]) -> Mapping[str, Node]:
    """Read the entities; the root has the id 0 and no parent."""
    found = {}
    for row in rows:
        number, parent = str(integer(row, "id")), row.get("entities_id")
        found[number] = Node(
            id=number,
            name=plain(row.get("name")),
            path=plain(row.get("completename")) or plain(row.get("name")),
            entity_id="" if parent is None or number == "0" else str(parent),
        )
    return found


def _items(session: GlpiSession, links: Iterable[Row]) -> Mapping[str, Item]:
    """Name the items that tickets are about; only types that occur are read."""
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for row in links:
        seen[string(row, "itemtype")].add(identity(row, "items_id"))
    types = [itemtype for itemtype in _ITEM_TYPES if itemtype in seen]
    lists = _read(session, [Listing(path=itemtype, size=_MANY) for itemtype in types])
    found = {}
    for itemtype in types:
        for number, name in _names(lists.rows(itemtype)).items():
            if number in seen[itemtype]:
                key = f"{itemtype}/{number}"
                found[key] = Item(id=key, type=itemtype, name=name)
    return found


def _agreements(rows: Iterable[Row]) -> Mapping[str, Agreement]:
    found = {}
    for row in rows:
        number = identity(row, "id")
        found[number] = Agreement(
            id=number,
            name=plain(row.get("name")),
            due="respond" if integer(row, "type") else "resolve",
            number=integer(row, "number_time"),
            unit=string(row, "definition_time"),
            end_of_day=bool(integer(row, "end_of_working_day")),
            calendar_id=identity(row, "calendars_id"),
            own_calendar=bool(integer(row, "use_ticket_calendar")),
        )
    return found


def _same(wanted: str, found: str) -> bool:
    return bool(wanted) and wanted.casefold() == found.casefold()
