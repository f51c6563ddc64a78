"""The sentences of docs/semantics.md that no other test had yet."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from semantics_paper import NOW, TICKET, Paper, book_of, paper_with

from sdtools.model.grades import Grade, Status
from sdtools.model.history import Edit
from sdtools.rules.baseline import baseline
from sdtools.templating import Templates

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "semantics.md"
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")

VIP = """
priority:
  - id: vip
    when: {requester.vip: true, urgency: {lt: high}}
    then: {set: {urgency: high}}
"""
REMIND = """
housekeeping:
  - id: remind
    when: {status: pending}
    then: {comment: {text: Still waiting}}
"""
PENDING = replace(TICKET, status=Status.pending)


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_sentence_of_the_page_names_a_test_that_exists() -> None:
    rows = [
        line
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and "::" in line
    ]
    assert len(rows) > 30
    named = [found for row in rows for found in _TEST.findall(row)]
    assert len(named) >= len(rows)
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or name not in names_in(path)
    ]
    assert missing == []


def test_a_ticket_that_nobody_touched_is_judged_in_every_pass() -> None:
    desk = paper_with(VIP.replace("urgency: {lt: high}", "age: {gte: 4h}"))
    assert desk.apply() == ()
    desk.later(hours=2)
    assert [change.after for change in desk.apply()] == ["high"]


def test_an_episode_ends_when_its_condition_is_false() -> None:
    desk = paper_with(REMIND, PENDING)
    desk.apply()
    desk.change(status=Status.assigned)
    desk.apply()
    known = desk.memory["remind", "100"]
    assert (known.active, known.ended) == (False, desk.now)


@pytest.mark.parametrize(("pause", "said"), [(30, 0), (31, 1)])
def test_thirty_minutes_part_one_episode_from_the_next(pause: int, said: int) -> None:
    desk = paper_with(REMIND, PENDING)
    desk.apply()
    desk.change(status=Status.assigned)
    desk.apply()
    desk.later(minutes=pause)
    desk.change(status=Status.pending)
    assert len(desk.apply()) == said


def test_what_the_desk_computes_from_what_a_rule_wrote_ends_no_episode() -> None:
    desk = paper_with(VIP.replace("urgency: {lt: high}", "priority: {lt: high}"))
    desk.change(impact=Grade.high)
    assert len(desk.apply()) == 1
    assert desk.ticket.priority is Grade.high
    assert desk.apply() == ()
    assert desk.memory["vip", "100"].active


def test_memory_keeps_the_last_value_of_each_field_and_what_fired() -> None:
    rules = VIP.replace("{set: {urgency: high}}", "[{set: {urgency: high}}, {comment: {text: Hi}}]")
    desk = paper_with(rules)
    desk.apply()
    known = desk.memory["vip", "100"]
    assert [(one.field, one.value, one.at) for one in known.written] == [("urgency", "high", NOW)]
    assert [one.action.split(".")[1] for one in known.fired] == ["set", "comment"]


@pytest.mark.parametrize("way", ["disabled", "paused"])
def test_the_memory_of_a_rule_that_sleeps_is_frozen(way: str) -> None:
    desk = paper_with(REMIND, PENDING)
    desk.apply()
    known = dict(desk.memory)
    if way == "disabled":
        desk.rules = REMIND.replace("    when:", "    enabled: false\n    when:")
    else:
        desk.paused = {"remind": "until Friday"}
    desk.change(status=Status.assigned)  # which would end the episode
    desk.later(days=1)
    assert desk.apply() == ()
    assert desk.memory == known
    desk.rules, desk.paused = REMIND, {}
    desk.change(status=Status.pending)
    assert desk.apply() == ()  # it went on where it had stopped


def test_a_renamed_rule_says_nothing_again() -> None:
    desk = paper_with(REMIND, PENDING)
    desk.apply()
    desk.rules = REMIND.replace("id: remind", "id: ask\n    was: remind")
    assert desk.apply() == ()
    desk.rules = REMIND.replace("id: remind", "id: ask")
    assert len(desk.apply()) == 1


def test_a_person_who_moves_a_field_between_plan_and_write_wins_too() -> None:
    desk = paper_with(VIP)
    plan = desk.plan()
    desk.change(urgency=Grade.low)
    assert [outcome.state.value for outcome in desk.carry_out(plan)] == ["yielded"]
    assert desk.apply() == ()


def test_an_absolute_action_acts_whenever_it_does_not_hold() -> None:
    desk = paper_with(VIP)
    desk.overrides = {"urgency": {"urgency": Grade.medium}}
    desk.apply()
    desk.overrides = {}
    assert len(desk.apply()) == 1
    assert desk.apply() == ()


def test_a_rule_that_yielded_to_the_desk_writes_again_when_its_inputs_change() -> None:
    desk = paper_with(VIP)
    desk.overrides = {"urgency": {"urgency": Grade.medium}}
    for _ in range(4):
        desk.apply()
    assert desk.memory["vip", "100"].yielded_to_desk == ("urgency",)
    desk.overrides = {}
    assert desk.apply() == ()
    desk.change(requesters=("1", "2"))
    assert [change.after for change in desk.apply()] == ["high"]


def test_what_can_no_longer_be_read_is_no_change_of_inputs() -> None:
    desk = paper_with(VIP.replace("requester.vip: true", "any: {kind: incident, group: N2}"))
    desk.overrides = {"urgency": {"urgency": Grade.medium}}
    for _ in range(3):
        desk.apply()
    desk.change(unknown=frozenset({"groups"}))
    assert desk.apply() == ()


@pytest.mark.parametrize(
    "then",
    [
        "{assign: {group: next_tier}}",
        "{assign: {by: round_robin}}",
        "{comment: {text: Hello}}",
        "{notify: {to: boss@example.org, text: Look}}",
        "{webhook: {url: 'https://hooks.example.org/x'}}",
    ],
)
def test_what_is_relative_or_said_fires_once_an_episode(then: str) -> None:
    rules = f"""
