"""``doctor`` on a desk that has been worked on: what nobody can read, and whose rules win."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from cli_desk import NOW, Sdtools

from sdtools.emulator.glpi.desk import EmbeddedGlpi

RULES = """\
version: 1
priority:
  - id: all-high
    when: {kind: incident, status: [new, assigned], urgency: {lt: high}}
    then: {set: {urgency: high}}
  - id: vips
    when: {kind: incident, requester.vip: true, impact: {lt: high}}
    then: {set: {impact: high}}
"""
# a business rule of the desk: nobody but it sets the urgency of this ticket
OVERRULES = """\
CREATE TRIGGER overrules AFTER UPDATE OF urgency ON glpi_tickets WHEN NEW.id = {ticket}
BEGIN UPDATE glpi_tickets SET urgency = 2 WHERE id = NEW.id; END"""


def at(hours: float) -> tuple[str, str]:
    return ("--now", (NOW + timedelta(hours=hours)).isoformat())


def checks(sdtools: Sdtools, *arguments: str) -> dict[str, tuple[bool, str]]:
    found = sdtools("doctor", "glpi", "--json", *arguments).json["checks"]
    assert isinstance(found, list)
    return {check["name"]: (check["ok"], check["found"]) for check in found}


def low_incident(desk: EmbeddedGlpi) -> int:
    where = "type = 1 AND status IN (1, 2) AND urgency < 4 AND is_deleted = 0"
    return int(str(desk.database.rows("Ticket", where, [])[0]["id"]))


def test_doctor_and_the_report_list_the_rules_that_the_desk_overruled_twice(
    folder: Path, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    assert "desk rules" not in checks(sdtools, *at(0))  # nothing is mirrored yet
    ticket = low_incident(desk)
    desk.database.select(OVERRULES.format(ticket=ticket))
    sdtools("apply", "glpi", "--adopt", "--yes", *at(0))
    for turn in (1, 2):
        assert checks(sdtools, *at(turn))["desk rules"][0]
        desk.clock.set(NOW + timedelta(hours=turn))
        sdtools("apply", "glpi", "--yes", *at(turn))
    told = sdtools("doctor", "glpi", *at(3))
    assert told.code == 3
    assert "all-high: urgency on 1 ticket" in told.out
    assert "change the desk's own rule or ours" in told.out
    report = sdtools("report", "weekly", "--format", "json", *at(3)).json
    assert report["left_to_desk"] == [{"rule": "all-high", "field": "urgency", "tickets": 1}]
    page = sdtools("report", "weekly", "--format", "text", *at(3)).out
    assert "all-high : laissée aux règles de l'outil (urgence) : 1\n" in page


def test_doctor_counts_the_tickets_on_which_a_fact_cannot_be_read(
    folder: Path, sdtools: Sdtools
) -> None:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    config = folder / "sdtools.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("vip: {category: VIP}", ""), encoding="utf-8")
    sdtools("pull", "glpi", *at(0))
    good, found = checks(sdtools, *at(0))["facts"]
    assert not good
    assert found.startswith("unknown where it would decide: requester.vip on ")
    assert found.endswith("tickets (vips)")


def test_a_rule_that_is_gone_is_not_listed(
    folder: Path, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    desk.database.select(OVERRULES.format(ticket=low_incident(desk)))
    for turn in (0, 1, 2):
        desk.clock.set(NOW + timedelta(hours=turn))
        sdtools("apply", "glpi", "--yes", *(["--adopt"] if turn == 0 else []), *at(turn))
    assert not checks(sdtools, *at(3))["desk rules"][0]
    (folder / "rules.yaml").write_text(RULES.replace("all-high", "others"), encoding="utf-8")
    assert checks(sdtools, *at(3))["desk rules"][0]
