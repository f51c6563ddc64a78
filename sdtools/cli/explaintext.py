"""An explanation as a tree for people, and as JSON."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from sdtools.cli.output import one_line
from sdtools.model.memory import RuleMemory
from sdtools.plan import Yielded
from sdtools.rules.conditions import Branch, Judged
from sdtools.rules.explain import Explanation, RuleState
from sdtools.rules.telling import person_name
from sdtools.verbs.explain import Explained, ExplainedRule

__all__ = ["print_rule", "print_ticket", "rule_document", "ticket_document"]

_COLOURS = {
    RuleState.fires: "green",
    RuleState.acted: "green",
    RuleState.holds: "cyan",
    RuleState.no: "",
    RuleState.unknown: "yellow",
}
_ORDER = (RuleState.fires, RuleState.acted, RuleState.holds, RuleState.no, RuleState.unknown)
_MARKS = {True: ("true ", "green"), False: ("FALSE", "red"), None: ("?    ", "yellow")}
_PATH = re.compile(r"(?:then|steps\.(?P<at>[\d.]+%))\.(?P<what>.+)")  # an action's name
_DIGEST = re.compile(r"[0-9a-f]{8}")  # what tells two texts apart in it
_WIDTH = 320  # characters, where it goes to a file: nothing is cut
_SHOWN = 20  # tickets of a rule


def print_ticket(told: Explained) -> None:
    """Print a ticket and its rules: those that act first, then near misses before far ones."""
    shown = told.ticket
    click.echo(one_line(f"{shown.number}: {shown.title}"))
    where = one_line(shown.url)
    click.echo(f"  {shown.kind}, {shown.status}, priority {shown.priority.name}; {where}")
    click.echo(f"  times are in {told.timezone}")
    console = _console()
    for text in _common(told):
        console.print(Text(f"  {text}", "bold yellow"))
    for rule in sorted(told.rules, key=_rank):
        console.print(_tree(rule, told))


def _common(told: Explained) -> tuple[str, ...]:
    """Return why no rule at all sees the ticket: said once, and first."""
    unseen = {rule.notes for rule in told.rules if rule.state is RuleState.out}
    others = [rule for rule in told.rules if rule.state in _COLOURS]
    return unseen.pop() if len(unseen) == 1 and not others else ()


def print_rule(told: ExplainedRule) -> None:
    """Print the tickets of a rule, the near misses, and what stops most of them."""
    console = _console()
    console.print(Text(f"{told.rule.section}/{told.rule.id}  {told.rule.why}".rstrip(), "bold"))
    if told.off:
        console.print(Text(f"it takes no part: {told.off}", "yellow"))
        return
    console.print(f"holds on {len(told.tickets)} of {told.judged} tickets")
    for ticket, explanation in told.tickets[:_SHOWN]:
        words = one_line(f"{ticket.number}: {ticket.title}")
        console.print(Text(f"  {explanation.state.value:<8} {words}"))
    _more(console, len(told.tickets))
    console.print(f"{len(told.near)} tickets are one condition away")
    for stop, count in told.stops:
        wanted = f"{stop.fact} {stop.operator} {stop.wanted}"
        words = one_line(f"stopped by {wanted} (e.g. {stop.actual or 'empty'})")
        console.print(Text(f"  {count:5} {words}"))
    for ticket, explanation in told.near[:_SHOWN]:
        by = explanation.stopped_by
        why = f"{by.fact} is {by.actual or 'empty'}" if by is not None else ""
        console.print(Text(f"  {one_line(f'{ticket.number}: {ticket.title}')}  <- {one_line(why)}"))
    _more(console, len(told.near))


def ticket_document(told: Explained) -> dict[str, object]:
    """Return the JSON document of a ticket's explanation, rules in the order of the book."""
    return {
        "ticket": told.ticket.id,
        "number": told.ticket.number,
        "rules": [_document(rule, told) for rule in told.rules],
    }


def rule_document(told: ExplainedRule) -> dict[str, object]:
    """Return the JSON document of a rule's explanation."""
    return {
        "rule": told.rule.id,
        "off": told.off,
        "judged": told.judged,
        "tickets": [
            {"ticket": ticket.id, "number": ticket.number, "state": explanation.state.value}
            for ticket, explanation in told.tickets
        ],
        "near": [
            {
                "ticket": ticket.id,
                "number": ticket.number,
                "stopped_by": explanation.stopped_by and asdict(explanation.stopped_by),
            }
            for ticket, explanation in told.near
        ],
        "stops": [{**asdict(stop), "tickets": count} for stop, count in told.stops],
    }


def _console() -> Console:
    shown = sys.stdout.isatty()
    return Console(width=None if shown else _WIDTH, highlight=False, soft_wrap=not shown)


def _more(console: Console, count: int) -> None:
    if count > _SHOWN:
        console.print(f"  ... and {count - _SHOWN} more; all of them: --json")


def _rank(rule: Explanation) -> tuple[int, int]:
    place = _ORDER.index(rule.state) if rule.state in _ORDER else len(_ORDER)
    lacking = rule.missing if rule.state in {RuleState.no, RuleState.unknown} else 0
    # unknown is no farther away than false
    return min(place, _ORDER.index(RuleState.no)) if place < len(_ORDER) else place, lacking


