"""A ticket as it was: what the desk's history tells, taken back edit by edit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sdtools.model.grades import OPEN, Grade, Kind, Status
from sdtools.model.history import Edit
from sdtools.model.memory import RuleMemory
from sdtools.model.ticket import Activity, Comment, Ticket, role_of

__all__ = ["activity_then", "as_of", "made_by_people", "remembered_then"]


def as_of(ticket: Ticket, edits: Iterable[Edit], then: datetime) -> Ticket:
    """Return the ticket as it was, as far as these edits of it, in any order, tell.

    What an edit tells in words that nobody can read back becomes unknown.
    """
    later = sorted((edit for edit in edits if edit.at > then), key=lambda edit: edit.at)
    for edit in reversed(later):
        ticket = _taken_back(ticket, edit)
    moments = [edit.at for edit in edits if edit.at <= then]
    return replace(
        _with_moments(ticket, then),
        updated=min(ticket.updated, max([ticket.opened, *moments])),
    )


def remembered_then(memory: RuleMemory, then: datetime) -> RuleMemory | None:
    """Return what a rule remembered then; None when its episode had not begun.

    What it left to others comes out again of what it wrote and what was there.
    """
    if memory.began is None or memory.began > then:
        return None
    return replace(
        memory,
        ended=memory.ended if memory.ended and memory.ended <= then else None,
        active=memory.active or bool(memory.ended and memory.ended > then),
        written=tuple(one for one in memory.written if one.at <= then),
        fired=tuple(one for one in memory.fired if one.at <= then),
        yielded=(),
    )


def made_by_people(edits: Iterable[Edit], robots: frozenset[str]) -> dict[tuple[str, str], Edit]:
    """Return the last of these edits, oldest first, of each ticket and field, if a person's.

    ``robots`` are ids of people. What is there now is then theirs.
    """
    newest = {(edit.ticket_id, edit.field): edit for edit in edits}
    return {
        place: edit
        for place, edit in newest.items()
        if edit.author_id and edit.author_id not in robots
    }


def activity_then(
    ticket: Ticket,
    comments: Iterable[Comment],
    edits: Iterable[Edit],
    robots: frozenset[str],
    then: datetime,
) -> Activity:
    """Return what people had done on the ticket by then; ``robots`` are ids of people."""
    said = sorted(
        (comment for comment in comments if comment.written <= then),
        key=lambda comment: (comment.written, comment.author_id),
    )
    human = [comment for comment in said if comment.author_id not in robots]
    by_people = (edit for edit in edits if edit.author_id and edit.author_id not in robots)
    moments = [comment.written for comment in human]
    moments += [edit.at for edit in by_people if edit.at <= then]
    return Activity(
        comments=len(human),
        last_human=max([ticket.opened, *moments]),
        last_comment=said[-1].written if said else None,
        last_comment_by=role_of(said[-1].author_id, ticket, robots) if said else "",
    )


def _taken_back(ticket: Ticket, edit: Edit) -> Ticket:
    if edit.field == "group":
        return replace(ticket, groups=_without(ticket.groups, edit))
    if edit.field == "assignee":
        return replace(ticket, assignees=_without(ticket.assignees, edit))
    if edit.field not in _FIELDS:
        return ticket
    name, give = _FIELDS[edit.field]
    try:
        return give(ticket, edit.before)
    except (KeyError, ValueError):
        return replace(ticket, unknown=ticket.unknown | {name})


def _without(ids: tuple[str, ...], edit: Edit) -> tuple[str, ...]:
    return tuple(sorted((set(ids) - {edit.after}) | ({edit.before} - {""})))


def _with_moments(ticket: Ticket, then: datetime) -> Ticket:
    """Leave out what had not happened yet."""
    is_open = ticket.status in OPEN

    def known(moment: datetime | None) -> datetime | None:
        return moment if moment and moment <= then else None

    return replace(
        ticket,
        solved=None if is_open else known(ticket.solved),
        closed=None if ticket.status is not Status.closed else known(ticket.closed),
        responded=known(ticket.responded),
        pending_since=known(ticket.pending_since) if ticket.status is Status.pending else None,
    )


_FIELDS: Mapping[str, tuple[str, Callable[[Ticket, str], Ticket]]] = {
    "status": ("status", lambda ticket, text: replace(ticket, status=Status(text))),
    "urgency": ("urgency", lambda ticket, text: replace(ticket, urgency=Grade[text])),
    "impact": ("impact", lambda ticket, text: replace(ticket, impact=Grade[text])),
    "priority": ("priority", lambda ticket, text: replace(ticket, priority=Grade[text])),
    "category": ("category_id", lambda ticket, text: replace(ticket, category_id=text)),
    "location": ("location_id", lambda ticket, text: replace(ticket, location_id=text)),
    "kind": ("kind", lambda ticket, text: replace(ticket, kind=Kind(text))),
}
