"""Rule files: every line of the language works, in one file or several."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sdtools.errors import RulesError
from sdtools.model.grades import Grade
from sdtools.rules import book as book_module
from sdtools.rules.book import (
    AnyOf,
    AssignAction,
    CommentAction,
    HoldAction,
    LinkAction,
    NotifyAction,
    RuleBook,
    SetAction,
    SolveAction,
    WebhookAction,
)
from sdtools.rules.conditions import each_test
from sdtools.rules.language import actions_of, load_rules, templates_used

EXAMPLE = """\
version: 1
vars:
  first_line: Service Desk N1
lists:
  network_words: [vpn, wifi, switch, dns]
  vip: {file: lists/vip.csv, column: login}
defaults: {calendar: office}
calendars:
  office:
    timezone: Europe/Paris
    hours: {mon-thu: "08:00-12:30 13:30-18:00", fri: "08:00-16:00"}
    holidays: FR
slas: desk
tiers:
  1: [Service Desk N1]
  2: [N2 Network, N2 Applications]
  3: [N3 Experts]
next_tier:
  - {from: Service Desk N1, when: {category: {under: Network}}, to: N2 Network}
  - {from: $first_line, to: N2 Applications}
  - {from: [N2 Network, N2 Applications], to: N3 Experts}
protect: {category: {under: Legal}}
limits: {known_percent: 10, new_most: 100}
priority:
  - id: vip-is-urgent
    why: Directors' contract, article 4
    owner: it@example.org
    when: {kind: incident, requester: $vip, urgency: {lt: high}}
    then: {set: {urgency: high}}
    mode: observe
    limit: 10
    stop: true
    insist: true
    was: vip
routing:
  - id: network-to-n2
    when:
      status: new
      group: {empty: true}
      any:
        - category: {under: Network}
        - text: {words: $network_words}
    then: {assign: {group: N2 Network}}
known_errors:
  - id: link-by-signature
    when: {status: [new, assigned], known_error.signature: true}
    then:
      - link: known_error
      - comment: {template: known_error}
escalation:
  - id: resolve-ladder
    when: {kind: incident}
    clock: sla.resolve
    steps:
      - {at: 75%, then: {notify: {to: assignee, template: sla_warning}}}
      - {at: 90%, then: {assign: {group: next_tier}}}
      - {at: 1.2, then: {notify: {to: [group.manager, boss@example.org], template: sla_breach}}}
housekeeping:
  - id: ask-again
    enabled: false
    when: {status: pending, idle: {gte: 5bd}}
    then: {comment: {template: waiting_reminder, public: true}}
    repeat: {every: 4bh, max: 3}
