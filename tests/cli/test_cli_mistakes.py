"""Bad input is an ordinary case: where, what, what would be right, and the exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli_desk import NOW, Sdtools

from sdtools.emulator.glpi.desk import EmbeddedGlpi

AT = ("--now", NOW.isoformat())


def test_a_missing_configuration_says_how_to_make_one(
    tmp_path: Path, sdtools: Sdtools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = sdtools("plan", "glpi")
    assert refused.code == 2
    assert "sdtools init" in refused.err


def test_a_literal_secret_is_refused_with_its_line_and_never_repeated(
    folder: Path, sdtools: Sdtools
) -> None:
    config = folder / "sdtools.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("env:TEST_USER_TOKEN", "hunter2hunter2"), encoding="utf-8")
    refused = sdtools("pull", "--json")
    assert refused.code == 2
    assert "sdtools.yaml:8:17" in refused.err
    assert "env:NAME" in refused.err
    assert "hunter2hunter2" not in refused.err.replace(text, "")
    assert "hunter2hunter2" not in refused.out


def test_all_mistakes_of_a_configuration_come_at_once(folder: Path, sdtools: Sdtools) -> None:
    (folder / "sdtools.yaml").write_text(
        "databse: x\ndesks:\n  glpi:\n    kind: glpi\n    url: ftp://x\n    user_token: env:T\n"
        "reports:\n  weekly: {desk: nope, to: [], timezone: Mars/Base}\n",
        encoding="utf-8",
    )
    refused = sdtools("pull")
    assert refused.code == 2
    assert "sdtools.yaml:1:1: unknown key 'databse'; did you mean 'database'?" in refused.err
    (folder / "sdtools.yaml").write_text(
        "desks:\n  glpi:\n    kind: glpi\n    url: ftp://x\n    user_token: env:T\n"
        "reports:\n  weekly: {desk: nope, to: [], timezone: Mars/Base}\n",
        encoding="utf-8",
    )
    refused = sdtools("pull")
    assert refused.err.count("sdtools.yaml:") >= 3


def test_a_secret_that_is_not_there_says_how_to_give_it(
    folder: Path, sdtools: Sdtools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_USER_TOKEN")
    refused = sdtools("pull")
    assert refused.code == 2
    assert "export TEST_USER_TOKEN=" in refused.err


def test_a_wrong_token_is_the_desk_refusing_us(
    folder: Path, sdtools: Sdtools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_USER_TOKEN", "wrong-token-of-somebody")
    refused = sdtools("pull", "--json")
    assert refused.code == 3
    assert refused.json["exit"] == 3
    assert "wrong-token-of-somebody" not in refused.err + refused.out
    told = sdtools("doctor")
    assert told.code == 3
    assert "BAD" in told.out


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/apirest.php", "http://nowhere.invalid/x"])
def test_a_desk_that_is_down_is_told_in_one_message(
    folder: Path, sdtools: Sdtools, url: str
) -> None:
    config = folder / "sdtools.yaml"
    lines = config.read_text(encoding="utf-8").splitlines()
    text = "\n".join(f"    url: {url}" if "url:" in line else line for line in lines)
    config.write_text(text, encoding="utf-8")
    refused = sdtools("pull")
    assert refused.code == 3
    assert "Traceback" not in refused.err


def test_a_web_page_instead_of_a_desk_is_recognised(folder: Path, sdtools: Sdtools) -> None:
    config = folder / "sdtools.yaml"
    text = config.read_text(encoding="utf-8").replace("/apirest.php", "/intranet/home")
    config.write_text(text, encoding="utf-8")
    refused = sdtools("pull")
    assert refused.code == 3
    assert "check the url" in refused.err


def test_ten_mistakes_in_the_rules_come_at_once_and_nothing_is_sent(
    folder: Path, sdtools: Sdtools
) -> None:
    rule = "  - {{id: r{n}, when: {{requestr.vip: true}}, then: {{set: {{urgency: hihg}}}}}}\n"
    rules = "version: 1\npriority:\n" + "".join(rule.format(n=n) for n in range(5))
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    checked = sdtools("rules", "check", "--json")
    assert checked.code == 2
    assert not checked.json["ok"]
    errors = checked.json["errors"]
    assert len(errors) == 10  # type: ignore[arg-type]  # a list
    assert {"file", "line", "column", "code", "message", "hint"} == set(errors[0])  # type: ignore[index]  # a list
    words = sdtools("plan", "glpi", *AT)
    assert words.code == 2
    assert "did you mean 'requester.vip'?" in words.err


def test_the_starter_rules_have_no_mistakes(folder: Path, sdtools: Sdtools) -> None:
    assert sdtools("rules", "check", "rules.yaml").code == 0
    sdtools("pull", *AT)
    assert sdtools("rules", "check", "--desk", "glpi").code == 0


def test_pretending_a_time_is_for_embedded_desks_only(folder: Path, sdtools: Sdtools) -> None:
    config = folder / "sdtools.yaml"
    lines = config.read_text(encoding="utf-8").splitlines()
    url = "    url: https://glpi.example.org/apirest.php"
    text = "\n".join(url if "url:" in line else line for line in lines)
    config.write_text(text, encoding="utf-8")
    refused = sdtools("apply", "glpi", "--yes", *AT)
    assert refused.code == 2
    assert "--now" in refused.err


def test_a_full_disk_is_told_and_nothing_is_half_done(folder: Path, sdtools: Sdtools) -> None:
    sdtools("pull", *AT)
    refused = sdtools("report", "weekly", "--out", "/dev/full", *AT)
    assert refused.code == 2
    assert "No space left" in refused.err


def test_a_misspelt_command_desk_rule_and_ticket_are_named(folder: Path, sdtools: Sdtools) -> None:
    assert "Did you mean 'plan'?" in sdtools("paln").err
    assert "say which one: glpi" in sdtools("plan", "gpli").err
    assert "did you mean 'ask-again'?" in sdtools("plan", "glpi", "--rule", "ask-agan", *AT).err
    assert "no ticket '4711'" in sdtools("plan", "glpi", "--ticket", "4711", *AT).err


def test_init_never_overwrites(tmp_path: Path, sdtools: Sdtools) -> None:
    first = sdtools("init", str(tmp_path), "--json")
    assert first.code == 0
    assert len(first.json["written"]) > 2  # type: ignore[arg-type]  # a list
    (tmp_path / "rules.yaml").write_text("mine", encoding="utf-8")
    again = sdtools("init", str(tmp_path), "--json")
    assert again.json["written"] == []
    assert (tmp_path / "rules.yaml").read_text(encoding="utf-8") == "mine"


def test_help_imports_nothing_heavy() -> None:
    heavy = "requests, pydantic, sqlalchemy, jinja2, numpy, matplotlib, rich, yaml, starlette"
    program = (
        "import sys\nfrom sdtools.cli.failure import run\nfrom sdtools.cli.main import cli\n"
        "run(cli, ['--help'])\n"
        f"print([name for name in '{heavy}'.split(', ') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
    assert "explain" in done.stdout


@pytest.mark.parametrize(
    "command",
    [
        "demo",
        "init",
        "doctor",
        "pull",
        "plan",
        "apply",
        "baseline",
        "explain",
        "report",
        "schedule run",
        "schedule list",
        "schedule install",
        "status",
        "mail list",
        "mail retry",
        "emulate glpi",
    ],
)
def test_every_command_has_help_with_an_example(sdtools: Sdtools, command: str) -> None:
    told = sdtools(*command.split(), "--help")
    assert told.code == 0
    assert "Example: sdtools" in " ".join(told.out.split())


def test_a_usage_mistake_is_one_json_document_too(sdtools: Sdtools) -> None:
    refused = sdtools("plan", "--nonsense", "--json")
    assert refused.code == 2
    assert refused.json["exit"] == 2
    assert "--nonsense" in str(refused.json["error"])


def test_output_that_cannot_be_written_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sdtools", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_a_usage_mistake(sdtools: Sdtools, desk: EmbeddedGlpi) -> None:
    port = desk.url.rpartition(":")[2].partition("/")[0]
    refused = sdtools("emulate", "glpi", "--port", port, "--tickets", "1")
    assert refused.code == 2
    assert "another port" in refused.err


def test_a_week_that_has_not_begun_has_no_report(folder: Path, sdtools: Sdtools) -> None:
    sdtools("pull", *AT)
    assert sdtools("report", "weekly", "--week", "2030-W01", *AT).code == 2
