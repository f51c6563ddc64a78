"""An embedded ServiceNow, ready to use: its address, its accounts, its database, its clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Unpack

from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.front import Door
from sdtools.emulator.hosting import Hosting, hosted
from sdtools.emulator.servicenow.app import ServiceNowApplication
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.fresh import ADMIN, API_KEY, CLIENTS, INTEGRATION, LIMITED
from sdtools.emulator.servicenow.switches import Switches

__all__ = ["EmbeddedServiceNow", "serve_servicenow"]


@dataclass(slots=True, kw_only=True)
class EmbeddedServiceNow:
    """A ServiceNow that speaks HTTP on loopback."""

    url: str  # without a path: "http://127.0.0.1:1234"
    database: ServiceNowDatabase
    clock: Clock
    application: ServiceNowApplication
    user: str = INTEGRATION[0]  # roles of an integration: itil, and no more
    password: str = INTEGRATION[1]
    admin_user: str = ADMIN[0]
    admin_password: str = ADMIN[1]
    limited_user: str = LIMITED[0]  # may log in, has no role
    limited_password: str = LIMITED[1]
    api_key: str = API_KEY[0]
    client_id: str = next(iter(CLIENTS))
    client_secret: str = next(iter(CLIENTS.values()))[0]
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
def serve_servicenow(
    database: ServiceNowDatabase,
    clock: Clock,
    *,
    switches: Switches | None = None,
    **how: Unpack[Hosting],
) -> Iterator[EmbeddedServiceNow]:
    """Serve a database as a ServiceNow; ``switches`` decide what instances differ in.

    Further arguments are those of :class:`Hosting`: port, latency, faults, costs, tls.
    """

    def build(address: str, door: Door) -> ServiceNowApplication:
        return ServiceNowApplication(
            database=database,
            clock=clock,
            base_url=address,
            door=door,
            switches=switches or Switches(),
        )

    with hosted(how, build) as (application, ca_file):
        yield EmbeddedServiceNow(
            url=application.base_url,
            database=database,
            clock=clock,
            application=application,
            ca_file=ca_file,
        )