def _tree(told: Explanation, about: Explained) -> Tree:
    head = Text()
    head.append(f"{told.state.value:<8} ", _COLOURS.get(told.state, "yellow"))
    head.append(f"{told.rule.section}/{told.rule.id}", "bold")
    if told.rule.why:
        head.append(f"  {one_line(told.rule.why)}")
    tree = Tree(head, guide_style="dim")
    stopped = None if told.fired else told.stopped_by
    _grow(tree, told.tree, stopped)
    for line, colour in _lines(told, about):
        tree.add(Text(one_line(line), colour))
    return tree


def _grow(tree: Tree, node: Judged | Branch, stopped: Judged | None) -> None:
    if isinstance(node, Judged):
        tree.add(_test(node, node is stopped))
        return
    inner = tree
    if node.way == "any":
        mark, colour = _MARKS[node.holds]
        inner = tree.add(Text.assemble((mark, colour), " any of"))
    for part in node.parts:
        _grow(inner, part, stopped)


def _test(node: Judged, stops: bool) -> Text:
    mark, colour = _MARKS[node.holds]
    text = Text.assemble((mark, colour))
    actual = one_line(node.actual) or "empty"
    text.append(f" {node.fact} {node.operator} {one_line(node.wanted)} (is: {actual})")
    if stops:
        text.append("  <- stops it", "bold red")
    return text


def _lines(told: Explanation, about: Explained) -> Iterator[tuple[str, str]]:
    """Give what came of the rule, each line with its colour."""
    for change in told.changes:
        before = f"{change.before or 'nothing'} to " if change.after_value else ""
        yield f"-> {change.field}: {before}{change.after}", "green"
    for yielded in told.yields:
        yield _yield_words(yielded, about), "cyan"
    for conflict in told.conflicts:
        yield f"waits: {conflict.winner} set {conflict.field} to {conflict.value}", "yellow"
    if told.rule.steps and (told.fired or told.state is RuleState.holds):
        yield _ladder_words(told), "cyan"
    common = _common(about)
    for text in told.notes:
        if text not in common:
            yield f"note: {_plain(text)}", "dim"
    if told.memory and (told.memory.fired or told.memory.written or told.memory.yielded):
        for line in _memory_words(told.memory, about):
            yield line, "dim"


def _ladder_words(told: Explanation) -> str:
    """Say how far the clock of a ladder is, and what comes next."""
    if told.used is None:
        return f"the ticket has no {told.rule.clock} deadline: no step is due"
    ahead = next((step.text for step in told.rule.steps if step.at > told.used), "")
    coming = f"the next step is at {ahead}" if ahead else "there is no further step"
    return f"{told.rule.clock}.used is {told.used:.0%}: {coming}"


def _yield_words(yielded: Yielded, about: Explained) -> str:
    field, found = yielded.field, yielded.found or "nothing"
    if yielded.to == "people":
        edit = next((one for one in reversed(about.edits) if one.field == field), None)
        if edit is not None and edit.author_id:
            who = person_name(about.directory, edit.author_id)
            return f"leaves {field} to people: {who} set it to {found} on {_day(edit.at, about)}"
        return f"leaves {field} to people: somebody set it to {found}"
    if yielded.to == "undo":
        return f"leaves {field} alone: the rule was undone on this ticket ({found} now)"
    wrote = yielded.wrote or "nothing"
    return f"leaves {field} to {yielded.to}: wrote {wrote}, found {found}"


def _memory_words(memory: RuleMemory, about: Explained) -> Iterator[str]:
    state = "open" if memory.active else "ended"
    since = f" since {_day(memory.began, about)}" if memory.began else ""
    yield f"episode {memory.episode}, {state}{since}"
    for fired in memory.fired:
        times = f" ({fired.times} times)" if fired.times > 1 else ""
        yield f"did {_action_words(fired.action)} on {_day(fired.at, about)}{times}"
    for written in memory.written:
        yield f"wrote {written.field} on {_day(written.at, about)}"


def _action_words(path: str) -> str:
    """Say an action's name without what only the memory needs."""
    found = _PATH.fullmatch(path)
    if found is None:
        return path
    words = " ".join(part for part in found["what"].split(".") if not _DIGEST.fullmatch(part))
    return f"{words} at {found['at']}" if found["at"] else words


def _plain(note: str) -> str:
    """Return a note with the name of its action in words."""
    path, colon, rest = note.partition(": ")
    return f"{_action_words(path)}{colon}{rest}"


def _day(moment: datetime, about: Explained) -> str:
    return f"{moment.astimezone(ZoneInfo(about.timezone)):%A %Y-%m-%d %H:%M}"


def _document(told: Explanation, about: Explained) -> dict[str, object]:
    stopped = told.stopped_by
    memory = told.memory
    return {
        "rule": told.rule.id,
        "section": told.rule.section,
        "fired": told.fired,
        "state": told.state.value,
        "missing": told.missing,
        "conditions": [asdict(condition) for condition in told.conditions],
        "tree": asdict(told.tree),
        "stopped_by": asdict(stopped) if stopped and not told.fired else None,
        "changes": [
            {"field": change.field, "before": change.before, "after": change.after}
            for change in told.changes
        ],
        "yields": [
            {**asdict(yielded), "words": _yield_words(yielded, about)} for yielded in told.yields
        ],
        "conflicts": [asdict(conflict) for conflict in told.conflicts],
        "notes": list(told.notes),
        "episode": memory.episode if memory else 0,
        "memory": asdict(memory) if memory else None,
    }
