"""Mistakes in rule files: each says where, what, and what would be right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sdtools.errors import Mistake, RulesError
from sdtools.rules.language import load_rules

Load = Callable[[str], list[Mistake]]

CALENDAR = 'calendars: {office: {timezone: UTC, hours: {mon-fri: "08:00-17:00"}}}'


def rule(when: str = "{status: new}", then: str = "{hold: x}", more: str = "") -> str:
    return f"version: 1\npriority:\n  - id: one\n    when: {when}\n    then: {then}\n{more}"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (
            "{requestr.vip: true}",
            "4:12: unknown fact 'requestr.vip' in rule one; did you mean 'requester.vip'?",
        ),
        ("{ani: [{status: new}]}", "4:12: unknown fact 'ani' in rule one; did you mean 'any'?"),
        ("{}", "4:11: a condition is a mapping of facts, such as {status: new} in rule one"),
        (
            "[{status: new}]",
            "4:11: a condition is a mapping of facts, such as {status: new} in rule one",
        ),
        ("{any: []}", "4:17: a condition is a mapping of facts, such as {status: new} in rule one"),
        ("{text: {wrods: x}}", "4:19: unknown operator 'wrods' in rule one; did you mean 'words'?"),
        (
            "{status: {gte: new}}",
            "4:21: 'status' is of type choice and has no operator 'gte' in rule one;"
            " it has: is, not, in, not_in, empty",
        ),
        ("{assignee: {under: x}}", "4:23: 'assignee' is of type names and has no operator 'under'"),
        ("{age: 3d}", "4:17: 'age' is compared by an operator in rule one; write it as {gte: 3d}"),
        (
            "{age: {gte: 3}}",
            "4:23: '3' is not a duration; write 30m, 4h, 2d, 4bh or 5bd in rule one",
        ),
        (
            "{age: {gte: 5bd}}",
            "4:23: '5bd' needs a calendar in rule one; write defaults: {calendar: ...}",
        ),
        ("{urgency: {lt: hihg}}", "4:26: unknown grade 'hihg' in rule one; did you mean 'high'?"),
        ("{urgency: 5}", "4:21: unknown grade '5' in rule one; known: very_low, low, medium"),
        (
            "{status: opened}",
            "4:20: unknown status 'opened' in rule one; known: new, assigned, pending",
        ),
        ("{kind: incidnt}", "4:18: unknown kind 'incidnt' in rule one; did you mean 'incident'?"),
        (
            "{requester.vip: yes}",
            "4:27: 'requester.vip' is compared with true or false, not with 'yes'",
        ),
        (
            "{group: true}",
            "4:19: 'group' is compared with a name, not with true in rule one; to ask",
        ),
        ("{group: {empty: 1}}", "4:27: 'empty' takes true or false, not 1 in rule one"),
        ("{group: }", "4:12: 'group' has no value in rule one; write group: {empty: true} to ask"),
        (
            "{group: []}",
            "4:12: 'group' has no value in rule one; write group: {empty: true} to ask",
        ),
        ("{title: {is: [a, b]}}", "4:24: 'is' takes one value, not a list in rule one; write 'in'"),
        ("{title: {in: []}}", "4:24: 'in' has an empty list and never holds in rule one"),
        (
            "{reopens: {between: [1]}}",
            "4:31: 'between' takes a list of two: [lowest, highest] in rule",
        ),
        (
            "{reopens: {gt: many}}",
            "4:26: 'reopens' is compared with a number, not with 'many' in rule",
        ),
        (
            "{sla.resolve.used: {gte: 75}}",
            "4:36: 'sla.resolve.used' is compared with a share such as 75%, not with 75"
            " in rule one; did you mean 75%?",
        ),
        ("{opened: {gte: soon}}", "4:26: 'opened' is compared with a date such as 2026-11-16, not"),
        (
            "{text: {matches: '('}}",
            "4:28: '(' is not a regular expression: missing ) at character 2",
        ),
        (
            "{text: {matches: '(a+)+$'}}",
            "4:28: '(a+)+$' can search for ever: it repeats a repetition",
        ),
        ("{text: {words: '...'}}", "4:26: there is no word in '...' in rule one"),
        (
            "{text: {words: $nothing}}",
            "4:26: unknown name '$nothing'; define it under vars or lists",
        ),
        ("{waiting: {gt: 4y}}", "4:26: '4y' is not a duration; write 30m, 4h, 2d, 4bh or 5bd"),
        ("{age: {gt: 99999w}}", "4:22: '99999w' is longer than 100 years in rule one"),
        ("{age: {gt: 99999bd}}", "4:22: '99999bd' is longer than 100 years in rule one"),
        ("{title: {is: {a: b}}}", "4:24: 'title' is compared with a text in rule one"),
    ],
)
def test_a_wrong_condition_says_where_and_what_would_be_right(
    when: str, said: str, mistakes: Load
) -> None:
    found = mistakes(rule(when=when))
    assert len(found) == 1
    assert str(found[0]).startswith(f"rules.yaml:{said}"), str(found[0])
    assert found[0].source == f"    when: {when}"


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("[]", "5:5: 'then' says nothing to do in rule one"),
        ("{sett: {urgency: high}}", "5:12: unknown action 'sett' in rule one; did you mean 'set'?"),
        ("solve", "5:11: an action is a mapping, such as {set: {urgency: high}} in rule one"),
        (
            "{set: {urgncy: high}}",
            "5:18: unknown key 'urgncy' in rule one; did you mean 'urgency'?",
        ),
        ("{set: {urgency: hgh}}", "5:27: unknown grade 'hgh' in rule one; did you mean 'high'?"),
        ("{set: {}}", "5:17: 'set' names no field in rule one; it has: urgency, impact"),
        ("{set: high}", "5:17: here goes a mapping with urgency, impact, priority, category"),
        (
            "{set: {priority: high, impact: low}}",
            "5:11: priority is set together with urgency or impact, from which the desk computes it"
            " in rule one; set urgency and impact alone",
        ),
        ("{assign: {add: true}}", "5:20: 'assign' names neither group, user nor by in rule one"),
        ("{assign: {user: a, by: least_loaded}}", "5:20: 'assign' takes user or by, not both"),
        ("{assign: {by: least_loded}}", "5:25: unknown by 'least_loded' in rule one; did you mean"),
        ("{assign: {group: next_tier}}", "3:5: rule one assigns next_tier, and nothing says where"),
        ("{comment: {public: true}}", "5:21: 'comment' has neither a template nor a text in rule"),
        ("{comment: {text: a, template: b}}", "5:21: 'comment' has both a template and a text"),
        ("{comment: {text: a, public: yes}}", "5:39: 'public' takes true or false in rule one"),
        ("{link: {artcle: 1}}", "5:19: unknown key 'artcle' in rule one; did you mean 'article'?"),
        ("{solve: {code: Done}}", "5:19: 'solve' has neither a template nor a text in rule one"),
        ("{notify: {text: x}}", "5:20: 'to' is missing in rule one"),
        ("{link: known_eror}", "5:18: 'link' cannot link 'known_eror' in rule one; did you mean"),
        ("{link: {article: 1, problem: 2}}", "5:18: 'link' takes one of article, problem, parent"),
        ("{hold: {}}", "5:18: 'reason' is missing in rule one"),
        ("{notify: {to: asignee, text: x}}", "5:25: unknown recipient 'asignee' in rule one; did"),
        ("{notify: {to: [], text: x}}", "5:20: 'notify' has nobody to write to in rule one"),
        ("{webhook: hooks}", "5:21: 'url' cannot be 'hooks' in rule one; write an address that"),
    ],
)
def test_a_wrong_action_says_where_and_what_would_be_right(
    then: str, said: str, mistakes: Load
) -> None:
    found = mistakes(rule(then=then))
    assert len(found) == 1
    assert str(found[0]).startswith(f"rules.yaml:{said}"), str(found[0])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("    enabledd: true", "6:5: unknown key 'enabledd' in rule one; did you mean 'enabled'?"),
        ("    enabled: no", "6:14: 'enabled' takes true or false in rule one"),
        ("    mode: observ", "6:11: unknown mode 'observ' in rule one; did you mean 'observe'?"),
        ("    limit: 0", "6:12: 'limit' is too small in rule one"),
        ("    limit: few", "6:12: 'limit' takes a whole number in rule one"),
        ("    calendar: offce", "6:15: unknown calendar 'offce' in rule one; known: 24x7"),
        ("    repeat: {every: 4x, max: 2}", "6:21: '4x' is not a duration; write 30m, 4h"),
        ("    repeat: {every: 4h, max: 0}", "6:30: 'max' is too small in rule one"),
        ("    repeat: {every: 4bh, max: 2}", "6:21: '4bh' needs a calendar in rule one"),
        ("    clock: sla.resolve", "6:5: 'clock' without 'steps' in rule one"),
        (
            "    steps: [{at: 75%, then: {hold: x}}]",
            "6:5: 'steps' without 'clock' in rule one; write clock: sla.resolve",
        ),
        (
            "    clock: sla.resolve\n"
            "    steps: [{at: 90%, then: {hold: x}}, {at: 75%, then: {hold: y}}]",
            "7:46: step 75% comes after 90% in rule one; write the steps in rising order",
        ),
        (
            "    clock: sla.resolve\n    steps: [{at: late, then: {hold: x}}]",
            "7:18: 'late' is not a share; write 75% or 0.75 in rule one",
        ),
        (
            "    clock: sla.answer\n    steps: [{at: 1, then: {hold: x}}]",
            "6:12: unknown clock 'sla.answer'",
        ),
        (
            "  - {id: one, when: {kind: incident}, then: {hold: x}}",
            "6:10: rule 'one' is defined twice; first at rules.yaml:3",
        ),
        (
            "  - {id: a b, when: {kind: incident}, then: {hold: x}}",
            "6:10: 'id' cannot be 'a b' in rule a b; use letters",
        ),
        (
            "  - {when: {kind: incident}, then: {hold: x}}",
            "6:5: 'id' is missing in a rule of priority",
        ),
        ("  - {id: two, then: {hold: x}}", "6:5: 'when' is missing in rule two"),
        (
            "  - {id: two, when: {kind: incident}}",
            "6:5: there is nothing to do: neither 'then' nor",
        ),
        ("  - just words", "6:5: here goes a mapping with id, why, owner, when, then"),
        ("prioritty: []", "6:1: unknown key 'prioritty'; did you mean 'priority'?"),
        ("routing: {id: a}", "6:10: 'routing' takes a list"),
        ("defaults: {calendar: offce}", "6:22: unknown calendar 'offce'; known: 24x7"),
        ("limits: {known_percent: 200}", "6:25: 'known_percent' is too big"),
        ("tiers: {one: [a]}", "6:9: a tier is a number, not 'one'"),
        ("tiers: {1: []}", "6:12: tier 1 has no groups"),
        ("next_tier: [{to: a}]", "6:13: 'from' is missing in next_tier"),
        ("vars: {a: {b: c}}", "6:11: 'a' takes a value; lists go under lists"),
        ("vars: {a: $b}", "6:11: 'a' cannot stand for another name"),
        ("lists: {a: b}", "6:12: 'a' takes a list; write [a, b], or {file: list.csv"),
        ("slas: [{id: a, resolve: 1h}]", "6:8: 'when' is missing in service level a"),
        (
            "slas: [{id: a, when: {kind: incident}, resolve: 1h}, "
            "{id: a, when: {kind: request}, resolve: 1h}]",
            "6:59: service level 'a' is defined twice in service level a",
        ),
        ("lists: {a: [[b]]}", "6:12: 'a' takes words and numbers"),
        ("calendars: {a: {timezone: UTC}}", "6:16: 'hours' is missing in calendar a"),
        ("slas: mine", "6:7: 'slas' cannot be this; write desk, or a list of definitions"),
        (
            "slas: [{id: a, when: {kind: incident}}]",
            "6:8: there is neither 'respond' nor 'resolve' in service level a",
        ),
        (
            "slas: [{id: a, when: {sla.resolve.breached: true}, resolve: 1h}]",
            "6:23: a service level cannot depend on its own clock, 'sla.resolve.breached'",
        ),
        ("slas: [{id: a, when: {kind: incident}, resolve: 1y}]", "6:49: '1y' is not a duration"),
        (
            "slas: [{id: a, when: {kind: incident}, resolve: 0h}]",
            "6:49: '0h' leaves no time at all",
        ),
        (
            "slas: [{id: a, when: {kind: incident}, resolve: 1h, calendar: x}]",
            "6:63: unknown calendar 'x' in service level a; known: 24x7",
        ),
        (
            "calendars: {a: {timezone: Mars, hours: {mon: 08:00-09:00}}}",
            "6:13: unknown time zone 'Mars'; write it as 'Europe/Paris' in calendar a",
        ),
        (
            "calendars: {a: {timezone: UTC, hours: {mon: 8-9}}}",
            "6:13: '8-9' is not an opening; write it as '08:00-12:30' in calendar a",
        ),
        (
            "calendars: {24x7: {timezone: UTC, hours: {mon: 08:00-09:00}}}",
            "6:13: calendar '24x7' is defined already",
        ),
    ],
)
def test_what_stands_around_conditions_and_actions_is_checked_too(
    more: str, said: str, mistakes: Load
) -> None:
    found = mistakes(rule(more=more))
    assert any(str(one).startswith(f"rules.yaml:{said}") for one in found), [*map(str, found)]
    assert len(found) == 1, [*map(str, found)]


def test_the_version_must_be_one_that_is_known(mistakes: Load) -> None:
    assert [*map(str, mistakes("version: 2\n"))] == [
        "rules.yaml:1:10: unknown version '2'; this sdtools reads version 1"
    ]
    assert [*map(str, mistakes("vars: {}\n"))] == ["rules.yaml:1:1: 'version' is missing"]


def test_ten_mistakes_of_all_kinds_come_at_once_in_the_order_of_the_file(mistakes: Load) -> None:
    found = mistakes(
        """\
        version: 1
        vras: {a: 1}
        priority:
          - id: one
            when: {requestr: a, urgency: {lt: hgh}, age: {gte: 2bd}}
            then: {set: {urgency: high, priority: low}}
          - id: one
            when: {text: {matches: "["}, title: $words}
            then: {asign: {group: a}}
            mode: dry
        routing:
          - {id: two, when: {status: nwe}, then: {comment: {}}}
        """
    )
    assert [(one.line, one.code) for one in found] == [
        (2, "unknown-key"),
        (5, "unknown-fact"),
        (5, "unknown-grade"),
        (5, "no-calendar"),
        (6, "computed-priority"),
        (7, "duplicate-id"),
        (8, "bad-pattern"),
        (8, "unknown-name"),
        (9, "unknown-action"),
        (10, "unknown-mode"),
        (12, "unknown-status"),
        (12, "bad-action"),
    ]


def load_two(first: str, second: str) -> list[str]:
    with pytest.raises(RulesError) as caught:
        load_rules([("a.yaml", first), ("b.yaml", second)], refuse)
    return [*map(str, caught.value.mistakes)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("vars: {a: 1}", "b.yaml:2:8: 'a' is defined twice"),
        ("lists: {a: [1]}", "b.yaml:2:9: 'a' is defined twice"),
        (CALENDAR, "b.yaml:2:13: calendar 'office' is defined already"),
        ("tiers: {1: [b]}", "b.yaml:2:9: tier 1 is defined twice"),
        ("limits: {new_most: 1}", "b.yaml:2:1: another file sets limits already"),
        ("slas: desk", "b.yaml:2:1: 'slas' is both the desk's and defined here"),
        (
            "routing: [{id: r, when: {status: new}, then: {hold: x}}]",
            "b.yaml:2:16: rule 'r' is defined twice; first at a.yaml:7; give it an id of its own",
        ),
    ],
)
def test_what_two_files_both_define_is_a_mistake_with_its_place(content: str, said: str) -> None:
    first = f"""\
