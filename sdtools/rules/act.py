"""From a rule that holds to its changes: propose, ask the arbiter, follow the consequences."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sdtools.model.effects import Assign, SetField
from sdtools.model.memory import RuleMemory
from sdtools.model.ticket import Ticket
from sdtools.plan import Change, Conflict, Reason, Yielded, change_key, field_text
from sdtools.rules.actions import propose
from sdtools.rules.arbiter import Case, rule_on
from sdtools.rules.book import Rule
from sdtools.rules.judgement import Pass, Progress
from sdtools.rules.ladder import Due
from sdtools.rules.once import turn
from sdtools.rules.proposal import Circumstances, Proposal, UnfitError
from sdtools.rules.subject import Subject
from sdtools.rules.telling import words
from sdtools.rules.writes import rests_on

__all__ = ["Acting"]

# The fields that hold one value: two rules cannot both have their way with them.
_FIELDS = frozenset(
    {"urgency", "impact", "priority", "category", "kind", "location", "group", "assignee", "status"}
)
# What of a ticket must be readable before an action may go for it.
_COMPUTED = ("priority",)  # what a desk computes from other fields that a rule sets


@dataclass(slots=True, kw_only=True)
class Acting:
    """One rule acting on one ticket; collects what comes of its actions."""

    rule: Rule
    judged: Pass
    progress: Progress
    memory: RuleMemory
    why: tuple[Reason, ...]
    basis: dict[str, str]
    inputs: str
    changes: list[Change] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    yields: list[Yielded] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, due: Due) -> None:
        """Take one action as far as it may go."""
        try:
            proposals = propose(due.action, self._circumstances())
        except UnfitError as error:
            self.notes.append(f"{due.action.path}: {error}")
            return
        for proposal in proposals:
            self._consider(self._of_ladder(proposal), due.covers)

    def _of_ladder(self, proposal: Proposal) -> Proposal:
        on_ladder = proposal.path.startswith("steps.")
        return replace(proposal, once=True) if on_ladder else proposal

    def _circumstances(self) -> Circumstances:
        world = self.judged.world
        best = next(iter(world.candidates.get(self.progress.original.id, ())), None)
        return Circumstances(
            rule=self.rule,
            subject=self._subject(),
            texts=self.judged.texts,
            known_error=world.known_errors.get(best.known_error) if best else None,
            score=best.score if best else 0.0,
            loads=self.judged.loads,
            rounds=self.judged.rounds,
        )

    def _subject(self) -> Subject:
        return Subject(
            ticket=self.progress.work,
            world=self.judged.world,
            book=self.judged.book,
            now=self.judged.now,
            calendar=self.rule.calendar,
        )

    def _consider(self, proposal: Proposal, covers: tuple[str, ...]) -> None:
        unread = self._unread(proposal)
        if unread:
            self.notes.append(
                f"{proposal.path}: {unread} cannot be read: nobody knows what is there"
            )
            return
        times = 1
        if proposal.once:
            times = turn(proposal.path, self.memory, self.rule.repeat, self._subject())
        if not times:
            return
        ruling = rule_on(self._case(proposal))
        self.memory = ruling.memory
        if ruling.conflict:
            self.conflicts.append(ruling.conflict)
        if ruling.yielded:
            self.yields.append(ruling.yielded)
        if ruling.note:
            self.notes.append(f"{proposal.path}: {ruling.note}")
        if ruling.go:
            self._accept(proposal, times, covers)

    def _unread(self, proposal: Proposal) -> str:
        """Return what of the ticket the proposal rests on and nobody could read; "" for nothing."""
        needed = rests_on(proposal.effect, proposal.field)
        return ", ".join(one for one in needed if one in self.progress.original.unknown)

    def _case(self, proposal: Proposal) -> Case:
        return Case(
            proposal=proposal,
            memory=self.memory,
            world=self.judged.world,
            progress=self.progress,
            insist=self.rule.insist,
            observe=self.rule.observe,
            inputs=self.inputs,
        )

    def _accept(self, proposal: Proposal, times: int, covers: tuple[str, ...]) -> None:
        before, after = self.progress.work, self._after(proposal)
        change = self._change(proposal, times, covers, before, after)
        self._add(change)
        if self.rule.observe:
            return
        self.progress.work = after
        self._note_writers(proposal, before, after)
        self._count(proposal, before, after)

    def _after(self, proposal: Proposal) -> Ticket:
        world = self.judged.world
        return world.consequences.after(self.progress.work, proposal.effect, world.directory)

    def _change(
        self,
        proposal: Proposal,
        times: int,
        covers: tuple[str, ...],
        before: Ticket,
        after: Ticket,
    ) -> Change:
        ticket, name = self.progress.original, proposal.field
        action = proposal.path if times == 1 else f"{proposal.path}#{times}"
        key = change_key(
            self.judged.world.desk, self.rule.id, ticket.id, self.memory.episode, action
        )
        held = name in _FIELDS
        before_value = field_text(before, name) if held else ""
        return Change(
            key=key,
            ticket=ticket.id,
            number=ticket.number,
            title=ticket.title,
            rule=self.rule.id,
            section=self.rule.section,
            action=proposal.path,
            episode=self.memory.episode,
            effect=proposal.effect,
            field=name,
            before=proposal.before or words(self.judged.world.directory, name, before_value),
            after=proposal.after,
            before_value=before_value,
            after_value=field_text(after, name) if held else "",
            why=self.why,
            basis=self.basis,
            observe=self.rule.observe,
            covers=covers,
            moved=_moved(before, after),
        )

    def _add(self, change: Change) -> None:
        """Add the change; two climbs of one pass become one write (DESIGN 5)."""
        earlier = next(
            (
                known
                for known in self.changes
                if known.field == change.field
                and isinstance(known.effect, Assign)
                and isinstance(change.effect, Assign)
            ),
            None,
        )
        if earlier is None:
            self.changes.append(change)
            return
        self.changes[self.changes.index(earlier)] = replace(
            change,
            before=earlier.before,
            before_value=earlier.before_value,
            moved={**change.moved, **earlier.moved},
            covers=(*earlier.covers, earlier.action, *change.covers),
        )

    def _note_writers(self, proposal: Proposal, before: Ticket, after: Ticket) -> None:
        owner = (self.rule.id, proposal.after)
        if proposal.field in _FIELDS:
            self.progress.writers.setdefault(proposal.field, owner)
        if not isinstance(proposal.effect, SetField):
            return
        for name in _COMPUTED:
            value = field_text(after, name)
            if value != field_text(before, name):
                self.progress.writers.setdefault(name, (self.rule.id, value))

    def _count(self, proposal: Proposal, before: Ticket, after: Ticket) -> None:
        if isinstance(proposal.effect, Assign):
            self.judged.loads.subtract(before.assignees)
            self.judged.loads.update(after.assignees)
            self.judged.rounds[f"{self.rule.id}/{proposal.path}"] += 1


def _moved(before: Ticket, after: Ticket) -> dict[str, str]:
    return {
        name: text
        for name in sorted(_FIELDS)
        if (text := field_text(before, name)) != field_text(after, name)
    }
