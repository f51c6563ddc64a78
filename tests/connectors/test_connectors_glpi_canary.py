"""The canary on a GLPI, and the words that a GLPI has."""

from __future__ import annotations

import pytest

from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.glpi.fresh import SELF_SERVICE_TOKEN


def test_the_canary_writes_a_value_back(desk: GlpiDesk) -> None:
    before = desk.read(["3"])["3"]
    found = desk.canary("#3")
    assert (found.ok, found.found) == (True, "3: its own urgency was written back")
    after = desk.read(["3"])["3"]
    assert (after.urgency, after.responded) == (before.urgency, None)


@pytest.mark.parametrize("name", ["999", "0", "abc", ""])
def test_the_canary_says_when_there_is_no_such_ticket(desk: GlpiDesk, name: str) -> None:
    found = desk.canary(name)
    assert not found.ok
    assert f"no ticket {name!r}" in found.found


def test_an_account_that_sees_nothing_cannot_write(glpi: EmbeddedGlpi) -> None:
    opened = glpi_desk(
        "glpi", url=glpi.url, app_token=glpi.app_token, user_token=SELF_SERVICE_TOKEN
    )
    with opened:
        assert not opened.canary("3").ok


def test_the_desk_says_which_words_it_has(desk: GlpiDesk) -> None:
    found = desk.directory()
    assert found.choices["urgency"] == ("very_low", "low", "medium", "high", "very_high")
    assert "cancelled" not in found.choices["status"]
    assert "priority" not in found.choices
    assert found.fixed == frozenset()
