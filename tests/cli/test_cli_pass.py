"""A pass through the command line: pull, plan, apply, explain, the journal, the report."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_desk import NOW, Sdtools

from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.mailsink import MailSink
from sdtools.store.database import open_database
from sdtools.store.lease import Lease

AT = ("--now", NOW.isoformat())
APPLY = ("apply", "glpi", "--yes", "--json", *AT)


def test_pull_reads_everything_once_and_then_only_what_changed(
    folder: Path, sdtools: Sdtools, desk: EmbeddedGlpi
) -> None:
    first = sdtools("pull", "glpi", "--json", *AT)
    assert first.code == 0
    assert first.json["fetched"] == first.json["new"] == 150
    desk.clock.advance(timedelta(minutes=5))
    sdtools("pull", "--json", *AT)
    desk.clock.advance(timedelta(minutes=5))
    again = sdtools("pull", "--json", *AT).json
    assert again["new"] == again["changed"] == 0
    assert isinstance(again["requests"], int)
    assert again["requests"] <= 10
    full = sdtools("pull", "--full", "--json", *AT).json
    assert (full["fetched"], full["changed"], full["removed"]) == (150, 0, 0)


def test_plan_tells_what_would_change_and_why_and_changes_nothing(
    folder: Path, sdtools: Sdtools
) -> None:
    plan = sdtools("plan", "glpi", "--json", "--exit-code", *AT)
    assert plan.code == 10
    changes = plan.json["changes"]
    assert isinstance(changes, list)
    assert {"key", "ticket", "rule", "action", "before", "after", "why"} <= set(changes[0])
    assert {"fact", "operator", "wanted", "actual"} == set(changes[0]["why"][0])
    assert sdtools("plan", "glpi", "--json", *AT).json["changes"] == changes


def test_offline_decides_the_same_on_the_mirror(folder: Path, sdtools: Sdtools) -> None:
    online = sdtools("plan", "glpi", "--json", *AT).json
    offline = sdtools("plan", "glpi", "--offline", "--json", *AT).json
    assert offline == online


def test_the_first_apply_asks_what_to_do_with_existing_tickets(
    folder: Path, sdtools: Sdtools
) -> None:
    refused = sdtools("apply", "glpi", "--yes", *AT)
    assert refused.code == 4
    assert "sdtools baseline glpi" in refused.err
    assert "--adopt" in refused.err


def test_apply_does_the_plan_and_a_second_one_plans_nothing(folder: Path, sdtools: Sdtools) -> None:
    done = sdtools(*APPLY, "--adopt")
    assert done.code == 0, done.err
    keys = {"run", "planned", "applied", "unchanged", "overridden", "refused", "stale", "failed"}
    assert keys | {"yielded", "requests", "seconds"} <= set(done.json)
    assert done.json["applied"] == done.json["planned"] != 0
    again = sdtools(*APPLY)
    assert (again.code, again.json["planned"]) == (0, 0)


def test_after_a_baseline_rules_act_only_on_what_happens_later(
    folder: Path, sdtools: Sdtools
) -> None:
    assert sdtools("baseline", "glpi", *AT).code == 0
    assert sdtools(*APPLY).json["planned"] == 0


def test_a_saved_plan_is_carried_out_exactly(folder: Path, sdtools: Sdtools) -> None:
    made = sdtools("plan", "glpi", "--rule", "ask-again", "--out", "plan.json", "--json", *AT).json
    assert isinstance(made["changes"], list)
    assert made["changes"]
    done = sdtools("apply", "plan.json", "--yes", "--adopt", "--json", *AT)
    assert done.json["applied"] == len(made["changes"])
    left = sdtools("plan", "glpi", "--rule", "ask-again", "--json", *AT).json
    assert left["changes"] == []


def test_a_plan_made_by_other_rules_is_refused(folder: Path, sdtools: Sdtools) -> None:
    sdtools("plan", "glpi", "--out", "plan.json", *AT)
    rules = folder / "rules.yaml"
    text = rules.read_text(encoding="utf-8").replace("idle: {gte: 2bd}", "idle: {gte: 3bd}")
    rules.write_text(text, encoding="utf-8")
    refused = sdtools("apply", "plan.json", "--yes", "--adopt", *AT)
    assert refused.code == 2
    assert "other rules than those of desk glpi now (edited: urgent-stands-still)" in refused.err


def test_a_plan_for_a_desk_that_has_moved_is_refused_before_anything_is_asked(
    folder: Path, sdtools: Sdtools
) -> None:
    sdtools("plan", "glpi", "--out", "plan.json", *AT)
    config = folder / "sdtools.yaml"
    text = config.read_text(encoding="utf-8")
    moved = re.sub(r"http://127\.0\.0\.1:\d+/apirest\.php", "http://127.0.0.1:9/apirest.php", text)
    assert moved != text
    config.write_text(moved, encoding="utf-8")
    refused = sdtools("apply", "plan.json", "--adopt", *AT)  # without --yes, and nobody is asked
    assert refused.code == 2
    assert "was made for desk glpi (http://127.0.0.1:" in refused.err
    assert "this is glpi (http://127.0.0.1:9/" in refused.err


def test_a_landslide_is_stopped_and_can_be_reviewed_and_applied(
    folder: Path, sdtools: Sdtools
) -> None:
    sdtools("baseline", "glpi", *AT)
    (folder / "rules.yaml").write_text(
        "version: 1\nlimits: {known_least: 1}\nhousekeeping:\n"
        "  - id: everyone\n    when: {status: [new, assigned]}\n"
        "    then: {comment: {text: hello}}\n",
        encoding="utf-8",
    )
    stopped = sdtools("apply", "glpi", "--yes", *AT)
    assert stopped.code == 4
    assert "everyone" in stopped.err
    saved = next(folder.glob("p-*.json"))
    wanted = len(json.loads(saved.read_text(encoding="utf-8"))["plan"]["changes"])
    done = sdtools("apply", saved.name, "--yes", "--limit", str(wanted), "--json", *AT)
    assert (done.code, done.json["applied"]) == (0, wanted)


def test_another_run_on_the_desk_is_respected(folder: Path, sdtools: Sdtools) -> None:
    with open_database(f"sqlite:///{folder}/sdtools.db") as database:
        lease = Lease(database, "glpi")
        with lease.acquire("another", datetime.now(UTC)):  # noqa: TID251  # leases live in real time
            refused = sdtools(*APPLY, "--adopt")
    assert refused.code == 5
    assert "another" in refused.err


def test_without_a_terminal_apply_refuses_to_guess(
    folder: Path, sdtools: Sdtools, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (folder / "rules.yaml").open(encoding="utf-8") as no_terminal:
        monkeypatch.setattr("sys.stdin", no_terminal)
        refused = sdtools("apply", "glpi", "--adopt", *AT)
    assert refused.code == 2
    assert "--yes" in refused.err


def test_explain_names_the_first_condition_that_failed(folder: Path, sdtools: Sdtools) -> None:
    plan = sdtools("plan", "glpi", "--rule", "ask-again", "--json", *AT).json
    assert isinstance(plan["changes"], list)
    ticket = plan["changes"][0]["ticket"]
    told = sdtools("explain", "glpi", ticket, "--json", *AT).json
    assert told["ticket"] == ticket
    rules = {rule["rule"]: rule for rule in told["rules"]}  # type: ignore[attr-defined]  # a list of rules
    assert rules["ask-again"]["fired"]
    first = rules["network-to-n2"]["conditions"][0]
    assert {"fact", "operator", "wanted", "actual", "holds"} <= set(first)
    assert rules["network-to-n2"]["stopped_by"]["fact"] == "status"
    words = sdtools("explain", "glpi", ticket, *AT)
    assert "stops it" in words.out


def test_explain_says_when_there_is_no_such_ticket(folder: Path, sdtools: Sdtools) -> None:
    sdtools("pull", *AT)
    refused = sdtools("explain", "glpi", "99999", *AT)
    assert refused.code == 2
    assert "sdtools pull glpi" in refused.err


def test_the_journal_lists_runs_and_shows_their_changes(folder: Path, sdtools: Sdtools) -> None:
    done = sdtools(*APPLY, "--adopt").json
    runs = sdtools("runs", "list", "--json").json["runs"]
    assert [run["id"] for run in runs] == [done["run"]]  # type: ignore[attr-defined]  # a list of runs
    shown = sdtools("runs", "show", str(done["run"]), "--json").json
    assert len(shown["changes"]) == done["planned"]  # type: ignore[arg-type]  # a list of changes
    assert sdtools("runs", "show", "r-none").code == 2


def test_the_report_is_rendered_in_every_format_and_mailed(
    folder: Path, sdtools: Sdtools, sink: MailSink
) -> None:
    sdtools("pull", *AT)
    figures = sdtools("report", "weekly", "--week", "2026-W46", "--json", *AT)
    assert figures.json["week"] == "2026-W46"
    sent = sdtools("report", "weekly", "--out", "weekly.html", "--send", *AT)
    assert sent.code == 0, sent.err
    assert "<html" in (folder / "weekly.html").read_text(encoding="utf-8")
    (mail,) = sink.messages
    assert mail["To"] == "manager@example.org"
    assert any(part.get_content_type() == "image/png" for part in mail.walk())
    assert "Rapport hebdomadaire" in sdtools("report", "weekly", "--format", "text", *AT).out


def test_a_report_before_the_first_pull_says_what_to_do(folder: Path, sdtools: Sdtools) -> None:
    refused = sdtools("report", "weekly", *AT)
    assert refused.code == 2
    assert "sdtools pull glpi" in refused.err


def test_a_mail_server_that_is_down_is_told_and_the_report_waits(
    folder: Path, sdtools: Sdtools
) -> None:
    config = folder / "sdtools.yaml"
    text = config.read_text(encoding="utf-8")
    port = text.partition("port: ")[2].partition(",")[0]
    config.write_text(text.replace(f"port: {port}", "port: 1"), encoding="utf-8")
    sdtools("pull", *AT)
    refused = sdtools("report", "weekly", "--send", *AT)
    assert refused.code == 3
    assert "waits" in refused.err


def test_doctor_finds_a_healthy_desk_healthy(folder: Path, sdtools: Sdtools) -> None:
    told = sdtools("doctor", "glpi", "--json", *AT)
    assert told.code == 0, told.out
    assert told.json["ok"]
    checks = told.json["checks"]
    assert all(set(check) == {"name", "ok", "found", "advice"} for check in checks)  # type: ignore[attr-defined]  # a list of checks


def test_a_link_that_only_sdtools_made_is_not_taken_for_a_removed_one(
    folder: Path, sdtools: Sdtools, desk: EmbeddedGlpi
) -> None:
    """GLPI does not bump date_mod for it: the pull alone would miss it (GLPI FACTS 10)."""
    (folder / "rules.yaml").write_text(
        "version: 1\nknown_errors:\n"
        "  - id: link-all\n    when: {status: [new, assigned]}\n"
        "    then: {link: {article: 1}}\n",
        encoding="utf-8",
    )
    done = sdtools(*APPLY, "--adopt")
    assert done.json["applied"] == done.json["planned"] != 0
    desk.clock.advance(timedelta(minutes=5))
    plan = sdtools("plan", "glpi", "--json", *AT).json
    assert (plan["changes"], plan["yields"]) == ([], [])


def test_many_tickets_gone_at_once_stop_the_pass_until_a_person_has_looked(
    folder: Path, sdtools: Sdtools, desk: EmbeddedGlpi
) -> None:
    sdtools("baseline", "glpi", *AT)
    for row in desk.database.rows("Ticket")[:10]:
        desk.database.delete("Ticket", "id = ?", [row["id"]])
    tomorrow = ("--now", (NOW + timedelta(hours=25)).isoformat())
    for _ in range(2):  # and it is not forgotten in the next pass
        stopped = sdtools("apply", "glpi", "--yes", *tomorrow)
        assert stopped.code == 4
        assert "10 of 150 tickets" in stopped.err
    assert sdtools("pull", "glpi", "--full", *tomorrow).code == 0
    day_after = ("--now", (NOW + timedelta(hours=51)).isoformat())
    assert sdtools("apply", "glpi", "--yes", *day_after).code in {0, 4}
    assert sdtools("pull", "glpi", "--json", *day_after).code == 0


def test_a_part_of_a_desk_does_not_answer_for_the_whole(folder: Path, sdtools: Sdtools) -> None:
    assert sdtools(*APPLY, "--adopt", "--rule", "ask-again").code == 0
    assert sdtools(*APPLY).code == 4


def test_of_a_saved_plan_only_the_selected_part_is_carried_out(
    folder: Path, sdtools: Sdtools
) -> None:
    rule = ("--rule", "vip-is-urgent", "--rule", "ask-again", "--rule", "resolve-ladder")
    made = sdtools("plan", "glpi", *rule, "--out", "plan.json", "--json", *AT).json
    tickets = sorted({change["ticket"] for change in made["changes"]})  # type: ignore[attr-defined]  # a list
    assert len(tickets) > 1
    done = sdtools("apply", "plan.json", "--yes", "--adopt", "--json", "--ticket", tickets[0], *AT)
    mine = [change for change in made["changes"] if change["ticket"] == tickets[0]]  # type: ignore[attr-defined]  # a list
    assert done.json["planned"] == done.json["applied"] == len(mine)


def test_an_old_plan_is_refused(folder: Path, sdtools: Sdtools) -> None:
    sdtools("plan", "glpi", "--out", "plan.json", *AT)
    later = ("--now", (NOW + timedelta(days=2)).isoformat())
    refused = sdtools("apply", "plan.json", "--yes", "--adopt", *later)
    assert refused.code == 2
    assert "make a new one" in refused.err


def test_a_run_that_was_killed_does_not_keep_the_next_one_waiting(
    folder: Path, sdtools: Sdtools
) -> None:
    program = (
        "import os, sys\nfrom datetime import UTC, datetime\n"
        "from sdtools.store.database import open_database\nfrom sdtools.verbs.hold import hold\n"
        "with open_database(sys.argv[1]) as database:\n"
        "    with hold(database, 'glpi', lambda: datetime.now(UTC)):\n"
        "        os.kill(os.getpid(), 9)\n"
    )
    url = f"sqlite:///{folder}/sdtools.db"
    killed = subprocess.run([sys.executable, "-c", program, url], check=False)
    assert killed.returncode == -9
    assert sdtools(*APPLY, "--adopt").code == 0
