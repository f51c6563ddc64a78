"""What each action wants on a ticket, and when it makes no sense there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from semantics_paper import DIRECTORY, NOW, TICKET, Paper, book_of, paper_with

from sdtools.connectors.glpi.consequences import GlpiConsequences
from sdtools.model.effects import Assign, Comment, Hold, Link, Notify, SetField, Solve, Webhook
from sdtools.model.grades import Status
from sdtools.model.knowledge import Candidate, KnownError, KnownErrorKind
from sdtools.model.world import World
from sdtools.plan import Change
from sdtools.rules.baseline import baseline
from sdtools.rules.explain import RuleState, explain
from sdtools.templating import Templates

ASSIGNED = replace(TICKET, status=Status.assigned, groups=("2",), assignees=("12",))


def changes_of(then: str, ticket: object = TICKET) -> tuple[Change, ...]:
    rules = f"routing:\n  - {{id: r, when: {{kind: incident}}, then: {then}}}\n"
    return paper_with(rules, ticket).plan().changes  # type: ignore[arg-type]  # a Ticket


@pytest.mark.parametrize(
    ("then", "effect"),
    [
        ("{set: {category: Network > VPN}}", SetField(field="category", value="6")),
        ("{set: {category: vpn}}", SetField(field="category", value="6")),
        ("{set: {kind: request}}", SetField(field="kind", value="request")),
        ("{assign: {group: n3}}", Assign(groups=("3",), people=())),
        ("{assign: {group: N3, add: true}}", Assign(groups=("2", "3"))),
        ("{assign: {user: p13}}", Assign(people=("13",))),
        ("{assign: {user: Person 13, add: true}}", Assign(people=("12", "13"))),
        ("{comment: {text: 'About {{ ticket.title }}'}}", Comment(text="About No VPN")),
        ("{comment: {text: Hello, public: true}}", Comment(text="Hello", public=True)),
        ("{hold: {reason: Waiting for parts}}", Hold(reason="Waiting for parts")),
        ("{solve: {text: Done}}", Solve(text="Done")),
        ("{link: {problem: 3}}", Link(target="problem", id="3")),
        ("{link: {parent: 7}}", Link(target="parent", id="7")),
    ],
)
def test_an_action_wants_its_effect(then: str, effect: object) -> None:
    (change,) = changes_of(then, ASSIGNED)
    assert change.effect == effect


@pytest.mark.parametrize(
    ("to", "addresses"),
    [
        ("assignee", ("p12@example.org",)),
        ("requester", ("p1@example.org",)),
        ("group", ("p12@example.org", "p13@example.org")),
        ("group.manager", ("p19@example.org",)),
        ("boss@example.org", ("boss@example.org",)),
        ("[assignee, group.manager]", ("p12@example.org", "p19@example.org")),
    ],
)
def test_a_message_goes_to_those_who_have_an_address(to: str, addresses: tuple[str, ...]) -> None:
    (change,) = changes_of(f"{{notify: {{to: {to}, text: Look at it}}}}", ASSIGNED)
    assert isinstance(change.effect, Notify)
    assert change.effect.to == addresses
    assert change.effect.text == "Look at it"
    assert "\n" not in change.effect.subject


def test_nobody_to_tell_is_no_change_and_waits_for_somebody() -> None:
    assert changes_of("{notify: {to: assignee, text: Look}}") == ()


def test_a_webhook_carries_a_document_without_the_tickets_words() -> None:
    (change,) = changes_of("{webhook: {url: 'https://hooks.example.org/x'}}")
    assert isinstance(change.effect, Webhook)
    document = json.loads(change.effect.body)
    assert document["ticket"]["number"] == "100"
    assert "VPN" not in change.effect.body


def test_a_title_with_line_ends_cannot_make_headers() -> None:
    ticket = replace(ASSIGNED, title="Hello\r\nBcc: all@example.org")
    (change,) = changes_of("{notify: {to: assignee, text: Look}}", ticket)
    assert isinstance(change.effect, Notify)
    assert "\n" not in change.effect.subject
    assert "\r" not in change.effect.subject


def test_what_holds_already_is_no_change() -> None:
    assert changes_of("{assign: {group: N2}}", ASSIGNED) == ()
    assert changes_of("{hold: {reason: x}}", replace(TICKET, status=Status.pending)) == ()
    assert changes_of("{solve: {text: x}}", replace(TICKET, status=Status.solved)) == ()


def test_a_known_error_of_a_file_can_be_suggested_and_not_linked() -> None:
    desk = paper_with(
        "known_errors:\n  - {id: r, when: {kind: incident}, then: {link: known_error}}\n"
    )
    known = KnownError(id="file/x", kind=KnownErrorKind.file, desk_id="", title="X", text="x")
    desk.known_errors = {known.id: known}
    desk.candidates = {"100": (Candidate(known_error=known.id, score=0.9, signature=True),)}
    assert desk.plan().changes == ()


def test_round_robin_takes_the_members_in_turn() -> None:
    rules = """
routing:
  - id: turn
    when: {assignee: {empty: true}, group: N2}
    then: {assign: {by: round_robin}}
