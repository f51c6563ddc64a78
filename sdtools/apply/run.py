"""Carry a plan out: judge again, intend, write, read back, settle; one batch after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from sdtools.apply.advance import Memories
from sdtools.apply.batch import Sent, write
from sdtools.apply.context import Applied, ApplyContext
from sdtools.apply.guard import refuse_elsewhere
from sdtools.apply.intent import Judged, Situation, judge
from sdtools.apply.readback import look, read_back
from sdtools.apply.recovery import recover
from sdtools.apply.said import marks_on
from sdtools.apply.tell import digests, is_digest, message, tell
from sdtools.connectors.desk import Desk
from sdtools.errors import DeskError, LeaseError, SdtoolsError, StoreError
from sdtools.model.effects import Comment, Hold
from sdtools.model.message import Message
from sdtools.model.ticket import Ticket
from sdtools.plan import Change, Outcome, OutcomeState, Plan
from sdtools.store.journal import Journal

__all__ = ["apply_plan"]


def apply_plan(plan: Plan, desk: Desk, journal: Journal, context: ApplyContext) -> Applied:
    """Apply the plan and tell what became of each change.

    What an earlier, killed run left open is looked up on the desk first. Raises UsageError for
    a plan of another desk, LeaseError when the lease is lost and DeskError when the desk fails;
    what was done until then is settled in the journal.
    """
    refuse_elsewhere(plan, desk.name, desk.url)
    course = _Course(plan=plan, desk=desk, journal=journal, context=context)
    try:
        interrupted = course.walk()
    except SdtoolsError as error:
        error.run = course.so_far()
        with suppress(StoreError):  # the disk may be full: what broke first is what is told
            course.end(str(error))
        raise
    course.end("interrupted" if interrupted else "")
    return course.applied(interrupted)


@dataclass(slots=True, kw_only=True)
class _Course:
    """One run under way."""

    plan: Plan
    desk: Desk
    journal: Journal
    context: ApplyContext
    due: tuple[Change, ...] = field(init=False)  # the plan without what is only observed
    run: str = field(init=False)
    memories: Memories = field(init=False)
    requests: int = field(init=False)  # of the desk before this run
    done: frozenset[str] = field(init=False)  # keys that earlier runs brought to their end
    outcomes: list[Outcome] = field(default_factory=list)
    gathered: list[Change] = field(default_factory=list)  # notifications for the digests

    def __post_init__(self) -> None:
        self.due = self.plan.due
        self.requests = self.desk.requests
        self.memories = Memories(self.context.memory.rules, self.plan)
        self.done = self.memories.done(self.due)
        self.run = self.journal.begin(self.context.kind, self.plan, self.context.now())

    def walk(self) -> bool:
        """Go through all batches; return True when a person asked to stop before the last."""
        self._recover()
        interrupted = False
        for tickets in _batches(self.due, self.desk.at_once):
            interrupted = self.context.stop()
            if interrupted:
                break
            self._apply(tickets)
        self._send_digests()
        return interrupted

    def end(self, error: str) -> None:
        """Close the run; what nothing was due for is remembered too."""
        settled = {outcome.change.key for outcome in self.outcomes}
        untouched = [change for change in self.due if change.key not in settled]
        self.journal.end(
            self.run,
            self.context.now(),
            self.desk.requests - self.requests,
            error=error,
            memory=self.memories.rest(untouched),
        )

    def so_far(self) -> Mapping[str, object]:
        """Count the outcomes, for a run that broke."""
        counts = Counter(outcome.state.value for outcome in self.outcomes)
        return {"run": self.run, "planned": len(self.due), **counts}

    def applied(self, interrupted: bool) -> Applied:
        """Return what became of the plan, in the plan's order."""
        place = {change.key: index for index, change in enumerate(self.due)}
        return Applied(
            run=self.run,
            outcomes=tuple(sorted(self.outcomes, key=lambda known: place[known.change.key])),
            requests=self.desk.requests - self.requests,
            interrupted=interrupted,
        )

    def _recover(self) -> None:
        """Settle what a killed run left open, by what the desk holds now."""
        if self.journal.unsettled():
            self._still_ours()
        found = recover(self.desk, self.journal, self.run, self.memories, self.context)
        applied = [one.change for one in found if one.state is OutcomeState.applied]
        self.done |= frozenset(change.key for change in applied)
        undone = {(change.rule, change.ticket) for change in applied if change.undoes}
        self.due = tuple(  # planned by who did not know yet that it was taken back
            one for one in self.due if one.undoes or (one.rule, one.ticket) not in undone
        )

    def _apply(self, tickets: Mapping[str, Sequence[Change]]) -> None:
        """Take one batch of tickets from the second look to the settled outcome."""
        self._still_ours()
        fresh = self.desk.read(list(tickets), self.context.known)
        said = marks_on(self.desk, _spoken_on(tickets, fresh), self.context.known_comments)
        judged = self._judge(tickets, fresh, said)
        due = [change for one in judged for change in one.due if not is_digest(change)]
        self.gathered += [change for one in judged for change in one.due if is_digest(change)]
        if due:
            self.journal.intend(self.run, due, self.context.now())
        sent = write(self.desk, due, self.context.holds, frozenset().union(*said.values()))
        outcomes = [outcome for one in judged for outcome in one.outcomes]
        outcomes += self._read_back(judged, due, sent, fresh)
        outcomes += _unsent(due, sent)
        if not sent.why_not:
            outcomes += tell(due, self.context.post_webhook, self.context.holds)
        self._settle(outcomes, self._messages(outcomes))
        if sent.error:
            raise sent.error
        if sent.why_not:
            raise self._lost()

    def _judge(
        self,
        tickets: Mapping[str, Sequence[Change]],
        fresh: Mapping[str, Ticket],
        said: Mapping[str, frozenset[str]],
    ) -> list[Judged]:
        about = Situation(
            account_id=self.desk.account_id,
            consequences=self.desk.consequences,
            directory=self.context.directory,
            insisting=self.context.insisting,
            done=self.done,
        )
        return [
            judge(changes, fresh.get(ticket), said.get(ticket, frozenset()), about)
            for ticket, changes in tickets.items()
        ]

    def _read_back(
        self,
        judged: Sequence[Judged],
        due: Sequence[Change],
        sent: Sent,
        fresh: Mapping[str, Ticket],
    ) -> list[Outcome]:
        """Read the batch back; where that fails it stays open, for the next run to look up."""
        try:
            seen = look(self.desk, due, sent.answers, fresh, self.context.holds)
        except DeskError as error:
            sent.stop(error)
            return []
        self.context.keep(seen.tickets.values())
        return [
            outcome
            for one in judged
            if one.expected is not None
            for outcome in read_back(one.due, sent.answers, one.expected, seen)
        ]

    def _messages(self, outcomes: Iterable[Outcome]) -> tuple[Message, ...]:
        now = self.context.now()
        done = (one.change for one in outcomes if one.state is OutcomeState.applied)
        return tuple(
            mail for change in done if (mail := message(change, self.plan.desk, now)) is not None
        )

    def _send_digests(self) -> None:
        if not self.gathered:
            return
        self._still_ours()
        context, now = self.context, self.context.now()
        mails = digests(self.gathered, self.plan, context.directory, context.texts, now)
        self.journal.intend(self.run, self.gathered, now)
        outcomes = [Outcome(change=one, state=OutcomeState.applied) for one in self.gathered]
        self._settle(outcomes, mails)

    def _settle(self, outcomes: Sequence[Outcome], messages: Sequence[Message]) -> None:
        now = self.context.now()
        memory = self.memories.take(outcomes, now)
        self.journal.settle(self.run, outcomes, memory, messages, now)
        self.outcomes += outcomes
        self.context.progress(len(self.outcomes), len(self.due))

    def _still_ours(self) -> None:
        if not self.context.holds():
            raise self._lost()

    def _lost(self) -> LeaseError:
        return LeaseError(
            f"another run has taken desk {self.plan.desk} over",
            "let it end, then run again: what was done is in the journal",
        )


def _batches(changes: Sequence[Change], size: int) -> Iterator[Mapping[str, Sequence[Change]]]:
    """Group the changes by ticket, in the plan's order, so many tickets at a time."""
    tickets: dict[str, list[Change]] = {}
    for change in changes:
        tickets.setdefault(change.ticket, []).append(change)
    rest = iter(tickets.items())
    while batch := dict(islice(rest, size)):
        yield batch


def _spoken_on(tickets: Mapping[str, Sequence[Change]], fresh: Mapping[str, Ticket]) -> list[str]:
    """Name the tickets on which something is to be said."""
    return [
        ticket
        for ticket, changes in tickets.items()
        if ticket in fresh and any(isinstance(one.effect, Comment | Hold) for one in changes)
    ]


def _unsent(due: Sequence[Change], sent: Sent) -> list[Outcome]:
    """Tell of what was intended and not sent: nothing of it reached the desk."""
    if not sent.why_not:
        return []
    return [
        Outcome(change=change, state=OutcomeState.failed, detail=f"not sent: {sent.why_not}")
        for change in due
        if change.key not in sent.answers
    ]
