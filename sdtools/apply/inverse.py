"""Turn what a run did to tickets around: an inverse plan's changes, and what stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sdtools.apply.held import held, wanted, written_field
from sdtools.model.effects import Assign, Effect, Hold, Link, SetField, Solve, Unlink
from sdtools.model.grades import Status
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.model.world import Consequences
from sdtools.plan import UNDO, Change, Reason, change_key, field_text
from sdtools.rules.actions.link import is_linked
from sdtools.rules.telling import words

__all__ = ["CarriedOut", "Inverse", "Kept", "inverse"]

_NOT_TO_BE_TAKEN_BACK: Mapping[str, str] = {
    "comment": "what was said stays said",
    "notify": "the message was sent",
    "webhook": "the receiver was told",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOut:
    """A change that a run carried out; ``found`` is what the desk made of it."""

    change: Change
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A change of the run that is not taken back, and why."""

    change: Change
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverse:
    """What would take a run back."""

    changes: tuple[Change, ...]
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What every step back looks at."""

    run: str
    desk: str
    directory: Directory
    consequences: Consequences


def inverse(
    run: str,
    desk: str,
    done: Sequence[CarriedOut],
    tickets: Mapping[str, Ticket],
    about: tuple[Directory, Consequences],
) -> Inverse:
    """Take the changes of a run back, the last first, on the tickets as the mirror holds them.

    A field that no longer holds what the run left there was changed since: it is kept as it is.
    """
    scene = _Scene(run=run, desk=desk, directory=about[0], consequences=about[1])
    changes: list[Change] = []
    kept: list[Kept] = []
    working = dict(tickets)
    for one in reversed(done):
        ticket = working.get(one.change.ticket)
        why = _why_kept(one, ticket)
        if ticket is None or why:
            kept.append(Kept(change=one.change, why=why))
            continue
        for change in _steps_back(scene, one.change, ticket):
            changes.append(change)
            ticket = scene.consequences.after(ticket, change.effect, scene.directory)
        working[ticket.id] = ticket
    settled = tuple(_at_the_end(one, working[one.ticket]) for one in changes)
    return Inverse(changes=settled, kept=tuple(reversed(kept)))


def _at_the_end(change: Change, ticket: Ticket) -> Change:
    """Aim at the state in which the ticket will be: whoever is taken off makes it new again."""
    if not isinstance(change.effect, SetField) or change.effect.field != "status":
        return change
    status = ticket.status.value
    effect = replace(change.effect, value=status)
    return replace(change, effect=effect, after=status, after_value=status)


def _why_kept(one: CarriedOut, ticket: Ticket | None) -> str:
    """Return why a change is not taken back; "" when it is."""
    change = one.change
    if change.undoes:
        return "it took something back itself: `sdtools apply` lets the rules act again"
    if change.effect.kind in _NOT_TO_BE_TAKEN_BACK:
        return _NOT_TO_BE_TAKEN_BACK[change.effect.kind]
    if ticket is None:
        return "the ticket is closed or gone"
    if isinstance(change.effect, Link):
        return "" if is_linked(ticket, change.effect) else "the link is gone already"
    return _why_field_kept(one, ticket)


def _why_field_kept(one: CarriedOut, ticket: Ticket) -> str:
    name = written_field(one.change)
    found = field_text(ticket, name)
    if found == one.change.before_value or held(ticket, _backwards(one.change, ticket)):
        return f"{name} is back already"
    return "" if found in {one.found, wanted(one.change)} else f"{name} was changed since"


def _steps_back(scene: _Scene, change: Change, ticket: Ticket) -> Iterator[Change]:
    effect = _backwards(change, ticket)
    yield _change(scene, change, ticket, effect, change.field)
    ticket = scene.consequences.after(ticket, effect, scene.directory)
    match effect:
        case SetField(field="urgency" | "impact"):
            left = _left_over(scene, change, ticket, "priority")
        case Assign():
            left = _left_over(scene, change, ticket, "status")
        case _:
            left = None
    if left is not None:
        yield _change(scene, change, ticket, left, left.field)


def _left_over(
    scene: _Scene, change: Change, ticket: Ticket, name: Literal["priority", "status"]
) -> SetField | None:
    """Return what gives back a value that people had set and that the desk does not find again."""
    before = change.moved.get(name, "")
    now = field_text(ticket, name)
    if not before or before == now or name in scene.directory.fixed:
        return None
    if name == "status" and now != Status.assigned:  # somebody has brought it further
        return None
    return SetField(field=name, value=before)


def _backwards(change: Change, ticket: Ticket) -> Effect:
    match change.effect:
        case SetField(field=name):
            return SetField(field=name, value=change.before_value)
        case Assign(groups=groups, people=people):
            return Assign(
                groups=_ids_before(change, "group", groups, ticket.groups),
                people=_ids_before(change, "assignee", people, ticket.assignees),
            )
        case Link(target=target, id=id):
            return Unlink(target=target, id=id)
        case Hold() | Solve():
            return SetField(field="status", value=_status_before(change))
        case other:
            return other


def _ids_before(
    change: Change, name: str, wrote: tuple[str, ...] | None, now: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Return who had the role before; None where the change left it alone.

    Whoever has come along with the assignment or since stays.
    """
    if name == change.field:
        return _ids(change.before_value)
    if wrote is None and name not in change.moved:
        return None
    left = wrote or ()
    return _ids(change.moved.get(name, ",".join(left))) if set(now) == set(left) else now


def _ids(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _status_before(change: Change) -> str:
    """Return the state to go back to; a wait needs its reason, so work goes on instead."""
    before = change.before_value
    return before if before == Status.new else Status.assigned.value


def _change(scene: _Scene, done: Change, ticket: Ticket, effect: Effect, field: str) -> Change:
    action = f"{UNDO}.{scene.run}.{field}.{done.key}"
    after = scene.consequences.after(ticket, effect, scene.directory)
    name = written_field(replace(done, effect=effect, field=field))
    before_value = field_text(ticket, name) if name else ""
    after_value = field_text(after, name) if name else ""
    return Change(
        key=change_key(scene.desk, done.rule, done.ticket, done.episode, action),
        ticket=done.ticket,
        number=ticket.number,
        title=ticket.title,
        rule=done.rule,
        section=UNDO,
        action=action,
        episode=done.episode,
        effect=effect,
        field=field,
        before=words(scene.directory, name, before_value) if name else done.after,
        after=words(scene.directory, name, after_value) if name else "not linked",
        before_value=before_value,
        after_value=after_value,
        why=(Reason(fact="undo", operator="of", wanted=scene.run, actual=scene.run),),
    )