"""


def read(path: str) -> str:
    return {"conf/lists/vip.csv": "name;login\nJeanne; jmartin\nPaul;pdurand\nNobody;\n"}[path]


def load(*texts: str, **files: str) -> RuleBook:
    named = [(f"rules{number or ''}.yaml", text) for number, text in enumerate(texts)]
    return load_rules(named, files.__getitem__)


@pytest.fixture
def book() -> RuleBook:
    return load_rules([("conf/rules.yaml", EXAMPLE)], read)


def test_rules_run_section_by_section_whatever_order_the_file_has(book: RuleBook) -> None:
    assert [(rule.section, rule.id) for rule in book.rules] == [
        ("priority", "vip-is-urgent"),
        ("routing", "network-to-n2"),
        ("known_errors", "link-by-signature"),
        ("escalation", "resolve-ladder"),
        ("housekeeping", "ask-again"),
    ]
    turned = "version: 1\nhousekeeping: [{id: b, when: {status: new}, then: {hold: x}}]\n"
    turned += "priority: [{id: a, when: {status: new}, then: {set: {impact: low}}}]\n"
    assert [rule.id for rule in load(turned).rules] == ["a", "b"]


def test_a_rule_keeps_all_that_is_said_of_it(book: RuleBook) -> None:
    rule = book.rules[0]
    assert (rule.why, rule.owner) == ("Directors' contract, article 4", "it@example.org")
    assert (rule.observe, rule.limit, rule.stop, rule.insist, rule.was) == (
        True,
        10,
        True,
        True,
        "vip",
    )
    assert rule.enabled
    assert (rule.place.file, rule.place.line, rule.place.column) == ("conf/rules.yaml", 25, 5)


def test_what_is_not_said_has_careful_defaults(book: RuleBook) -> None:
    rule = book.rules[1]
    assert (rule.observe, rule.enabled, rule.limit, rule.stop, rule.insist) == (
        False,
        True,
        None,
        False,
        False,
    )


def test_a_list_comes_from_a_column_of_a_csv_beside_the_rule_file(book: RuleBook) -> None:
    test = [one for one in each_test(book.rules[0].when) if one.fact == "requester"][0]  # noqa: RUF015  # reads better
    assert (test.operator, test.wanted, test.text) == ("in", ("jmartin", "pdurand"), "$vip")


def test_conditions_become_a_tree_of_typed_tests(book: RuleBook) -> None:
    tests = list(each_test(book.rules[1].when))
    assert [(test.fact, test.operator, test.wanted) for test in tests] == [
        ("status", "is", "new"),
        ("group", "empty", True),
        ("category", "under", ("Network",)),
        ("text", "words", ("vpn", "wifi", "switch", "dns")),
    ]
    urgency = list(each_test(book.rules[0].when))[-1]
    assert urgency.wanted is Grade.high


def test_any_takes_one_mapping_whose_entries_are_alternatives() -> None:
    text = "version: 1\npriority:\n  - {id: a, when: {any: {kind: incident, status: new}},"
    when = load(f"{text} then: {{hold: x}}}}\n").rules[0].when
    assert isinstance(when, AnyOf)
    assert [part.fact for part in when.parts if isinstance(part, book_module.Test)] == [
        "kind",
        "status",
    ]


def test_a_ladder_keeps_its_steps_and_names_their_actions(book: RuleBook) -> None:
    ladder = book.rules[3]
    assert ladder.clock == "sla.resolve"
    assert [(step.at, step.text) for step in ladder.steps] == [
        (0.75, "75%"),
        (0.9, "90%"),
        (1.2, "1.2"),
    ]
    names = [action.path.split(".") for action in actions_of(ladder)]
    assert [name[:2] for name in names] == [["steps", "75%"], ["steps", "90%"], ["steps", "120%"]]
    assert names[0][2:4] == ["notify", "sla_warning"]


def test_tables_are_taken_over(book: RuleBook) -> None:
    assert book.default_calendar == "office"
    assert book.calendars["office"].timezone == "Europe/Paris"
    assert date(2026, 7, 14) in book.calendars["office"].closed
    assert book.slas is None
    assert book.tiers == {
        1: ("Service Desk N1",),
        2: ("N2 Network", "N2 Applications"),
        3: ("N3 Experts",),
    }
    assert [(step.origins, step.to) for step in book.next_tier] == [
        (("Service Desk N1",), "N2 Network"),
        (("Service Desk N1",), "N2 Applications"),
        (("N2 Network", "N2 Applications"), "N3 Experts"),
    ]
    assert book.protect is not None
    assert (book.limits.known_percent, book.limits.known_most, book.limits.new_most) == (
        10,
        50,
        100,
    )


def test_a_repetition_counts_in_business_time(book: RuleBook) -> None:
    repeat = book.rules[4].repeat
    assert repeat is not None
    assert (repeat.every.business_hours, repeat.max) == (timedelta(hours=4), 3)


def test_templates_are_listed_with_their_places(book: RuleBook) -> None:
    assert [(name, place.line) for name, place in templates_used(book)] == [
        ("known_error", 49),
        ("sla_warning", 55),
        ("sla_breach", 57),
        ("waiting_reminder", 62),
    ]


def test_every_action_can_be_written() -> None:
    actions = (
        load(
            """\
version: 1
routing:
  - id: all
    when: {status: new}
    then:
      - set: {impact: low, category: Network, kind: request, location: Lyon}
      - {assign: {group: N2, by: round_robin, add: true}, hold: Waiting for parts}
      - assign: {user: jmartin}
      - hold: {reason: Parts}
      - solve: {template: done, code: Solved}
      - comment: Hello
      - link: {article: 12}
      - notify: {to: requester, text: Hi, subject: Re, digest: true}
      - webhook: https://hooks.example.org/x
      - webhook: {url: env:HOOK, body: "{}"}
"""
        )
        .rules[0]
        .then
    )
    kinds = [type(action) for action in actions]
    assert kinds == [
        *[SetAction] * 4,
        AssignAction,
        HoldAction,
        AssignAction,
        HoldAction,
        SolveAction,
        CommentAction,
        LinkAction,
        NotifyAction,
        WebhookAction,
        WebhookAction,
    ]
    paths = [action.path for action in actions]
    assert paths[:4] == [
        "then.set.impact",
        "then.set.category",
        "then.set.kind",
        "then.set.location",
    ]
    assert len(set(paths)) == len(paths)


def test_service_levels_can_be_defined() -> None:
    book = load(
        """\
