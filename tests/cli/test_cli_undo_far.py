"""Undo in the cases that are easy to get wrong: order, people, kills, renamings, reopenings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from cli_desk import NOW, Sdtools, change_as_a_person
from sqlalchemy import delete, insert, select, update

from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.model.ticket import Ticket
from sdtools.plan import field_text
from sdtools.store.database import open_database
from sdtools.store.mirror import Mirror
from sdtools.store.schema import changes, memories, runs

pytestmark = pytest.mark.slow  # whole passes, killed and taken back, on both desks
DATABASE = "sqlite:///sdtools.db"
HEAD = """\
version: 1
limits: {known_percent: 100, known_most: 500, known_least: 500}
next_tier:
  - {from: Service Desk N1, to: N2 Applications}
  - {from: [N2 Network, N2 Applications], to: N3 Experts}
"""
EVERY = "when: {kind: incident, status: [new, assigned, pending]}"
HIGH = f"""\
priority:
  - id: urgent
    insist: true
    {EVERY}
    then: {{set: {{urgency: high}}}}
  - id: wide
    {EVERY}
    then: {{set: {{impact: high}}}}
"""
MOVING = f"""\
routing:
  - id: to-n2
    {EVERY}
    then: {{assign: {{group: N2 Network}}}}
housekeeping:
  - id: wait
    when: {{kind: incident, status: [new, assigned]}}
    then: {{hold: {{reason: "Waiting for the weekly window."}}}}
"""
SOLVING = f"""\
routing:
  - id: climb
    {EVERY}
    then: {{assign: {{group: next_tier, by: least_loaded}}}}
housekeeping:
  - id: solve
    {EVERY}
    then: {{solve: {{text: "All is well."}}}}
  - id: note
    when: {{kind: incident}}
    then: {{comment: {{text: "We are on it."}}}}
    repeat: {{every: 4h, max: 3}}
"""
FIELDS = ("urgency", "impact", "priority", "group", "assignee", "status")


def at(hours: float) -> tuple[str, str]:
    return ("--now", (NOW + timedelta(hours=hours)).isoformat())


def held(sdtools: Sdtools, name: str) -> Mapping[str, Ticket]:
    """Return what the desk holds of open and solved tickets."""
    assert sdtools("pull", name, "--full", *at(0)).code == 0
    with open_database(DATABASE) as database:
        return {one.id: one for one in Mirror(database, name).tickets()}


def texts(tickets: Mapping[str, Ticket]) -> dict[str, dict[str, str]]:
    return {id: {f: field_text(one, f) for f in FIELDS} for id, one in tickets.items()}


def incidents(sdtools: Sdtools, name: str) -> list[Ticket]:
    return [one for one in held(sdtools, name).values() if one.kind == "incident" and one.is_open]


def settled(sdtools: Sdtools, name: str) -> None:
    """Take what is there as settled, so that the rules to come act as in any later pass."""
    Path("rules.yaml").write_text("version: 1\n", encoding="utf-8")
    assert sdtools("baseline", name, *at(0)).code == 0


def applied(sdtools: Sdtools, name: str, rules: str) -> str:
    """Do a pass by these rules and return its run."""
    Path("rules.yaml").write_text(HEAD + rules, encoding="utf-8")
    done = sdtools("apply", name, "--yes", "--json", *at(0))
    assert done.code == 0, done.err
    return str(done.json["run"])


def undone(sdtools: Sdtools, run: str, *more: str) -> Mapping[str, object]:
    done = sdtools("undo", run, "--yes", "--json", *(more or at(0)))
    assert done.code == 0, done.err
    return done.json


def planned(sdtools: Sdtools, name: str, hours: float) -> list[Mapping[str, object]]:
    found = sdtools("plan", name, "--json", *at(hours)).json["changes"]
    assert isinstance(found, list)
    return found


def remembered() -> list[Sequence[object]]:
    with open_database(DATABASE) as database, database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(memories))]


def killed(run: str, memory: Sequence[Sequence[object]]) -> None:
    """Leave a run as a kill does between the last write and its settling."""
    names = [column.name for column in memories.columns]
    rows = [dict(zip(names, row, strict=True)) for row in memory]
    with open_database(DATABASE) as database, database.begin() as connection:
        connection.execute(update(changes).where(changes.c.run == run).values(state=None))
        connection.execute(update(runs).where(runs.c.id == run).values(ended=None))
        connection.execute(delete(memories))
        if rows:
            connection.execute(insert(memories), rows)


@pytest.fixture(params=["glpi", "snow"])
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of a desk whose working folder is the current one."""
    found: str = request.param
    request.getfixturevalue("folder" if found == "glpi" else "snow_folder")
    return found


