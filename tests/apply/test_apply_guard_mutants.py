"""Every check of the guard is needed: with any one of them taken out, a test of it fails."""

from __future__ import annotations

import ast
import inspect
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from sdtools.apply import guard as original

GUARD = Path(inspect.getfile(original))
TESTS = Path(__file__).with_name("test_apply_guard.py")
Mutate = Callable[[ast.AST], ast.AST | None]


class Without(ast.NodeTransformer):
    """Takes the n-th removable check out of a source."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.seen = 0
        self.what = ""

    def _hit(self, node: ast.AST) -> bool:
        self.seen += 1
        if self.seen - 1 == self.wanted:
            self.what = f"line {getattr(node, 'lineno', 0)}: {ast.unparse(node)}"
            return True
        return False

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """Drop one limit of several: ``a or b or c``."""
        self.generic_visit(node)
        kept = [value for value in node.values if not self._hit(value)]
        if len(kept) == len(node.values):
            return node
        return ast.BoolOp(op=node.op, values=kept) if len(kept) > 1 else kept[0]

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Drop one bound of a ``min`` or ``max``."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in {"min", "max"} and not node.keywords:
            for other, argument in zip(reversed(node.args), node.args, strict=True):
                if len(node.args) == 2 and self._hit(argument):
                    return other
        return node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        """Drop a branch, or take it always."""
        self.generic_visit(node)
        return None if self._hit(node.test) else node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        """Count all instead of those that are meant."""
        self.generic_visit(node)
        node.ifs = [test for test in node.ifs if not self._hit(test)]
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        """Let one kind of effect pass uncounted."""
        self.generic_visit(node)
        counted = not isinstance(node.pattern, ast.MatchAs)
        if counted and self._hit(node.pattern):
            node.body = [ast.Return(value=ast.Constant(value=False))]
        return node


def mutant(number: int) -> tuple[ModuleType, str] | None:
    """Return the guard without its n-th check, None when there are not so many."""
    tree = ast.parse(GUARD.read_text(encoding="utf-8"))
    taken = Without(number)
    changed = ast.fix_missing_locations(taken.visit(tree))
    if not taken.what:
        return None
    module = ModuleType(original.__name__)
    exec(compile(changed, str(GUARD), "exec"), module.__dict__)  # noqa: S102 - our own source
    return module, taken.what


def cases(test: FunctionType) -> Iterator[dict[str, Any]]:
    """Return the arguments that the test's parametrize marks give it."""
    sets = []
    for mark in getattr(test, "pytestmark", ()):
        names = [mark.args[0]] if isinstance(mark.args[0], str) else list(mark.args[0])
        sets.append(
            [
                dict(zip(names, values if isinstance(values, tuple) else (values,), strict=True))
                for values in mark.args[1]
            ]
        )
    for chosen in itertools.product(*sets):
        yield {name: value for part in chosen for name, value in part.items()}


def failures(guard: ModuleType) -> list[str]:
    """Run the guard's tests against another guard and return the names of those that fail."""
    tests = ModuleType("guard_tests")
    real = sys.modules[original.__name__]
    sys.modules[original.__name__] = guard
    try:
        exec(compile(TESTS.read_text(encoding="utf-8"), str(TESTS), "exec"), tests.__dict__)  # noqa: S102 - our own source
    finally:
        sys.modules[original.__name__] = real
    failed = []
    for name, test in vars(tests).items():
        if name.startswith("test_"):
            for arguments in cases(test):
                try:
                    test(**arguments)
                except (AssertionError, TypeError, ValueError, pytest.fail.Exception):
                    failed.append(name)
    return failed


MUTANTS = list(itertools.takewhile(lambda found: found is not None, map(mutant, itertools.count())))


def test_the_guard_as_it_is_passes_its_tests() -> None:
    assert failures(original) == []
    assert len(MUTANTS) > 12


@pytest.mark.parametrize("found", MUTANTS, ids=lambda found: found[1])
def test_a_guard_without_one_of_its_checks_fails_a_test(found: tuple[ModuleType, str]) -> None:
    module, what = found
    assert failures(module), f"no test notices that this is gone: {what}"
