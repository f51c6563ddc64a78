"""Doctor: what it finds, and what it advises."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sdtools.connectors.desk import Check
from sdtools.connectors.glpi.desk import glpi_desk
from sdtools.connectors.glpi.options import Vip
from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.glpi.fresh import SELF_SERVICE_TOKEN


def examine(
    glpi: EmbeddedGlpi,
    now: datetime,
    *,
    token: str = "",
    vip: Vip | None = None,
    timezone: str = "",
) -> dict[str, Check]:
    desk = glpi_desk(
        "glpi",
        url=glpi.url,
        app_token=glpi.app_token,
        user_token=token or glpi.user_token,
        vip=vip,
        timezone=timezone,
        wait=lambda _: None,
    )
    with desk:
        return {check.name: check for check in desk.check(now)}


def test_a_healthy_desk_has_nothing_to_advise_but_a_vip(glpi: EmbeddedGlpi, now: datetime) -> None:
    found = examine(glpi, now)
    assert [name for name, check in found.items() if not check.ok] == []
    assert [name for name, check in found.items() if check.advice] == ["vip"]
    assert found["tickets"].found == "12 seen"
    assert found["version"].found == "GLPI 10.0.12"
    assert {"reach", "account", "clock", "time zone", "times", "page size", "https"} <= set(found)


def test_a_wrong_token_is_found_and_nothing_else_is_asked(
    glpi: EmbeddedGlpi, now: datetime
) -> None:
    found = examine(glpi, now, token="wrong")
    assert not found["reach"].ok
    assert "user_token" in found["reach"].advice
    assert set(found) == {"https", "reach"}
    assert "wrong" not in found["reach"].found


def test_a_desk_in_maintenance_says_so(glpi: EmbeddedGlpi, now: datetime) -> None:
    glpi.application.faults = FaultPlan(rate=1.0, kinds=["maintenance"])
    assert "maintenance" in examine(glpi, now)["reach"].advice


def test_clocks_apart_are_found(glpi: EmbeddedGlpi, now: datetime) -> None:
    assert examine(glpi, now + timedelta(seconds=119))["clock"].ok
    late = examine(glpi, now + timedelta(minutes=3))["clock"]
    assert (late.ok, late.found) == (False, "180 s apart")


def test_an_account_without_rights_is_told_which(glpi: EmbeddedGlpi, now: datetime) -> None:
    found = examine(glpi, now, token=SELF_SERVICE_TOKEN)
    assert not found["account"].ok
    assert not found["right to read all tickets"].ok
    assert not found["right to update tickets"].ok
    assert not found["lists"].ok


@pytest.mark.parametrize(
    ("vip", "ok"),
    [
        (Vip(category="VIP"), True),
        (Vip(title="Director"), True),
        (Vip(group="Service Desk N1"), True),
        (Vip(category="Nobody"), False),
    ],
)
def test_a_vip_that_does_not_exist_is_found(
    glpi: EmbeddedGlpi, now: datetime, vip: Vip, ok: bool
) -> None:
    assert examine(glpi, now, vip=vip)["vip"].ok is ok


def ticket(number: int, changed: str) -> tuple[str, dict[str, object]]:
    return "Ticket", {"id": number, "name": "n", "date_mod": changed, "status": 1}


def test_a_measured_zone_is_not_trusted_through_summer_and_winter(now: datetime) -> None:
    database = GlpiDatabase()
    database.load([ticket(1, "2026-07-01 12:00:00"), ticket(2, "2026-11-10 12:00:00")])
    with serve_glpi(database, Clock(now), timezone="Europe/Paris") as glpi:
        found = examine(glpi, now)
        assert (found["time zone"].ok, found["times"].ok) == (False, False)
        assert "2026-07-01" in found["times"].found
        assert "timezone" in found["times"].advice
        right = examine(glpi, now, timezone="Europe/Paris")
        assert (right["time zone"].ok, right["times"].ok) == (True, True)


def test_an_empty_desk_is_examined_to_the_end(now: datetime) -> None:
    with serve_glpi(GlpiDatabase(), Clock(now)) as glpi:
        found = examine(glpi, now)
    assert not found["tickets"].ok
    assert found["times"].ok
