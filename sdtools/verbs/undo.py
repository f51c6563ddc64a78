"""Undo: take back what a run did, by an inverse plan through the same guard and apply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sdtools.apply.advance import left_alone, remembering
from sdtools.apply.inverse import CarriedOut, Inverse, Kept, inverse
from sdtools.config.settings import DeskSettings
from sdtools.connectors.desk import Desk
from sdtools.errors import UsageError
from sdtools.model.memory import RuleMemory
from sdtools.plan import Change, Plan, plan_id
from sdtools.rules.book import RuleBook
from sdtools.rules.edits import prints_of
from sdtools.rules.wording import did_you_mean
from sdtools.store.journal import Journal
from sdtools.store.memory import MemoryStore
from sdtools.store.mirror import Mirror
from sdtools.store.records import RunSummary, find_run
from sdtools.verbs.apply import ApplyOrder, Done, carry_out, nothing_done, settle_open
from sdtools.verbs.connect import connect
from sdtools.verbs.guarded import refuse_blocked
from sdtools.verbs.hold import hold
from sdtools.verbs.plan import Selection, refresh, tickets_of
from sdtools.verbs.workspace import Workspace, load_book

__all__ = ["Undone", "undo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What became of the inverse plan, and what is left as it is."""

    inverse: Inverse
    done: Done


def undo(
    workspace: Workspace, run: str, order: ApplyOrder, tell: Callable[[Inverse], None]
) -> Undone:
    """Pull, plan the inverse of a run, guard it, ``tell`` what stays, carry it out.

    Works on a paused desk too: to pause and then to undo is what one does in trouble. Where
    nothing is left to be taken back there is no run.
    """
    summary = find_run(workspace.database, run).summary
    settings = workspace.settings.desk(summary.desk)
    _refuse(summary)
    book = load_book(settings)
    with (
        hold(workspace.database, settings.name, order.wall) as holds,
        connect(settings, order.wait, holds) as desk,
    ):
        now = order.now()
        refresh(workspace, settings, desk, now, False, order.pulled)
        settle_open(workspace, settings, order, desk, holds)  # maybe of this very run
        done = _chosen(workspace, settings, book, run, order.selection)
        turned = _turned(workspace, settings, desk, run, done)
        memory = _left_alone(workspace, settings, turned.kept, now)
        made = replace(_plan(settings, book, run, turned.changes, now), memory=memory)
        refuse_blocked(workspace, settings, made, book, order.limit, now)
        tell(turned)
        if not (made.changes or made.memory):
            return Undone(inverse=turned, done=nothing_done(made))
        carried = carry_out(workspace, settings, order, made, book, desk, holds)
    return Undone(inverse=turned, done=carried)


def _refuse(summary: RunSummary) -> None:
    if summary.kind == "undo":
        raise UsageError(
            f"{summary.id} is an undo itself",
            "the rules leave its tickets alone now; change them by hand, or mend the rule",
        )
    if not summary.counts:
        raise UsageError(f"{summary.id} changed nothing", "see `sdtools runs list`")


def _chosen(
    workspace: Workspace, settings: DeskSettings, book: RuleBook, run: str, selection: Selection
) -> list[CarriedOut]:
    """Return what the run did, as far as it is to be taken back; rules by their name of now."""
    names = _carried_over(workspace, settings, book)
    done = [
        CarriedOut(change=replace(change, rule=names.get(change.rule, change.rule)), found=found)
        for change, found in Journal(workspace.database, settings.name).done_in(run)
    ]
    known = sorted({one.change.rule for one in done})
    rules = {names.get(rule, rule) for rule in selection.rules}
    for rule in sorted(rules):
        if rule not in known:  # of the run, and not of the book: the rule may be gone by now
            hint = did_you_mean(rule, known) or f"rules of this run: {', '.join(known)}"
            raise UsageError(f"rule {rule!r} did nothing in {run}", hint)
    tickets = tickets_of(workspace, settings, selection)
    chosen = [
        one
        for one in done
        if (not tickets or one.change.ticket in tickets) and (not rules or one.change.rule in rules)
    ]
    if not chosen:
        raise UsageError(f"{run} did nothing of that", f"see `sdtools runs show {run}`")
    return chosen


def _carried_over(workspace: Workspace, settings: DeskSettings, book: RuleBook) -> dict[str, str]:
    """Return the rules that got another name, and carry their memory over to it."""
    named = {rule.id for rule in book.rules}
    renamed = {rule.was: rule.id for rule in book.rules if rule.was and rule.was not in named}
    for was, rule in renamed.items():
        MemoryStore(workspace.database, settings.name).rename(was, rule)
    return renamed


def _turned(
    workspace: Workspace,
    settings: DeskSettings,
    desk: Desk,
    run: str,
    done: Sequence[CarriedOut],
) -> Inverse:
    mirror = Mirror(workspace.database, settings.name)
    tickets = {ticket.id: ticket for ticket in mirror.tickets()}
    about = (mirror.directory(), desk.consequences)
    return inverse(run, settings.name, done, tickets, about)


def _left_alone(
    workspace: Workspace, settings: DeskSettings, kept: Sequence[Kept], now: datetime
) -> tuple[RuleMemory, ...]:
    """Return what rules remember once they leave alone what could not be taken back, too."""
    stored = MemoryStore(workspace.database, settings.name).load(now).rules
    judged = {ticket.id for ticket in Mirror(workspace.database, settings.name).tickets()}
    moved: dict[tuple[str, str], RuleMemory] = {}
    for one in kept:
        pair = (one.change.rule, one.change.ticket)
        if pair[1] in judged:
            known = moved.get(pair) or remembering(stored.get(pair), one.change, now)
            moved[pair] = left_alone(known, one.change)
    return tuple(memory for pair, memory in moved.items() if memory != stored.get(pair))


def _plan(
    settings: DeskSettings, book: RuleBook, run: str, changes: Sequence[Change], now: datetime
) -> Plan:
    return Plan(
        id=plan_id("u", settings.name, now, changes),
        desk=settings.name,
        desk_url=settings.url,
        rulebook=book.fingerprint,
        now=now,
        tickets=len({change.ticket for change in changes}),
        changes=tuple(changes),
        prints=prints_of(book),
        undoes=run,
    )
