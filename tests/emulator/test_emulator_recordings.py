"""The embedded GLPI answers like a real GLPI 10.0.12: recorded calls are replayed in order."""

from __future__ import annotations

import pytest
from fidelity import Fidelity, documented, replay
from glpi_recordings import FILES

pytestmark = pytest.mark.skipif(
    not all(path.exists() for path in FILES), reason="the recordings of a real GLPI are not here"
)

# What does not match today, by family; a bigger number is a step back. Families that the
# connectors speak and that are not named here match wholly.
_MISSING = {
    "seed": 1, "session": 1, "get": 2, "list": 4, "searchoptions": 1, "search": 4, "err": 1,
    "beh.log": 1, "beh.sync": 2, "env": 3,
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Fidelity:
    return replay()


def test_recorded_calls_are_answered_as_the_real_glpi_did(found: Fidelity) -> None:
    behind = {
        family: f"{found.matched[family]} of {total}"
        for family, total in found.total.items()
        if total - found.matched[family] > _MISSING.get(family, 0)
    }
    assert not behind, "\n".join([str(behind), *map(str, found.differing)])


def test_the_documentation_names_exactly_the_recorded_calls_that_differ(found: Fidelity) -> None:
    assert {name for name, _ in found.differing} == documented()


def test_the_printed_table_has_a_line_a_family_and_ends_with_the_total(found: Fidelity) -> None:
    lines = found.lines()
    assert len(lines) == len(found.total) + 1
    assert lines[-1] == f"total {found.matched.total()} / {found.total.total()}"
