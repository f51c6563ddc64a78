"""Conditions: every operator on every type, one case that holds and one that just does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sdtools.model.grades import Grade, Status
from sdtools.rules.conditions import fields_of, judge
from sdtools.rules.facts import FACTS
from sdtools.rules.operators import operators_of

if TYPE_CHECKING:
    from tests.rules.conftest import Bench

CASES = [
    # text
    ("{title: le vpn ne demarre PAS}", "{title: le vpn ne demarre}"),
    ("{title: {is: Le VPN ne démarre pas}}", "{title: {is: Le VPN démarre}}"),
    ("{title: {not: x}}", "{title: {not: le vpn ne démarre pas}}"),
    ("{title: {in: [x, LE VPN NE DEMARRE PAS]}}", "{title: {in: [x, le vpn]}}"),
    ("{title: {not_in: [x, le vpn]}}", "{title: {not_in: [x, le vpn ne démarre pas]}}"),
    ("{title: {contains: DÉMAR}}", "{title: {contains: demmar}}"),
    ("{title: {contains: [x, vpn]}}", "{title: {contains: [x, vpnn]}}"),
    ("{title: {words: vpns}}", "{title: {words: vp}}"),
    ("{title: {words: [switch, VPN]}}", "{title: {words: [switch, pa]}}"),
    ("{title: {words: ne démarre}}", "{title: {words: démarre ne}}"),
    ("{text: {words: imprimante}}", "{text: {words: limprimante}}"),
    ("{title: {matches: 'vpn .* d[eé]marre'}}", "{title: {matches: '^vpn'}}"),
    ("{title: {starts: le vpn}}", "{title: {starts: vpn}}"),
    ("{title: {ends: demarre pas}}", "{title: {ends: demarre}}"),
    ("{title: {empty: false}}", "{title: {empty: true}}"),
    # number
    ("{reopens: 2}", "{reopens: 3}"),
    ("{reopens: {not: 3}}", "{reopens: {not: 2}}"),
    ("{reopens: [1, 2]}", "{reopens: [1, 3]}"),
    ("{reopens: {not_in: [1, 3]}}", "{reopens: {not_in: [1, 2]}}"),
    ("{reopens: {gt: 1}}", "{reopens: {gt: 2}}"),
    ("{reopens: {gte: 2}}", "{reopens: {gte: 3}}"),
    ("{reopens: {lt: 3}}", "{reopens: {lt: 2}}"),
    ("{reopens: {lte: 2}}", "{reopens: {lte: 1}}"),
    ("{reopens: {between: [2, 2]}}", "{reopens: {between: [3, 4]}}"),
    ("{satisfaction: {empty: true}}", "{satisfaction: {empty: false}}"),
    # flag
    ("{requester.vip: true}", "{requester.vip: false}"),
    ("{requester.vip: {not: false}}", "{requester.vip: {not: true}}"),
    ("{requester.vip: {empty: false}}", "{requester.vip: {empty: true}}"),
    # grade
    ("{urgency: medium}", "{urgency: high}"),
    ("{urgency: {not: high}}", "{urgency: {not: medium}}"),
    ("{urgency: [low, medium]}", "{urgency: [low, high]}"),
    ("{urgency: {not_in: [low, high]}}", "{urgency: {not_in: [low, medium]}}"),
    ("{urgency: {gt: low}}", "{urgency: {gt: medium}}"),
    ("{urgency: {gte: medium}}", "{urgency: {gte: high}}"),
    ("{urgency: {lt: high}}", "{urgency: {lt: medium}}"),
    ("{urgency: {lte: medium}}", "{urgency: {lte: low}}"),
    ("{urgency: {between: [low, medium]}}", "{urgency: {between: [high, major]}}"),
    # choice
    ("{status: assigned}", "{status: new}"),
    ("{status: {not: new}}", "{status: {not: assigned}}"),
    ("{status: [new, assigned]}", "{status: [new, solved]}"),
    ("{status: {not_in: [new]}}", "{status: {not_in: [new, assigned]}}"),
    ("{last_comment.by: {empty: true}}", "{last_comment.by: {empty: false}}"),
    # tree
    ("{category: network > remote access}", "{category: network}"),
    ("{category: Remote access}", "{category: access}"),
    ("{category: {not: Network}}", "{category: {not: Network > Remote access}}"),
    ("{category: [Mail, 'Network>Remote access']}", "{category: [Applications, Network]}"),
    ("{category: {not_in: [Network]}}", "{category: {not_in: [Remote access]}}"),
    ("{category: {under: Network}}", "{category: {under: Legal > Network}}"),
    ("{category: {under: [Applications, Remote access]}}", "{category: {under: Net}}"),
    ("{category: {empty: false}}", "{category: {empty: true}}"),
    ("{location: {under: France}, entity: Lyon}", "{location: Root}"),
    # names
    ("{group: service desk n1}", "{group: N2 Network}"),
    ("{group: {is: Service Desk N1}}", "{group: {is: [Service Desk N1, N2 Network]}}"),
    ("{group: {not: N2 Network}}", "{group: {not: Service Desk N1}}"),
    ("{group: [Service Desk N1, Board]}", "{group: [N2 Network, Board]}"),
    ("{group: {not_in: [Board]}}", "{group: {not_in: [Board, Service Desk N1]}}"),
    ("{group: {under: Service Desk N1}}", "{group: {under: IT}}"),
    ("{group: {empty: false}}", "{group: {empty: true}}"),
    ("{requester: JMARTIN}", "{requester: martin}"),
    ("{requester: jeanne martin}", "{requester: jeanne}"),
    ("{requester: j.martin@example.org}", "{requester: martin@example.org}"),
    ("{observers: [lpetit, x]}", "{observers: [pdurand, x]}"),
    ("{requester.group: Board}", "{requester.group: Service Desk N1}"),
    ("{item: pc-0001}", "{item: pc-0002}"),
    # ids
    ("{problem: 3}", "{problem: 4}"),
    ("{problem: {not: 4}}", "{problem: {not: 3}}"),
    ("{problem: [3, 4]}", "{problem: [4, 5]}"),
    ("{problem: {not_in: [4]}}", "{problem: {not_in: [3, 4]}}"),
    ("{parent: {empty: true}}", "{problem: {empty: true}}"),
    # age: seven days, or five dates and 40 hours of work
    ("{age: {gte: 7d}}", "{age: {gte: 7d1m}}"),
    ("{age: {gt: 167h}}", "{age: {gt: 168h}}"),
    ("{age: {lt: 7d1m}}", "{age: {lt: 7d}}"),
    ("{age: {lte: 1w}}", "{age: {lte: 6d}}"),
    ("{age: {gte: 5bd}}", "{age: {gte: 6bd}}"),
    ("{age: {gte: 40bh}}", "{age: {gte: 41bh}}"),
    ("{age: {between: [5bd, 8d]}}", "{age: {between: [1h, 4bd]}}"),
    ("{pending.age: {empty: true}}", "{age: {empty: true}}"),
    # duration
    ("{waiting: {gt: 1h59m}}", "{waiting: {gt: 2h}}"),
    ("{waiting: {gte: 2h}}", "{waiting: {gte: 121m}}"),
    ("{waiting: {lt: 121m}}", "{waiting: {lt: 2h}}"),
    ("{waiting: {lte: 2h}}", "{waiting: {lte: 119m}}"),
    ("{waiting: {between: [1h, 2h]}}", "{waiting: {between: [3h, 4h]}}"),
    ("{sla.resolve.left: {empty: true}}", "{waiting: {empty: true}}"),
    # moment: opened on Wednesday, 11 November 2026, at 10:30 in Paris
    ("{opened: {gt: 2026-11-11}}", "{opened: {gt: 2026-11-12}}"),
    ("{opened: {gte: 2026-11-11T10:30}}", "{opened: {gte: 2026-11-11T10:31}}"),
    ("{opened: {gte: '2026-11-11T09:30Z'}}", "{opened: {gte: '2026-11-11T09:31Z'}}"),
    ("{opened: {lt: 2026-11-12}}", "{opened: {lt: 2026-11-11}}"),
    ("{opened: {lte: 2026-11-11T10:30}}", "{opened: {lte: 2026-11-11T10:29}}"),
    (
        "{opened: {between: [2026-11-11, 2026-11-12]}}",
        "{opened: {between: [2026-11-12, 2026-11-13]}}",
    ),
    ("{sla.resolve.due: {empty: true}}", "{opened: {empty: true}}"),
    # together
    ("{status: assigned, urgency: medium}", "{status: assigned, urgency: high}"),
    ("{reopens: {gt: 1, lt: 3}}", "{reopens: {gt: 1, lt: 2}}"),
    (
        "{all: [{status: assigned}, {urgency: medium}]}",
        "{all: [{status: assigned}, {urgency: low}]}",
    ),
    ("{any: [{status: new}, {urgency: medium}]}", "{any: [{status: new}, {urgency: low}]}"),
    ("{any: {status: new, urgency: medium}}", "{any: {status: new, urgency: low}}"),
    ("{not: {status: new}}", "{not: {status: assigned}}"),
    ("{not: {status: new, urgency: medium}}", "{not: {status: assigned, urgency: medium}}"),
]


@pytest.fixture
def seven(bench: Bench) -> Bench:
    """A ticket of seven days, opened again twice, which waited for two hours."""
    return bench.having(reopens=2, waiting=timedelta(hours=2))


@pytest.mark.parametrize(("holds", "just_not"), CASES)
def test_an_operator_holds_and_just_does_not(holds: str, just_not: str, seven: Bench) -> None:
    assert seven.holds(holds) is True
    assert seven.holds(just_not) is False


def test_every_operator_of_every_type_of_fact_has_a_case(bench: Bench) -> None:
    tried = {
        (FACTS[test.fact].type, test.operator.removeprefix("not "))
        for case in CASES
        for when in case
        for test in judge(bench.condition(when), bench.subject(bench.book(when))).tests
    }
    shares = {("share", name) for name in ("gt", "gte", "lt", "lte", "between", "empty")}
    wanted = {(fact.type, name) for fact in FACTS.values() for name in operators_of(fact)}
    assert {(str(kind), name) for kind, name in wanted - tried} - shares == set()


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("les imprimantes", "imprimante", True),
        ("une imprimante", "imprimantes", True),
        ("plusieurs journaux", "journal", True),
        ("deux bureaux", "bureau", True),
        ("two switches", "switch", True),
        ("the batteries", "battery", True),
        ("l’écran d'accueil", "ecran", True),
        ("l'accès wi-fi", "wi fi", True),
        ("la sœur", "soeur", True),
        ("le bus", "bu", False),
        ("dns", "dn", False),
        ("mot de passe oublié", "mot passe", False),
        ("mots de passe", "mot de passe", True),
        ("erreur 0x80070005", "0x80070005", True),
        ("reswitch", "switch", False),
    ],
)
def test_words_are_whole_and_plural_or_not(text: str, word: str, found: bool, bench: Bench) -> None:
    assert bench.having(title=text).holds(f"{{title: {{words: {word!r}}}}}") is found


def test_a_full_path_wins_over_a_last_name(bench: Bench) -> None:
    """Network means the category at the top, not Legal > Network, which shares its last name."""
    legal = bench.having(category_id="c5")
    assert legal.holds("{category: Network}") is False
    assert legal.holds("{category: {under: Network}}") is False
    assert legal.holds("{category: Legal > Network}") is True


def test_a_last_name_that_two_share_means_both(bench: Bench) -> None:
    assert bench.having(category_id="c3").holds("{category: Mail}") is True
    assert bench.having(category_id="c4").holds("{category: {under: Mail}}") is True


def test_a_set_is_exactly_what_is_wanted_or_holds_any_of_it(bench: Bench) -> None:
    both = bench.having(groups=("g1", "g2"))
    assert both.holds("{group: Service Desk N1}") is False
    assert both.holds("{group: [Service Desk N1]}") is True
    assert both.holds("{group: {is: [N2 Network, Service Desk N1]}}") is True
    assert both.holds("{group: {under: IT}}") is True


def test_nothing_is_empty_and_equals_nothing(bench: Bench) -> None:
    bare = bench.having(groups=(), category_id="")
    assert bare.holds("{group: {empty: true}}") is True
    assert bare.holds("{group: Board}") is False
    assert bare.holds("{group: {not: Board}}") is True
    assert bare.holds("{category: {under: Network}}") is False
    assert bare.holds("{category: {not_in: [Network]}}") is True
    assert bare.holds("{sla.resolve.used: {gte: 0%}}") is False
    assert bare.holds("{sla.resolve.breached: false}") is False


@pytest.mark.parametrize(
    "when",
    [
        "{group: Board}",
        "{group: {not: Board}}",
        "{group: {not_in: [Board]}}",
        "{group: {empty: true}}",
        "{not: {group: Board}}",
        "{all: {group: Board, urgency: medium}}",
        "{any: {group: Board, urgency: high}}",
    ],
)
def test_of_unknown_nothing_follows(when: str, bench: Bench) -> None:
    assert bench.having(unknown=frozenset({"groups"})).holds(when) is None


def test_unknown_does_not_matter_where_the_rest_is_certain(bench: Bench) -> None:
    blind = bench.having(unknown=frozenset({"groups"}))
    assert blind.holds("{any: {group: Board, urgency: medium}}") is True
    assert blind.holds("{all: {group: Board, urgency: high}}") is False


def test_somebody_not_in_the_mirror_may_be_anybody(bench: Bench) -> None:
    stranger = bench.having(assignees=("p99",))
    assert stranger.holds("{assignee: pdurand}") is None
    assert stranger.holds("{assignee: {not_in: [pdurand]}}") is None
    assert stranger.holds("{assignee: {empty: true}}") is False
    beside = bench.having(assignees=("p2", "p99"))
    assert beside.holds("{assignee: [pdurand]}") is True
    assert beside.holds("{assignee: pdurand}") is None
    assert bench.having(category_id="c99").holds("{category: {under: Network}}") is None


def test_a_pattern_that_takes_too_long_is_unknown(bench: Bench) -> None:
    slow = bench.having(title="a" * 60 + "!")
    assert slow.holds("{title: {matches: '^(a|aa)*$'}}") is None


def test_masked_tests_count_as_what_makes_the_whole_true(bench: Bench) -> None:
    urgency = frozenset({"urgency"})
    assert bench.holds("{urgency: very_low}", urgency) is True
    assert bench.holds("{not: {urgency: medium}}", urgency) is True
    assert bench.holds("{not: {not: {urgency: very_low}}}", urgency) is True
    assert bench.holds("{urgency: very_low, status: new}", urgency) is False
    assert bench.holds("{urgency: very_low, status: assigned}", urgency) is True
    assert bench.holds("{not: {any: {urgency: medium, status: new}}}", urgency) is True
    assert bench.holds("{urgency: very_low}", frozenset({"status"})) is False


def test_masking_knows_the_fields_of_a_fact_and_beats_unknown(bench: Bench) -> None:
    blind = bench.having(unknown=frozenset({"groups"}))
    assert blind.holds("{tier: 3}", frozenset({"groups"})) is True
    assert bench.holds("{text: {words: nothing}}", frozenset({"title"})) is True


def test_every_test_is_told_in_written_order_with_names_and_not_ids(bench: Bench) -> None:
    when = "{status: new, any: {group: Board, age: {gte: 5bd}}, category: {under: Legal > Network}}"
    verdict = judge(bench.condition(when), bench.subject(bench.book(when)))
    assert verdict.truth is False
    assert [(t.fact, t.operator, t.wanted, t.actual, t.holds) for t in verdict.tests] == [
        ("status", "is", "new", "assigned", False),
        ("group", "is", "Board", "Service Desk N1", False),
        ("age", "gte", "5bd", "5bd", True),
        ("category", "under", "Legal > Network", "Network > Remote access", False),
    ]


@pytest.mark.parametrize(
    ("when", "operator", "holds"),
    [
        ("{not: {status: new}}", "not", True),
        ("{not: {status: {not: new}}}", "is", False),
        ("{not: {status: [new]}}", "not_in", True),
        ("{not: {status: {not_in: [new]}}}", "in", False),
        ("{not: {category: {under: Network}}}", "not under", False),
        ("{not: {not: {category: {under: Network}}}}", "under", True),
    ],
)
def test_under_a_not_tests_are_told_the_other_way_round(
    when: str, operator: str, holds: bool, bench: Bench
) -> None:
    verdict = judge(bench.condition(when), bench.subject(bench.book(when)))
    assert [(test.operator, test.holds) for test in verdict.tests] == [(operator, holds)]
    assert verdict.truth is holds


@pytest.mark.parametrize(
    ("when", "actual"),
    [
        ("{requester.vip: true}", "true"),
        ("{priority: low}", "high"),
        ("{satisfaction: {gte: 1}}", ""),
        ("{age: {gte: 3d}}", "7d"),
        ("{age: {gte: 3bh}}", "1d 16h of working time"),
        ("{waiting: {gte: 1h}}", "0m"),
        ("{requester: x}", "Jeanne Martin"),
        ("{opened: {gt: 2026-01-01}}", "2026-11-11T09:30+00:00"),
    ],
)
def test_actual_values_are_told_in_words(when: str, actual: str, bench: Bench) -> None:
    assert bench.actual(when) == actual


def test_unknown_and_long_values_are_told_shortly(bench: Bench) -> None:
    assert bench.having(unknown=frozenset({"groups"})).actual("{group: x}") == "unknown"
    assert bench.having(assignees=("p99",)).actual("{assignee: x}") == "not mirrored: p99"
    assert len(bench.having(title="word " * 100).actual("{title: x}")) <= 121


def test_the_fields_that_a_condition_looks_at_are_known(bench: Bench) -> None:
    when = bench.condition("{urgency: low, any: {tier: 1, text: x}, not: {status: new}}")
    assert fields_of(when) == {"urgency", "groups", "title", "description", "status"}


def test_only_what_was_changed_is_judged_anew(bench: Bench) -> None:
    ticket = replace(bench.ticket, urgency=Grade.high, status=Status.new)
    assert replace(bench, ticket=ticket).holds("{urgency: high, status: new}") is True
