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
        agreements=_agreements(session),
    )


def _rows(session: GlpiSession, itemtype: str) -> list[Row]:
    return readable_rows(session, Listing(path=itemtype)) or []


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


def _people(
    session: GlpiSession, vip: Vip | None, groups: Mapping[str, Group]
) -> Mapping[str, Person]:
    words = _Words(
        emails=_emails(_rows(session, "UserEmail")),
        titles=_readable_names(session, "UserTitle"),
        categories=_readable_names(session, "UserCategory"),
        vip=vip or Vip(),
        vip_members=_members(vip, groups),
    )
    # Those in the trash too: old tickets show their names.
    gone = readable_rows(session, Listing(path="User", trash=True)) or ()
    return {identity(row, "id"): _person(row, words) for row in (*_rows(session, "User"), *gone)}


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


def _readable_names(session: GlpiSession, itemtype: str) -> dict[str, str] | None:
    rows = readable_rows(session, Listing(path=itemtype))
    return None if rows is None else _names(rows)


def _members(vip: Vip | None, groups: Mapping[str, Group]) -> frozenset[str] | None:
    """Return the members of the VIP group; None where that, or any membership, does not show."""
    wanted = vip.group if vip else ""
    named = [one for one in groups.values() if _same(wanted, one.path) or _same(wanted, one.name)]
    if not named or not any(one.members for one in groups.values()):
        return None
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


def _agreements(session: GlpiSession) -> Mapping[str, Agreement]:
    found = {}
    for row in _rows(session, "SLA"):
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
