"""An embedded GLPI, ready to use: its address, its tokens, its database and its clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Unpack
from zoneinfo import ZoneInfo

from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.front import Door
from sdtools.emulator.glpi.app import GlpiApplication
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.fresh import APP_TOKEN, USER_TOKEN
from sdtools.emulator.hosting import Hosting, hosted

__all__ = ["EmbeddedGlpi", "serve_glpi"]


@dataclass(slots=True, kw_only=True)
class EmbeddedGlpi:
    """A GLPI that speaks HTTP on loopback."""

    url: str  # ends with /apirest.php
    app_token: str
    user_token: str  # of the super-admin "glpi"
    database: GlpiDatabase
    clock: Clock
    application: GlpiApplication
    ca_file: str = ""  # of a desk that speaks TLS: what clients check it with

    @property
    def requests(self) -> int:
        """Count the requests since the start."""
        return self.application.requests

    @property
    def faults(self) -> FaultPlan | None:
        """Give the plan of what goes wrong; another one can be set at any time."""
        return self.application.faults

    @faults.setter
    def faults(self, plan: FaultPlan | None) -> None:
        self.application.faults = plan

    @property
    def spent(self) -> float:
        """Give the seconds that requests cost since the start; 0 without ``costs``."""
        till = self.application.door.till
        return till.spent if till else 0.0

    @property
    def dealt(self) -> Mapping[str, int]:
        """Count the faults that happened since the start, by kind."""
        return self.application.door.dealt


@contextmanager
def serve_glpi(
    database: GlpiDatabase, clock: Clock, *, timezone: str = "UTC", **how: Unpack[Hosting]
) -> Iterator[EmbeddedGlpi]:
    """Serve a database as a GLPI; ``timezone`` is the server's.

    Further arguments are those of :class:`Hosting`: port, latency, faults, costs, tls.
    """

    def build(address: str, door: Door) -> GlpiApplication:
        return GlpiApplication(
            database=database,
            clock=clock,
            zone=ZoneInfo(timezone),
            base_url=f"{address}/apirest.php",
            app_token=APP_TOKEN,
            door=door,
        )

    with hosted(how, build) as (application, ca_file):
        yield EmbeddedGlpi(
            url=application.base_url,
            app_token=APP_TOKEN,
            user_token=USER_TOKEN,
            database=database,
            clock=clock,
            application=application,
            ca_file=ca_file,
        )
