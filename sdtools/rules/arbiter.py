"""May a proposal become a change? People win, the desk wins, one writer a field (DESIGN 5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sdtools.model.effects import Assign, Hold, Link, SetField, Solve, Unlink
from sdtools.model.memory import RuleMemory, Written
from sdtools.model.ticket import Ticket
from sdtools.model.world import World
from sdtools.plan import Conflict, Yielded, field_text
from sdtools.rules.judgement import Progress
from sdtools.rules.proposal import Proposal
from sdtools.rules.telling import words

__all__ = ["Case", "Ruling", "left_to", "link_text", "rule_on"]

Whom = Literal["people", "parked", "rule", "undo"]
_WHOM: tuple[Whom, ...] = ("people", "parked", "rule")
_DESK_WINS_AFTER = 2  # overridden so often, the rule leaves the field to the desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A proposal before the arbiter, with all that speaks for and against it."""

    proposal: Proposal
    memory: RuleMemory
    world: World
    progress: Progress
    insist: bool
    observe: bool
    inputs: str  # fingerprint of what the rule decided on, its own fields left out

    @property
    def field(self) -> str:
        """Return the field that the proposal writes."""
        return self.proposal.field

    @property
    def after(self) -> Ticket:
        """Return the ticket as the desk would hold it."""
        effect = self.proposal.effect
        return self.world.consequences.after(self.progress.work, effect, self.world.directory)

    @property
    def written(self) -> Written | None:
        """Return what the rule wrote to the field in this episode."""
        return next((entry for entry in self.memory.written if entry.field == self.field), None)

    def words(self, value: str) -> str:
        """Say a value of the field in words."""
        return words(self.world.directory, self.field, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The answer to a proposal: go on, or why not."""

    go: bool
    memory: RuleMemory
    conflict: Conflict | None = None
    yielded: Yielded | None = None
    note: str = ""


def rule_on(case: Case) -> Ruling:
    """Decide whether the proposal may go on; the memory comes back with what was yielded."""
    if case.memory.undone:
        return _after_undo(case)
    if case.proposal.once:
        return _other_writer(case) or Ruling(go=True, memory=case.memory)
    if isinstance(case.proposal.effect, Link):
        return _link(case, case.proposal.effect)
    if field_text(case.after, case.field) == field_text(case.progress.work, case.field):
        if not case.observe:  # what is only observed stands in nobody's way
            case.progress.owners.setdefault(case.field, (case.memory.rule, case.proposal.after))
        return Ruling(go=False, memory=case.memory, note=f"{case.field} is as wanted")
    for check in (_people, _desk, _parked, _other_writer, _other_owner):
        ruling = check(case)
        if ruling is not None:
            return ruling
    return Ruling(go=True, memory=_forget_desk(case.memory, case.field))


def _after_undo(case: Case) -> Ruling:
    """Leave the whole ticket alone: who undid a rule wants none of its further steps either."""
    held = isinstance(case.proposal.effect, SetField | Assign | Hold | Solve)
    found = field_text(case.progress.work, case.field) if held else ""
    if held and found == field_text(case.after, case.field):
        return Ruling(go=False, memory=case.memory, note=f"{case.field} is as wanted")
    return _yield_to(case, "undo", wrote=case.proposal.after, found=case.words(found))


def link_text(link: Link | Unlink) -> str:
    """Name a link as one text: memory keeps each link as a field of its own."""
    return f"{link.target}/{link.id}"


def _link(case: Case, link: Link) -> Ruling:
    name = link_text(link)
    removed = any(entry.field == name for entry in case.memory.written)
    left = {name, case.field} & set(case.memory.yielded)
    if case.insist or not (removed or left):
        return Ruling(go=True, memory=case.memory)
    return _yield_to(case, "people", wrote=case.proposal.after, found="")


def _people(case: Case) -> Ruling | None:
    if case.insist:
        return None
    wrote = case.written
    found = field_text(case.progress.original, case.field)
    kept = (
        not _by_hand(case) if wrote is None else found in {wrote.value, wrote.found or wrote.value}
    )
    left = (whom for whom in _WHOM if left_to(case.field, whom) in case.memory.yielded)
    before = next(left, None)
    if kept and before is None:
        return None
    whom = before or ("rule" if _moved_by_us(case, found) else "people")
    words = case.words(wrote.value) if wrote else ""
    return _yield_to(case, whom, wrote=words, found=case.words(found))


def _by_hand(case: Case) -> bool:
    """Tell whether a person set the field before the first pass, as the desk's history tells."""
    world = case.world
    return world.memory.first and (case.memory.ticket, case.field) in world.edits


def _moved_by_us(case: Case, found: str) -> bool:
    """Tell whether what is there now is what another rule wrote last."""
    recent = case.world.memory.values.get((case.memory.ticket, case.field), ())
    return bool(recent) and recent[-1].value == found


def left_to(field: str, whom: Whom) -> str:
    """Name a yielded field in memory; to people by its bare name."""
    return field if whom == "people" else f"{field}@{whom}"


def _desk(case: Case) -> Ruling | None:
    wrote = case.written
    if wrote is None or wrote.overridden < _DESK_WINS_AFTER:
        return None
    if case.field in case.memory.yielded_to_desk and case.memory.inputs != case.inputs:
        return None
    fields = tuple(sorted({*case.memory.yielded_to_desk, case.field}))
    memory = replace(case.memory, yielded_to_desk=fields, inputs=case.inputs)
    found = case.words(field_text(case.progress.original, case.field))
    yielded = _yielded(case, "desk", wrote=case.proposal.after, found=found)
    return Ruling(go=False, memory=memory, yielded=yielded)


def _parked(case: Case) -> Ruling | None:
    recent = case.world.memory.values.get((case.memory.ticket, case.field), ())
    values = [entry.value for entry in recent]
    wanted = field_text(case.after, case.field)
    if wanted not in values or values[-1] == wanted:
        return None
    return _yield_to(case, "parked", wrote=case.proposal.after, found=case.words(values[-1]))


def _other_writer(case: Case) -> Ruling | None:
    winner = case.progress.writers.get(case.field)
    if winner is None or winner[0] == case.memory.rule:
        return None
    return Ruling(go=False, memory=case.memory, conflict=_conflict(case, winner))


def _other_owner(case: Case) -> Ruling | None:
    """Let a rule that was there first keep its value, also in passes in which it writes nothing."""
    owner = case.progress.owners.get(case.field)
    if owner is None or owner[0] == case.memory.rule:
        return None
    return Ruling(go=False, memory=case.memory, conflict=_conflict(case, owner))


def _conflict(case: Case, winner: tuple[str, str]) -> Conflict:
    return Conflict(
        ticket=case.memory.ticket,
        field=case.field,
        rule=case.memory.rule,
        wanted=case.proposal.after,
        winner=winner[0],
        value=winner[1],
    )


def _forget_desk(memory: RuleMemory, field: str) -> RuleMemory:
    if field not in memory.yielded_to_desk:
        return memory
    kept = tuple(name for name in memory.yielded_to_desk if name != field)
    written = tuple(entry for entry in memory.written if entry.field != field)
    return replace(memory, yielded_to_desk=kept, written=written)


def _yield_to(case: Case, whom: Whom, *, wrote: str, found: str) -> Ruling:
    effect = case.proposal.effect
    name = left_to(link_text(effect) if isinstance(effect, Link) else case.field, whom)
    fields = tuple(sorted({*case.memory.yielded, name}))
    yielded = _yielded(case, whom, wrote=wrote, found=found)
    return Ruling(go=False, memory=replace(case.memory, yielded=fields), yielded=yielded)


def _yielded(
    case: Case, whom: Literal["people", "parked", "rule", "desk", "undo"], *, wrote: str, found: str
) -> Yielded:
    return Yielded(
        ticket=case.memory.ticket,
        field=case.field,
        rule=case.memory.rule,
        to=whom,
        wrote=wrote,
        found=found,
    )
