"""Words that a desk does not have: found with their place, and the rule is switched off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sdtools.model.people import Directory
from sdtools.rules.decide import open_pass
from sdtools.rules.language import load_rules
from sdtools.rules.lint import NameProblem, unknown_names
from sdtools.templating import Templates

if TYPE_CHECKING:
    from tests.rules.conftest import Bench

THREE = Directory(
    choices={
        "urgency": ("low", "medium", "high"),
        "status": ("new", "assigned", "pending", "solved", "closed"),
    },
    fixed=frozenset({"priority"}),
)


def problems(text: str, directory: Directory = THREE) -> tuple[NameProblem, ...]:
    return unknown_names(load_rules([("rules.yaml", f"version: 1\n{text}")], str), directory)


def rule(when: str = "{status: new}", then: str = "{hold: x}") -> str:
    return f"priority:\n  - id: one\n    when: {when}\n    then: {then}\n"


@pytest.mark.parametrize(
    ("when", "word"),
    [
        ("{urgency: very_high}", "urgency 'very_high'"),
        ("{urgency: {gte: major}}", "urgency 'major'"),
        ("{urgency: {between: [very_low, high]}}", "urgency 'very_low'"),
        ("{not: {any: [{urgency: [low, major]}]}}", "urgency 'major'"),
        ("{status: [new, cancelled]}", "status 'cancelled'"),
    ],
)
def test_a_word_in_a_condition_that_the_desk_lacks_is_found(when: str, word: str) -> None:
    found = problems(rule(when=when))
    assert [(one.rule, one.place.line, one.message) for one in found] == [
        ("one", 4, f"this desk has no {word}")
    ]
    assert found[0].hint.startswith("it has: ")


@pytest.mark.parametrize(
    ("then", "message"),
    [
        ("{set: {urgency: very_high}}", "this desk has no urgency 'very_high'"),
        ("{set: {priority: high}}", "nobody can set priority on this desk"),
    ],
)
def test_a_value_that_the_desk_cannot_be_given_is_found(then: str, message: str) -> None:
    assert [(one.rule, one.message) for one in problems(rule(then=then))] == [("one", message)]


@pytest.mark.parametrize(
    "text",
    [
        rule(when="{urgency: [low, high], status: new, priority: {gte: very_high}}"),
        rule(then="{set: {urgency: high, impact: very_high}}"),
        rule(when="{status: {empty: false}, group: {empty: true}}"),
        rule(when="{urgency: major}") + "    enabled: false\n",
        rule(then="{set: {priority: high}}") + "    enabled: false\n",
    ],
)
def test_words_that_the_desk_has_are_no_problem(text: str) -> None:
    assert problems(text) == ()


def test_a_desk_that_does_not_say_has_every_word() -> None:
    text = rule(when="{urgency: major, status: cancelled}", then="{set: {priority: major}}")
    assert problems(text, Directory()) == ()


def test_words_outside_of_rules_belong_to_no_rule() -> None:
    text = "protect: {urgency: major}\nslas: [{id: s, when: {urgency: very_low}, resolve: 1h}]\n"
    assert {(one.rule, one.place.line) for one in problems(text)} == {("", 2), ("", 3)}


def test_a_rule_with_such_a_word_is_switched_off_and_the_others_are_not(bench: Bench) -> None:
    text = rule(when="{urgency: major}") + "  - id: two\n    when: {urgency: high}\n"
    book = load_rules([("rules.yaml", f"version: 1\n{text}    then: {{hold: x}}\n")], str)
    world = replace(bench.subject(bench.book()).world, directory=THREE)
    judged = open_pass(book, world, bench.now, Templates.load([]))
    assert judged.off == {"one": "this desk has no urgency 'major'"}
