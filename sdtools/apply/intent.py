"""Judge a ticket's changes again, on the ticket as it is right before its first write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sdtools.apply.held import effective, held, written_field
from sdtools.apply.marks import mark
from sdtools.apply.readback import found_in
from sdtools.model.effects import Comment, Effect
from sdtools.model.grades import Status
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.model.world import Consequences
from sdtools.plan import Change, Outcome, OutcomeState, field_text
from sdtools.rules.writes import rests_on

__all__ = ["Judged", "Situation", "judge"]

# The mirror counts these from what it saw over time: a ticket read afresh does not know them.
_KNOWN_TO_THE_MIRROR_ONLY = frozenset({"reopens"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the judgement may look at besides the ticket; ``done`` holds keys that need no more."""

    account_id: str
    consequences: Consequences
    directory: Directory
    insisting: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()

    def after(self, ticket: Ticket, change: Change) -> Ticket:
        """Return the ticket as the desk will hold it after the change."""
        return self.consequences.after(ticket, change.effect, self.directory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is left to write, what is settled without writing, and the ticket to come.

    ``expected`` is the ticket as the desk should hold it once everything due is written.
    """

    due: tuple[Change, ...]
    outcomes: tuple[Outcome, ...]
    expected: Ticket | None


def judge(
    changes: Sequence[Change], fresh: Ticket | None, said: frozenset[str], about: Situation
) -> Judged:
    """Judge all changes of one ticket, in the plan's order, before its first write.

    ``said`` holds the marks found in the ticket's comments. A change's ``before`` is compared
    with the ticket as the changes before it will leave it; its facts with the ticket as it is.
    A change that rests on an earlier one which will not happen is stale: nobody touched its
    field, and the next pass decides anew.
    """
    if fresh is None:
        gone = tuple(
            Outcome(change=change, state=OutcomeState.refused, detail="the ticket is gone")
            for change in changes
        )
        return Judged(due=(), outcomes=gone, expected=None)
    due: list[Change] = []
    outcomes: list[Outcome] = []
    working = wished = fresh  # as it will be, and as it would be had every change gone through
    for change, effect in zip(changes, effective(changes), strict=True):
        verdict = (
            _done_already(change, effect, working, said, about)
            or _over(change, fresh)
            or _unreadable(change, fresh)
            or _touched(change, working, wished, about)
            or _stale(change, fresh)
            or _forbidden(change, fresh, about)
        )
        if verdict:
            outcomes.append(verdict)
        else:
            due.append(change)
            working = about.after(working, change)
        if verdict is None or verdict.state is not OutcomeState.unchanged:
            wished = about.after(wished, change)
    return Judged(due=tuple(due), outcomes=tuple(outcomes), expected=working)


def _done_already(
    change: Change, effect: Effect, working: Ticket, said: frozenset[str], about: Situation
) -> Outcome | None:
    if change.key in about.done:
        return _outcome(change, OutcomeState.unchanged, "done by an earlier run")
    if isinstance(effect, Comment) and mark(change.key) in said:
        return _outcome(change, OutcomeState.unchanged, "already said")
    if held(working, effect):
        return _outcome(change, OutcomeState.unchanged, found=found_in(change, working))
    return None


def _over(change: Change, fresh: Ticket) -> Outcome | None:
    if fresh.deleted or fresh.status in {Status.closed, Status.cancelled}:
        state = "deleted" if fresh.deleted else fresh.status.value
        return _outcome(change, OutcomeState.stale, f"the ticket is {state}")
    return None


def _unreadable(change: Change, fresh: Ticket) -> Outcome | None:
    """Write nothing that rests on what could be read when it was planned, and no longer can."""
    names = {*change.basis, *rests_on(change.effect, change.field)} & fresh.unknown
    if not names:
        return None
    detail = f"can no longer be read: {', '.join(sorted(names))}"
    return _outcome(change, OutcomeState.stale, detail)


def _touched(change: Change, working: Ticket, wished: Ticket, about: Situation) -> Outcome | None:
    found = found_in(change, working)
    if not written_field(change) or found == change.before_value:
        return None
    if found_in(change, wished) == change.before_value:
        detail = "it rests on an earlier change of this plan that does not go through"
        return _outcome(change, OutcomeState.stale, detail, found)
    if change.rule in about.insisting and not change.undoes:
        return None
    detail = f"{change.field} was {change.before_value!r} when planned"
    return _outcome(change, OutcomeState.yielded, detail, found)


def _stale(change: Change, fresh: Ticket) -> Outcome | None:
    moved = [name for name, value in sorted(change.basis.items()) if _differs(fresh, name, value)]
    if not moved:
        return None
    detail = f"changed since it was planned: {', '.join(moved)}"
    return _outcome(change, OutcomeState.stale, detail, found_in(change, fresh))


def _differs(fresh: Ticket, name: str, value: str) -> bool:
    return name not in _KNOWN_TO_THE_MIRROR_ONLY and field_text(fresh, name) != value


def _forbidden(change: Change, fresh: Ticket, about: Situation) -> Outcome | None:
    """Refuse what would reopen the ticket: a comment by its requester does (GLPI FACTS 10)."""
    own = about.account_id in fresh.requesters
    if own and fresh.status is Status.solved and isinstance(change.effect, Comment):
        detail = "our own account is the requester: its comment would reopen the solved ticket"
        return _outcome(change, OutcomeState.refused, detail)
    return None


def _outcome(change: Change, state: OutcomeState, detail: str = "", found: str = "") -> Outcome:
    return Outcome(change=change, state=state, detail=detail, found=found)
