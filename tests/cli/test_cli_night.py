"""What somebody meets at night who is tired: hints, order, and nothing said that is not so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from cli_desk import NOW, Sdtools

AT = ("--now", NOW.isoformat())
RULES = """\
version: 1
limits: {known_percent: 100, known_most: 500, known_least: 500}
priority:
  - id: all-high
    when: {kind: incident, status: [new, assigned], urgency: {lt: high}}
    then: {set: {urgency: high}}
  - id: all-low
    when: {kind: incident, status: [new, assigned]}
    then: {set: {urgency: low}}
known_errors:
  - id: note
    when: {kind: incident, status: [new, assigned]}
    then: {comment: {text: "We are on it."}}
"""
STRICT = RULES.replace(
    "known_percent: 100, known_most: 500, known_least: 500", "known_percent: 0, known_least: 1"
)


def later(minutes: int) -> tuple[str, str]:
    return ("--now", (NOW + timedelta(minutes=minutes)).isoformat())


def first_run(folder: Path, sdtools: Sdtools, desk: str) -> str:
    """Do the first pass by these rules and return its run."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    assert "no run yet" in sdtools("runs", "list").err
    done = sdtools("apply", desk, "--adopt", "--yes", "--json", *AT)
    assert done.code == 0, done.err
    return str(done.json["run"])


def test_an_undo_says_what_stays_before_it_asks(folder: Path, sdtools: Sdtools) -> None:
    run = first_run(folder, sdtools, "glpi")
    asked = sdtools("undo", run, "--rule", "all-high", "--rule", "note", *AT)
    assert asked.code == 2
    assert "there is no terminal to ask on" in asked.err
    assert "not taken back:" in asked.out
    assert "what was said stays said" in asked.out
    nothing = sdtools("undo", run, "--rule", "all-high", "--ticket", "1", "--yes", *AT)
    assert (nothing.code, "did nothing of that" in nothing.err) == (2, True)


def test_a_stopped_undo_is_stale_until_it_is_done(folder: Path, sdtools: Sdtools) -> None:
    run = first_run(folder, sdtools, "glpi")
    (folder / "rules.yaml").write_text(STRICT, encoding="utf-8")
    stopped = sdtools("undo", run, "--rule", "all-high", "--yes", *later(1))
    assert stopped.code == 4
    status = sdtools("status", *later(1))
    assert status.code == 1
    file = next(folder.glob("u-*.json")).name
    assert f"review it: sdtools plan {file}" in status.out
    shown = sdtools("plan", file, "--html", "undo.html", *AT)
    assert (shown.code, f"undo = {run}" in shown.out) == (0, True)
    done = sdtools("undo", run, "--rule", "all-high", "--limit", "500", "--yes", *later(2))
    assert done.code == 0, done.err
    assert sdtools("status", *later(3)).code == 0


def test_people_read_numbers_and_not_the_ids_of_servicenow(
    snow_folder: Path, sdtools: Sdtools
) -> None:
    (snow_folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    told = sdtools("plan", "snow", *AT)
    conflicts = [line for line in told.out.splitlines() if line.startswith("conflict on ticket")]
    assert conflicts
    assert all(line.startswith("conflict on ticket INC") for line in conflicts)
    assert "first pass: `sdtools baseline snow`" in told.err
