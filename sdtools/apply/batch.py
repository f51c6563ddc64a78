"""Send the writes of a batch of tickets, each kind in one go and in an order that holds."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from sdtools.apply.held import written_field
from sdtools.apply.marks import add_mark, mark
from sdtools.connectors.desk import (
    Desk,
    NewComment,
    NewHold,
    NewLink,
    NewSolution,
    OldLink,
    TicketUpdate,
    WriteState,
    Written,
)
from sdtools.errors import DeskError, UnknownOutcomeError
from sdtools.model.effects import Assign, Comment, Hold, Link, SetField, Solve, Unlink
from sdtools.plan import Change

__all__ = ["Sent", "write"]

T = TypeVar("T")
# What desks move by themselves: sent along with it, a value of ours is lost (GLPI FACTS 10).
_MOVES = {
    "urgency": ("priority",),
    "impact": ("priority",),
    "group": ("status",),
    "assignee": ("status",),
}


@dataclass(slots=True, kw_only=True)
class Sent:
    """The desk's answers by change key; a change that is not there was not sent.

    ``why_not`` says in words why sending stopped half way, ``error`` when it was the desk.
    """

    answers: dict[str, Written] = field(default_factory=dict)
    why_not: str = ""
    error: DeskError | None = None

    def stop(self, error: DeskError) -> None:
        """Note that the desk failed; the first error is the one that counts."""
        self.why_not = self.why_not or str(error)
        self.error = self.error or error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item(Generic[T]):
    keys: tuple[str, ...]  # of the changes that this one write carries
    write: T


def write(
    desk: Desk,
    due: Sequence[Change],
    may: Callable[[], bool],
    said: Container[str] = frozenset(),
) -> Sent:
    """Write fields and assignments, then links, comments, holds and solutions.

    ``may`` is asked before each kind; after a no, or an error of the desk, nothing more is sent.
    ``said`` holds the marks found on the tickets: the reason of a wait is not given twice.
    """
    sent = Sent()
    for send in _kinds(desk, due, said):
        if not may():
            sent.why_not = "another run has taken the desk over"
            break
        try:
            sent.answers.update(send())
        except DeskError as error:
            sent.stop(error)
            break
    return sent


def _kinds(
    desk: Desk, due: Sequence[Change], said: Container[str]
) -> Iterator[Callable[[], dict[str, Written]]]:
    """Return one call for each kind of write that has something to send.

    A comment comes before the solution: nothing is said on a ticket that we just solved.
    """
    first, later = _in_rounds(due)
    if updates := _updates(first):
        yield lambda: _sent(desk.update, updates)
    if again := _updates(later):
        yield lambda: _sent(desk.update, again)
    if links := _links(due):
        yield lambda: _sent(desk.link, links)
    if unlinks := _unlinks(due):
        yield lambda: _sent(desk.unlink, unlinks)
    if comments := _comments(due):
        yield lambda: _sent(desk.comment, comments)
    if holds := _holds(due, said):
        yield lambda: _sent(desk.hold, holds)
    if solutions := _solutions(due):
        yield lambda: _sent(desk.solve, solutions)


def _sent(
    call: Callable[[Sequence[T]], tuple[Written, ...]], items: Sequence[_Item[T]]
) -> dict[str, Written]:
    try:
        answers = call([item.write for item in items])
    except UnknownOutcomeError as error:
        answers = tuple(Written(state=WriteState.unknown, detail=str(error)) for _ in items)
    return {key: answer for item, answer in zip(items, answers, strict=True) for key in item.keys}


def _in_rounds(due: Sequence[Change]) -> tuple[list[Change], list[Change]]:
    """Part what is written to fields from what the desk would move again in the same update."""
    rounds: tuple[list[Change], list[Change]] = ([], [])
    moved: set[tuple[str, str]] = set()
    for change in due:
        rounds[(change.ticket, written_field(change)) in moved].append(change)
        moved |= {(change.ticket, name) for name in _MOVES.get(written_field(change), ())}
    return rounds


def _updates(due: Sequence[Change]) -> list[_Item[TicketUpdate]]:
    """Merge the fields and assignments of each ticket into one update."""
    items: dict[str, _Item[TicketUpdate]] = {}
    for change in due:
        if isinstance(change.effect, SetField | Assign):
            item = items.get(change.ticket)
            update = item.write if item else TicketUpdate(ticket=change.ticket)
            items[change.ticket] = _Item(
                keys=(*item.keys, change.key) if item else (change.key,),
                write=_merged(update, change.effect),
            )
    return list(items.values())


def _merged(update: TicketUpdate, effect: SetField | Assign) -> TicketUpdate:
    if isinstance(effect, SetField):
        return replace(update, fields=(*update.fields, effect))
    before = update.assign or Assign()
    assign = Assign(
        groups=before.groups if effect.groups is None else effect.groups,
        people=before.people if effect.people is None else effect.people,
    )
    return replace(update, assign=assign)


def _links(due: Sequence[Change]) -> list[_Item[NewLink]]:
    return [
        _Item(keys=(change.key,), write=NewLink(ticket=change.ticket, link=change.effect))
        for change in due
        if isinstance(change.effect, Link)
    ]


def _unlinks(due: Sequence[Change]) -> list[_Item[OldLink]]:
    return [
        _Item(keys=(change.key,), write=OldLink(ticket=change.ticket, link=change.effect))
        for change in due
        if isinstance(change.effect, Unlink)
    ]


def _comments(due: Sequence[Change]) -> list[_Item[NewComment]]:
    return [
        _Item(keys=(change.key,), write=_comment(change, change.effect))
        for change in due
        if isinstance(change.effect, Comment)
    ]


def _comment(change: Change, effect: Comment) -> NewComment:
    text = add_mark(effect.text, change.key)
    return NewComment(ticket=change.ticket, text=text, public=effect.public)


def _holds(due: Sequence[Change], said: Container[str]) -> list[_Item[NewHold]]:
    return [
        _Item(keys=(change.key,), write=_hold(change, change.effect, said))
        for change in due
        if isinstance(change.effect, Hold)
    ]


def _hold(change: Change, effect: Hold, said: Container[str]) -> NewHold:
    text = add_mark(effect.reason, change.key)
    return NewHold(ticket=change.ticket, text=text, said=mark(change.key) in said)


def _solutions(due: Sequence[Change]) -> list[_Item[NewSolution]]:
    return [
        _Item(keys=(change.key,), write=_solution(change, change.effect))
        for change in due
        if isinstance(change.effect, Solve)
    ]


def _solution(change: Change, effect: Solve) -> NewSolution:
    text = add_mark(effect.text, change.key)
    return NewSolution(ticket=change.ticket, text=text, code=effect.code)
