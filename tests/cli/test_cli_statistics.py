"""What became of rules over time: ``runs show``, ``runs diff``, ``rules list``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from cli_desk import NOW, Sdtools

from sdtools.emulator.glpi.desk import EmbeddedGlpi

AT = ("--now", NOW.isoformat())
RULES = """\
version: 1
priority:
  - id: all-high
    owner: Service desk lead
    why: everything is urgent this week
    when: {kind: incident, status: [new, assigned], urgency: {lt: high}}
    then: {set: {urgency: high}}
  - id: never
    when: {title: {is: no ticket is called this}}
    then: {set: {impact: high}}
"""


def later(days: float) -> tuple[str, str]:
    return ("--now", (NOW + timedelta(days=days)).isoformat())


def started(folder: Path, sdtools: Sdtools) -> Mapping[str, object]:
    """Do the first pass by these rules and return what it printed."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    done = sdtools("apply", "glpi", "--adopt", "--yes", "--json", *AT)
    assert done.code == 0, done.err
    return done.json


def rules_of(sdtools: Sdtools, *arguments: str) -> dict[str, dict[str, object]]:
    listed = sdtools("rules", "list", "glpi", "--json", *arguments).json["rules"]
    assert isinstance(listed, list)
    return {rule["rule"]: rule for rule in listed}


def test_a_run_tells_of_each_rule_what_it_matched_and_what_became_of_it(
    folder: Path, sdtools: Sdtools
) -> None:
    done = started(folder, sdtools)
    run = str(done["run"])
    shown = sdtools("runs", "show", run, "--json").json
    rules = shown["rules"]
    assert isinstance(rules, list)
    high, never = rules
    assert high["rule"] == "all-high"
    assert high["matched"] == high["outcomes"]["applied"] == done["applied"]
    assert (never["rule"], never["matched"], never["outcomes"]) == ("never", 0, {})
    assert shown["requests"]
    told = sdtools("runs", "show", run).out
    assert "matched" in told
    assert f"{shown['requests']} requests, " in told


def test_two_runs_are_compared_change_by_change(folder: Path, sdtools: Sdtools) -> None:
    first = str(started(folder, sdtools)["run"])
    second = str(sdtools("apply", "glpi", "--yes", "--json", *later(0.01)).json["run"])
    found = sdtools("runs", "diff", first, second, "--json").json
    only = found["only_first"]
    assert isinstance(only, list)
    assert {change["rule"] for change in only} == {"all-high"}
    assert (found["only_second"], found["moved"], found["same_rules"]) == ([], [], True)
    assert f"only {first}" in sdtools("runs", "diff", first, second).out
    assert sdtools("runs", "diff", first, first).out == "no difference\n"
    assert sdtools("runs", "diff", first, "r-none").code == 2


def test_the_list_of_rules_tells_owner_reason_and_when_each_last_fired(
    folder: Path, sdtools: Sdtools
) -> None:
    done = started(folder, sdtools)
    rules = rules_of(sdtools, *later(1))
    high = rules["all-high"]
    assert (high["owner"], high["why"]) == ("Service desk lead", "everything is urgent this week")
    assert (high["tickets"], high["overruled"], high["unneeded"]) == (done["applied"], 0, False)
    assert str(high["since"])[:10] == str(high["last_fired"])[:10] == f"{NOW:%Y-%m-%d}"
    assert (rules["never"]["last_fired"], rules["never"]["since"]) == (None, high["since"])


def test_a_rule_that_nobody_has_needed_for_ninety_days_is_named(
    folder: Path, sdtools: Sdtools
) -> None:
    started(folder, sdtools)
    assert not rules_of(sdtools, *later(89))["never"]["unneeded"]
    told = sdtools("rules", "list", "glpi", *later(91))
    assert "not needed for 90 days: all-high, never" in told.err


def test_a_rule_that_people_overrule_is_named_with_the_share(
    folder: Path, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    done = started(folder, sdtools)
    shown = sdtools("runs", "show", str(done["run"]), "--json").json["changes"]
    assert isinstance(shown, list)
    ticket = shown[0]["ticket"]
    moment = (NOW + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    (row,) = desk.database.rows("Ticket", "id = ?", [ticket])
    desk.database.update("Ticket", row["id"], {"urgency": 2, "date_mod": moment})
    desk.clock.set(NOW + timedelta(hours=2))
    again = sdtools("apply", "glpi", "--yes", "--json", *later(0.1))
    assert again.json["planned"] == 0
    high = rules_of(sdtools, *later(0.2))["all-high"]
    assert high["overruled"] == 1
    told = sdtools("rules", "list", "glpi", *later(0.2))
    assert "overruled by people most: all-high" in told.err
