"""Requesters, assignees and observers: links to tickets, problems and changes (FACTS 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdtools.emulator.glpi.casting import Given
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import GlpiDatabase, Row
from sdtools.emulator.glpi.history import log_linked, log_unlinked
from sdtools.emulator.glpi.names import foreign_key
from sdtools.emulator.glpi.query import as_list
from sdtools.emulator.glpi.tables import Value
from sdtools.emulator.glpi.text import whole_number
from sdtools.emulator.glpi.wire import CrashError

__all__ = [
    "ASSIGN",
    "LINKS",
    "Actor",
    "add_actors",
    "asked_actors",
    "exists",
    "has_assignee",
    "linked",
    "log_actor",
    "replace_actors",
]

REQUESTER, ASSIGN, OBSERVER = 1, 2, 3
_ROLES = {"requester": REQUESTER, "assign": ASSIGN, "observer": OBSERVER}
_KINDS = {"users": "User", "groups": "Group", "suppliers": "Supplier"}
_COLUMN = {"User": "users_id", "Group": "groups_id", "Supplier": "suppliers_id"}
LINKS: Mapping[str, Mapping[str, str]] = {
    "Ticket": {"User": "Ticket_User", "Group": "Group_Ticket", "Supplier": "Supplier_Ticket"},
    "Problem": {"User": "Problem_User", "Group": "Group_Problem", "Supplier": "Problem_Supplier"},
    "Change": {"User": "Change_User", "Group": "Change_Group", "Supplier": "Change_Supplier"},
}
_OPTIONS = {
    ("User", REQUESTER): 4, ("User", ASSIGN): 5, ("User", OBSERVER): 66,
    ("Group", REQUESTER): 71, ("Group", ASSIGN): 8, ("Group", OBSERVER): 65,
    ("Supplier", ASSIGN): 6,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One person, group or supplier in one role."""

    kind: str  # "User", "Group", "Supplier"
    items_id: int
    role: int
    use_notification: int = 1
    alternative_email: str = ""

    def columns(self) -> dict[str, object]:
        """Give the link row's columns."""
        found: dict[str, object] = {_COLUMN[self.kind]: self.items_id, "type": self.role}
        if self.kind != "Group":
            found |= {
                "use_notification": self.use_notification,
                "alternative_email": self.alternative_email,
            }
        return found


def _by_keys(given: Given) -> list[Actor]:
    found = []
    for role, number in _ROLES.items():
        for prefix, kind in _KINDS.items():
            value = given.get(f"_{prefix}_id_{role}")
            ids = as_list(value) if isinstance(value, list | dict) else [value]
            numbers = [whole_number(one) for one in ids]
            found += [Actor(kind=kind, items_id=one, role=number) for one in numbers if one]
    return found


def _by_itil_keys(given: Given) -> list[Actor]:
    found = []
    for role, number in _ROLES.items():
        value = given.get(f"_itil_{role}")
        for one in [value] if isinstance(value, dict) else as_list(value):
            kind = str(one.get("_type", "")).capitalize()
            items_id = whole_number(one.get(_COLUMN.get(kind, ""), 0))
            if items_id:
                found.append(Actor(kind=kind, items_id=items_id, role=number))
    return found


def by_actors_key(given: Given) -> list[Actor] | None:
    """Read ``_actors``, which names all roles at once; None if it was not sent."""
    wanted = given.get("_actors")
    if not isinstance(wanted, dict):
        return None
    if not all(isinstance(one, dict) for name in _ROLES for one in as_list(wanted.get(name))):
        raise CrashError
    return [
        Actor(
            kind=str(one.get("itemtype")),
            items_id=whole_number(one.get("items_id")) or 0,
            role=number,
            use_notification=whole_number(one.get("use_notification", 1)) or 0,
            alternative_email=str(one.get("alternative_email", "")),
        )
        for role, number in _ROLES.items()
        for one in as_list(wanted.get(role))
    ]


def asked_actors(given: Given) -> list[Actor]:
    """Give all actors that an input names, by any of GLPI's keys."""
    return [*_by_keys(given), *_by_itil_keys(given), *(by_actors_key(given) or ())]


def exists(database: GlpiDatabase, actor: Actor) -> bool:
    """Tell whether the actor is there at all."""
    return database.row(actor.kind, actor.items_id) is not None


def _same(link: Row, actor: Actor) -> bool:
    return link[_COLUMN[actor.kind]] == actor.items_id and link["type"] == actor.role


def _links(database: GlpiDatabase, item: tuple[str, object], kind: str) -> list[Row]:
    table = LINKS[item[0]].get(kind)
    if table is None:
        return []
    return database.rows(table, f'"{foreign_key(item[0])}" = ?', (item[1],))


def linked(database: GlpiDatabase, item: tuple[str, object]) -> set[tuple[str, Value, Value]]:
    """Give who is linked: kind, id and role."""
    return {
        (kind, link[_COLUMN[kind]], link["type"])
        for kind in LINKS[item[0]]
        for link in _links(database, item, kind)
    }


def has_assignee(database: GlpiDatabase, item: tuple[str, object]) -> bool:
    """Tell whether anybody is assigned."""
    kinds = LINKS[item[0]]
    return any(link["type"] == ASSIGN for kind in kinds for link in _links(database, item, kind))


def log_actor(context: Context, item: tuple[str, object], actor: Actor) -> None:
    """Write the new link into the item's history."""
    option = _OPTIONS.get((actor.kind, actor.role), 0)
    log_linked(context, item, (actor.kind, actor.items_id), option)


def add_actors(context: Context, item: tuple[str, object], actors: list[Actor]) -> list[Actor]:
    """Link the actors that exist and are not linked yet; give those."""
    added = []
    for actor in actors:
        table = LINKS[item[0]].get(actor.kind)
        known = any(_same(link, actor) for link in _links(context.database, item, actor.kind))
        if table is None or known or not exists(context.database, actor):
            continue
        context.database.insert(table, {foreign_key(item[0]): item[1]} | actor.columns())
        log_actor(context, item, actor)
        added.append(actor)
    return added


def replace_actors(context: Context, item: tuple[str, object], wanted: list[Actor]) -> bool:
    """Make the links exactly those wanted, in all roles; tell whether anything changed."""
    changed = False
    for kind, table in LINKS[item[0]].items():
        for link in _links(context.database, item, kind):
            if not any(actor.kind == kind and _same(link, actor) for actor in wanted):
                context.database.delete(table, "id = ?", (link["id"],))
                log_unlinked(context, item, (kind, link[_COLUMN[kind]]))
                changed = True
    return bool(add_actors(context, item, wanted)) or changed
