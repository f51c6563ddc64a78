"""A small desk, a mail server and a working folder, on a clock that only the tests move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scheduler_house import RULES, START, House, new_tickets

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.fill import glpi_rows
from sdtools.emulator.mailsink import serve_mail
from sdtools.emulator.world.seeded import seeded_world


@pytest.fixture
def house(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """Set up a machine whose desk is served; a parameter says how many new tickets it has."""
    monkeypatch.chdir(tmp_path)
    clock = Clock(START)
    database = GlpiDatabase()
    database.load(glpi_rows(seeded_world(7, 20, START), START, "Europe/Paris"))
    database.load(new_tickets(getattr(request, "param", 5)))
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    with serve_mail() as sink:
        house = House(folder=tmp_path, clock=clock, database=database, sink=sink)
        house.desk_up()
        assert house.desk is not None
        monkeypatch.setenv("TEST_APP_TOKEN", house.desk.app_token)
        monkeypatch.setenv("TEST_USER_TOKEN", house.desk.user_token)
        yield house
        house.desk_down()
