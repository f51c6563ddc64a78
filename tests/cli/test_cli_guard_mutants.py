"""Every place that stops a pass is needed: with any one of them taken out, a test fails."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"

# module, the call that is taken out, which of its calls, the tests that must notice
PLACES = (
    ("verbs/apply.py", "refuse_paused", 0, "cli/test_cli_pause.py"),
    ("verbs/apply.py", "refuse_first_pass", 0, "cli/test_cli_pass.py"),
    ("verbs/apply.py", "refuse_blocked", 0, "cli/test_cli_pass.py"),
    ("verbs/apply.py", "refuse_paused", 1, "cli/test_cli_pause.py"),
    ("verbs/apply.py", "refuse_first_pass", 1, "cli/test_cli_pause.py"),
    ("verbs/apply.py", "refuse_blocked", 1, "cli/test_cli_pause.py"),
    ("verbs/undo.py", "refuse_blocked", 0, "cli/test_cli_undo.py"),
    ("verbs/pull.py", "_refuse_landslide", 0, "cli/test_cli_pass.py"),
    ("verbs/guarded.py", "_alert", 0, "cli/test_cli_pause.py"),
)


class _Without(ast.NodeTransformer):
    """Takes the n-th call of a function out, where it stands alone."""

    def __init__(self, name: str, wanted: int) -> None:
        self.name = name
        self.wanted = wanted
        self.seen = 0

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """Replace the statement by nothing."""
        call = node.value
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == self.name
        ):
            self.seen += 1
            if self.seen - 1 == self.wanted:
                return ast.Pass()
        return node


@pytest.mark.slow
@pytest.mark.parametrize(("module", "call", "which", "tests"), PLACES)
def test_a_pass_without_one_of_its_stops_fails_a_test(
    module: str, call: str, which: int, tests: str, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "sdtools", tmp_path / "sdtools")
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    shutil.copyfile(ROOT / "rules.yaml", tmp_path / "rules.yaml")
    path = tmp_path / "sdtools" / module
    taken = _Without(call, which)
    changed = taken.visit(ast.parse(path.read_text(encoding="utf-8")))
    assert taken.seen > which, f"{module} has no such call of {call}"
    path.write_text(ast.unparse(ast.fix_missing_locations(changed)), encoding="utf-8")
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("pytest")),
            *("-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not slow"),
            str(TESTS / tests),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr[-2000:]
    assert "1 failed" in done.stdout