version: 1
slas:
  - id: urgent
    when: {priority: {gte: high}}
    calendar: 24x7
    respond: 30m
    resolve: 4h
    pause: pending
  - {id: rest, when: {kind: incident}, resolve: 5bd}
"""
    )
    assert book.slas is not None
    urgent, rest = book.slas
    assert (urgent.calendar, urgent.pause) == ("24x7", ("pending",))
    assert urgent.respond is not None
    assert urgent.respond.clock == timedelta(minutes=30)
    assert rest.resolve is not None
    assert (rest.resolve.business_days, rest.respond, rest.calendar) == (5, None, "24x7")


FIRST = """\
version: 1
vars: {who: Board}
protect: {category: {under: Legal}}
priority: [{id: a, when: {group: $who}, then: {set: {urgency: high}}}]
"""
SECOND = """\
version: 1
lists: {words: [vpn]}
protect: {requester: boss}
housekeeping: [{id: c, when: {text: {words: $words}, group: $who}, then: {hold: x}}]
priority: [{id: b, when: {status: new}, then: {set: {urgency: high}}}]
"""


def test_later_files_add_to_earlier_ones_section_by_section() -> None:
    book = load(FIRST, SECOND)
    assert [rule.id for rule in book.rules] == ["a", "b", "c"]
    assert isinstance(book.protect, AnyOf)
    assert len(book.protect.parts) == 2


def test_names_of_one_file_can_be_used_in_another() -> None:
    group = list(each_test(load(FIRST, SECOND).rules[2].when))[1]
    assert group.wanted == ("Board",)


def test_the_fingerprint_tells_any_change_of_any_file_from_another() -> None:
    seen = {load(FIRST).fingerprint, load(FIRST, SECOND).fingerprint, load(FIRST + "#").fingerprint}
    text = "version: 1\nlists: {a: {file: a.txt}}\n"
    seen |= {
        load(text, **{"a.txt": "one\n"}).fingerprint,
        load(text, **{"a.txt": "two\n"}).fingerprint,
    }
    assert len(seen) == 5
    assert load(FIRST).fingerprint == load(FIRST).fingerprint


@pytest.mark.parametrize(
    ("entry", "name", "text"),
    [
        ("{file: v.csv, column: login}", "v.csv", "login,name\na,A\nb,B\n"),
        ("{file: v.csv, column: login}", "v.csv", "name;login\nA;a\nB; b\n"),
        ("{file: v.csv, column: login}", "v.csv", "\ufefflogin\na\nb\n\n"),
        ("{file: v.txt}", "v.txt", "# people\na\n\n  b\n"),
        ("{file: v.yaml}", "v.yaml", "[a, b]\n"),
    ],
)
def test_a_list_can_be_kept_in_a_file(entry: str, name: str, text: str) -> None:
    rules = f"version: 1\nlists: {{people: {entry}}}\n"
    rules += "priority: [{id: a, when: {requester: {in: [$people, z]}}, then: {hold: x}}]\n"
    test = next(each_test(load(rules, **{name: text}).rules[0].when))
    assert test.wanted == ("a", "b", "z")


def test_a_calendar_takes_closed_days_from_an_ics_file() -> None:
    ics = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261224\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR\n"
    text = (
        "version: 1\ncalendars: {a: {timezone: UTC, hours: {mon: 08:00-17:00}, holidays: x.ics}}\n"
    )
    assert date(2026, 12, 24) in load(text, **{"x.ics": ics}).calendars["a"].closed


def test_a_dollar_twice_is_one_dollar() -> None:
    text = "version: 1\npriority: [{id: a, when: {title: {is: $$x}}, then: {comment: $$y}}]\n"
    rule = load(text).rules[0]
    assert next(each_test(rule.when)).wanted == "$x"


def test_an_empty_section_is_no_mistake() -> None:
    assert load("version: 1\npriority:\nrouting: []\nvars:\n").rules == ()


def test_the_error_counts_and_carries_all_mistakes() -> None:
    with pytest.raises(RulesError, match="2 mistakes") as caught:
        load("version: 1\nwhat: 1\nthat: 2\n")
    assert [one.code for one in caught.value.mistakes] == ["unknown-key", "unknown-key"]
