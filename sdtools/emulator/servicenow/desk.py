"""An embedded ServiceNow, ready to use: its address, its accounts, its database, its clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.server import listen, serving
from sdtools.emulator.servicenow.app import ServiceNowApplication
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.fresh import ADMIN, API_KEY, CLIENTS, INTEGRATION, LIMITED

__all__ = ["EmbeddedServiceNow", "serve_servicenow"]


@dataclass(frozen=True, slots=True, kw_only=True)
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

    @property
    def requests(self) -> int:
        """Count the requests since the start."""
        return self.application.requests


@contextmanager
def serve_servicenow(
    database: ServiceNowDatabase,
    clock: Clock,
    *,
    port: int = 0,
    latency: float = 0.0,
    faults: FaultPlan | None = None,
) -> Iterator[EmbeddedServiceNow]:
    """Serve a database as a ServiceNow; ``latency`` in seconds a request.

    ``faults`` says which requests go wrong, and how.
    """
    listener = listen(port)
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    application = ServiceNowApplication(
        database=database, clock=clock, base_url=base_url, latency=latency, faults=faults
    )
    with serving(application, listener):
        yield EmbeddedServiceNow(
            url=base_url, database=database, clock=clock, application=application
        )
