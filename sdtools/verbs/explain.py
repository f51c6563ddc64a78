"""Explain one ticket, or one rule on all tickets: from the mirror, with the engine of the pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sdtools.config.settings import DeskSettings
from sdtools.errors import UsageError
from sdtools.model.history import Edit
from sdtools.model.memory import Written
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.model.world import World
from sdtools.rules.asof import activity_then, as_of, made_by_people, remembered_then
from sdtools.rules.book import Rule, RuleBook
from sdtools.rules.conditions import Judged
from sdtools.rules.explain import Explanation, RuleState, explain, explain_all, why_off
from sdtools.rules.wording import did_you_mean
from sdtools.store.history import History
from sdtools.store.journal import Journal
from sdtools.store.mirror import Mirror
from sdtools.verbs.connect import kept_consequences
from sdtools.verbs.pause import paused_rules
from sdtools.verbs.plan import zone_of
from sdtools.verbs.workspace import Workspace, load_book
from sdtools.verbs.world import build_world, robots_of

__all__ = ["Explained", "ExplainedRule", "explain_rule", "explain_ticket"]

_FAR = 1  # conditions: a ticket that lacks more is no near miss


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A ticket, what each rule makes of it, and how old the mirror is."""

    ticket: Ticket
    rules: tuple[Explanation, ...]
    pulled: datetime | None  # how fresh the mirror is
    directory: Directory
    edits: tuple[Edit, ...]  # of this ticket by people, oldest first
    timezone: str  # that people on this desk think in
    past: bool = False  # as of an earlier time


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedRule:
    """One rule on all open and solved tickets of a desk."""

    rule: Rule
    tickets: tuple[tuple[Ticket, Explanation], ...]  # on which it acts, has acted or holds
    near: tuple[tuple[Ticket, Explanation], ...]  # one condition away
    stops: tuple[tuple[Judged, int], ...]  # what stops near misses, most first, an example each
    judged: int
    pulled: datetime | None
    off: str  # why it takes no part; "" when it does


def explain_ticket(
    workspace: Workspace, settings: DeskSettings, text: str, now: datetime, then: datetime | None
) -> Explained:
    """Explain the ticket with this id or number, now or as of another time."""
    book = load_book(settings)
    mirror = Mirror(workspace.database, settings.name)
    ticket = mirror.find(text)
    if ticket is None:
        raise UsageError(
            f"there is no ticket {text!r} in the mirror of desk {settings.name}",
            f"check its number, or refresh the mirror: sdtools pull {settings.name}",
        )
    edits = History(workspace.database, settings.name).edits([ticket.id]).get(ticket.id, ())
    at = then or now
    world = replace(_world(workspace, settings, now), paused=paused_rules(workspace.database, at))
    past = at < now
    if past:
        ticket, world = _as_of(workspace, settings, ticket, world, edits, at)
    rules = explain(book, world, ticket, at, workspace.templates)
    robots = robots_of(settings, world.account_id, world.directory)
    return Explained(
        ticket=ticket,
        rules=rules,
        pulled=mirror.cursor("tickets"),
        directory=world.directory,
        edits=tuple(one for one in edits if one.at <= at and one.author_id not in robots),
        timezone=zone_of(settings, book),
        past=past,
    )


def explain_rule(
    workspace: Workspace, settings: DeskSettings, rule: str, now: datetime
) -> ExplainedRule:
    """Explain one rule: which tickets it is about, and what stops it on those nearest to it."""
    book = load_book(settings)
    wanted = _rule(book, rule)
    world = _world(workspace, settings, now)
    found = explain_all(book, world, wanted, now, workspace.templates)
    holding = {RuleState.fires, RuleState.acted, RuleState.holds}
    near = tuple(pair for pair in found if _is_near(pair[1]))
    return ExplainedRule(
        rule=wanted,
        tickets=tuple(pair for pair in found if pair[1].state in holding),
        near=near,
        stops=_stops([explanation for _, explanation in near]),
        judged=len(found),
        pulled=Mirror(workspace.database, settings.name).cursor("tickets"),
        off=why_off(book, world, wanted, now, workspace.templates),
    )


def _world(workspace: Workspace, settings: DeskSettings, now: datetime) -> World:
    account_id, consequences = kept_consequences(workspace.database, settings)
    return build_world(settings, workspace.database, account_id, consequences, now)


def _as_of(
    workspace: Workspace,
    settings: DeskSettings,
    ticket: Ticket,
    world: World,
    edits: tuple[Edit, ...],
    then: datetime,
) -> tuple[Ticket, World]:
    """Take the ticket, what was said on it and what rules remember of it back to a time."""
    if ticket.opened > then:
        raise UsageError(
            f"ticket {ticket.number} was opened later, at {ticket.opened:%Y-%m-%d %H:%M} UTC",
            "name a later time",
        )
    earlier = as_of(ticket, edits, then)
    undone = Journal(workspace.database, settings.name).undone(ticket.id, then)
    remembered = {
        pair: replace(memory, yielded=known.undone) if undone else memory
        for pair, known in world.memory.rules.items()
        if pair[1] == ticket.id and (memory := remembered_then(known, then)) is not None
    }
    robots = robots_of(settings, world.account_id, world.directory)
    comments = Mirror(workspace.database, settings.name).comments_of(ticket.id)
    activity = activity_then(earlier, comments, edits, robots, then)
    return earlier, replace(
        world,
        tickets=(earlier,),
        activity={ticket.id: activity},
        memory=replace(world.memory, rules=remembered, values=_written_by(world, then)),
        edits=made_by_people((edit for edit in edits if edit.at <= then), robots),
    )


def _written_by(world: World, then: datetime) -> Mapping[tuple[str, str], tuple[Written, ...]]:
    """Return what rules had written by then, as far as it is still known."""
    known = world.memory.values.items()
    return {place: tuple(one for one in several if one.at <= then) for place, several in known}


def _rule(book: RuleBook, wanted: str) -> Rule:
    known = {rule.id: rule for rule in book.rules}
    if wanted in known:
        return known[wanted]
    hint = did_you_mean(wanted, list(known)) or f"rules: {', '.join(known)}"
    raise UsageError(f"there is no rule {wanted!r}", hint)


def _is_near(explanation: Explanation) -> bool:
    lacking = {RuleState.no, RuleState.unknown}
    return explanation.state in lacking and explanation.missing <= _FAR


def _stops(near: list[Explanation]) -> tuple[tuple[Judged, int], ...]:
    """Count what stops near misses; conditions that differ only in what is there are one."""
    counts: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], Judged] = {}
    for explanation in near:
        stop = explanation.stopped_by
        if stop is not None:
            place = (stop.fact, stop.operator, stop.wanted)
            counts[place] += 1
            examples.setdefault(place, stop)
    return tuple((examples[place], count) for place, count in counts.most_common())
