"""One world in both desks and the starter rules unchanged on both: the same decisions.

Where they differ, one desk lacks a fact that the other knows: ``LACKING`` lists them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sdtools.emulator.clock import Clock
from sdtools.emulator.mailsink import serve_mail
from sdtools.emulator.world import model as emulated
from sdtools.emulator.world.seeded import PRIORITY, seeded_world
from sdtools.model.effects import Comment, Notify
from sdtools.model.grades import Grade, Kind
from sdtools.model.ticket import Ticket
from sdtools.plan import Change
from sdtools.rules.explain import Explanation, explain
from sdtools.verbs.demo_desk import KINDS, configured, serve_demo_desk
from sdtools.verbs.plan import Selection, plan
from sdtools.verbs.workspace import open_workspace

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday afternoon
# Facts that one desk lacks, or that its own arithmetic makes another, and for what tickets.
LACKING: Mapping[tuple[Kind, str], str] = {
    (Kind.request, "category"): "a requested item of ServiceNow has no category",
    (Kind.request, "status"): "GLPI takes a ticket as assigned once it has a group",
    (Kind.incident, "status"): "GLPI takes a ticket as assigned once it has a group",
    (Kind.incident, "priority"): "high and high is high by GLPI's matrix, critical by ServiceNow's",
}
# A request about contracts is protected on GLPI; without a category nothing says so.
PROTECTED = "Legal"
SCORE = "known_error.score"  # moves a little with the order of what was linked

Deed = tuple[str, str, str, str]  # rule, action, field, and what it does in words of no desk


@dataclass(frozen=True)
class Judged:
    """What one desk knows and decides of one ticket."""

    ticket: Ticket
    rules: Mapping[str, Explanation]
    deeds: frozenset[Deed]

    def facts(self, rule: str) -> dict[str, str]:
        """Return every fact that a rule looked at, as earlier rules of the pass left it."""
        return {test.fact: test.actual for test in self.rules[rule].conditions}


Both = tuple[dict[str, Judged], dict[str, Judged]]  # GLPI's, ServiceNow's; by title


def _squeezed(grade: Grade) -> Grade:
    return max(Grade.low, min(Grade.high, grade))


def _for_both(ticket: emulated.Ticket, place: int) -> emulated.Ticket:
    """Give a ticket a title of its own and grades that both desks know."""
    urgency, impact = _squeezed(ticket.urgency), _squeezed(ticket.impact)
    priority = Grade(PRIORITY[urgency - 1][impact - 1])
    return replace(
        ticket,
        title=f"{ticket.title} ({place})",
        urgency=urgency,
        impact=impact,
        priority=priority,
    )


def _deed(change: Change) -> Deed:
    match change.effect:
        case Notify(to=to):
            done = ", ".join(sorted(to))
        case Comment(public=public):
            done = "public" if public else "private"
        case _ if change.field == "link":
            done = change.after.partition(": ")[2]
        case _ if change.field == "assignee":
            done = "somebody"  # among equally loaded people the desk's ids decide
        case _:
            done = change.after
    return (change.rule, change.action, change.field, done)


@contextmanager
def _decided(kind: str, world: emulated.World, folder: Path) -> Iterator[dict[str, Judged]]:
    with serve_demo_desk(kind, world, Clock(NOW)) as desk, serve_mail() as sink:
        config = configured(folder, desk, sink, world, "en")
        with open_workspace(config) as workspace:
            settings = workspace.settings.desk(kind)
            made = plan(workspace, settings, NOW, Selection(), False, lambda _count: None)
            found = {}
            for ticket in made.world.tickets:
                if ticket.is_open:
                    told = explain(made.book, made.world, ticket, NOW, workspace.templates)
                    deeds = (one for one in made.plan.changes if one.ticket == ticket.id)
                    found[ticket.title] = Judged(
                        ticket=ticket,
                        rules={one.rule.id: one for one in told},
                        deeds=frozenset(map(_deed, deeds)),
                    )
            yield found


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    seeded = seeded_world(5, 1200, NOW)
    tickets = tuple(_for_both(ticket, place) for place, ticket in enumerate(seeded.tickets, 1))
    world = replace(seeded, tickets=tickets)
    found = []
    for kind in KINDS:
        with _decided(kind, world, tmp_path_factory.mktemp(kind)) as judged:
            found.append(judged)
    glpi, snow = found
    return glpi, snow


def _differing(one: Judged, other: Judged, rule: str) -> set[str]:
    """Return the facts of a rule that the desks do not agree on."""
    ours, theirs = one.facts(rule), other.facts(rule)
    differing = {fact for fact in ours if ours[fact] != theirs[fact]}
    if SCORE in differing and abs(float(ours[SCORE]) - float(theirs[SCORE])) < 0.05:
        differing.remove(SCORE)
    return differing


def _explained(ticket: Ticket, facts: set[str]) -> bool:
    return {(ticket.kind, fact) for fact in facts} <= set(LACKING)


def test_both_desks_hold_the_same_open_tickets(both: Both) -> None:
    glpi, snow = both
    assert set(glpi) == set(snow)
    assert len(glpi) > 80
    for title, judged in glpi.items():
        assert judged.ticket.status is snow[title].ticket.status
        assert judged.ticket.priority is snow[title].ticket.priority


def test_the_facts_of_every_rule_agree_but_for_those_that_a_desk_lacks(both: Both) -> None:
    glpi, snow = both
    compared = 0
    for title, ours in glpi.items():
        for rule in ours.rules:
            compared += len(ours.facts(rule))
            different = _differing(ours, snow[title], rule)
            group = different == {"group"} and _is_protected(ours)  # see below
            assert group or _explained(ours.ticket, different), (title, rule, different)
    assert compared > 4000


def _is_protected(judged: Judged) -> bool:
    return any("protected" in note for rule in judged.rules.values() for note in rule.notes)


def test_every_decision_is_the_same_unless_a_fact_of_its_rule_is_lacking(both: Both) -> None:
    glpi, snow = both
    same, different = 0, set()
    for title, ours in glpi.items():
        theirs = snow[title]
        same += len(ours.deeds & theirs.deeds)
        for rule, *_ in ours.deeds ^ theirs.deeds:
            facts = _differing(ours, theirs, rule)
            why = "protected" if _is_protected(ours) else ", ".join(sorted(facts))
            assert why, (title, rule)
            assert why == "protected" or _explained(ours.ticket, facts), (title, rule, facts)
            different.add((rule, why))
    assert same > 100
    # ServiceNow still waits for an answer: an incident stays New when it gets a group.
    assert {rule for rule, why in different if why != "protected"} == {"answer-soon"}
    assert {why for _, why in different} <= {"status", "protected"}


def test_what_glpi_protects_and_servicenow_does_not_are_requests_about_contracts(
    both: Both,
) -> None:
    glpi, snow = both
    protected = [title for title, judged in glpi.items() if _is_protected(judged)]
    assert protected
    for title in protected:
        ours, theirs = glpi[title], snow[title]
        assert ours.ticket.kind is Kind.request
        assert ours.facts("network-to-n2")["category"].startswith(PROTECTED)
        assert theirs.facts("network-to-n2")["category"] == ""


@pytest.mark.parametrize("which", [0, 1])
def test_every_section_of_the_rules_decides_something(both: Both, which: int) -> None:
    fired = {deed[0] for judged in both[which].values() for deed in judged.deeds}
    assert {
        "vip-is-urgent",
        "network-to-n2",
        "link-by-signature",
        "climb-in-time",
        "ask-again",
    } <= fired