def test_a_priority_set_by_hand_comes_back_with_the_urgency(
    folder: Path, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    del folder
    one, other, *_ = incidents(sdtools, "glpi")
    change_as_a_person(desk, one.id, {"urgency": 2, "impact": 3})
    change_as_a_person(desk, one.id, {"priority": 6})
    change_as_a_person(desk, other.id, {"urgency": 1})
    change_as_a_person(desk, other.id, {"priority": 5})
    settled(sdtools, "glpi")
    before = texts(held(sdtools, "glpi"))
    run = applied(sdtools, "glpi", HIGH)
    assert texts(held(sdtools, "glpi")) != before
    undone(sdtools, run)
    assert texts(held(sdtools, "glpi")) == before
    assert planned(sdtools, "glpi", 0) == []


def test_a_ticket_becomes_new_again_whether_or_not_a_group_had_it(
    folder: Path, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    del folder
    one, two, *_ = (ticket for ticket in incidents(sdtools, "glpi") if ticket.groups)
    change_as_a_person(desk, one.id, {"status": 1})
    change_as_a_person(desk, two.id, {"_groups_id_assign": [1, 2]})
    settled(sdtools, "glpi")
    before = texts(held(sdtools, "glpi"))
    assert {before[one.id]["status"], before[two.id]["status"]} >= {"new"}
    assert "," in before[two.id]["group"]
    undone(sdtools, applied(sdtools, "glpi", MOVING))
    assert texts(held(sdtools, "glpi")) == before


def test_whoever_took_the_ticket_since_keeps_it(
    folder: Path, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    del folder
    ticket = next(one for one in incidents(sdtools, "glpi") if one.assignees)
    settled(sdtools, "glpi")
    run = applied(sdtools, "glpi", MOVING)
    change_as_a_person(desk, ticket.id, {"_users_id_assign": 8})
    undone(sdtools, run, "--rule", "to-n2", *at(0))
    now = held(sdtools, "glpi")[ticket.id]
    assert (now.groups, now.assignees) == (ticket.groups, ("8",))


def test_on_servicenow_whoever_took_it_since_keeps_it_too(
    snow_folder: Path, snow: EmbeddedServiceNow, sdtools: Sdtools
) -> None:
    del snow_folder
    one, other, *_ = (ticket for ticket in incidents(sdtools, "snow") if ticket.assignees)
    settled(sdtools, "snow")
    run = applied(sdtools, "snow", MOVING)
    address = f"{snow.url}/api/now/table/incident/{one.id}"
    person = {"assigned_to": other.assignees[0]}
    requests.patch(
        address, json=person, auth=(snow.user, snow.password), timeout=10
    ).raise_for_status()
    undone(sdtools, run, "--rule", "to-n2", *at(0))
    now = held(sdtools, "snow")[one.id]
    assert (now.groups, now.assignees) == (one.groups, other.assignees)


def test_a_solution_taken_back_is_no_reopening_and_nothing_is_said_again(
    sdtools: Sdtools, name: str
) -> None:
    settled(sdtools, name)
    run = applied(sdtools, name, SOLVING)
    undone(sdtools, run)
    assert planned(sdtools, name, 0) == []
    assert planned(sdtools, name, 5) == []  # nor where the rule says `repeat`
    assert {one.status.value for one in incidents(sdtools, name)} <= {"new", "assigned"}


def test_what_a_killed_run_did_is_taken_back_too(sdtools: Sdtools, name: str) -> None:
    settled(sdtools, name)
    before, memory = texts(held(sdtools, name)), remembered()
    run = applied(sdtools, name, MOVING)
    killed(run, memory)
    undone(sdtools, run)
    assert texts(held(sdtools, name)) == before
    assert planned(sdtools, name, 0) == []


def test_a_climb_of_a_killed_run_is_not_made_a_second_time(folder: Path, sdtools: Sdtools) -> None:
    del folder
    settled(sdtools, "glpi")
    memory = remembered()
    climb = SOLVING[: SOLVING.index("housekeeping:")]
    run = applied(sdtools, "glpi", climb)
    groups = {id: one.groups for id, one in held(sdtools, "glpi").items()}
    killed(run, memory)
    assert sdtools("apply", "glpi", "--yes", *at(0)).code == 0
    assert {id: one.groups for id, one in held(sdtools, "glpi").items()} == groups


def test_an_undo_that_was_killed_is_known_to_the_next_pass_and_to_the_next_undo(
    sdtools: Sdtools, name: str
) -> None:
    settled(sdtools, name)
    run = applied(sdtools, name, HIGH + SOLVING)
    memory = remembered()
    first = str(undone(sdtools, run)["run"])
    after = texts(held(sdtools, name))
    for again in (lambda: undone(sdtools, run), lambda: sdtools("apply", name, "--yes", *at(0))):
        killed(first, memory)
        again()
        assert texts(held(sdtools, name)) == after
        killed(first, memory)
    assert sdtools("apply", name, "--yes", "--json", *at(0)).json["planned"] == 0


def test_a_renamed_rule_leaves_alone_what_was_undone_under_its_earlier_name(
    folder: Path, sdtools: Sdtools
) -> None:
    del folder
    settled(sdtools, "glpi")
    run = applied(sdtools, "glpi", HIGH)
    renamed = HIGH.replace("id: urgent", "id: pressing\n    was: urgent")
    Path("rules.yaml").write_text(HEAD + renamed, encoding="utf-8")
    undone(sdtools, run)
    assert planned(sdtools, "glpi", 0) == []


def test_a_rule_that_left_the_book_is_undone_all_the_same(folder: Path, sdtools: Sdtools) -> None:
    del folder
    settled(sdtools, "glpi")
    before = texts(held(sdtools, "glpi"))
    run = applied(sdtools, "glpi", MOVING)
    Path("rules.yaml").write_text(HEAD, encoding="utf-8")
    undone(sdtools, run, "--rule", "wait", *at(0))
    undone(sdtools, run, "--rule", "to-n2", *at(0))
    assert texts(held(sdtools, "glpi")) == before


def test_an_undo_is_no_firing_and_no_overruling_of_its_rules(
    folder: Path, sdtools: Sdtools
) -> None:
    del folder
    settled(sdtools, "glpi")
    run = applied(sdtools, "glpi", HIGH)

    def listed() -> list[tuple[object, ...]]:
        rules = sdtools("rules", "list", "glpi", "--json", *at(3)).json["rules"]
        assert isinstance(rules, list)
        return [(one["fired"], one["last_fired"], one["overruled"]) for one in rules]

    before = listed()
    undone(sdtools, run, *at(2))
    assert listed() == before


def test_an_undo_with_nothing_to_take_back_is_no_pass(folder: Path, sdtools: Sdtools) -> None:
    del folder
    settled(sdtools, "glpi")
    saying = SOLVING[SOLVING.index("  - id: note") :]
    run = applied(sdtools, "glpi", f"housekeeping:\n{saying}")
    told = undone(sdtools, run, *at(1))
    assert told["planned"] == 0
    assert told["kept"]
    shown = sdtools("runs", "list", "--json").json["runs"]
    assert isinstance(shown, list)
    assert [one["kind"] for one in shown][:2] == ["undo", "apply"]
    assert planned(sdtools, "glpi", 5) == []