version: 1
vars: {{a: 1}}
{CALENDAR}
tiers: {{1: [a]}}
limits: {{new_most: 2}}
slas: [{{id: s, when: {{kind: incident}}, resolve: 1h}}]
priority: [{{id: r, when: {{status: new}}, then: {{hold: x}}}}]
"""
    assert load_two(first, f"version: 1\n{content}\n") == [said]


def test_mistakes_of_every_file_come_at_once_even_when_one_is_not_yaml() -> None:
    assert load_two("version: 1\nwhatever: 1\n", "a: [\n") == [
        "a.yaml:2:1: unknown key 'whatever'",
        "b.yaml:2:1: did not find expected node content while parsing a flow node",
    ]


def refuse(path: str) -> str:
    raise FileNotFoundError(2, "No such file or directory", path)


def test_a_side_file_that_cannot_be_read_is_a_mistake_with_its_place() -> None:
    text = "version: 1\nlists: {a: {file: lists/a.csv, column: x}}\n"
    with pytest.raises(RulesError) as caught:
        load_rules([("conf/rules.yaml", text)], refuse)
    assert [*map(str, caught.value.mistakes)] == [
        "conf/rules.yaml:2:19: cannot read conf/lists/a.csv: No such file or directory"
    ]


def test_a_missing_column_is_a_mistake_that_names_the_nearest() -> None:
    text = "version: 1\nlists: {a: {file: a.csv, column: logn}}\n"
    with pytest.raises(RulesError) as caught:
        load_rules([("rules.yaml", text)], {"a.csv": "name,login\n"}.__getitem__)
    assert [*map(str, caught.value.mistakes)] == [
        "rules.yaml:2:34: unknown column 'logn'; did you mean 'login'?"
    ]


@pytest.mark.parametrize(
    "pattern", ["(a+)+", "(?:a*)*b", "((x|y+)z)+", "(a{2,})*", "([a-z]+ ?)+$", "(?P<n>a+)+"]
)
def test_a_pattern_that_repeats_a_repetition_is_refused(pattern: str, mistakes: Load) -> None:
    assert [one.code for one in mistakes(rule(when=f"{{text: {{matches: '{pattern}'}}}}"))] == [
        "bad-pattern"
    ]


@pytest.mark.parametrize(
    "pattern",
    ["a+b+", "(a+)?b", "(ab)+", "[(+]+a*", r"\(a+\)+", "(a{2})+", "(a+)b(c)+", "(err|0x[0-9a-f]+)"],
)
def test_a_pattern_that_ends_is_taken(pattern: str, mistakes: Load) -> None:
    assert mistakes(rule(when=f"{{text: {{matches: '{pattern}'}}}}")) == []


def test_business_time_of_what_is_counted_already_is_refused(mistakes: Load) -> None:
    text = rule(when="{sla.resolve.left: {lt: 4bh}}", more="    calendar: 24x7\n")
    assert [*map(str, mistakes(text))] == [
        "rules.yaml:4:35: 'sla.resolve.left' is counted already: '4bh' cannot count it in a "
        "calendar again in rule one; write it as 4h"
    ]


def test_two_files_cannot_have_two_default_calendars() -> None:
    first = f"version: 1\n{CALENDAR}\ndefaults: {{calendar: office}}\n"
    assert load_two(first, "version: 1\ndefaults: {calendar: 24x7}\n") == [
        "b.yaml:2:22: another file has the default calendar 'office'"
    ]


@pytest.mark.parametrize(
    ("entry", "text", "said"),
    [
        ("{file: a.yaml}", "{b: c}\n", "rules.yaml:2:19: a.yaml holds no list"),
        ("{file: a.yaml}", "[b\n", "a.yaml:2:1: did not find expected ',' or ']' while parsing"),
        ("{fil: a.yaml}", "", "rules.yaml:2:12: 'file' is missing"),
    ],
)
def test_a_side_file_that_is_no_list_is_a_mistake(entry: str, text: str, said: str) -> None:
    with pytest.raises(RulesError) as caught:
        load_rules(
            [("rules.yaml", f"version: 1\nlists: {{a: {entry}}}\n")], {"a.yaml": text}.__getitem__
        )
    assert str(caught.value.mistakes[0]).startswith(said)


def test_a_broken_ics_file_is_a_mistake_of_its_calendar() -> None:
    text = (
        "version: 1\ncalendars: {a: {timezone: UTC, hours: {mon: 08:00-09:00}, holidays: x.ics}}\n"
    )
    with pytest.raises(RulesError) as caught:
        load_rules([("rules.yaml", text)], {"x.ics": "hello"}.__getitem__)
    assert str(caught.value.mistakes[0]) == (
        "rules.yaml:2:13: not an iCalendar file: it has no BEGIN:VCALENDAR in calendar a"
    )
    with pytest.raises(RulesError, match="1 mistake"):
        load_rules([("rules.yaml", text)], refuse)
