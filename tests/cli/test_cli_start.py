"""A pass starts quickly: it loads nothing that it has no use for."""

from __future__ import annotations

import subprocess
import sys

PASS = (
    "import sdtools.cli.main, sdtools.cli.apply, sdtools.verbs.apply, sdtools.connectors.glpi.desk"
)
OF_NO_USE = {
    "alembic",  # a database that is up to date, or empty, needs no migration
    "babel",  # nothing is written for a reader
    "regex",  # no rule has a pattern
    "numpy",
    "matplotlib",
    "holidays",
    "pysnow",
    "sdtools.connectors.servicenow",
    "sdtools.emulator",
    "sqlalchemy.dialects.postgresql",
}


def test_a_pass_over_a_glpi_loads_nothing_that_it_has_no_use_for() -> None:
    show = f"{PASS}, sys; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert OF_NO_USE & set(told.stdout.split()) == set()
