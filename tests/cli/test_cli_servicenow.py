"""A pass over a ServiceNow through the command line: what GLPI can, by the same commands."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from cli_desk import NOW, Sdtools

from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.mailsink import MailSink
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow

AT = ("--now", NOW.isoformat())
APPLY = ("apply", "snow", "--yes", "--json", *AT)


def _configured(folder: Path, text: str) -> None:
    (folder / "sdtools.yaml").write_text(text, encoding="utf-8")


def _text(folder: Path) -> str:
    return (folder / "sdtools.yaml").read_text(encoding="utf-8")


def _checks(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in document["checks"]}


def test_pull_reads_incidents_and_requests_once_and_then_only_what_changed(
    snow_folder: Path, sdtools: Sdtools
) -> None:
    first = sdtools("pull", "snow", "--json", *AT)
    assert first.code == 0, first.err
    assert first.json["fetched"] == first.json["new"] == 150
    again = sdtools("pull", "snow", "--json", *AT).json
    assert again["new"] == again["changed"] == 0
    full = sdtools("pull", "--full", "--json", *AT).json
    assert (full["fetched"], full["changed"], full["removed"]) == (150, 0, 0)


def test_apply_does_the_plan_and_a_second_one_plans_nothing(
    snow_folder: Path, sdtools: Sdtools
) -> None:
    planned = sdtools("plan", "snow", "--json", *AT).json["changes"]
    assert sdtools("plan", "snow", "--offline", "--json", *AT).json["changes"] == planned
    refused = sdtools(*APPLY)
    assert refused.code == 4
    done = sdtools(*APPLY, "--adopt")
    assert done.code == 0, done.out + done.err
    assert done.json["applied"] == done.json["planned"] == len(planned)  # type: ignore[arg-type]  # a list
    again = sdtools(*APPLY)
    assert (again.code, again.json["planned"]) == (0, 0)
    (run,) = sdtools("runs", "list", "--json").json["runs"][-1:]  # type: ignore[index]  # a list
    shown = sdtools("runs", "show", run["id"], "--json")
    assert shown.code == 0


def test_explain_takes_the_number_that_people_say(snow_folder: Path, sdtools: Sdtools) -> None:
    changes = sdtools("plan", "snow", "--rule", "ask-again", "--json", *AT).json["changes"]
    number = json.loads(json.dumps(changes))[0]["number"]
    assert number.startswith(("INC", "RITM"))
    told = sdtools("explain", "snow", number, "--json", *AT).json
    rules = {rule["rule"]: rule for rule in told["rules"]}  # type: ignore[attr-defined]  # a list of rules
    assert rules["ask-again"]["fired"]


def test_the_report_is_rendered_and_mailed(
    snow_folder: Path, sdtools: Sdtools, sink: MailSink, snow: EmbeddedServiceNow
) -> None:
    sdtools("pull", "snow", *AT)
    sent = sdtools("report", "weekly", "--out", "weekly.html", "--send", *AT)
    assert sent.code == 0, sent.err
    assert snow.url in (snow_folder / "weekly.html").read_text(encoding="utf-8")
    (mail,) = sink.messages
    assert mail["To"] == "manager@example.org"


def test_doctor_finds_a_healthy_desk_reachable_and_says_what_the_rules_miss(
    snow_folder: Path, sdtools: Sdtools
) -> None:
    told = sdtools("doctor", "snow", "--json", *AT)
    checks = _checks(told.json)
    bad = {name for name, check in checks.items() if not check["ok"]}
    assert bad <= {"names"}, checks  # so few tickets do not use every category
    assert "canary" not in checks


def test_a_canary_writes_a_value_back_and_changes_nothing(
    snow_folder: Path, sdtools: Sdtools, snow: EmbeddedServiceNow
) -> None:
    before = snow.database.rows("incident", "t.number = 'INC0010001'")
    told = sdtools("doctor", "snow", "--canary", "INC0010001", "--json", *AT)
    assert _checks(told.json)["canary"]["ok"]
    assert snow.database.rows("incident", "t.number = 'INC0010001'") == before
    missed = _checks(sdtools("doctor", "--canary", "INC7", "--json", *AT).json)["canary"]
    assert not missed["ok"]
    assert missed["advice"]


def test_a_canary_that_may_not_write_says_which_role_is_missing(
    snow_folder: Path,
    sdtools: Sdtools,
    snow: EmbeddedServiceNow,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_SNOW_USER", snow.limited_user)
    monkeypatch.setenv("TEST_SNOW_PASSWORD", snow.limited_password)
    told = sdtools("doctor", "snow", "--canary", "INC0010001", *AT)
    assert told.code == 3
    assert "BAD" in told.out
    assert "role" in told.out


def test_a_canary_writes_to_a_glpi_too(folder: Path, sdtools: Sdtools, desk: EmbeddedGlpi) -> None:
    before = desk.database.rows("Ticket", "status = 2")[0]
    told = sdtools("doctor", "glpi", "--canary", str(before["id"]), "--json", *AT)
    assert _checks(told.json)["canary"]["ok"], told.out
    assert desk.database.row("Ticket", before["id"]) == before


def test_a_wrong_password_is_the_desk_refusing_us(
    snow_folder: Path, sdtools: Sdtools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_SNOW_PASSWORD", "a-wrong-password")
    refused = sdtools("pull", "snow", "--json")
    assert refused.code == 3
    assert refused.json["exit"] == 3
    assert "a-wrong-password" not in refused.err + refused.out
    told = sdtools("doctor", "snow")
    assert told.code == 3
    assert "snc_basic_auth_api_access" in told.out


@pytest.mark.parametrize("way", ["api key", "client credentials", "password grant"])
def test_every_way_to_log_in_reads_the_same(
    way: str,
    snow_folder: Path,
    sdtools: Sdtools,
    snow: EmbeddedServiceNow,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_SNOW_KEY", snow.api_key)
    monkeypatch.setenv("TEST_SNOW_CLIENT", snow.client_id)
    monkeypatch.setenv("TEST_SNOW_SECRET", snow.client_secret)
    account = "    user: env:TEST_SNOW_USER\n    password: env:TEST_SNOW_PASSWORD\n"
    client = "client_id: env:TEST_SNOW_CLIENT, client_secret: env:TEST_SNOW_SECRET}\n"
    lines = {
        "api key": "    api_key: env:TEST_SNOW_KEY\n",
        "client credentials": "    oauth: {grant: client_credentials, " + client,
        "password grant": account + "    oauth: {grant: password, " + client,
    }
    _configured(snow_folder, _text(snow_folder).replace(account, lines[way]))
    pulled = sdtools("pull", "snow", "--json", *AT)
    assert pulled.code == 0, pulled.err
    assert pulled.json["fetched"] == 150


def test_a_scope_leaves_the_other_tickets_alone(
    snow_folder: Path, sdtools: Sdtools, snow: EmbeddedServiceNow
) -> None:
    scope = '    scope: "assignment_group.nameSTARTSWITHN2"\n'
    text = _text(snow_folder).replace("    known_errors:", f"{scope}    known_errors:")
    _configured(snow_folder, text)
    groups = snow.database.rows("sys_user_group", "t.name LIKE 'N2%'")
    ids = ", ".join(f"'{group['sys_id']}'" for group in groups)
    wanted = sum(
        snow.database.count(table, f"t.assignment_group IN ({ids})")
        for table in ("incident", "sc_req_item")
    )
    assert 0 < wanted < 150
    assert sdtools("pull", "snow", "--json", *AT).json["fetched"] == wanted


def test_emulate_serves_a_servicenow_until_it_is_told_to_end() -> None:
    command = (sys.executable, "-m", "sdtools", "emulate", "servicenow", "--tickets", "30")
    with subprocess.Popen((*command, "--json"), stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout
        lines = iter(served.stdout.readline, "}\n")
        access = json.loads("".join(lines) + "}")
        assert set(access) == {"url", "user", "password"}
        answer = requests.get(
            f"{access['url']}/api/now/stats/task",
            params={
                "sysparm_count": "true",
                "sysparm_query": "sys_class_nameINincident,sc_req_item",
            },
            auth=(access["user"], access["password"]),
            timeout=10,
        )
        served.send_signal(signal.SIGTERM)
        assert served.wait(timeout=10) == 0
    assert answer.json()["result"]["stats"]["count"] == "30"