next_tier: [{{from: N2, to: N3}}]
routing:
  - {{id: r, when: {{kind: incident}}, then: {then}}}
"""
    ticket = replace(TICKET, status=Status.assigned, groups=("2",))
    desk = paper_with(rules, ticket)
    assert len(desk.apply()) == 1
    desk.change(groups=("2",), assignees=())  # back to where it stood
    desk.later(days=2)
    assert desk.apply() == ()


def test_a_step_is_not_taken_again_because_another_sla_applies() -> None:
    rules = """
escalation:
  - id: ladder
    when: {kind: incident}
    clock: sla.resolve
    steps: [{at: 50%, then: {comment: {text: Half}}}]
"""
    desk = paper_with(rules, replace(TICKET, resolve_due=NOW + timedelta(hours=2)))
    assert len(desk.apply()) == 1
    desk.change(resolve_due=NOW + timedelta(days=9), sla_resolve="Gold")
    assert desk.apply() == ()
    desk.later(days=20)
    assert desk.apply() == ()


QUARREL = """
priority:
  - {id: a, when: {requester.vip: true}, then: {set: {urgency: high}}}
  - {id: b, when: {requester.vip: false}, then: {set: {urgency: low}}}
"""


def _quarrelled() -> Paper:
    """A ticket that two rules set high and low in turn, as its requester changes."""
    desk = paper_with(QUARREL)
    for requester in ("1", "2"):
        desk.change(requesters=(requester,))
        desk.apply()
        desk.later(minutes=40)
    desk.change(requesters=("1",))
    return desk


def test_a_parked_field_stays_parked_for_a_day() -> None:
    desk = _quarrelled()
    assert [one.to for one in desk.plan().yields] == ["parked"]
    for _ in range(5):
        assert desk.apply() == ()
        desk.later(hours=4)
    assert desk.ticket.urgency is Grade.low


def test_after_a_day_a_new_episode_may_write_again() -> None:
    desk = _quarrelled()
    desk.apply()
    desk.later(hours=25)
    desk.change(requesters=("2",))
    desk.apply()
    desk.later(hours=1)
    desk.change(requesters=("1",))
    assert [change.after for change in desk.apply()] == ["high"]


def test_what_the_history_tells_of_people_counts_on_the_first_pass() -> None:
    edit = Edit(id="1", ticket_id="100", field="urgency", at=NOW, author_id="12")
    desk = paper_with(VIP)
    desk.first, desk.edits = True, {("100", "urgency"): edit}
    assert [(one.to, one.field) for one in desk.plan().yields] == [("people", "urgency")]
    assert desk.apply() == ()
    assert desk.apply() == ()  # for the whole episode


def test_adopting_a_desk_acts_on_the_tickets_that_are_there() -> None:
    desk = paper_with(VIP)
    desk.first = True
    assert [change.after for change in desk.apply()] == ["high"]


def test_a_baseline_opens_episodes_in_silence() -> None:
    desk = paper_with(REMIND, PENDING)
    memories = baseline(book_of(REMIND), desk.world, NOW, Templates.load([]))
    assert [(one.rule, one.active) for one in memories] == [("remind", True)]
    desk.memory = {(one.rule, one.ticket): one for one in memories}
    assert desk.apply() == ()


def test_our_own_account_says_nothing_on_a_solved_ticket_that_it_asked_for() -> None:
    rules = REMIND.replace("pending", "solved")
    solved = replace(TICKET, status=Status.solved, requesters=("99",))
    desk = paper_with(rules, solved)
    assert [one.state.value for one in desk.carry_out(desk.plan())] == ["refused"]
    assert desk.said == []
    other = paper_with(rules, replace(solved, requesters=("1",)))
    assert len(other.apply()) == 1


@pytest.mark.parametrize(
    ("then", "unread"),
    [
        ("{set: {urgency: high}}", "urgency"),
        ("{assign: {group: N3}}", "groups"),
        ("{assign: {user: p12}}", "assignees"),
        ("{assign: {group: next_tier}}", "groups"),
        ("{link: {article: 4}}", "articles"),
        ("{link: {problem: 3}}", "problems"),
    ],
)
def test_nothing_is_written_over_what_could_not_be_read(then: str, unread: str) -> None:
    rules = f"""
next_tier: [{{from: N2, to: N3}}]
routing:
  - {{id: r, when: {{kind: incident}}, then: {then}}}
"""
    ticket = replace(TICKET, status=Status.assigned, groups=("2",))
    assert len(paper_with(rules, ticket).plan().changes) == 1
    blind = replace(ticket, unknown=frozenset({unread}))
    assert paper_with(rules, blind).plan().changes == ()


def test_a_rule_that_only_observes_stands_in_nobodys_way() -> None:
    rules = """
priority:
  - {id: watch, mode: observe, when: {kind: incident}, then: {set: {urgency: medium}}}
  - {id: act, when: {kind: incident}, then: {set: {urgency: high}}}
"""
    assert [change.rule for change in paper_with(rules).plan().changes] == ["act"]