"""
    tickets = [replace(TICKET, id=str(n), number=str(n), groups=("2",)) for n in range(100, 104)]
    desk = paper_with(rules, *tickets)
    assert [change.after_value for change in desk.apply()] == ["12", "13", "12", "13"]
    for number, person in ((104, "12"), (105, "13"), (106, "12")):
        desk.tickets[str(number)] = replace(
            TICKET, id=str(number), number=str(number), groups=("2",)
        )
        assert [change.after_value for change in desk.apply()] == [person]


def test_a_broken_template_switches_its_rule_off_and_no_other() -> None:
    rules = """
routing:
  - {id: broken, when: {kind: incident}, then: {comment: {text: "{{ nonsense.field }}"}}}
  - {id: sound, when: {kind: incident}, then: {comment: {text: Hello}}}
  - {id: missing, when: {kind: incident}, then: {comment: {template: nowhere}}}
"""
    plan = paper_with(rules).plan()
    assert [change.rule for change in plan.changes] == ["sound"]
    assert {off.rule for off in plan.switched_off} == {"broken", "missing"}


def world_of(desk: Paper) -> World:
    return World(
        desk="paper",
        kind="glpi",
        account_id="99",
        consequences=GlpiConsequences(),
        tickets=tuple(desk.tickets.values()),
        directory=DIRECTORY,
    )


EXPLAINED = """
protect: {category: Legal}
priority:
  - {id: fires, when: {kind: incident}, then: {set: {urgency: high}}}
  - {id: no, when: {kind: request}, then: {set: {impact: high}}}
  - {id: unknown, when: {requester.vip: true}, then: {set: {impact: high}}}
  - {id: disabled, enabled: false, when: {kind: incident}, then: {set: {impact: high}}}
  - {id: off, when: {kind: incident}, then: {assign: {group: N9}}}
  - {id: last, stop: true, when: {kind: incident}, then: {set: {urgency: high}}}
  - {id: out, when: {kind: incident}, then: {set: {impact: low}}}
"""


def test_explain_tells_of_every_rule_how_it_stands() -> None:
    ticket = replace(TICKET, requesters=("11",))
    desk = paper_with(EXPLAINED, ticket)
    told = explain(book_of(EXPLAINED), world_of(desk), ticket, NOW, Templates.load([]))
    assert {one.rule.id: one.state for one in told} == {
        "fires": RuleState.fires,
        "no": RuleState.no,
        "unknown": RuleState.unknown,
        "disabled": RuleState.disabled,
        "off": RuleState.off,
        "last": RuleState.holds,
        "out": RuleState.out,
    }
    stopped = {one.rule.id: one.stopped_by.fact for one in told if one.stopped_by}
    assert stopped == {"no": "kind", "unknown": "requester.vip"}


@pytest.mark.parametrize(
    ("ticket", "note"),
    [
        (replace(TICKET, status=Status.closed), "rules do not see closed tickets"),
        (replace(TICKET, category_id="7"), "the ticket is protected"),
    ],
)
def test_explain_says_why_no_rule_sees_a_ticket(ticket: object, note: str) -> None:
    desk = paper_with(EXPLAINED, ticket)  # type: ignore[arg-type]  # a Ticket
    told = explain(book_of(EXPLAINED), world_of(desk), desk.ticket, NOW, Templates.load([]))
    assert told[0].notes == (note,)


def test_a_baseline_leaves_everything_as_it_is_and_new_tickets_to_the_rules() -> None:
    rules = """
next_tier: [{from: N2, to: N3}]
priority:
  - {id: urgent, when: {kind: incident, urgency: {lt: high}}, then: {set: {urgency: high}}}
known_errors:
  - {id: link, when: {kind: incident}, then: {link: {article: 4}}}
routing:
  - {id: share, when: {kind: incident}, then: {assign: {group: N2, by: least_loaded}}}
escalation:
  - id: ladder
    when: {kind: incident}
    clock: sla.resolve
    steps:
      - {at: 50%, then: {assign: {group: next_tier}}}
      - {at: 90%, then: {notify: {to: requester, text: Late}}}
"""
    due = NOW + timedelta(minutes=30)
    desk = paper_with(rules, replace(TICKET, groups=("2",), resolve_due=due))
    memories = baseline(book_of(rules), world_of(desk), NOW, Templates.load([]))
    desk.memory = {(memory.rule, memory.ticket): memory for memory in memories}
    assert desk.apply() == ()
    desk.later(minutes=20)  # the step at 90 % was not behind the ticket at the baseline
    assert [change.rule for change in desk.plan().changes] == ["ladder"]
    desk.tickets["101"] = replace(TICKET, id="101", number="101")
    assert {change.rule for change in desk.plan().changes} == {"urgent", "link", "share", "ladder"}


def test_a_baseline_takes_every_rule_on_the_ticket_as_it_is() -> None:
    rules = """
routing:
  - {id: a, stop: true, when: {status: new}, then: {assign: {group: N2}}}
  - {id: b, when: {status: new}, then: {comment: {text: Welcome}}}
"""
    desk = paper_with(rules)
    memories = baseline(book_of(rules), world_of(desk), NOW, Templates.load([]))
    desk.memory = {(memory.rule, memory.ticket): memory for memory in memories}
    assert desk.apply() == ()
