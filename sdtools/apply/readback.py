"""Read back what was written: only the desk itself says what became of a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sdtools.apply.halves import finish_assignments, is_half
from sdtools.apply.held import effective, held, touched, wanted, written_field
from sdtools.apply.marks import mark
from sdtools.apply.said import marks_on
from sdtools.connectors.desk import Desk, WriteState, Written
from sdtools.model.effects import Comment, Effect
from sdtools.model.ticket import Ticket
from sdtools.plan import Change, Outcome, OutcomeState, field_text

__all__ = ["NOT_FOUND", "Seen", "found_in", "look", "read_back"]

NOT_FOUND = "no clear answer, and the desk does not hold it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the desk holds after the writes: tickets by id, and marks by ticket id."""

    tickets: Mapping[str, Ticket]
    marks: Mapping[str, frozenset[str]]


def look(
    desk: Desk,
    due: Sequence[Change],
    answers: Mapping[str, Written],
    before: Mapping[str, Ticket],
    may: Callable[[], bool],
) -> Seen:
    """Read what was written, and the comments of tickets where a comment's fate is unknown.

    ``before`` holds the tickets as they were right before. What has no clear answer and turns
    out half done is brought to its end.
    """
    written = [change for change in due if change.key in answers]
    doubtful = [change for change in written if answers[change.key].state is WriteState.unknown]
    fields: dict[str, frozenset[str]] = {}
    for change in written:
        there = fields.get(change.ticket, frozenset())
        fields[change.ticket] = there | touched(before[change.ticket], change.effect)
    tickets = desk.read_back(fields) if fields else {}
    marks = marks_on(desk, (one.ticket for one in doubtful if isinstance(one.effect, Comment)))
    return Seen(tickets=finish_assignments(desk, doubtful, tickets, may), marks=marks)


def read_back(
    due: Sequence[Change],
    answers: Mapping[str, Written],
    expected: Ticket,
    seen: Seen,
) -> tuple[Outcome, ...]:
    """Tell what became of one ticket's changes; those that were not sent are left out."""
    ticket = seen.tickets.get(expected.id)
    said = seen.marks.get(expected.id, frozenset())
    return tuple(
        _comment_outcome(change, answers[change.key], said)
        if isinstance(effect, Comment)
        else _ticket_outcome(change, effect, answers[change.key], expected, ticket)
        for change, effect in zip(due, effective(due), strict=True)
        if change.key in answers
    )


def _comment_outcome(change: Change, answer: Written, said: frozenset[str]) -> Outcome:
    match answer.state:
        case WriteState.done:
            return _outcome(change, OutcomeState.applied)
        case WriteState.there:
            return _outcome(change, OutcomeState.unchanged, answer.detail)
        case WriteState.refused:
            return _outcome(change, OutcomeState.refused, answer.detail)
        case WriteState.unknown if mark(change.key) in said:
            return _outcome(change, OutcomeState.applied, "found on the desk")
        case WriteState.unknown:
            return _outcome(change, OutcomeState.failed, answer.detail or NOT_FOUND)


def _ticket_outcome(
    change: Change, effect: Effect, answer: Written, expected: Ticket, ticket: Ticket | None
) -> Outcome:
    if ticket is None:
        return _outcome(change, OutcomeState.failed, "the ticket was gone when read back")
    name, found = written_field(change), found_in(change, ticket)
    if held(ticket, effect):
        there = answer.state is WriteState.there
        return _outcome(
            change, OutcomeState.unchanged if there else OutcomeState.applied, found=found
        )
    if answer.state is WriteState.refused and not is_half(change, ticket):
        return _outcome(change, OutcomeState.refused, answer.detail, found)
    if answer.state is WriteState.unknown:
        return _outcome(change, OutcomeState.failed, answer.detail or NOT_FOUND, found)
    if name and found in {wanted(change), field_text(expected, name)}:
        return _outcome(change, OutcomeState.applied, found=found)
    detail = f"the desk made {found!r} of it" if name else "the desk did not keep it"
    detail = f"{detail} ({answer.detail})" if answer.detail else detail
    return _outcome(change, OutcomeState.overridden, detail, found)


def found_in(change: Change, ticket: Ticket) -> str:
    """Return the field_text of what the change writes, as the ticket holds it; "" for none."""
    name = written_field(change)
    return field_text(ticket, name) if name else ""


def _outcome(change: Change, state: OutcomeState, detail: str = "", found: str = "") -> Outcome:
    return Outcome(change=change, state=state, detail=detail, found=found)
