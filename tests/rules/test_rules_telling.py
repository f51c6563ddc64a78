"""The short way through the rules, which most tickets take, brings what the whole way brings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdtools.connectors.glpi.consequences import GlpiConsequences
from sdtools.model.grades import Grade, Status
from sdtools.model.memory import Memory, RuleMemory
from sdtools.model.ticket import Ticket
from sdtools.rules.decide import judge_all, open_pass
from sdtools.rules.judgement import Judgement
from sdtools.rules.language import load_rules
from sdtools.rules.walk import telling, walk
from sdtools.templating import Templates

if TYPE_CHECKING:
    from tests.rules.conftest import Bench

RULES = """
version: 1
defaults: {calendar: office}
calendars:
  office: {timezone: Europe/Paris, hours: {mon-fri: "08:00-12:00 13:00-17:00"}}
  saturdays: {timezone: Europe/Paris, hours: {sat: "20:00-23:00"}}
priority:
  - {id: one, when: {title: {words: [vpn]}}, then: {set: {urgency: high}}}
  - {id: two, when: {urgency: high, age: {gte: 2bd}}, then: {set: {impact: low}}, stop: true}
  - id: three
    calendar: saturdays
    when: {urgency: {gte: high}, age: {lt: 3bh}, group: {not_in: [Board]}}
    then: {assign: {group: Board}}
routing:
  - {id: four, when: {impact: low, not: {title: {contains: x}}}, then: {set: {category: Network}}}
"""
IDS = ("one", "two", "three", "four")


tickets = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.sampled_from(["The VPN", "x vpn", "Printer", ""]),
            "status": st.sampled_from(list(Status)),
            "urgency": st.sampled_from([Grade.medium, Grade.high]),
            "impact": st.sampled_from([Grade.low, Grade.high]),
            "groups": st.sampled_from([(), ("g1",), ("g3",)]),
            "category_id": st.sampled_from(["", "c1"]),
            "age": st.integers(0, 6),
            "unknown": st.frozensets(st.sampled_from(["title", "urgency", "groups"]), max_size=1),
        }
    ),
    min_size=1,
    max_size=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(drawn=tickets, remembered=st.sets(st.sampled_from(IDS)))
def test_what_acts_or_is_remembered_is_the_same_on_both_ways(
    drawn: list[dict[str, object]], remembered: set[str], bench: Bench
) -> None:
    made = [_ticket(bench, number, values) for number, values in enumerate(drawn)]
    book = load_rules([("rules.yaml", RULES)], str)
    memory = Memory(
        rules={(rule, "0"): RuleMemory(rule=rule, ticket="0", episode=1) for rule in remembered}
    )
    given = replace(bench.subject(book).world, consequences=GlpiConsequences())
    world = replace(given, tickets=tuple(made), memory=memory)
    texts = Templates.load([])
    short, whole = (
        judge_all(open_pass(book, world, bench.now, texts), made, way)[1] for way in (telling, walk)
    )

    def told(found: tuple[Judgement, ...]) -> list[Judgement]:
        known = world.memory.rules
        return [one for one in found if one.holds or (one.rule.id, one.memory.ticket) in known]

    assert told(short) == told(whole)


def _ticket(bench: Bench, number: int, values: dict[str, object]) -> Ticket:
    age = values.pop("age")
    assert isinstance(age, int)
    given: dict[str, object] = {**values, "id": str(number), "number": str(number)}
    given["opened"] = bench.now - timedelta(days=age, hours=2)
    return bench.having(**given).ticket
