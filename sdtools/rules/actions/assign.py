"""``assign``: a group or a person, by name or relative to where the ticket stands."""

from __future__ import annotations

from collections.abc import Sequence

from sdtools.model.effects import Assign
from sdtools.model.people import Directory, Group
from sdtools.model.ticket import Ticket
from sdtools.rules.book import AssignAction, NextTier
from sdtools.rules.conditions import holds
from sdtools.rules.proposal import Circumstances, Proposal, UnfitError
from sdtools.rules.resolve import nearest, person_named
from sdtools.rules.telling import words
from sdtools.rules.wording import path_key

__all__ = ["propose_assign"]


def propose_assign(action: AssignAction, about: Circumstances) -> tuple[Proposal, ...]:
    """Propose the group first, then the person: two fields, two changes."""
    proposals = []
    groups = about.subject.ticket.groups
    if action.group:
        group = _goal(action, about)
        groups = (group,)
        proposals.append(_to_group(action, about, group))
    if action.user or action.by:
        proposals.append(_to_person(action, about, groups))
    return tuple(proposals)


def _goal(action: AssignAction, about: Circumstances) -> str:
    name = _next_tier(about) if action.group == "next_tier" else action.group
    return _group_id(name, about)


def _next_tier(about: Circumstances) -> str:
    subject = about.subject
    current = [group for key in subject.ticket.groups if (group := about.directory.groups.get(key))]
    for step in subject.book.next_tier:
        climbs = _stands_on(current, step)
        if climbs and (step.when is None or holds(step.when, subject)):
            return step.to
    raise UnfitError("no higher tier for the groups that are assigned")


def _stands_on(groups: Sequence[Group], step: NextTier) -> bool:
    origins = {path_key(origin) for origin in step.origins}
    return any(path_key(name) in origins for group in groups for name in (group.path, group.name))


def _group_id(name: str, about: Circumstances) -> str:
    directory = about.directory
    return nearest("group", directory.groups, name, about.subject.ticket.entity_id, directory)


def _to_group(action: AssignAction, about: Circumstances, group: str) -> Proposal:
    ticket, directory = about.subject.ticket, about.directory
    if action.add:
        effect = Assign(groups=_with(ticket.groups, group))
    else:
        effect = Assign(groups=(group,), people=_members_of(group, ticket, directory))
    return _proposal(action, about, effect, "group")


def _members_of(group: str, ticket: Ticket, directory: Directory) -> tuple[str, ...]:
    members = directory.groups[group].members
    return tuple(person for person in ticket.assignees if person in members)


def _to_person(action: AssignAction, about: Circumstances, groups: tuple[str, ...]) -> Proposal:
    person = _by(action, about, groups) if action.by else person_named(about.directory, action.user)
    kept = about.subject.ticket.assignees if action.add else ()
    return _proposal(action, about, Assign(people=_with(kept, person)), "assignee")


def _by(action: AssignAction, about: Circumstances, groups: tuple[str, ...]) -> str:
    people = about.directory.people
    members = {
        member
        for key in groups
        if (group := about.directory.groups.get(key))
        for member in group.members
        if member in people and people[member].active
    }
    if not members:
        raise UnfitError("the assigned groups have no active member")
    # by login and not by id: two desks with the same people choose the same one
    ordered = sorted(members, key=lambda member: people[member].login)
    if action.by == "round_robin":
        return ordered[about.rounds[f"{about.rule.id}/{action.path}.user"] % len(ordered)]
    return min(ordered, key=lambda member: about.loads[member])


def _with(ids: tuple[str, ...], new: str) -> tuple[str, ...]:
    return tuple(sorted({*ids, new}))


def _proposal(action: AssignAction, about: Circumstances, effect: Assign, field: str) -> Proposal:
    ids = effect.groups if field == "group" else effect.people
    return Proposal(
        path=action.path if field == "group" else f"{action.path}.user",
        field=field,
        effect=effect,
        after=words(about.directory, field, ",".join(ids or ())),
        once=action.relative,
    )
