"""Explain: the tree of a ticket, one rule on all tickets, and a ticket as it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cli_desk import NOW, Sdtools, change_as_a_person

from sdtools.emulator.glpi.desk import EmbeddedGlpi

RULES = """\
version: 1
priority:
  - id: urgent-now
    when: {kind: incident, status: [new, assigned], urgency: {lt: high}}
    then: {set: {urgency: high}}
routing:
  - id: far
    when: {title: {is: nobody}, category: {empty: true}, status: closed}
    then: {set: {impact: high}}
  - id: near
    when:
      status: [new, assigned]
      any:
        - title: {is: nobody}
        - kind: incident
      not: {priority: {lte: very_high}}
    then: {set: {impact: high}}
"""
AT = ("--now", NOW.isoformat())


def later(hours: float) -> tuple[str, str]:
    return ("--now", (NOW + timedelta(hours=hours)).isoformat())


@pytest.fixture
def ticket(folder: Path, desk: EmbeddedGlpi, sdtools: Sdtools) -> int:
    """Return an open incident of low urgency, with these rules and a fresh mirror."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    assert sdtools("pull", "glpi", *AT).code == 0
    rows = desk.database.rows(
        "Ticket", "type = 1 AND status = 2 AND urgency < 4 AND is_deleted = 0"
    )
    return int(str(rows[0]["id"]))


def test_near_misses_come_before_far_ones_and_say_what_stops_them(
    ticket: int, sdtools: Sdtools
) -> None:
    told = sdtools("explain", "glpi", str(ticket), *AT)
    order = [told.out.index(name) for name in ("/urgent-now", "/near", "/far")]
    assert order == sorted(order)
    assert "any of" in told.out
    assert "priority not lte very_high" in told.out
    assert told.out.count("<- stops it") == 2
    rules = sdtools("explain", "glpi", str(ticket), "--json", *AT).json["rules"]
    assert isinstance(rules, list)
    assert {rule["rule"]: rule["missing"] for rule in rules} == {
        "urgent-now": 0,
        "near": 1,
        "far": 3 if rules[1]["conditions"][1]["holds"] is False else 2,
    }


def test_a_rule_is_explained_over_all_tickets_with_what_stops_most(
    ticket: int, sdtools: Sdtools
) -> None:
    told = sdtools("explain", "glpi", "--rule", "urgent-now", "--json", *AT).json
    tickets, stops, near = told["tickets"], told["stops"], told["near"]
    assert isinstance(tickets, list)
    assert isinstance(stops, list)
    assert isinstance(near, list)
    assert str(ticket) in {one["ticket"] for one in tickets}
    assert sum(stop["tickets"] for stop in stops) == len(near)
    counts = [stop["tickets"] for stop in stops]
    assert counts == sorted(counts, reverse=True)
    words = sdtools("explain", "glpi", "--rule", "urgent-now", *AT).out
    assert f"holds on {len(tickets)} of" in words
    assert "one condition away" in words
    assert sdtools("explain", "glpi", "--rule", "urgent", *AT).code == 2
    assert sdtools("explain", "glpi", *AT).code == 2


def test_a_ticket_is_explained_as_it_was_before_a_person_changed_it(
    ticket: int, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    desk.clock.set(NOW + timedelta(hours=1))
    change_as_a_person(desk, ticket, {"urgency": 5})
    assert sdtools("pull", "glpi", *later(2)).code == 0
    before = (NOW + timedelta(minutes=30)).isoformat()

    def state(*arguments: str) -> str:
        rules = sdtools("explain", "glpi", str(ticket), "--json", *arguments, *later(2)).json
        found = rules["rules"]
        assert isinstance(found, list)
        return str(found[0]["state"])

    assert state() == "no"
    assert state("--at", before) == "fires"
    assert (
        "as it was then" in sdtools("explain", "glpi", str(ticket), "--at", before, *later(2)).err
    )
    too_early = sdtools("explain", "glpi", str(ticket), "--at", "2001-01-01", *later(2))
    assert too_early.code == 2
    assert "was opened later" in too_early.err


def test_what_a_person_set_counts_as_theirs_on_the_first_pass_too(
    ticket: int, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    desk.clock.set(NOW + timedelta(hours=1))
    change_as_a_person(desk, ticket, {"urgency": 1})
    done = sdtools("apply", "glpi", "--adopt", "--yes", "--json", *later(2))
    assert done.code == 0, done.err
    (row,) = desk.database.rows("Ticket", "id = ?", [ticket])
    assert row["urgency"] == 1
    told = sdtools("explain", "glpi", str(ticket), *later(3)).out
    assert "leaves urgency to people: tech set it to very_low on Friday 2026-11-20 17:00" in told
    assert sdtools("apply", "glpi", "--yes", "--json", *later(4)).json["planned"] == 0


def test_a_hostile_title_moves_no_cursor_and_is_no_markup(
    ticket: int, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    desk.database.update("Ticket", ticket, {"name": "[red]a[/red]\n\x1b[2J\u202eb\x07"})
    assert sdtools("pull", "glpi", "--full", *AT).code == 0
    told = sdtools("explain", "glpi", str(ticket), *AT).out
    listed = sdtools("explain", "glpi", "--rule", "urgent-now", *AT).out
    planned = sdtools("plan", "glpi", *AT).out
    assert "[red]a[/red]" in told
    assert "[red]a[/red]" in listed
    for text in (told, listed, planned):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_an_undo_is_told_from_the_time_at_which_it_was_done(
    ticket: int, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    done = sdtools("apply", "glpi", "--adopt", "--yes", "--json", *AT)
    desk.clock.set(NOW + timedelta(hours=2))
    undone = sdtools("undo", str(done.json["run"]), "--yes", *later(2))
    assert undone.code == 0, undone.err
    assert sdtools("pull", "glpi", *later(3)).code == 0

    def rule(hours: float) -> dict[str, object]:
        at = (NOW + timedelta(hours=hours)).isoformat()
        told = sdtools("explain", "glpi", str(ticket), "--json", "--at", at, *later(3)).json
        rules = told["rules"]
        assert isinstance(rules, list)
        found: dict[str, object] = rules[0]
        return found

    assert rule(1)["yields"] == []
    after = rule(2.5)["yields"]
    assert isinstance(after, list)
    assert [one["to"] for one in after] == ["undo"]


def test_a_step_to_come_is_told_for_a_time_to_come(
    folder: Path, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    del desk
    rules = (
        "version: 1\nslas:\n  - {id: all, when: {kind: incident}, calendar: 24x7, resolve: 9000h}\n"
        "escalation:\n  - id: ladder\n    when: {kind: incident, status: [new, assigned]}\n"
        "    clock: sla.resolve\n    steps: [{at: 90%, then: {set: {urgency: very_high}}}]\n"
    )
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    assert sdtools("pull", "glpi", *AT).code == 0
    (row,) = sdtools("explain", "glpi", "--rule", "ladder", "--json", *AT).json["tickets"][:1]  # type: ignore[index]  # a list

    def state(*at: str) -> str:
        rules = sdtools("explain", "glpi", row["ticket"], "--json", *at, *AT).json["rules"]
        assert isinstance(rules, list)
        return str(rules[0]["state"])

    assert state() == "holds"
    assert state("--at", (NOW + timedelta(hours=8999)).isoformat()) == "fires"
