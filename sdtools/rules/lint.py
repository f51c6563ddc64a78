"""Names and words in rules that a desk does not have, and names that it has more than once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sdtools.model.grades import Grade
from sdtools.model.people import Directory
from sdtools.rules.book import (
    Action,
    AssignAction,
    Condition,
    Place,
    Rule,
    RuleBook,
    SetAction,
    Test,
)
from sdtools.rules.conditions import each_test
from sdtools.rules.facts import FACTS
from sdtools.rules.language import actions_of
from sdtools.rules.names import names_of
from sdtools.rules.values import Refers
from sdtools.rules.wording import path_key

__all__ = ["NameProblem", "unknown_names"]

_BY_NAME = frozenset({"is", "not", "in", "not_in", "under"})
_SHOWN = 3
_NOWHERE = Place(file="", line=0, column=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameProblem:
    """A name or word that this desk lacks; ``rule`` is "" outside of rules (tiers, protect)."""

    rule: str
    place: Place
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A name as a rule uses it."""

    rule: str
    place: Place
    part: Refers
    name: str


def unknown_names(book: RuleBook, directory: Directory) -> tuple[NameProblem, ...]:
    """Return every name in conditions, actions and tiers that the desk lacks or has twice.

    The same full path in several entities is one name: which is meant depends on the ticket.
    Words that the desk's scales do not have, and fields that nobody can set there, come too.
    """
    found = (_problem(use, directory) for use in _uses(book))
    return (*(problem for problem in found if problem), *_lacking(book, directory))


def _problem(use: _Use, directory: Directory) -> NameProblem | None:
    names = names_of(directory, use.part)
    meant = names.meant(use.name)
    if len(meant) == 1:
        return None
    message, hint = f"unknown {use.part} {use.name!r}", names.suggestion(use.name)
    if meant:
        message = f"{use.part} {use.name!r} means {len(meant)} of them"
        hint = f"write one of: {'; '.join(_written(use, meant, directory))}"
    return NameProblem(rule=use.rule, place=use.place, message=message, hint=hint)


def _written(use: _Use, meant: tuple[str, ...], directory: Directory) -> list[str]:
    """Return what tells the things of one name apart: full paths, or people's logins."""
    if use.part == "person":
        found = names_of(directory, "person").found(use.name)
        return [directory.people[one].login for one in found][:_SHOWN]
    written = names_of(directory, use.part).written
    return [path for path in written if path_key(path) in meant][:_SHOWN]


def _lacking(book: RuleBook, directory: Directory) -> Iterator[NameProblem]:
    """Give the words in conditions and ``set`` that no ticket of this desk can have."""
    of_tiers = (("", step.when) for step in book.next_tier if step.when)
    for rule, condition in (*_conditions(book), *of_tiers):
        for test in each_test(condition):
            for word in _words(test):
                yield from _strange(rule, test.place, test.fact, word, directory)
    for one in book.rules:
        for action in actions_of(one) if one.enabled else ():
            if isinstance(action, SetAction) and action.field in directory.fixed:
                message = f"nobody can set {action.field} on this desk"
                yield NameProblem(rule=one.id, place=action.place, message=message)
            elif isinstance(action, SetAction):
                yield from _strange(one.id, action.place, action.field, action.value, directory)


def _words(test: Test) -> Iterator[str]:
    if test.operator != "empty":
        for one in test.wanted if isinstance(test.wanted, tuple) else (test.wanted,):
            yield one.name if isinstance(one, Grade) else str(one)


def _strange(
    rule: str, place: Place, field: str, word: str, directory: Directory
) -> Iterator[NameProblem]:
    known = directory.choices.get(field)
    if known is not None and word not in known:
        message = f"this desk has no {field} {word!r}"
        yield NameProblem(
            rule=rule, place=place, message=message, hint=f"it has: {', '.join(known)}"
        )


def _conditions(book: RuleBook) -> Iterator[tuple[str, Condition]]:
    """Give the conditions of the book with their rules, those of tiers left out."""
    for rule in book.rules:
        if rule.enabled:
            yield rule.id, rule.when
    for definition in book.slas or ():
        yield "", definition.when
    if book.protect:
        yield "", book.protect


def _uses(book: RuleBook) -> Iterator[_Use]:
    for rule_id, condition in _conditions(book):
        yield from _in_condition(rule_id, condition)
    for rule in book.rules:
        if rule.enabled:
            yield from _in_actions(rule)
    yield from _in_tiers(book)


def _in_tiers(book: RuleBook) -> Iterator[_Use]:
    for number, groups in book.tiers.items():
        place = book.tier_places.get(number, _NOWHERE)
        for name in groups:
            yield _Use(rule="", place=place, part="group", name=name)
    for step in book.next_tier:
        for name in (*step.origins, step.to):
            yield _Use(rule="", place=step.place, part="group", name=name)
        if step.when:
            yield from _in_condition("", step.when)


def _in_condition(rule: str, condition: Condition) -> Iterator[_Use]:
    for test in each_test(condition):
        part = FACTS[test.fact].refers
        if part and test.operator in _BY_NAME and isinstance(test.wanted, tuple | str):
            wanted = test.wanted if isinstance(test.wanted, tuple) else (test.wanted,)
            for name in wanted:
                yield _Use(rule=rule, place=test.place, part=part, name=str(name))


def _in_actions(rule: Rule) -> Iterator[_Use]:
    for action in actions_of(rule):
        for part, name in _names_in(action):
            yield _Use(rule=rule.id, place=action.place, part=part, name=name)


def _names_in(action: Action) -> Iterator[tuple[Refers, str]]:
    match action:
        case SetAction(field="category", value=value):
            yield "category", value
        case SetAction(field="location", value=value):
            yield "location", value
        case AssignAction(group=group, user=user):
            if group and group != "next_tier":
                yield "group", group
            if user:
                yield "person", user
