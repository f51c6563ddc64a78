"""Pauses, alerts and observations through the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cli_desk import NOW, Sdtools, change_as_a_person

from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.mailsink import MailSink
from sdtools.plan import OutcomeState
from sdtools.store.database import open_database
from sdtools.store.observations import ObservationBook
from sdtools.verbs.apply import ApplyOrder, Done, apply_desk
from sdtools.verbs.workspace import open_workspace

AT = ("--now", NOW.isoformat())
LATER = ("--now", (NOW + timedelta(hours=5)).isoformat())
WHY = ("--why", "the mail server is moved")


def _urgent(folder: Path, extra: str = "") -> None:
    text = f"""\
version: 1
limits: {{known_percent: 100, known_most: 500}}
priority:
  - id: all-high
    when: {{urgency: {{lt: high}}}}
    then: {{set: {{urgency: high}}}}
{extra}"""
    (folder / "rules.yaml").write_text(text, encoding="utf-8")


def test_a_paused_desk_is_planned_and_not_changed_until_it_is_resumed(
    folder: Path, sdtools: Sdtools
) -> None:
    del folder
    assert sdtools("baseline", "glpi", *AT).code == 0
    paused = sdtools("pause", "glpi", "--until", "4h", *WHY, *AT)
    assert paused.code == 0
    assert "until 2026-11-20 19:00 UTC: the mail server is moved" in paused.out

    stopped = sdtools("apply", "glpi", "--yes", *AT)
    assert stopped.code == 4
    assert "the mail server is moved" in stopped.err
    assert "sdtools resume glpi" in stopped.err
    assert sdtools("plan", "glpi", "--out", "plan.json", *AT).code == 0
    assert sdtools("apply", "plan.json", "--yes", *AT).code == 4
    assert "desk glpi: paused until" in sdtools("status", *AT).out

    assert sdtools("resume", "glpi").code == 0
    assert sdtools("apply", "glpi", "--yes", *AT).code == 0


def _interrupted(folder: Path, progress: Callable[[int, int], None]) -> Done:
    """Do a first pass, and hear after each batch how far it is."""
    with open_workspace(folder / "sdtools.yaml") as workspace:
        order = ApplyOrder(
            now=lambda: NOW,
            wall=lambda: NOW,
            confirm=lambda _: True,
            stop=lambda: False,
            pulled=lambda _: None,
            progress=progress,
            adopt=True,
        )
        return apply_desk(workspace, workspace.settings.desk("glpi"), order)


@pytest.mark.parametrize("target", ["glpi", "all-high"])
def test_a_pause_stops_a_run_that_is_under_way_after_the_tickets_in_hand(
    folder: Path, desk: EmbeddedGlpi, sdtools: Sdtools, target: str
) -> None:
    desk.database.select("UPDATE glpi_tickets SET status = 2, urgency = 2 WHERE is_deleted = 0")

    def pause_once(_done: int, _total: int) -> None:
        assert sdtools("pause", target, "--until", "4h", *WHY, *AT).code == 0

    _urgent(folder)
    done = _interrupted(folder, pause_once)
    assert done.applied is not None
    assert done.applied.interrupted
    left = len(done.plan.due) - done.counts[OutcomeState.applied]
    assert 0 < left < len(done.plan.due)
    assert sdtools("resume", target).code == 0
    rest = sdtools("apply", "glpi", "--yes", "--adopt", "--json", *AT)
    assert rest.json["applied"] == left


def test_a_saved_plan_of_a_paused_rule_is_refused_and_the_rest_of_it_is_not(
    folder: Path, sdtools: Sdtools
) -> None:
    assert sdtools("baseline", "glpi", *AT).code == 0
    _urgent(folder, "  - {id: wide, when: {impact: {lt: high}}, then: {set: {impact: high}}}\n")
    assert sdtools("plan", "glpi", "--out", "plan.json", *AT).code == 0
    sdtools("pause", "all-high", "--until", "4h", *WHY, *AT)
    refused = sdtools("apply", "plan.json", "--yes", *AT)
    assert refused.code == 4
    assert "rule all-high is paused until" in refused.err
    assert "sdtools resume all-high" in refused.err
    rest = sdtools("apply", "plan.json", "--rule", "wide", "--yes", "--json", *AT)
    assert (rest.code, rest.json["applied"]) == (0, rest.json["planned"])


def test_a_pause_ends_by_itself(folder: Path, sdtools: Sdtools) -> None:
    del folder
    sdtools("baseline", "glpi", *AT)
    sdtools("pause", "--until", "4h", *WHY, *AT)
    assert sdtools("apply", "glpi", "--yes", *AT).code == 4
    assert sdtools("apply", "glpi", "--yes", *LATER).code == 0


def test_a_paused_rule_takes_no_part_and_says_so(folder: Path, sdtools: Sdtools) -> None:
    _urgent(folder)
    assert sdtools("plan", "glpi", "--json", *AT).json["changes"]
    sdtools("pause", "all-high", "--until", "2d", *WHY, *AT)
    plan = sdtools("plan", "glpi", "--json", *AT).json
    assert plan["changes"] == []
    assert plan["paused"] == [
        {"rule": "all-high", "reason": plan["paused"][0]["reason"]}  # type: ignore[index]  # a list
    ]
    told = sdtools("plan", "glpi", *AT)
    assert (
        "rule all-high is paused until 2026-11-22 15:00 UTC: the mail server is moved" in told.out
    )


def test_what_cannot_be_paused_or_resumed_is_refused_with_the_names_there_are(
    folder: Path, sdtools: Sdtools
) -> None:
    _urgent(folder)
    unknown = sdtools("pause", "all-hgih", "--until", "1d", *WHY, *AT)
    assert unknown.code == 2
    assert "all-high" in unknown.err
    past = sdtools("pause", "glpi", "--until", "2026-11-20T14:00Z", *WHY, *AT)
    assert past.code == 2
    assert "is in the past" in past.err
    assert sdtools("resume", "glpi").code == 2
    assert sdtools("pause", "glpi", "--until", "tomorrow", *WHY, *AT).code == 2


def test_a_blocked_plan_is_mailed_once_to_those_who_are_to_hear_of_it(
    folder: Path, sink: MailSink, sdtools: Sdtools
) -> None:
    config = folder / "sdtools.yaml"
    alerts = "alerts: {to: [oncall@example.org], language: fr}\n"
    config.write_text(config.read_text(encoding="utf-8") + alerts, encoding="utf-8")
    sdtools("baseline", "glpi", *AT)
    (folder / "rules.yaml").write_text(
        "version: 1\nlimits: {known_least: 1}\npriority:\n  - id: all-low\n"
        "    when: {status: [new, assigned]}\n    then: {comment: {text: hello}}\n",
        encoding="utf-8",
    )
    for _ in range(2):
        assert sdtools("apply", "glpi", "--yes", *AT).code == 4
    (mail,) = sink.messages
    assert mail["To"] == "oncall@example.org"
    assert "garde-fou" in str(mail["Subject"])
    body = mail.get_body(("plain",))
    assert body is not None
    assert "all-low" in body.get_content()
    assert "--limit" in body.get_content()
    assert "Limite : tickets déjà connus : " in body.get_content()
    file = next(folder.glob("p-*.json")).name
    assert f"sdtools plan {file} --html plan.html" in body.get_content()
    assert sdtools("plan", file, "--html", "plan.html", *AT).code == 0


def test_an_alert_waits_for_the_mail_server_and_comes_once_however_the_plan_grows(
    folder: Path, sink: MailSink, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    config = folder / "sdtools.yaml"
    whole = config.read_text(encoding="utf-8") + "alerts: {to: [oncall@example.org]}\n"
    config.write_text(whole.replace(f"port: {sink.port}", "port: 9"), encoding="utf-8")
    sdtools("baseline", "glpi", *AT)
    stopped = (
        "version: 1\nlimits: {known_least: 1}\nrouting:\n  - id: all\n"
        "    when: {status: [new, assigned]}\n    then: {comment: {text: hello}}\n"
    )
    (folder / "rules.yaml").write_text(stopped, encoding="utf-8")
    assert sdtools("apply", "glpi", "--yes", *AT).code == 4
    assert sink.messages == []
    config.write_text(whole, encoding="utf-8")
    waiting = desk.database.rows("Ticket", "status = 4 AND is_deleted = 0")
    for hours, row in enumerate(waiting[:3], start=1):
        change_as_a_person(desk, row["id"], {"status": 2})
        at = ("--now", (NOW + timedelta(hours=hours)).isoformat())
        assert sdtools("apply", "glpi", "--yes", *at).code == 4
        assert len(sink.messages) == 1
    (folder / "rules.yaml").write_text(stopped.replace("hello", "bonjour"), encoding="utf-8")
    assert sdtools("apply", "glpi", "--yes", *LATER).code == 4
    assert len(sink.messages) == 2


def test_a_renamed_rule_stays_paused_and_other_desks_rules_are_not_named(
    folder: Path, sdtools: Sdtools
) -> None:
    _urgent(folder)
    sdtools("pause", "all-high", "--until", "2d", *WHY, *AT)
    path = folder / "rules.yaml"
    known = path.read_text(encoding="utf-8")
    path.write_text(known.replace("id: all-high", "id: top\n    was: all-high"), encoding="utf-8")
    plan = sdtools("plan", "glpi", "--json", *AT).json
    assert plan["changes"] == []
    paused = plan["paused"]
    assert isinstance(paused, list)
    assert [one["rule"] for one in paused] == ["top"]
    listed = sdtools("rules", "list", "glpi", "--json", *AT).json["rules"]
    assert isinstance(listed, list)
    assert [one["state"] for one in listed] == ["paused"]
    path.write_text("version: 1\n", encoding="utf-8")
    assert sdtools("plan", "glpi", "--json", *AT).json["paused"] == []


def test_a_saved_plan_meets_the_first_pass_question_and_the_limits_too(
    folder: Path, sdtools: Sdtools
) -> None:
    _urgent(folder)
    path = folder / "rules.yaml"
    known = path.read_text(encoding="utf-8")
    strict = known.replace("known_most: 500", "known_most: 1, known_least: 1")
    path.write_text(strict, encoding="utf-8")
    assert sdtools("plan", "glpi", "--out", "plan.json", *AT).code == 0
    first = sdtools("apply", "plan.json", "--yes", *AT)
    assert (first.code, "first pass" in first.err) == (4, True)
    path.write_text("version: 1\n", encoding="utf-8")
    assert sdtools("baseline", "glpi", *AT).code == 0
    path.write_text(strict, encoding="utf-8")
    blocked = sdtools("apply", "plan.json", "--yes", *AT)
    assert (blocked.code, "stopped by the limit" in blocked.err) == (4, True)


def test_what_an_observing_rule_would_do_is_counted_once(
    folder: Path, desk: EmbeddedGlpi, sdtools: Sdtools
) -> None:
    del desk
    sdtools("baseline", "glpi", *AT)
    _urgent(folder, extra="    mode: observe\n")
    planned = sdtools("plan", "glpi", "--json", *AT).json["changes"]
    assert isinstance(planned, list)
    assert planned
    for _ in range(2):
        assert sdtools("apply", "glpi", "--yes", *AT).code == 0
    with open_database("sqlite:///sdtools.db") as database:
        counted = ObservationBook(database, "glpi").between(NOW, NOW + timedelta(hours=1))
    assert counted == {"all-high": len(planned)}
    report = sdtools("report", "weekly", "--week", "2026-W47", "--format", "text", *LATER)
    assert f"all-high : observée seulement : aurait touché {len(planned)} tickets" in report.out


def test_a_resumed_desk_that_is_still_stopped_with_all_others_says_so(
    folder: Path, sdtools: Sdtools
) -> None:
    _urgent(folder)
    sdtools("pause", "glpi", "--until", "1d", *WHY, *AT)
    sdtools("pause", "--until", "2d", "--why", "audit", *AT)
    resumed = sdtools("resume", "glpi", *AT)
    assert (resumed.code, "every desk is still paused until" in resumed.out) == (0, True)
    again = sdtools("resume", "glpi", *AT)
    assert again.code == 2
    assert "every desk is paused until 2026-11-22 15:00 UTC: audit" in again.err
    told = sdtools("plan", "glpi", *AT)
    assert "every desk is paused until" in told.err
    assert sdtools("resume", "--json", *AT).json == {"resumed": "", "paused": []}


def test_a_rule_file_with_mistakes_keeps_nobody_from_stopping_and_resuming(
    folder: Path, sdtools: Sdtools
) -> None:
    _urgent(folder)
    sdtools("pause", "all-high", "--until", "1d", *WHY, *AT)
    (folder / "rules.yaml").write_text("version: 1\nrouting: [{}]\n", encoding="utf-8")
    assert sdtools("pause", "glpi", "--until", "1d", *WHY, *AT).code == 0
    assert sdtools("pause", "--until", "1d", *WHY, *AT).code == 0
    assert sdtools("resume", "all-high", *AT).code == 0
    assert sdtools("resume", "glpi", *AT).code == 0
    assert sdtools("pause", "glpi", "--until", "1d", "--why", " ", *AT).code == 2
