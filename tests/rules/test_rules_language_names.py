"""Names that a desk does not have, or has more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sdtools.model.people import Directory
from sdtools.rules.language import load_rules
from sdtools.rules.lint import NameProblem, unknown_names

if TYPE_CHECKING:
    from tests.rules.conftest import Bench


def problems(text: str, directory: Directory) -> tuple[NameProblem, ...]:
    return unknown_names(load_rules([("rules.yaml", f"version: 1\n{text}")], str), directory)


def said(text: str, directory: Directory) -> list[str]:
    found = problems(text, directory)
    return [f"{one.place.line}: {one.message}; {one.hint}".removesuffix("; ") for one in found]


def rule(when: str = "{status: new}", then: str = "{hold: x}") -> str:
    return f"priority:\n  - id: one\n    when: {when}\n    then: {then}\n"


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{group: N2 Netwrok}", "4: unknown group 'N2 Netwrok'; did you mean 'IT > N2 Network'?"),
        ("{category: {under: Netwrk}}", "4: unknown category 'Netwrk'; did you mean 'Network'?"),
        ("{location: [Lyon, Mars]}", "4: unknown location 'Mars'"),
        ("{entity: {not: Roott}}", "4: unknown entity 'Roott'; did you mean 'Root'?"),
        ("{assignee: jmartn}", "4: unknown person 'jmartn'; did you mean 'jmartin'?"),
        ("{requester.group: Bord}", "4: unknown group 'Bord'; did you mean 'Board'?"),
        ("{item: PC-9999}", "4: unknown item 'PC-9999'"),
        ("{not: {any: [{group: Nobody}]}}", "4: unknown group 'Nobody'"),
        (
            "{category: Mail}",
            "4: category 'Mail' means 2 of them; write one of: Applications > Mail; Logi",
        ),
        (
            "{assignee: Paul Durand}",
            "4: person 'Paul Durand' means 2 of them; write one of: pdurand; pdurand2",
        ),
    ],
)
def test_a_wrong_name_in_a_condition_is_found_with_its_place(
    when: str, expected: str, bench: Bench
) -> None:
    found = said(rule(when=when), bench.directory)
    assert len(found) == 1
    assert found[0].startswith(expected)


@pytest.mark.parametrize(
    "when",
    [
        "{group: [n2 network, IT>N2 Network]}",
        "{category: {under: Network}}",
        "{category: Legal > Network}",
        "{assignee: [jmartin, Jeanne Martin, J.MARTIN@example.org]}",
        "{item: pc-0001, location: Lyon, group: {empty: true}}",
        "{known_error: any title, title: anything}",
    ],
)
def test_names_that_the_desk_has_are_no_problem(when: str, bench: Bench) -> None:
    assert said(rule(when=when), bench.directory) == []


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("{assign: {group: N4}}", "5: unknown group 'N4'"),
        ("{assign: {user: nobody}}", "5: unknown person 'nobody'"),
        ("{set: {category: Mail}}", "5: category 'Mail' means 2 of them; write one of: Applica"),
        ("{set: {location: Paris}}", "5: unknown location 'Paris'"),
    ],
)
def test_a_wrong_name_in_an_action_is_found_with_its_place(
    then: str, expected: str, bench: Bench
) -> None:
    found = said(rule(then=then), bench.directory)
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_wrong_names_in_steps_belong_to_their_rule(bench: Bench) -> None:
    text = "priority:\n  - id: one\n    when: {status: new}\n    clock: sla.resolve\n"
    text += "    steps: [{at: 1, then: {assign: {group: N4}}}]\n"
    assert [one.rule for one in problems(text, bench.directory)] == ["one"]


def test_what_is_relative_or_disabled_names_nothing(bench: Bench) -> None:
    step = "next_tier: [{from: Board, to: IT}]\n"
    assert said(step + rule(then="{assign: {group: next_tier}}"), bench.directory) == []
    off = rule(when="{group: Nobody}") + "    enabled: false\n"
    assert said(off, bench.directory) == []


def test_wrong_names_outside_of_rules_belong_to_no_rule(bench: Bench) -> None:
    text = """\
tiers: {1: [Board, N7]}
next_tier: [{from: N8, to: N9, when: {category: Nope}}]
protect: {category: {under: Secret}}
slas: [{id: s, when: {group: N10}, resolve: 1h}]
"""
    found = problems(text, bench.directory)
    assert {one.rule for one in found} == {""}
    assert [(one.place.line, one.message.rsplit(" ", 1)[-1]) for one in found] == [
        (5, "'N10'"),
        (4, "'Secret'"),
        (2, "'N7'"),
        (3, "'N8'"),
        (3, "'N9'"),
        (3, "'Nope'"),
    ]
