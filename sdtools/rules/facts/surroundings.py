"""Facts about who and what a ticket is about: people, groups, trees and items."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter

from sdtools.model.people import Directory, Node, Person
from sdtools.model.ticket import Ticket
from sdtools.model.world import World
from sdtools.rules.identity import once_per_object
from sdtools.rules.names import names_of
from sdtools.rules.subject import Subject
from sdtools.rules.values import UNKNOWN, Fact, FactType, Named, Refers, Value

__all__ = ["SURROUNDING_FACTS"]


def _node(nodes: Mapping[str, Node], node_id: str) -> Named | None:
    if not node_id:
        return None
    node = nodes.get(node_id)
    return Named(id=node_id, path=node.path if node else "")


def _people(subject: Subject, ids: Iterable[str]) -> tuple[Named, ...]:
    people = subject.world.directory.people
    return tuple(_person(one, people.get(one)) for one in ids)


def _person(person_id: str, person: Person | None) -> Named:
    if person is None:
        return Named(id=person_id, path="")
    return Named(id=person_id, path=person.name or person.login, also=(person.login, person.email))


def _groups(subject: Subject, ids: Iterable[str]) -> tuple[Named, ...]:
    groups = subject.world.directory.groups
    found = ((one, groups.get(one)) for one in ids)
    return tuple(Named(id=i, path=(g.path or g.name) if g else "") for i, g in found)


def _items(subject: Subject) -> tuple[Named, ...]:
    items = subject.world.directory.items
    found = ((one, items.get(one)) for one in subject.ticket.items)
    return tuple(Named(id=i, path=item.name if item else "") for i, item in found)


def _item_types(subject: Subject) -> Value:
    items = subject.world.directory.items
    found = [items.get(one) for one in subject.ticket.items]
    if any(item is None for item in found):
        return UNKNOWN
    return tuple(item.type for item in found if item)


def _requesters(subject: Subject) -> list[Person | None]:
    people = subject.world.directory.people
    return [people.get(one) for one in subject.ticket.requesters]


def _requester_text(said: Callable[[Person], str]) -> Callable[[Subject], Value]:
    def read(subject: Subject) -> Value:
        people = _requesters(subject)
        if any(person is None for person in people):
            return UNKNOWN
        return tuple(text for text in (said(person) for person in people if person) if text)

    return read


def _vip(subject: Subject) -> Value:
    """Judge by the strongest: one VIP among the requesters is enough."""
    told = [person.vip if person else None for person in _requesters(subject)]
    if True in told:
        return True
    return UNKNOWN if None in told else False


def _requester_groups(subject: Subject) -> Value:
    memberships = _memberships(subject.world.directory)
    ids = set(subject.ticket.requester_groups)
    ids.update(group for one in subject.ticket.requesters for group in memberships.get(one, ()))
    return _groups(subject, sorted(ids))


@once_per_object(8)
def _memberships(directory: Directory) -> Mapping[str, list[str]]:
    groups_of: defaultdict[str, list[str]] = defaultdict(list)
    for group in directory.groups.values():
        for member in group.members:
            groups_of[member].append(group.id)
    return groups_of


def _tier(subject: Subject) -> int | None:
    """Return the highest tier that an assigned group belongs to."""
    known = names_of(subject.world.directory, "group")
    assigned = set(subject.ticket.groups)
    tiers = [
        tier
        for tier, names in subject.book.tiers.items()
        if any(assigned & set(known.found(name)) for name in names)
    ]
    return max(tiers, default=None)


@once_per_object(4)
def _loads(world: World) -> Counter[str]:
    return Counter(group for one in world.tickets if one.is_open for group in one.groups)


def _group_load(subject: Subject) -> int | None:
    loads = _loads(subject.world)
    return max((loads[group] for group in subject.ticket.groups), default=None)


def _people_fact(name: str, doc: str, field: str, ids: Callable[[Ticket], tuple[str, ...]]) -> Fact:
    return Fact(
        name=name,
        type=FactType.names,
        doc=doc,
        read=lambda subject: _people(subject, ids(subject.ticket)),
        fields=frozenset({field}),
        refers="person",
        key=attrgetter(field),
    )


def _tree_fact(name: Refers, doc: str, read: Callable[[Subject], Value]) -> Fact:
    return Fact(
        name=name,
        type=FactType.tree,
        doc=doc,
        read=read,
        fields=frozenset({f"{name}_id"}),
        key=attrgetter(f"{name}_id"),
        refers=name,
    )


def _requester_fact(name: str, doc: str, said: Callable[[Person], str]) -> Fact:
    return Fact(
        name=f"requester.{name}",
        type=FactType.text,
        doc=doc,
        read=_requester_text(said),
        fields=frozenset({"requesters"}),
        key=attrgetter("requesters"),
    )


SURROUNDING_FACTS = (
    _tree_fact(
        "category",
        "Its category.",
        lambda subject: _node(subject.world.directory.categories, subject.ticket.category_id),
    ),
    _tree_fact(
        "location",
        "Where it is.",
        lambda subject: _node(subject.world.directory.locations, subject.ticket.location_id),
    ),
    _tree_fact(
        "entity",
        "The entity (company, site) that it belongs to.",
        lambda subject: _node(subject.world.directory.entities, subject.ticket.entity_id),
    ),
    Fact(
        name="group",
        type=FactType.names,
        doc="The groups assigned to it.",
        read=lambda subject: _groups(subject, subject.ticket.groups),
        fields=frozenset({"groups"}),
        key=attrgetter("groups"),
        refers="group",
    ),
    Fact(
        name="group.load",
        type=FactType.number,
        doc="How many open tickets its group has (the busiest of several); empty without a group.",
        read=_group_load,
        fields=frozenset({"groups"}),
        key=attrgetter("groups"),
    ),
    Fact(
        name="tier",
        type=FactType.number,
        doc="The support level of its group, by `tiers` (the highest of several).",
        read=_tier,
        fields=frozenset({"groups"}),
        key=attrgetter("groups"),
    ),
    _people_fact("assignee", "The people assigned to it.", "assignees", lambda one: one.assignees),
    _people_fact("requester", "Who asked.", "requesters", lambda one: one.requesters),
    _people_fact("observers", "Who watches it.", "observers", lambda one: one.observers),
    Fact(
        name="requester.vip",
        type=FactType.flag,
        doc="Whether one of those who asked is a VIP; unknown when the desk does not tell.",
        read=_vip,
        fields=frozenset({"requesters"}),
        key=attrgetter("requesters"),
    ),
    Fact(
        name="requester.group",
        type=FactType.names,
        doc="The groups that asked, and the groups of those who asked.",
        read=_requester_groups,
        fields=frozenset({"requesters", "requester_groups"}),
        key=attrgetter("requesters", "requester_groups"),
        refers="group",
    ),
    _requester_fact("email", "The mail address of who asked.", lambda one: one.email),
    _requester_fact("language", "The language of who asked: `fr`, `en`.", lambda one: one.language),
    _requester_fact("title", "The job title of who asked.", lambda one: one.title),
    _requester_fact("category", "The user category of who asked.", lambda one: one.category),
    Fact(
        name="item",
        type=FactType.names,
        doc="The computers and other items that it is about.",
        read=_items,
        fields=frozenset({"items"}),
        key=attrgetter("items"),
        refers="item",
    ),
    Fact(
        name="item.type",
        type=FactType.text,
        doc="The types of those items: `Computer`.",
        read=_item_types,
        fields=frozenset({"items"}),
        key=attrgetter("items"),
    ),
)
