"""Undo, over the wire on both desks: what a run did is taken back, and stays taken back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from cli_desk import NOW, Sdtools, change_as_a_person

from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.plan import field_text
from sdtools.store.database import open_database
from sdtools.store.mirror import Mirror

AT = ("--now", NOW.isoformat())
FIELDS = ("urgency", "impact", "priority", "category", "group", "assignee", "status", "problems")
RULES = """\
version: 1
limits: {known_percent: 100, known_most: 500, known_least: 500}
priority:
  - id: all-high
    insist: true
    when: {kind: incident, status: [new, assigned], urgency: {lt: high}}
    then: {set: {urgency: high}}
routing:
  - id: to-n2
    when: {kind: incident, status: [new, assigned], title: {matches: "[a-m]$"}}
    then: {assign: {group: N2 Network}}
known_errors:
  - id: note
    when: {kind: incident, status: [new, assigned], title: {matches: "[n-z]$"}}
    then: {comment: {text: "We are on it."}}
housekeeping:
  - id: wait
    when: {kind: incident, status: [new, assigned], title: {matches: "[a-f]$"}}
    then: {hold: {reason: "Waiting for the weekly window."}}
"""
State = Mapping[str, tuple[str, ...]]


@pytest.fixture(params=["glpi", "snow"])
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of a desk whose working folder is the current one."""
    found: str = request.param
    request.getfixturevalue("folder" if found == "glpi" else "snow_folder")
    Path("rules.yaml").write_text(RULES, encoding="utf-8")
    return found


def held(sdtools: Sdtools, name: str) -> State:
    """Return what the desk holds of every open ticket."""
    assert sdtools("pull", name, "--full", *AT).code == 0
    with open_database("sqlite:///sdtools.db") as database:
        tickets = Mirror(database, name).tickets()
    return {one.id: tuple(field_text(one, field) for field in FIELDS) for one in tickets}


def run_of(sdtools: Sdtools, name: str) -> str:
    """Do a first pass and return its run."""
    done = sdtools("apply", name, "--adopt", "--yes", "--json", *AT)
    assert done.code == 0, done.err
    assert done.json["applied"]
    return str(done.json["run"])


def test_undo_gives_every_ticket_back_what_it_had(sdtools: Sdtools, name: str) -> None:
    before = held(sdtools, name)
    run = run_of(sdtools, name)
    assert held(sdtools, name) != before
    undone = sdtools("undo", run, "--yes", "--json", *AT)
    assert undone.code == 0, undone.err
    after = held(sdtools, name)
    computed = FIELDS.index("priority") if name == "snow" else None  # the desk alone sets it
    for ticket, values in before.items():
        for place, value in enumerate(values):
            assert place == computed or after[ticket][place] == value, FIELDS[place]
    kept = undone.json["kept"]
    assert isinstance(kept, list)
    assert {one["field"] for one in kept} == {"comment"}
    assert kept[0]["why"] == "what was said stays said"


def test_an_undone_rule_leaves_the_tickets_alone_even_when_it_insists(
    sdtools: Sdtools, name: str
) -> None:
    run = run_of(sdtools, name)
    assert sdtools("undo", run, "--yes", *AT).code == 0
    plan = sdtools("plan", name, "--json", *AT).json
    assert plan["changes"] == []
    yields = plan["yields"]
    shown = sdtools("runs", "show", run, "--json").json["changes"]
    assert isinstance(yields, list)
    assert isinstance(shown, list)
    undone = {(one["rule"], one["ticket"]) for one in shown}
    assert {(one["rule"], one["ticket"]) for one in yields if one["to"] == "undo"} <= undone
    assert {one["to"] for one in yields if (one["rule"], one["ticket"]) in undone} == {"undo"}


def test_what_a_person_changed_since_stays_as_they_left_it(
    sdtools: Sdtools, folder: Path, desk: EmbeddedGlpi
) -> None:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    run = run_of(sdtools, "glpi")
    shown = sdtools("runs", "show", run, "--json").json["changes"]
    assert isinstance(shown, list)
    ticket = next(one["ticket"] for one in shown if one["rule"] == "all-high")
    change_as_a_person(desk, ticket, {"urgency": 5})
    undone = sdtools("undo", run, "--yes", "--json", *AT)
    kept = undone.json["kept"]
    assert isinstance(kept, list)
    assert [(one["ticket"], one["why"]) for one in kept if one["rule"] == "all-high"] == [
        (ticket, "urgency was changed since")
    ]
    (row,) = desk.database.rows("Ticket", "id = ?", [ticket])
    assert row["urgency"] == 5


def test_a_part_of_a_run_can_be_taken_back(sdtools: Sdtools, name: str) -> None:
    run = run_of(sdtools, name)
    undone = sdtools("undo", run, "--rule", "wait", "--yes", "--json", *AT)
    assert undone.code == 0
    shown = sdtools("runs", "show", str(undone.json["run"]), "--json").json["changes"]
    assert isinstance(shown, list)
    assert {one["rule"] for one in shown} == {"wait"}
    unknown = sdtools("undo", run, "--rule", "wiat", "--yes", *AT)
    assert unknown.code == 2
    assert "wait" in unknown.err


def test_undo_goes_through_the_guard_and_works_on_a_paused_desk(
    sdtools: Sdtools, folder: Path
) -> None:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    run = run_of(sdtools, "glpi")
    strict = RULES.replace(
        "known_percent: 100, known_most: 500, known_least: 500",
        "known_percent: 1, known_most: 2, known_least: 1",
    )
    (folder / "rules.yaml").write_text(strict, encoding="utf-8")
    sdtools("pause", "glpi", "--until", "1d", "--why", "trouble", *AT)
    stopped = sdtools("undo", run, "--yes", *AT)
    assert stopped.code == 4
    assert "stopped by the limit" in stopped.err
    assert sdtools("undo", run, "--yes", "--limit", "500", *AT).code == 0


def test_an_undo_of_an_undo_and_of_nothing_is_refused(sdtools: Sdtools, name: str) -> None:
    run = run_of(sdtools, name)
    undone = str(sdtools("undo", run, "--yes", "--json", *AT).json["run"])
    again = sdtools("undo", undone, "--yes", *AT)
    assert again.code == 2
    assert "is an undo itself" in again.err
    assert sdtools("undo", "r-none", "--yes", *AT).code == 2


def test_undoing_twice_changes_nothing_the_second_time(sdtools: Sdtools, name: str) -> None:
    run = run_of(sdtools, name)
    assert sdtools("undo", run, "--yes", *AT).code == 0
    second = sdtools("undo", run, "--yes", "--json", *AT)
    assert second.code == 0
    assert second.json["planned"] == 0
